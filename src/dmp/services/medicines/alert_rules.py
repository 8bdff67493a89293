"""What the checks look for, read from dated data (`alerts.toml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dmp.services.medicines.names import key_of, plain_words
from dmp.services.medicines.parameters import version_of
from dmp.services.rule_set import RuleFile, RuleSet
from dmp.services.tables import BrokenTable, Entry, Mark, read_table

_CODES = ("pregnant", "breastfeeding", "yes", "pregnant_problems", "egfr", "resolved")


class When(StrEnum):
    """The situations that a reminder may be for."""

    PREGNANT = "pregnant"
    BREASTFEEDING = "breastfeeding"
    YOUNGER = "younger"
    OLDER = "older"
    KIDNEY = "kidney"


@dataclass(frozen=True)
class AllergyClass:
    """Medicines to which an allergy is one: by ATC, by substances; named by words and codes."""

    id: str
    since: date
    mark: Mark
    source: str
    french: str
    english: str
    words: tuple[str, ...]
    wide: tuple[str, ...]
    snomed: frozenset[str]
    atc: tuple[str, ...]
    agents: frozenset[str]
    """Keys of substances."""
    cross: tuple[str, ...]
    """Ids of classes to which a reaction is possible."""


@dataclass(frozen=True)
class Reminder:
    """One sentence for a situation; nothing about doses."""

    id: str
    when: When
    years: int
    since: date
    mark: Mark
    source: str
    french: str
    english: str


@dataclass(frozen=True)
class AlertRules:
    """All of them."""

    version: str
    classes: Mapping[str, AllergyClass]
    reminders: tuple[Reminder, ...]
    codes: Mapping[str, frozenset[str]]
    pregnancy_days: int
    egfr_days: int


def read_rules(text: str, file: str) -> AlertRules:
    """Read the rules.

    Raises:
        BrokenTable: it is no TOML, or an entry is missing, unknown or malformed.
    """
    whole = read_table(text, file)
    classes = _classes(whole)
    codes = whole.part("codes")
    found = AlertRules(
        version=version_of(whole),
        classes=classes,
        reminders=tuple(map(_reminder, whole.parts("reminders", "reminders"))),
        codes={name: frozenset(codes.texts(name, None)) for name in _CODES},
        pregnancy_days=codes.number("pregnancy_days", least=1),
        egfr_days=codes.number("egfr_days", least=1),
    )
    codes.day("from"), codes.mark(), codes.text("source")
    codes.done()
    whole.done()
    return found


def _classes(whole: Entry) -> Mapping[str, AllergyClass]:
    read = tuple(map(_class, whole.parts("classes", "classes")))
    if not read:
        raise BrokenTable(whole.file, "classes", "there is none")
    known = {each.id: each for each in read}
    if len(known) != len(read):
        raise BrokenTable(whole.file, "classes", "two have the same id")
    for each in read:
        if unknown := set(each.cross) - set(known):
            raise BrokenTable(whole.file, f"classes {each.id}", f"crosses an unknown class: {sorted(unknown)[0]}")
    return known


def _class(entry: Entry) -> AllergyClass:
    read = AllergyClass(
        id=entry.text("id"),
        since=entry.day("from"),
        mark=entry.mark(),
        source=entry.text("source"),
        french=entry.text("label_fr"),
        english=entry.text("label_en"),
        words=tuple(map(plain_words, entry.texts("words", None))),
        wide=tuple(map(plain_words, entry.texts("wide", None))),
        snomed=frozenset(entry.texts("snomed", None)),
        atc=entry.texts("atc", None),
        agents=frozenset(map(key_of, entry.texts("agents", None))),
        cross=entry.texts("cross", None),
    )
    entry.done()
    return read


def _reminder(entry: Entry) -> Reminder:
    when = entry.one_of("when", When)
    read = Reminder(
        id=entry.text("id"),
        when=when,
        years=entry.number("years", least=1) if when in (When.YOUNGER, When.OLDER) else 0,
        since=entry.day("from"),
        mark=entry.mark(),
        source=entry.text("source"),
        french=entry.text("text_fr"),
        english=entry.text("text_en"),
    )
    entry.done()
    return read


FILE = RuleFile("medicines/alerts.toml", "dmp.services.medicines", "alerts.toml")
RULES = RuleSet(
    "medicine-alerts",
    ("Alertes des médicaments : allergies, grossesse, rein…", "Alerts of medicines: allergies, pregnancy, kidney…"),
    (FILE,),
    lambda texts: read_rules(texts[FILE.name], FILE.name),
)
