"""The files of the public database of medicines («base de données publique des médicaments», BDPM), line by line.

Tab-separated, windows-1252, CRLF, no header. Some lines of the published
composition hold three empty columns too many, some of the groups one: they are
read as they are meant, and nothing else is guessed.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dmp.services.tables import BrokenTable

MOST_OCTETS = 200 << 20
"""Of a file once it is unpacked: the real ones hold 4 MB."""


@dataclass(frozen=True)
class Found:
    """A file as it was found: its name, its octets unpacked, their SHA-256."""

    name: str
    octets: bytes

    @property
    def sha256(self) -> str:
        """Of what is unpacked: the same whether the file was packed or not."""
        return hashlib.sha256(self.octets).hexdigest()


def found_file(folder: Path, *names: str) -> Found:
    """The first of these files that is there, as it is or gzipped.

    Raises:
        BrokenTable: none is there, it cannot be unpacked, or it is far too big.
    """
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return Found(path.name, _unpacked(path))
    raise BrokenTable(names[0], "file", f"not in {folder}, packed or not")


def _unpacked(path: Path) -> bytes:
    try:
        if path.suffix != ".gz":
            octets = path.read_bytes()
        else:
            with gzip.open(path) as packed:
                octets = packed.read(MOST_OCTETS + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BrokenTable(path.name, "file", f"cannot be read: {error}") from error
    if len(octets) > MOST_OCTETS:
        raise BrokenTable(path.name, "file", "far too big")
    return octets


@dataclass(frozen=True)
class Speciality:
    """A line of CIS_bdpm: a medicine as it is authorised («spécialité»)."""

    cis: int
    label: str


@dataclass(frozen=True)
class Component:
    """A line of CIS_COMPO_bdpm: a substance of a medicine; `active` tells the salt (SA), else the moiety (FT)."""

    cis: int
    substance: str
    active: bool
    link: str
    """Number that ties a moiety to its salt."""


@dataclass(frozen=True)
class Pack:
    """A line of CIS_CIP_bdpm: a presentation."""

    cis: int
    cip13: int


@dataclass(frozen=True)
class Generic:
    """A line of CIS_GENER_bdpm: the group of generics of a medicine."""

    group: int
    cis: int


def specialities(found: Found) -> Iterator[Speciality]:
    """Every medicine.

    Raises:
        BrokenTable: a line is not of this file.
    """
    for number, columns in _lines(found, 12):
        yield Speciality(_cis(found, number, columns[0]), columns[1].strip())


def components(found: Found) -> Iterator[Component]:
    """Every substance of every medicine.

    Raises:
        BrokenTable: a line is not of this file.
    """
    for number, given in _lines(found, 9, 12):
        columns = given if len(given) == 9 else [*given[:4], *given[7:]]
        if columns[6] not in ("SA", "FT"):
            raise BrokenTable(found.name, f"line {number}", f"nature {columns[6]!r} is neither SA nor FT")
        active = columns[6] == "SA"
        yield Component(_cis(found, number, columns[0]), columns[3].strip(), active, columns[7].strip())


def packs(found: Found) -> Iterator[Pack]:
    """Every presentation.

    Raises:
        BrokenTable: a line is not of this file.
    """
    for number, columns in _lines(found, 12, 13):
        if not (len(columns[6]) == 13 and columns[6].isdigit()):
            raise BrokenTable(found.name, f"line {number}", f"CIP13 {columns[6]!r} is not 13 digits")
        yield Pack(_cis(found, number, columns[0]), int(columns[6]))


def generics(found: Found) -> Iterator[Generic]:
    """Every medicine of a group of generics.

    Raises:
        BrokenTable: a line is not of this file.
    """
    for number, given in _lines(found, 6, 7):
        columns = given if len(given) == 6 else [given[0], given[1], *given[3:]]
        if not columns[0].isdigit():
            raise BrokenTable(found.name, f"line {number}", f"group {columns[0]!r} is no number")
        yield Generic(int(columns[0]), _cis(found, number, columns[2]))


def _lines(found: Found, *widths: int) -> Iterator[tuple[int, list[str]]]:
    if not found.octets.strip():
        raise BrokenTable(found.name, "file", "is empty")
    for number, line in enumerate(found.octets.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            columns = line.removesuffix(b"\r").decode("windows-1252").split("\t")
        except UnicodeDecodeError as error:
            raise BrokenTable(found.name, f"line {number}", "is not windows-1252") from error
        if len(columns) not in widths:
            wanted = " or ".join(map(str, widths))
            raise BrokenTable(found.name, f"line {number}", f"{len(columns)} columns, {wanted} wanted")
        yield number, columns


def _cis(found: Found, number: int, text: str) -> int:
    if not (len(text) == 8 and text.isascii() and text.isdigit()):
        raise BrokenTable(found.name, f"line {number}", f"CIS {text!r} is not 8 digits")
    return int(text)
