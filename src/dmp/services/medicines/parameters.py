"""The numbers of this service, read from dated data (`parameters.toml`); an operator may give his own file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dmp.services.rule_set import RuleFile, RuleSet
from dmp.services.tables import BrokenTable, Entry, Mark, read_table

_NUMBERS = {
    "days": ("not_collected", "grace", "delivered_within", "pack", "late_writing"),
    "months": ("first_delivery", "validity", "regular", "changes", "old_data"),
    "counts": ("regular", "duplicate_atc", "kidney"),
}
_DOCUMENTS = (
    "statements",
    "discharges",
    "declared",
    "prescriptions",
    "dispensations",
    "reimbursements",
    "before",
    "during",
    "after",
)


@dataclass(frozen=True)
class Window:
    """How long a family of dispensed medicines is shown to professionals, and kept, in months (DP-4)."""

    family: str
    atc: tuple[str, ...]
    view: int
    archive: int
    mark: Mark
    french: str
    english: str


@dataclass(frozen=True)
class Parameters:
    """All of them."""

    version: str
    not_collected: int
    """Days without a first delivery after which a line is not collected."""
    grace: int
    """Days added to what was delivered."""
    delivered_within: int
    """Days since a delivery of unknown length within which it is current."""
    pack: int
    """Days that a pack lasts where nobody tells."""
    late_writing: int
    """Days after its own within which a delivery may still be written down."""
    first_delivery: int
    """Months to the last day of a first delivery."""
    validity: int
    """Months to the last day of a renewal."""
    regular_months: int
    regular: int
    """Deliveries within those months that make a regular treatment."""
    changes: int
    """Months that the page looks back."""
    old_data: int
    duplicate_atc: int
    kidney: int
    windows: tuple[Window, ...]
    documents: Mapping[str, frozenset[str]]
    stopped: frozenset[str]
    packs: frozenset[str]
    container: str
    """How the codes of containers begin."""
    recalled: tuple[str, ...]
    """Names of the numbers that somebody has to confirm."""

    def window_of(self, atc: tuple[str, ...]) -> Window:
        """The window of a medicine, by its ATC codes; the last one takes all."""
        fitting = (each for each in self.windows if any(code.startswith(each.atc) for code in atc or ("",)))
        return next(fitting, self.windows[-1])

    def is_of(self, kind: str, code: str) -> bool:
        """Whether a type or a section is one of a kind («statements», «during»…)."""
        return code in self.documents[kind]


def read_parameters(text: str, file: str) -> Parameters:
    """Read the numbers.

    Raises:
        BrokenTable: it is no TOML, or an entry is missing, unknown or malformed.
    """
    whole = read_table(text, file)
    version, told = version_of(whole), dict(_numbers(whole))
    days, months, counts = ({name: told[part, name].value for name in names} for part, names in _NUMBERS.items())
    documents, codes = _dated(whole, "documents"), _dated(whole, "codes")
    found = Parameters(
        version=version,
        not_collected=days["not_collected"],
        grace=days["grace"],
        delivered_within=days["delivered_within"],
        pack=days["pack"],
        late_writing=days["late_writing"],
        first_delivery=months["first_delivery"],
        validity=months["validity"],
        regular_months=months["regular"],
        regular=counts["regular"],
        changes=months["changes"],
        old_data=months["old_data"],
        duplicate_atc=counts["duplicate_atc"],
        kidney=counts["kidney"],
        windows=_windows(whole),
        documents={name: frozenset(documents.texts(name, None)) for name in _DOCUMENTS},
        stopped=frozenset(codes.texts("stopped", None)),
        packs=frozenset(codes.texts("packs", None, blank=True)),
        container=codes.text("container"),
        recalled=tuple(f"{part}.{name}" for (part, name), each in told.items() if each.mark is Mark.RECALLED),
    )
    for part in (documents, codes, whole):
        part.done()
    return found


def version_of(whole: Entry) -> str:
    """The version of a file, whose head may tell its day and its source too (`rule_set.told_by`)."""
    whole.day_or_none("from"), whole.text("source", ""), whole.text("source_fr", "")
    return whole.text("version")


@dataclass(frozen=True)
class _Number:
    value: int
    mark: Mark


def _numbers(whole: Entry) -> Iterator[tuple[tuple[str, str], _Number]]:
    for part, names in _NUMBERS.items():
        table = whole.part(part)
        for name in names:
            yield (part, name), _number(table.part(name))
        table.done()


def _number(entry: Entry) -> _Number:
    """A number with its day and its source: one of nowhere is no data."""
    found = _Number(entry.number("value", least=1), entry.mark())
    entry.day("from"), entry.text("source")
    entry.done()
    return found


def _dated(whole: Entry, name: str) -> Entry:
    """A part that has a day and a source as a whole."""
    part = whole.part(name)
    part.day("from"), part.mark(), part.text("source")
    return part


def _windows(whole: Entry) -> tuple[Window, ...]:
    found = tuple(map(_window, whole.parts("windows", "windows")))
    if not found or found[-1].atc != ("",):
        raise BrokenTable(whole.file, "windows", 'the last one takes all: atc = [""]')
    return found


def _window(entry: Entry) -> Window:
    read = Window(
        family=entry.text("family"),
        atc=entry.texts("atc", None, blank=True),
        view=entry.number("view", least=1),
        archive=entry.number("archive", least=1),
        mark=entry.mark(),
        french=entry.text("label_fr"),
        english=entry.text("label_en"),
    )
    entry.day("from"), entry.text("source")
    if read.archive < read.view:
        raise entry.broken("kept for less long than it is shown")
    entry.done()
    return read


FILE = RuleFile("medicines/parameters.toml", "dmp.services.medicines", "parameters.toml")
RULES = RuleSet(
    "medicine-numbers",
    ("Délais des médicaments et de l’ordonnance numérique", "Delays of medicines and of e-prescriptions"),
    (FILE,),
    lambda texts: read_parameters(texts[FILE.name], FILE.name),
)


def shipped() -> Parameters:
    """The numbers that come with this release."""
    return RULES.shipped
