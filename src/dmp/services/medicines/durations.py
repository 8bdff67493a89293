"""How long some medicines may be prescribed (`durations.toml`): narcotics, hypnotics, anxiolytics (RX-5)."""

from dataclasses import dataclass
from datetime import date
from typing import cast

from dmp.record.prescription import Item
from dmp.services.medicines.parameters import MARKS
from dmp.services.medicines.values import a_count, a_day, a_text, a_whole, some_texts
from dmp.services.rule_set import RuleFile, RuleSet
from dmp.services.tables import BrokenTable, toml_of


@dataclass(frozen=True)
class Restriction:
    """A rule on a group of medicines."""

    id: str
    atc: tuple[str, ...]
    most_days: int
    """All deliveries together."""
    renewals: int
    late_days: int
    """Days within which a delivery loses nothing; later, the days that passed are lost. 0: no such rule."""
    since: date
    mark: str
    source: str
    french: str
    english: str


def restriction_of(item: Item, rules: tuple[Restriction, ...]) -> Restriction | None:
    """The rule on a line; None where there is none."""
    if item.restriction:
        return next((each for each in rules if each.id == item.restriction), None)
    fitting = [(len(code), each) for each in rules for code in each.atc if item.atc.startswith(code)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def read_durations(text: str, file: str) -> tuple[Restriction, ...]:
    """Read the rules.

    Raises:
        BrokenTable: it is no TOML, or an entry is missing, unknown or malformed.
    """
    told = toml_of(text, file)
    found = told.get("restrictions")
    if not isinstance(found, list):
        raise BrokenTable(file, "restrictions", "missing")
    return tuple(_restriction(file, f"restrictions[{number}]", each) for number, each in enumerate(found))


def _restriction(file: str, place: str, told: object) -> Restriction:
    if not isinstance(told, dict):
        raise BrokenTable(file, place, "no table")
    values = cast("dict[str, object]", told)
    read = Restriction(
        id=a_text(file, f"{place}.id", values.get("id")),
        atc=some_texts(file, f"{place}.atc", values.get("atc")),
        most_days=a_whole(file, f"{place}.most_days", values.get("most_days")),
        renewals=a_count(file, f"{place}.renewals", values.get("renewals")),
        late_days=a_count(file, f"{place}.late_days", values.get("late_days")),
        since=a_day(file, f"{place}.from", values.get("from")),
        mark=a_text(file, f"{place}.mark", values.get("mark")),
        source=a_text(file, f"{place}.source", values.get("source")),
        french=a_text(file, f"{place}.label_fr", values.get("label_fr")),
        english=a_text(file, f"{place}.label_en", values.get("label_en")),
    )
    if read.mark not in MARKS:
        raise BrokenTable(file, f"{place}.mark", f"none of {', '.join(MARKS)}")
    return read


FILE = RuleFile("medicines/durations.toml", "dmp.services.medicines", "durations.toml")
RULES = RuleSet(
    "medicine-durations",
    ("Durées de prescription : stupéfiants, hypnotiques…", "Limits of prescriptions: narcotics, hypnotics…"),
    (FILE,),
    lambda texts: read_durations(texts[FILE.name], FILE.name),
)
