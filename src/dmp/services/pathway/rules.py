"""The data of the pathway: lanes, and what is expected after a stay; checked when it is read."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dmp.record.entry import DocumentEntry
from dmp.services.rule_set import RuleFile, RuleSet
from dmp.services.tables import Entry, Mark, Words, read_table


class Expectation(StrEnum):
    """What is looked for after a stay."""

    DOCUMENT = "document"
    RESULT = "result"
    PLAN = "plan"


@dataclass(frozen=True)
class Lane:
    """A row of the pathway; found by type, else sector of the structure, else setting, else class."""

    id: str
    label: Words
    types: frozenset[str]
    sectors: frozenset[str]
    settings: frozenset[str]
    classes: frozenset[str]


@dataclass(frozen=True)
class Expected:
    """What one expects so many days after; it is asked about until it is too old to matter."""

    id: str
    kind: Expectation
    label: Words
    types: frozenset[str]
    lanes: frozenset[str]
    after_days: int
    until_days: int
    window_days: int
    source: str
    mark: Mark


@dataclass(frozen=True)
class Rules:
    """All of it; `by_type` and the others lead to the id of a lane."""

    version: str
    start: date
    source: str
    mark: Mark
    gap_months: int
    most_gaps: int
    stay_margin_days: int
    longest_stay_days: int
    stay_types: frozenset[str]
    hospitals: frozenset[str]
    lanes: tuple[Lane, ...]
    expected: tuple[Expected, ...]

    def lane_of(self, entry: DocumentEntry) -> str:
        """The lane of a document; the last one takes what no other does."""
        ways = (
            ("types", entry.type_code.code),
            ("sectors", entry.facility_type.code),
            ("settings", entry.practice_setting.code),
            ("classes", entry.class_code.code),
        )
        for way, code in ways:
            for lane in self.lanes:
                if code and code in getattr(lane, way):
                    return lane.id
        return self.lanes[-1].id

    def lane(self, ident: str) -> Lane:
        """A lane by its id."""
        return next(lane for lane in self.lanes if lane.id == ident)


def read_rules(text: str, file: str) -> Rules:
    """Read and check the file.

    Raises:
        BrokenTable: something is wrong, named by line, entry and reason.
    """
    whole = read_table(text, file)
    head = whole.part("set")
    lanes = tuple(_lane(entry) for entry in whole.parts("lane", "lane"))
    expected = tuple(_expected(entry, lanes) for entry in whole.parts("expected", "expected"))
    whole.done()
    if not lanes or len({lane.id for lane in lanes}) != len(lanes):
        raise whole.broken("there is no lane, or one twice")
    made = Rules(
        version=head.text("version"),
        start=head.day("from"),
        source=head.source(),
        mark=head.mark(),
        gap_months=head.number("gap_months", least=1),
        most_gaps=head.number("most_gaps"),
        stay_margin_days=head.number("stay_margin_days"),
        longest_stay_days=head.number("longest_stay_days", least=1),
        stay_types=frozenset(head.texts("stay_types")),
        hospitals=frozenset(head.texts("hospitals")),
        lanes=lanes,
        expected=expected,
    )
    head.done()
    return made


def _lane(entry: Entry) -> Lane:
    lane = Lane(
        id=entry.text("id"),
        label=entry.words(),
        types=frozenset(entry.texts("types")),
        sectors=frozenset(entry.texts("sectors")),
        settings=frozenset(entry.texts("settings")),
        classes=frozenset(entry.texts("classes")),
    )
    entry.done()
    return lane


def _expected(entry: Entry, lanes: tuple[Lane, ...]) -> Expected:
    rule = Expected(
        id=entry.text("id"),
        kind=entry.one_of("kind", Expectation),
        label=entry.words(),
        types=frozenset(entry.texts("types")),
        lanes=frozenset(entry.texts("lanes")),
        after_days=entry.number("after_days"),
        until_days=entry.number("until_days"),
        window_days=entry.number("window_days"),
        source=entry.text("source"),
        mark=entry.mark(),
    )
    entry.done()
    if rule.lanes - {lane.id for lane in lanes}:
        raise entry.broken(f"there is no lane {', '.join(sorted(rule.lanes - {lane.id for lane in lanes}))}")
    return rule


FILE = RuleFile("pathway/pathway.toml", "dmp.services.pathway", "pathway.toml")
RULES = RuleSet(
    "pathway",
    ("Parcours : lignes, et ce qu’on attend après un séjour", "Pathway: lanes, and what is expected after a stay"),
    (FILE,),
    lambda texts: read_rules(texts[FILE.name], FILE.name),
)


def shipped() -> Rules:
    """The data that come with this release."""
    return RULES.shipped
