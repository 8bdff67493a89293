"""Dated data of services, checked as it is read: what is wrong is named by file, line, entry and reason."""

import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Self, TypeVar, cast

Choice = TypeVar("Choice", bound=StrEnum)
LARGEST = 100_000
"""No number of a rule is larger: as days it is 273 years, which every reckoning of dates bears."""
DEEPEST = 20
"""Tables inside one another."""
LONGEST_LINE = 1_000
_LONGEST_TOLD = 600
"""Signs of a reason: what a file says may be long, and pages and journals tell it."""


class BrokenTable(Exception):
    """A file of rules is refused as a whole: the one that was in use before stays."""

    def __init__(self, file: str, place: str, reason: str):
        """Name the file, the entry with its line, and what is wrong there."""
        place, reason = _cut(place), _cut(reason)
        super().__init__(f"{file}, {place}: {reason}")
        self.file = file
        self.place = place
        self.reason = reason


class Mark(StrEnum):
    """How sure a number or a code is."""

    CONFIRMED = "confirmed"
    RECALLED = "recalled"
    DECIDED = "decided"


@dataclass(frozen=True)
class Words:
    """What people read, in French and in English."""

    french: str = ""
    english: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """For `t(*pair)` of a template."""
        return self.french, self.english


@dataclass
class Entry:
    """One entry of a file, read key by key: each is asked once, and a key that nobody asks for is refused."""

    file: str
    place: str
    values: Mapping[str, Any]
    lines: Mapping[str, Iterator[int]] = field(default_factory=dict[str, "Iterator[int]"])
    asked: set[str] = field(default_factory=set[str])

    @classmethod
    def whole(cls, text: str, file: str) -> Self:
        """A file as one entry of this kind.

        Raises:
            BrokenTable: it is no TOML; the reason names the line.
        """
        return cls(file, "as a whole", toml_of(text, file), _lines(text))

    def broken(self, reason: str) -> BrokenTable:
        """What to raise about this entry."""
        return BrokenTable(self.file, self.place, reason)

    def _take(self, name: str, kind: type, default: object) -> object:
        self.asked.add(name)
        if name not in self.values:
            if default is None:
                raise self.broken(f"{name} is missing")
            return default
        value = self.values[name]
        if type(value) is not kind:  # true is no number, a time of day no day
            raise self.broken(f"{name} is not of the right kind: {value!r}")
        return value

    def has(self, name: str) -> bool:
        """Whether a key is there."""
        return name in self.values

    @property
    def names(self) -> tuple[str, ...]:
        """Every key, for tables whose keys are names."""
        return tuple(self.values)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without default it must be there and say something."""
        value = cast(str, self._take(name, str, default))
        if default is None and not value.strip():
            raise self.broken(f"{name} is empty")
        return value

    def number(self, name: str, default: int | None = None, *, least: int = 0) -> int:
        """A whole number."""
        value = cast(int, self._take(name, int, default))
        if value < least and value != default:
            raise self.broken(f"{name} is {value}, less than {least}")
        if value > LARGEST:
            raise self.broken(f"{name} is more than {LARGEST}")
        return value

    def flag(self, name: str) -> bool:
        """Yes or no; no where nothing is said."""
        return cast(bool, self._take(name, bool, False))

    def day(self, name: str) -> date:
        """A day."""
        return cast(date, self._take(name, date, None))

    def day_or_none(self, name: str) -> date | None:
        """A day, if it stands there."""
        return self.day(name) if self.has(name) else None

    def one_of(self, name: str, kind: type[Choice], default: Choice | None = None) -> Choice:
        """One of a set of words."""
        value = self.text(name, None if default is None else default.value)
        try:
            return kind(value)
        except ValueError:
            raise self.broken(f"{name} {value!r} is none of {', '.join(kind)}") from None

    def known(self, name: str, known: Container[str], what: str) -> tuple[str, ...]:
        """A list of names, all of them known."""
        named = self.texts(name)
        for one in named:
            if one not in known:
                raise self.broken(f"{name}: unknown {what} {one}")
        return named

    def texts(self, name: str, default: tuple[str, ...] | None = (), *, blank: bool = False) -> tuple[str, ...]:
        """A list of texts, none of them twice; where `blank`, one of them may be empty, which says something there."""
        values = cast("list[object]", self._take(name, list, list(default) if default is not None else None))
        if not all(isinstance(value, str) and (value or blank) for value in values):
            raise self.broken(f"{name} is not a list of texts")
        if len(set(values)) != len(values):
            raise self.broken(f"{name} names something twice")
        return tuple(str(value) for value in values)

    def numbers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers of 0 or more."""
        values = cast("list[object]", self._take(name, list, []))
        if not all(type(value) is int and 0 <= value <= LARGEST for value in values):
            raise self.broken(f"{name} is not a list of numbers from 0 to {LARGEST}")
        return tuple(cast("list[int]", values))

    def words(self, name: str = "label") -> Words:
        """A label in both languages: `NAME_fr` and `NAME_en`."""
        return Words(self.text(f"{name}_fr"), self.text(f"{name}_en"))

    def source(self) -> str:
        """Where it is from; `source_fr` may say it in French, for the page of rules (`rule_set.told_by`)."""
        self.text("source_fr", "")
        return self.text("source")

    def mark(self) -> Mark:
        """How sure it is; with its source, which must be said."""
        return self.one_of("mark", Mark)

    def part(self, name: str) -> Self:
        """A table inside; empty where there is none."""
        return type(self)(
            self.file, f"{self.place}, {name}", cast("dict[str, Any]", self._take(name, dict, {})), self.lines
        )

    def parts(self, name: str, header: str) -> tuple[Self, ...]:
        """The entries of a list of tables, each with the line of its `[[header]]`."""
        values = cast("list[object]", self._take(name, list, []))
        if not all(isinstance(value, dict) for value in values):
            raise self.broken(f"{name} is not a list of entries")
        tables = cast("list[dict[str, Any]]", values)
        places = enumerate(tables, start=1)
        return tuple(type(self)(self.file, self._place(header, n, each), each, self.lines) for n, each in places)

    def _place(self, header: str, number: int, values: Mapping[str, Any]) -> str:
        """By its line; what is written inside another entry, by its number there."""
        line = next(self.lines.get(header, iter(())), 0)
        name = values.get("id") or values.get("stage") or ""
        return f"line {line}, {header}{f' {name}' if name else ''}" if line else f"{self.place}, {header} {number}"

    def done(self) -> None:
        """Refuse what nobody asked for: a key with a typing mistake would have no effect.

        Raises:
            BrokenTable: there is such a key.
        """
        left = sorted(set(self.values) - self.asked)
        if left:
            raise self.broken(f"unknown key {', '.join(left)}")


def toml_of(text: str, file: str) -> dict[str, Any]:
    """What a TOML file says, for readers that look at each part themselves.

    Raises:
        BrokenTable: it is no TOML, or none that anybody wrote; the reason names the line.
    """
    long = next((number for number, line in enumerate(text.splitlines(), 1) if len(line) > LONGEST_LINE), 0)
    if long:
        raise BrokenTable(file, f"line {long}", f"has more than {LONGEST_LINE} signs")
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a ValueError too
        raise BrokenTable(file, "as a whole", str(error)) from error
    if _is_deep(values):
        raise BrokenTable(file, "as a whole", f"more than {DEEPEST} tables inside one another")
    return values


def _is_deep(values: object) -> bool:
    level: list[object] = [values]
    for _ in range(DEEPEST):
        level = [part for one in level for part in _parts_of(one)]
    return bool(level)


def _parts_of(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}…"


def read_table(text: str, file: str) -> Entry:
    """The whole of a TOML file.

    Raises:
        BrokenTable: it is no TOML; the reason names the line.
    """
    return Entry.whole(text, file)


def _lines(text: str) -> dict[str, Iterator[int]]:
    """The lines of each `[[header]]`, in the order in which the entries are asked for."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("[[") and stripped.endswith("]]"):
            found.setdefault(stripped[2:-2], []).append(number)
    return {header: iter(numbers) for header, numbers in found.items()}
