"""Read a table of rights, line by line, so that a wrong one is refused by the number of its line."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

EVIDENCE = ("confirmed", "reconstructed", "decided")
"""A published text says so; put together again from partial texts; decided here where texts are silent."""
TABLES = ("matrix", "citizens", "professions", "sectors", "classes", "sensitive", "deposits", "brakes")
"""The tables of rights; each comes with the package, and any may be replaced by an operator's."""


class InvalidPolicy(ValueError):
    """A table of rights is not well formed: the service must not start. The message names the line."""


@dataclass(frozen=True)
class Line:
    """One line of a table; `name` says which, for people."""

    name: str
    fields: Mapping[str, str]

    def words(self, field: str) -> tuple[str, ...]:
        """What a field lists, parted by spaces."""
        return tuple(self.fields[field].split())

    def known(self, field: str, codes: frozenset[str]) -> tuple[str, ...]:
        """What a field lists, all of it among known codes.

        Raises:
            InvalidPolicy: one is not.
        """
        words = self.words(field)
        for word in words:
            if word not in codes:
                raise self.wrong(f"{word} of {field} is unknown")
        return words

    def wrong(self, told: str) -> InvalidPolicy:
        """The refusal of this line."""
        return InvalidPolicy(f"{self.name}: {told}")


def read_table(name: str, text: str, columns: tuple[str, ...]) -> Iterator[Line]:
    """The lines of a table with exactly these columns; each tells its source, and its evidence where there is one.

    Raises:
        InvalidPolicy: other columns, a line too long, too short, without source, or broken quotes.
    """
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line and not line.startswith("#")]
    if not numbered or tuple(numbered[0][1].split(",")) != columns:
        raise InvalidPolicy(f"{name}.csv: the columns must be {', '.join(columns)}")
    for number, line in numbered[1:]:
        told = f"{name}.csv, line {number}"
        try:
            (fields,) = csv.reader([line], strict=True)
        except (csv.Error, ValueError) as error:
            raise InvalidPolicy(f"{told}: not a line of a table") from error
        if len(fields) != len(columns):
            raise InvalidPolicy(f"{told}: {len(fields)} values for {len(columns)} columns")
        read = Line(told, dict(zip(columns, fields, strict=True)))
        if not read.fields.get("source", "-").strip():
            raise read.wrong("no source")
        if read.fields.get("evidence", EVIDENCE[0]) not in EVIDENCE:
            raise read.wrong(f"evidence must be one of {', '.join(EVIDENCE)}")
        yield read


def texts_of(folder: Path | None) -> dict[str, str]:
    """The texts of all the tables: those of an operator's folder, and for the others those that come with the package.

    Raises:
        InvalidPolicy: the folder or a table of it cannot be read, or a file of it is no table of rights.
    """
    texts = {name: files("dmp.access").joinpath(f"{name}.csv").read_text(encoding="utf-8") for name in TABLES}
    for path in _files(folder) if folder is not None else ():
        if path.suffix != ".csv" or path.stem not in TABLES:
            raise InvalidPolicy(f"{path} is none of the tables {', '.join(f'{name}.csv' for name in TABLES)}")
        try:
            texts[path.stem] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidPolicy(f"{path} cannot be read as UTF-8 text") from error
    return texts


def _files(folder: Path) -> list[Path]:
    """What a folder holds, but hidden files."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise InvalidPolicy(f"{folder} is no folder that can be read") from error
