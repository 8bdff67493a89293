"""Which examinations are comparable (`comparable.toml`): groups of codes, modalities, regions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from dmp.services.rule_set import RuleFile, RuleSet
from dmp.services.tables import Entry, Mark, Words, read_table

LOINC = "2.16.840.1.113883.6.1"
_SYSTEMS = {
    "ccam": frozenset({"1.2.250.1.213.2.5", "1.2.250.1.215.300.1"}),
    "loinc": frozenset({LOINC}),
    "nabm": frozenset({"1.2.250.1.213.2.7"}),
}


def same_system(one: str, other: str) -> bool:
    """Whether two names of a code system are of one: CCAM has two."""
    return one == other or any({one, other} <= systems for systems in _SYSTEMS.values())


@dataclass(frozen=True)
class Group:
    """Codes that answer one question; `months` is how long an examination of it is recent."""

    id: str
    label: Words
    months: int
    codes: frozenset[tuple[str, str]]
    source: str
    mark: Mark

    def has(self, code: str, system: str) -> bool:
        """Whether a code is one of it."""
        return (code, system) in self.codes


@dataclass(frozen=True)
class Comparable:
    """The whole table; `months` counts where no group says how long."""

    version: str
    start: date
    source: str
    mark: Mark
    months: int
    most: int
    groups: tuple[Group, ...]
    modalities: Mapping[str, tuple[str, Words]]
    """Code of a modality to its group, with its words."""
    regions: Mapping[str, tuple[Words, frozenset[str]]]
    """Code of a region to its words, with the regions that it covers."""

    def groups_of(self, code: str, system: str) -> tuple[Group, ...]:
        """The groups of a code."""
        return tuple(group for group in self.groups if code and group.has(code, system))

    def same_modality(self, one: str, other: str) -> bool:
        """Whether two modalities give comparable images."""
        return one == other or self._modality(one) == self._modality(other)

    def _modality(self, code: str) -> str:
        return self.modalities[code][0] if code in self.modalities else code

    def shows(self, region: str, wanted: str) -> bool:
        """Whether images of a region show the wanted one."""
        return region == wanted or (region in self.regions and wanted in self.regions[region][1])

    def imaging_words(self, modality: str, region: str) -> Words:
        """«Scanner, thorax»."""
        first = self.modalities[modality][1] if modality in self.modalities else Words(modality, modality)
        if not region:
            return first
        where = self.regions[region][0] if region in self.regions else Words(region, region)
        return Words(f"{first.french}, {where.french}", f"{first.english}, {where.english}")


def read_comparable(text: str, file: str) -> Comparable:
    """Read and check the file.

    Raises:
        BrokenTable: something is wrong, named by line, entry and reason.
    """
    whole = read_table(text, file)
    head = whole.part("set")
    groups = tuple(_group(entry) for entry in whole.parts("group", "group"))
    modalities: dict[str, tuple[str, Words]] = {}
    for entry in whole.parts("modality", "modality"):
        _modality(entry, modalities)
    regions = dict(_region(entry) for entry in whole.parts("region", "region"))
    whole.done()
    table = Comparable(
        version=head.text("version"),
        start=head.day("from"),
        source=head.source(),
        mark=head.mark(),
        months=head.number("months", least=1),
        most=head.number("most", least=1),
        groups=groups,
        modalities=MappingProxyType(modalities),
        regions=MappingProxyType(regions),
    )
    head.done()
    return table


def _group(entry: Entry) -> Group:
    codes = {(code, system) for name, systems in _SYSTEMS.items() for code in entry.texts(name) for system in systems}
    ident, label, months = entry.text("id"), entry.words(), entry.number("months", least=1)
    group = Group(ident, label, months, frozenset(codes), entry.text("source"), entry.mark())
    entry.done()
    if not codes:
        raise entry.broken("there is no code")
    return group


def _modality(entry: Entry, known: dict[str, tuple[str, Words]]) -> None:
    ident, label = entry.text("id"), entry.words()
    for code in entry.texts("codes", None):
        if code in known:
            raise entry.broken(f"{code} is in {known[code][0]} already")
        known[code] = ident, label
    entry.done()


def _region(entry: Entry) -> tuple[str, tuple[Words, frozenset[str]]]:
    region = entry.text("id"), (entry.words(), frozenset(entry.texts("covers")))
    entry.done()
    return region


FILE = RuleFile("pathway/comparable.toml", "dmp.services.pathway", "comparable.toml")
RULES = RuleSet(
    "comparable",
    ("Examens comparables, pour « déjà fait ? »", "Comparable examinations, for “already done?”"),
    (FILE,),
    lambda texts: read_comparable(texts[FILE.name], FILE.name),
)


def shipped() -> Comparable:
    """The table that comes with this release."""
    return RULES.shipped
