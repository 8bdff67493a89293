"""The data files of this service: read with their line, refused with their reason, never half taken."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from dmp.services.tables import BrokenTable, Mark

MOST_LINES = 5000
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30}|/\d{1,30})?([eE]-?\d{1,2})?", re.ASCII)


def refused(file: str, line: int, reason: str) -> BrokenTable:
    """What to raise about a file, or about a line of it."""
    return BrokenTable(file, f"line {line}" if line else "as a whole", reason)


_MARKS = frozenset(map(str, Mark))


@dataclass(frozen=True)
class TableRow:
    """A line of a file, which knows where it stands."""

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def several(self, column: str) -> tuple[str, ...]:
        """The values of a cell, between bars."""
        return tuple(part for part in self.cells[column].split("|") if part)

    def needed(self, column: str) -> str:
        """A cell that may not be empty.

        Raises:
            BrokenTable: it is.
        """
        if not self.cells[column]:
            raise self.broken(f"{column} is empty")
        return self.cells[column]

    def amount(self, column: str) -> Fraction:
        """An exact number: `0.5`, `1/10`.

        Raises:
            BrokenTable: it is none.
        """
        return self.exact(self.needed(column))

    def exact(self, text: str) -> Fraction:
        """A number of this line.

        Raises:
            BrokenTable: it is none.
        """
        if _NUMBER.fullmatch(text) is None:  # of 1E999999999, a fraction would never be made
            raise self.broken(f"{text!r} is no number")
        try:
            return Fraction(text)
        except ZeroDivisionError as error:
            raise self.broken(f"{text!r} is no number") from error

    def broken(self, reason: str) -> BrokenTable:
        """What to raise about this line."""
        return refused(self.file, self.line, reason)


def rows(text: str, file: str, columns: tuple[str, ...]) -> Iterator[TableRow]:
    """The lines of a file, comments aside.

    Raises:
        BrokenTable: no lines, another header, a line of another length, an unknown mark.
    """
    numbered = [(at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    if not numbered or len(numbered) > MOST_LINES:
        raise refused(file, 0, "no lines, or too many")
    cells = _cells(file, numbered)
    line, header = next(cells)
    if tuple(header) != columns:
        raise refused(file, line, f"the columns must be {','.join(columns)}")
    for line, found in cells:
        yield _row(file, line, columns, found)


def _cells(file: str, numbered: Iterable[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    for line, text in numbered:
        try:
            yield line, next(csv.reader([text], strict=True))
        except csv.Error as error:
            raise refused(file, line, "is no line of a CSV file") from error


def _row(file: str, line: int, columns: tuple[str, ...], found: list[str]) -> TableRow:
    if len(found) != len(columns):
        raise refused(file, line, f"{len(found)} cells, {len(columns)} expected")
    row = TableRow(file, line, {name: cell.strip() for name, cell in zip(columns, found, strict=True)})
    if "mark" in columns and row["mark"] not in _MARKS:
        raise row.broken(f"mark {row['mark']!r} is none of {', '.join(sorted(_MARKS))}")
    return row
