"""Rule sets («jeux de règles»): the dated data that services work by, which an operator may replace file by file.

A service declares each of its sets here (`Service.sets`): its files, what it
governs, how it is read. Nothing reads a disk but `shipped`, which reads what
is part of the release: the sets in force are handed over as `Rules`, inside
the chart or by the gate, so that one act works by one edition of them.
"""

import csv
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

from dmp.services.tables import BrokenTable, Mark

Value = TypeVar("Value")
Value_co = TypeVar("Value_co", covariant=True)
Texts = Mapping[str, str]
"""The files of a set: their names in the folder of rules, `vaccination/valences.csv`, and what they say."""


@dataclass(frozen=True)
class RuleFile:
    """A file of a release, and its name in the folder of rules; `package` and `shipped` say where it is here."""

    name: str
    package: str
    shipped: str

    def text(self) -> str:
        """What this release says."""
        return files(self.package).joinpath(self.shipped).read_text(encoding="utf-8")


@dataclass(frozen=True, eq=False)
class RuleSet(Generic[Value_co]):
    """Files that are read, and accepted or refused, together.

    `read` raises BrokenTable. `others` is a pattern of names that may stand
    beside the files of the release; else a file replaces the one of its name.
    """

    name: str
    governs: tuple[str, str]
    """In French and in English."""
    files: tuple[RuleFile, ...]
    read: Callable[[Texts], Value_co]
    others: str = ""

    def has(self, name: str) -> bool:
        """Whether a file of a folder is one of this set."""
        return any(name == file.name for file in self.files) or bool(self.others and fnmatchcase(name, self.others))

    @property
    def names(self) -> tuple[str, ...]:
        """The names that an operator may use, patterns included."""
        return (*(file.name for file in self.files), *([self.others] if self.others else []))

    @cached_property
    def shipped_texts(self) -> Texts:
        """The files of this release."""
        return MappingProxyType({file.name: file.text() for file in self.files})

    @cached_property
    def shipped(self) -> Value_co:
        """What this release says.

        Raises:
            BrokenTable: it is broken.
        """
        return self.read(self.shipped_texts)

    def edition(self, own: Texts) -> "Edition":
        """The set with the files of an operator in the place of ours, and beside them.

        Raises:
            BrokenTable: they are refused; whatever is wrong, a file is named.
        """
        texts = {**self.shipped_texts, **own}
        try:
            return Edition(self.read(texts), texts, frozenset(own))
        except BrokenTable:
            raise
        except Exception as error:  # files are anybody's: what a reader did not foresee is a refusal, never a crash
            named = ", ".join(sorted(own)) or self.name
            raise BrokenTable(named, "as a whole", f"cannot be read: {type(error).__name__}") from error


@dataclass(frozen=True, eq=False)
class Edition:
    """A set as it is in force; `own` are the files of the operator among its texts."""

    value: object = field(repr=False)
    texts: Texts = field(repr=False)
    own: frozenset[str]

    @cached_property
    def digest(self) -> str:
        """What tells it from another edition."""
        return digest_of(self.texts)


@dataclass(frozen=True, eq=False)
class Rules:
    """The rules in force: the editions of an operator by the name of their set; of the other sets, those that ship."""

    own: Mapping[str, Edition] = field(default_factory=dict[str, Edition])

    def of(self, which: RuleSet[Value]) -> Value:
        """What a set says."""
        edition = self.own.get(which.name)
        return which.shipped if edition is None else cast(Value, edition.value)

    def mark(self, sets: Iterable[RuleSet[object]]) -> str:
        """What tells these sets from others; nothing while all of them are those that ship."""
        return " ".join(self.own[one.name].digest for one in sets if one.name in self.own)


SHIPPED = Rules()


class RefusedRules(Exception):
    """A folder of rules is refused as a whole: what was in force stays."""

    def __init__(self, faults: Iterable[BrokenTable]):
        """Name each fault."""
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, self.faults)))


def read_rules(own: Texts, sets: Iterable[RuleSet[object]]) -> Rules:
    """The rules that the files of an operator make.

    Raises:
        RefusedRules: a file is of no set, or a set is refused; each of them is told.
    """
    rules, faults = read_what_holds(own, sets)
    if faults:
        raise RefusedRules(faults)
    return rules


def read_what_holds(own: Texts, sets: Iterable[RuleSet[object]]) -> tuple[Rules, tuple[BrokenTable, ...]]:
    """The sets that can be read, each by itself, and what is wrong with the others."""
    sets, faults, editions = tuple(sets), list[BrokenTable](), dict[str, Edition]()
    known = ", ".join(name for one in sets for name in one.names)
    unknown = (name for name in sorted(own) if not any(one.has(name) for one in sets))
    faults += [BrokenTable(name, "file", f"no rules have this name; known are {known}") for name in unknown]
    for one in sets:
        texts = {name: text for name, text in own.items() if one.has(name)}
        try:
            if texts:
                editions[one.name] = one.edition(texts)
        except BrokenTable as fault:
            faults.append(fault)
    return Rules(MappingProxyType(editions)), tuple(faults)


def digest_of(texts: Texts) -> str:
    """One name for some files, whatever their order."""
    content = sha256()
    for name in sorted(texts):
        for part in (name.encode(), texts[name].encode()):
            content.update(len(part).to_bytes(8, "big") + part)
    return content.hexdigest()[:32]


@dataclass(frozen=True)
class Told:
    """What a file says of itself: its version, day and source, and how many rows have which mark."""

    version: str = ""
    since: date | None = None
    source: str = ""
    source_fr: str = ""
    """The source in French, where `source` is not."""
    marks: Mapping[Mark, int] = field(default_factory=dict[Mark, int])


def told_by(name: str, text: str) -> Told:
    """Of a file that was accepted; what it does not say stays empty."""
    return _told_by_csv(text) if name.endswith(".csv") else _told_by_toml(text)


def _told_by_csv(text: str) -> Told:
    lines = text.splitlines()
    head = {
        key.strip("# "): value.strip() for key, _, value in (line.partition(":") for line in lines if line[:1] == "#")
    }
    marks = (row.get("mark", "") for row in csv.DictReader(line for line in lines if line[:1] != "#"))
    return Told(
        head.get("version", ""),
        _day(head.get("from", "")),
        head.get("source", ""),
        head.get("source_fr", ""),
        _counted(marks),
    )


def _told_by_toml(text: str) -> Told:
    whole = tomllib.loads(text)
    head: Mapping[str, Any] = {**whole, **(whole["set"] if isinstance(whole.get("set"), dict) else {})}
    version, since, source = head.get("version", ""), head.get("from"), head.get("source", "")
    told_fr = str(head.get("source_fr", ""))
    start = since if isinstance(since, date) else None
    return Told(str(version), start, str(source), told_fr, _counted(_marks_in(whole)))


def _marks_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("mark"), str):
            yield value["mark"]
        yield from (mark for one in value.values() for mark in _marks_in(one))
    elif isinstance(value, list):
        yield from (mark for one in value for mark in _marks_in(one))


def _counted(marks: Iterable[str]) -> Mapping[Mark, int]:
    found = list(marks)
    return {mark: count for mark in Mark if (count := found.count(mark.value))}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
