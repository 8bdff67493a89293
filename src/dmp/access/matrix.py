"""The functional rights matrix («matrice d'habilitation fonctionnelle»), read once from its dated tables."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dmp.access.column import CITIZENS, PUBLISHED, Column
from dmp.access.table import InvalidPolicy
from dmp.record.verb import Verb

FEED_BY_STAFF = "TD2.2"
"""Feeding with the card of an employee: the row that stands for TD2.1 there."""
READ_MASKED = "TD3.2-masked"
READ_SET_ASIDE = "TD3.2-set-aside"
"""Reading what is hidden from the patient, archived, obsolete or deleted."""
NOT_SERVED = frozenset({"TD0.1", "TD0.9", "TD0.10"})
"""Rows of the published tables kept for completeness: no verb asks for them."""
ROWS = frozenset(Verb) | {FEED_BY_STAFF, READ_MASKED, READ_SET_ASIDE} | NOT_SERVED
EVIDENCE = ("confirmed", "decided")


class Cell(StrEnum):
    """What a cell says; the conditions keep the numbers of the published table."""

    YES = "y"
    NO = "-"
    FOR_THE_STRUCTURE = "y1"
    SAME_STRUCTURE = "y2"
    NEW_AUTHORISATIONS = "y3"
    STRUCTURE_LIABLE = "y4"
    TO_DELETE_OR_REPLACE = "y5"
    OWN_MASKED = "y6"
    MASKED_IF_HOLDER_ALLOWS = "y7"
    OWN = "y8"
    OF_THE_STRUCTURE = "y9"


OWN_ONLY = (Cell.TO_DELETE_OR_REPLACE, Cell.OWN_MASKED, Cell.OWN, Cell.OF_THE_STRUCTURE)
"""Cells that hold for the caller's own documents alone."""


@dataclass(frozen=True)
class Matrix:
    """The cells by row and column; `version` is the date of the published table."""

    version: str
    cells: Mapping[str, Mapping[Column, Cell]]

    def has(self, row: str) -> bool:
        """Tell whether the matrix says anything about a row."""
        return row in self.cells

    def cell(self, row: str, column: Column | None) -> Cell:
        """What it says; what it does not say is no."""
        cells = self.cells.get(row)
        return Cell.NO if cells is None or column is None else cells.get(column, Cell.NO)


def read_matrix(published: str, citizens: str) -> Matrix:
    """Read both tables.

    Raises:
        InvalidPolicy: unknown row, column, cell or evidence, a line twice, or a table without version.
    """
    rows = _read(published, PUBLISHED)
    for row, cells in _read(citizens, CITIZENS).items():
        rows.setdefault(row, {}).update(cells)
    return Matrix(comment(published, "version"), rows)


def lines(text: str) -> list[str]:
    """The lines of a table without its comments."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def comment(text: str, name: str) -> str:
    """The value of a `# name: value` line.

    Raises:
        InvalidPolicy: no such line.
    """
    start = f"# {name}:"
    for line in text.splitlines():
        if line.startswith(start):
            return line[len(start) :].strip()
    raise InvalidPolicy(f"no comment line says the {name}")


def _read(text: str, columns: tuple[Column, ...]) -> dict[str, dict[Column, Cell]]:
    table = csv.DictReader(lines(text), strict=True)
    wanted = ["row", *columns, "source", "evidence"]
    if table.fieldnames is None or list(table.fieldnames) != wanted:
        raise InvalidPolicy(f"the columns of the matrix must be {', '.join(wanted)}")
    rows: dict[str, dict[Column, Cell]] = {}
    for line in table:
        row = line["row"]
        if row not in ROWS or row in rows:
            raise InvalidPolicy(f"row {row} of the matrix is unknown or there twice")
        if None in line or None in line.values() or line["evidence"] not in EVIDENCE or not line["source"]:
            raise InvalidPolicy(f"row {row} of the matrix is too long, too short or without source")
        rows[row] = {column: _cell(row, column, line[column]) for column in columns}
    return rows


def _cell(row: str, column: Column, text: str) -> Cell:
    try:
        return Cell(text)
    except ValueError:
        raise InvalidPolicy(f"row {row}, column {column} of the matrix: {text} is no cell") from None
