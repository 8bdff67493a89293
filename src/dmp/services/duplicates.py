"""Duplicates grouped: the same report from a hospital, a doctor and the patient's scan; nothing is dropped.

One rule for every page that lists documents. It asks the metadata alone, so
that a list need not read what documents say, and it looks at those of the same
day only, so that a record of thousands of them is grouped at once. Only what
the viewer was given is compared; two documents that are hidden differently are
never put together.
"""

import unicodedata
from collections import Counter
from collections.abc import Container, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from dmp.record.entry import DocumentEntry, unique_key
from dmp.record.hl7text import Xcn, Xon
from dmp.services.days import day_in_france
from dmp.services.rule_set import RuleFile, RuleSet
from dmp.services.tables import Entry, Mark, read_table


class Alike(StrEnum):
    """Why two documents are taken for one; from the surest."""

    SAME_OCTETS = "same-octets"
    SAME_ID = "same-id"
    SAME_WORDS = "same-words"
    """The same day, type and title, by the same author, or where the title says enough of what it is about."""
    SCAN = "scan"
    """A copy that the patient added, of the same day and alike in its title, of what it is a kind of."""


@dataclass(frozen=True)
class Thresholds:
    """What a title must say to be enough without its author, and what a patient's type may be a copy of."""

    version: str
    start: date
    source: str
    mark: Mark
    title: int
    """How much the title of a scan must have in common with that of a report, out of 100."""
    telling: int
    """How many words that say what it is about make a title enough without its author."""
    longest_plain: int
    """Words of so many letters or less say nothing."""
    plain: frozenset[str]
    """Words that titles of many documents have."""
    scans: Mapping[str, tuple[frozenset[str], frozenset[str]]]
    """Type of the patient's document to the classes and the types of professionals' ones."""


@dataclass(frozen=True)
class Copy:
    """A document that is like the first of its group, and why."""

    entry: DocumentEntry
    why: Alike


@dataclass(frozen=True)
class Group:
    """A document and its copies; the first is that of a professional, else the oldest."""

    first: DocumentEntry
    copies: tuple[Copy, ...] = ()

    @property
    def documents(self) -> tuple[str, ...]:
        """The entryUUIDs, that of the first one first."""
        return (self.first.uuid, *(copy.entry.uuid for copy in self.copies))


def read_thresholds(text: str, file: str) -> Thresholds:
    """Read and check the file.

    Raises:
        BrokenTable: something is wrong, named by line, entry and reason.
    """
    whole = read_table(text, file)
    head = whole.part("set")
    scans = _scans(whole.parts("scan", "scan"))
    whole.done()
    made = Thresholds(
        version=head.text("version"),
        start=head.day("from"),
        source=head.source(),
        mark=head.mark(),
        title=head.number("title", least=1),
        telling=head.number("telling", least=1),
        longest_plain=head.number("longest_plain"),
        plain=frozenset(_plain(" ".join(head.texts("plain"))).split()),
        scans=scans,
    )
    if made.title > 100:
        raise head.broken("title is more than 100")
    head.done()
    return made


def _scans(entries: Iterable[Entry]) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    scans: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for entry in entries:
        name = entry.text("id")
        if name in scans:
            raise entry.broken(f"{name} stands twice")
        scans[name] = frozenset(entry.texts("classes")), frozenset(entry.texts("types"))
        entry.done()
    return MappingProxyType(scans)


FILE = RuleFile("duplicates.toml", "dmp.services", "duplicates.toml")
RULES = RuleSet(
    "duplicates",
    ("Documents qui semblent être le même, dans les listes", "Documents that seem to be the same, in lists"),
    (FILE,),
    lambda texts: read_thresholds(texts[FILE.name], FILE.name),
)


def grouped(entries: Iterable[DocumentEntry], numbers: Thresholds | None = None) -> tuple[Group, ...]:
    """Groups: every document stands in one, those first that share something with another."""
    grouping, alone = _Grouping(numbers or RULES.shipped), list[Group]()
    near = _near(entries, grouping.numbers.scans, alone)
    for entry in sorted(near, key=grouping.order):
        grouping.add(entry)
    return (*(Group(first, tuple(copies)) for first, copies in grouping.groups), *alone)


def _near(entries: Iterable[DocumentEntry], scans: Container[str], alone: list[Group]) -> Iterator[DocumentEntry]:
    """Those that may be like another; the others, nearly all of them, are groups at once."""
    known = [(entry, (entry.type_code.code, _plain(entry.title)), _ident(entry.unique_id)) for entry in entries]
    octets, titles = Counter([entry.hash for entry, _, _ in known]), Counter([titled for _, titled, _ in known])
    idents = Counter([ident for _, _, ident in known])
    days = {day_in_france(_care(entry)) for entry, (code, _), _ in known if code in scans}
    for entry, titled, ident in known:
        shared = octets[entry.hash] + titles[titled] + idents[ident] > 3
        if shared or (days and day_in_france(_care(entry)) in days):
            yield entry
        else:
            alone.append(Group(entry))


_MOST_COMPARED = 50
"""Documents of one day that a scan is compared with; those of one day, type and title that one more is."""


@dataclass(frozen=True)
class _Grouping:
    """Groups as they grow: what is surely the same by its keys, what is alike among those of the same day."""

    numbers: Thresholds
    groups: list[tuple[DocumentEntry, list[Copy]]] = field(default_factory=list[tuple[DocumentEntry, "list[Copy]"]])
    octets: dict[Hashable, int] = field(default_factory=dict["Hashable", int])
    idents: dict[Hashable, int] = field(default_factory=dict["Hashable", int])
    titles: dict[Hashable, list[int]] = field(default_factory=dict["Hashable", "list[int]"])
    """Groups of a day, type and title: all of them, and those of one author."""
    days: dict[Hashable, list[int]] = field(default_factory=dict["Hashable", "list[int]"])
    """Groups of a day, for scans, which come last: it is made when the first of them comes."""
    ways: dict[Hashable, int] = field(default_factory=dict["Hashable", int])
    """A number for each way to be hidden, which is part of every key."""

    def order(self, entry: DocumentEntry) -> tuple[bool, str, str]:
        """Those of professionals first, the oldest first."""
        return entry.type_code.code in self.numbers.scans, entry.creation_time, entry.uuid

    def add(self, entry: DocumentEntry) -> None:
        """Put a document to the group that it is like, else begin one."""
        way = self._way(entry)
        octets, ident = (entry.hash, way), (_ident(entry.unique_id), way)
        code = entry.type_code.code
        # Without a day, a document is like none by its title.
        day = day_in_france(_care(entry))
        titled = (day, way, code, _plain(entry.title))
        found: tuple[int, Alike] | None = None
        if octets in self.octets:
            found = self.octets[octets], Alike.SAME_OCTETS
        elif ident in self.idents:
            found = self.idents[ident], Alike.SAME_ID
        elif day is not None:
            found = self._by_title(entry, titled)
        if found is None and day is not None and code in self.numbers.scans:
            found = self._by_scan(entry, day, way)
        place = found[0] if found is not None else len(self.groups)
        if found is not None:
            self.groups[place][1].append(Copy(entry, found[1]))
        else:
            self.groups.append((entry, []))
            self.titles.setdefault((titled, ""), []).append(place)
            if author := _author(entry):
                self.titles.setdefault((titled, author), []).append(place)
        if entry.hash:
            self.octets.setdefault(octets, place)
        if entry.unique_id:
            self.idents.setdefault(ident, place)

    def _by_title(self, entry: DocumentEntry, titled: Hashable) -> tuple[int, Alike] | None:
        """Of one type, day and title: not at two hours, and by one author or with a title that says enough."""
        if (titled, "") not in self.titles or not _plain(entry.title):
            return None
        enough = self._says_enough(entry)
        author = "" if enough else _author(entry)
        if not author and not enough:
            return None
        alike = self.titles.get((titled, author), ())[:_MOST_COMPARED]
        at = _care(entry)
        return next(((one, Alike.SAME_WORDS) for one in alike if _agree(_care(self.groups[one][0]), at)), None)

    def _by_scan(self, entry: DocumentEntry, day: date, way: int) -> tuple[int, Alike] | None:
        if not self.days:
            self.days[None] = []
            for place, (first, _) in enumerate(self.groups):
                if first.type_code.code not in self.numbers.scans:
                    self.days.setdefault((day_in_france(_care(first)), self._way(first)), []).append(place)
        near = self.days.get((day, way), ())[:_MOST_COMPARED]
        return next(((place, Alike.SCAN) for place in near if self._is_scan(self.groups[place][0], entry)), None)

    def _way(self, entry: DocumentEntry) -> int:
        return self.ways.setdefault((entry.visibility, entry.status), len(self.ways))

    def _says_enough(self, entry: DocumentEntry) -> bool:
        """Whether the title alone tells what it is about: not its kind, nor whose it is."""
        named = _plain(" ".join((entry.type_code.display, *entry.source_patient_info)))
        words = set(_plain(entry.title).split()) - set(named.split()) - self.numbers.plain
        return len([word for word in words if len(word) > self.numbers.longest_plain]) >= self.numbers.telling

    def _is_scan(self, first: DocumentEntry, entry: DocumentEntry) -> bool:
        """Whether a patient’s document may be a copy of a professional’s, and its title is alike."""
        classes, types = self.numbers.scans[entry.type_code.code]
        copied = first.class_code.code in classes or first.type_code.code in types
        return copied and _in_common(first.title, entry.title) >= self.numbers.title and _count_alike(first, entry)


@lru_cache(maxsize=8192)
def _ident(unique_id: str) -> str:
    return unique_key(unique_id)


def _care(entry: DocumentEntry) -> str:
    return entry.service_start or entry.creation_time


def _agree(one: str, other: str) -> bool:
    """Whether two times of a day may be one: the same as far as both are told."""
    shortest = min(len(one), len(other))
    return shortest <= len("20260131") or one[:shortest] == other[:shortest]


def _author(entry: DocumentEntry) -> str:
    """Who wrote it, by his number, else by his name; the structure where nobody is named."""
    if not entry.authors:
        return ""
    first = entry.authors[0]
    return _person(first.person) or (_structure(first.institutions[0]) if first.institutions else "")


@lru_cache(maxsize=1024)
def _person(text: str) -> str:
    person = Xcn.parse(text)
    return person.id or _plain(person.name)


@lru_cache(maxsize=1024)
def _structure(text: str) -> str:
    structure = Xon.parse(text)
    return structure.id or _plain(structure.name)


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    """The words of a text, without case, accents or signs."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(
        "".join(sign if sign.isalnum() else " " for sign in spread if not unicodedata.combining(sign)).split()
    )


def _count_alike(one: DocumentEntry, other: DocumentEntry) -> bool:
    """Whether two titles that have numbers have the same: «page 1» is no copy of «page 2»."""
    first, second = ([word for word in _plain(entry.title).split() if word.isdigit()] for entry in (one, other))
    return not (first and second) or first == second


def _in_common(one: str, other: str) -> int:
    """How much two texts share, out of 100."""
    first, second = _letters(one), _letters(other)
    return 100 * len(first & second) // len(first | second) if first and second else 0


@lru_cache(maxsize=512)
def _letters(text: str) -> frozenset[str]:
    """Groups of three letters."""
    joined = f" {_plain(text)} "
    return frozenset(joined[place : place + 3] for place in range(len(joined) - 2)) if len(joined) > 2 else frozenset()
