"""The numbers of this service, read from dated data (`parameters.toml`); an operator may give his own file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dmp.services.medicines.values import a_text, a_whole, some_texts
from dmp.services.rule_set import RuleFile, RuleSet
from dmp.services.tables import BrokenTable, Mark, toml_of

MARKS = tuple(Mark)
_NUMBERS = {
    "days": ("not_collected", "grace", "delivered_within", "pack"),
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
    mark: str
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
    told = toml_of(text, file)
    unknown = set(told) - {"version", "windows", "documents", "codes", *_NUMBERS}
    if unknown:
        raise BrokenTable(file, sorted(unknown)[0], "no such part")
    numbers = {
        (part, name): _number(file, f"{part}.{name}", _table(file, part, told).get(name))
        for part, names in _NUMBERS.items()
        for name in names
    }
    documents, codes = _table(file, "documents", told), _table(file, "codes", told)
    return Parameters(
        version=a_text(file, "version", told.get("version")),
        not_collected=numbers["days", "not_collected"],
        grace=numbers["days", "grace"],
        delivered_within=numbers["days", "delivered_within"],
        pack=numbers["days", "pack"],
        first_delivery=numbers["months", "first_delivery"],
        validity=numbers["months", "validity"],
        regular_months=numbers["months", "regular"],
        regular=numbers["counts", "regular"],
        changes=numbers["months", "changes"],
        old_data=numbers["months", "old_data"],
        duplicate_atc=numbers["counts", "duplicate_atc"],
        kidney=numbers["counts", "kidney"],
        windows=_windows(file, told.get("windows")),
        documents={name: frozenset(some_texts(file, f"documents.{name}", documents.get(name))) for name in _DOCUMENTS},
        stopped=frozenset(some_texts(file, "codes.stopped", codes.get("stopped"))),
        packs=frozenset(some_texts(file, "codes.packs", codes.get("packs"))),
        container=a_text(file, "codes.container", codes.get("container")),
        recalled=tuple(f"{part}.{name}" for part, name in numbers if told[part][name]["mark"] == "recalled"),
    )


def _windows(file: str, told: object) -> tuple[Window, ...]:
    if not isinstance(told, list) or not told:
        raise BrokenTable(file, "windows", "missing")
    found = tuple(_window(file, f"windows[{number}]", each) for number, each in enumerate(told))
    if found[-1].atc != ("",):
        raise BrokenTable(file, f"windows[{len(found) - 1}]", 'the last one takes all: atc = [""]')
    return found


def _window(file: str, place: str, told: object) -> Window:
    if not isinstance(told, dict):
        raise BrokenTable(file, place, "no table")
    view, archive = (a_whole(file, f"{place}.{name}", told.get(name)) for name in ("view", "archive"))
    if archive < view:
        raise BrokenTable(file, place, "kept for less long than it is shown")
    return Window(
        family=a_text(file, f"{place}.family", told.get("family")),
        atc=some_texts(file, f"{place}.atc", told.get("atc")),
        view=view,
        archive=archive,
        mark=_mark(file, place, told),
        french=a_text(file, f"{place}.label_fr", told.get("label_fr")),
        english=a_text(file, f"{place}.label_en", told.get("label_en")),
    )


def _number(file: str, place: str, told: object) -> int:
    if not isinstance(told, dict):
        raise BrokenTable(file, place, "missing")
    _mark(file, place, told)
    return a_whole(file, place, told.get("value"))


def _mark(file: str, place: str, told: Mapping[str, Any]) -> str:
    """Whether it is dated and sourced too: a number of nowhere is no data."""
    if "from" not in told or not told.get("source"):
        raise BrokenTable(file, place, "no `from` or no `source`")
    if told.get("mark") not in MARKS:
        raise BrokenTable(file, place, f"mark is none of {', '.join(MARKS)}")
    return str(told["mark"])


def _table(file: str, name: str, told: Mapping[str, Any]) -> Mapping[str, Any]:
    value = told.get(name)
    if not isinstance(value, dict):
        raise BrokenTable(file, name, "missing")
    return value


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
