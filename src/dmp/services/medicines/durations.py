"""How long some medicines may be prescribed (`durations.toml`): narcotics, hypnotics, anxiolytics (RX-5)."""

from dataclasses import dataclass
from datetime import date

from dmp.record.prescription import Item
from dmp.services.medicines.parameters import version_of
from dmp.services.rule_set import RuleFile, RuleSet
from dmp.services.tables import BrokenTable, Entry, Mark, read_table


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
    mark: Mark
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
    whole = read_table(text, file)
    version_of(whole)
    if not whole.has("restrictions"):
        raise BrokenTable(file, "restrictions", "missing")
    found = tuple(map(_restriction, whole.parts("restrictions", "restrictions")))
    whole.done()
    return found


def _restriction(entry: Entry) -> Restriction:
    read = Restriction(
        id=entry.text("id"),
        atc=entry.texts("atc", None),
        most_days=entry.number("most_days", least=1),
        renewals=entry.number("renewals"),
        late_days=entry.number("late_days"),
        since=entry.day("from"),
        mark=entry.mark(),
        source=entry.text("source"),
        french=entry.text("label_fr"),
        english=entry.text("label_en"),
    )
    entry.done()
    return read


FILE = RuleFile("medicines/durations.toml", "dmp.services.medicines", "durations.toml")
RULES = RuleSet(
    "medicine-durations",
    ("Durées de prescription : stupéfiants, hypnotiques…", "Limits of prescriptions: narcotics, hypnotics…"),
    (FILE,),
    lambda texts: read_durations(texts[FILE.name], FILE.name),
)
