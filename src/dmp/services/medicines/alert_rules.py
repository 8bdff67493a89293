"""What the checks look for, read from dated data (`alerts.toml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dmp.services.medicines.names import key_of, plain_words
from dmp.services.medicines.parameters import MARKS
from dmp.services.medicines.values import a_day, a_text, a_whole, some_texts
from dmp.services.rule_set import RuleFile, RuleSet
from dmp.services.tables import BrokenTable, toml_of

WHEN = ("pregnant", "breastfeeding", "younger", "older", "kidney")
_CODES = ("pregnant", "breastfeeding", "yes", "pregnant_problems", "egfr", "resolved")


@dataclass(frozen=True)
class AllergyClass:
    """Medicines to which an allergy is one: by ATC, by substances; named by words and codes."""

    id: str
    since: date
    mark: str
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
    when: str
    years: int
    since: date
    mark: str
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
    told = toml_of(text, file)
    classes = [_class(file, f"classes[{n}]", each) for n, each in enumerate(_list(file, "classes", told))]
    if not classes:
        raise BrokenTable(file, "classes", "there is none")
    known = {each.id: each for each in classes}
    for each in classes:
        if unknown := set(each.cross) - set(known):
            raise BrokenTable(file, f"classes {each.id}", f"crosses an unknown class: {sorted(unknown)[0]}")
    if len(known) != len(classes):
        raise BrokenTable(file, "classes", "two have the same id")
    reminders = [_reminder(file, f"reminders[{n}]", each) for n, each in enumerate(_list(file, "reminders", told))]
    codes = told.get("codes")
    if not isinstance(codes, dict):
        raise BrokenTable(file, "codes", "missing")
    return AlertRules(
        version=a_text(file, "version", told.get("version")),
        classes=known,
        reminders=tuple(reminders),
        codes={name: frozenset(some_texts(file, f"codes.{name}", codes.get(name))) for name in _CODES},
        pregnancy_days=a_whole(file, "codes.pregnancy_days", codes.get("pregnancy_days")),
        egfr_days=a_whole(file, "codes.egfr_days", codes.get("egfr_days")),
    )


def _class(file: str, place: str, told: Mapping[str, Any]) -> AllergyClass:
    since, mark, source = _dated(file, place, told)
    lists = {name: some_texts(file, f"{place}.{name}", told.get(name)) for name in ("words", "wide", "snomed", "atc")}
    return AllergyClass(
        id=a_text(file, f"{place}.id", told.get("id")),
        since=since,
        mark=mark,
        source=source,
        french=a_text(file, f"{place}.label_fr", told.get("label_fr")),
        english=a_text(file, f"{place}.label_en", told.get("label_en")),
        words=tuple(map(plain_words, lists["words"])),
        wide=tuple(map(plain_words, lists["wide"])),
        snomed=frozenset(lists["snomed"]),
        atc=lists["atc"],
        agents=frozenset(map(key_of, some_texts(file, f"{place}.agents", told.get("agents")))),
        cross=some_texts(file, f"{place}.cross", told.get("cross")),
    )


def _reminder(file: str, place: str, told: Mapping[str, Any]) -> Reminder:
    since, mark, source = _dated(file, place, told)
    when = a_text(file, f"{place}.when", told.get("when"))
    if when not in WHEN:
        raise BrokenTable(file, f"{place}.when", f"{when!r} is none of {', '.join(WHEN)}")
    years = a_whole(file, f"{place}.years", told.get("years")) if when in ("younger", "older") else 0
    return Reminder(
        id=a_text(file, f"{place}.id", told.get("id")),
        when=when,
        years=years,
        since=since,
        mark=mark,
        source=source,
        french=a_text(file, f"{place}.text_fr", told.get("text_fr")),
        english=a_text(file, f"{place}.text_en", told.get("text_en")),
    )


def _dated(file: str, place: str, told: Mapping[str, Any]) -> tuple[date, str, str]:
    since, mark = a_day(file, f"{place}.from", told.get("from")), told.get("mark")
    if mark not in MARKS:
        raise BrokenTable(file, f"{place}.mark", f"none of {', '.join(MARKS)}")
    return since, str(mark), a_text(file, f"{place}.source", told.get("source"))


def _list(file: str, name: str, told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    value = told.get(name)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BrokenTable(file, name, "missing, or no list of tables")
    return value


FILE = RuleFile("medicines/alerts.toml", "dmp.services.medicines", "alerts.toml")
RULES = RuleSet(
    "medicine-alerts",
    ("Alertes des médicaments : allergies, grossesse, rein…", "Alerts of medicines: allergies, pregnancy, kidney…"),
    (FILE,),
    lambda texts: read_rules(texts[FILE.name], FILE.name),
)
