"""Which profession reads which types of documents, and who may put them in (functional 3.4, DEC-11, DEC-13, DEC-33)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from dmp.access.once import once
from dmp.access.table import InvalidPolicy, Line, read_table
from dmp.record.actor import Actor, FacilitySoftware, Holder, Professional, Representative, Staff
from dmp.record.nomenclature import Nomenclature, value_set

HOLDER, REPRESENTATIVE, ATTENDING = "holder", "representative", "attending"
"""Depositors that are no code of a profession or of a role."""
CLASSES = ("professions", "classes", "cell", "types", "source", "evidence")
SENSITIVE = ("types", "readers", "source", "evidence")
DEPOSITS = ("classes", "types", "depositors", "source", "evidence")
"""The columns of the three tables."""


class TypeCell(StrEnum):
    """What a profession reads of a class of documents."""

    ALL = "A"
    ALL_BUT = "A-"
    SELECTED = "P"
    NONE = "-"


@dataclass(frozen=True)
class Opening:
    """A cell with its list: what is left out of `A-`, or what `P` is («types sélectionnés»)."""

    cell: TypeCell
    types: frozenset[str] = frozenset()

    def holds(self, type_code: str) -> bool:
        """Tell whether it opens a type."""
        if self.cell is TypeCell.NONE:
            return False
        return (type_code in self.types) is (self.cell is TypeCell.SELECTED)


@dataclass(frozen=True)
class TypeRights:
    """Openings by profession and class, readers of the sensitive types, depositors by type or class."""

    openings: Mapping[tuple[str, str], Opening]
    sensitive: Mapping[str, frozenset[str]]
    depositors: Mapping[str, frozenset[str]]

    @once
    def readable(self) -> Mapping[str, frozenset[str]]:
        """The types that each profession reads, of those that have a class."""
        professions = {profession for profession, _ in self.openings}
        return {
            profession: frozenset(code for code, of in class_by_type().items() if self.opens(profession, of, code))
            for profession in professions
        }

    def opens(self, profession: str, class_code: str, type_code: str) -> bool:
        """Tell whether a profession reads a type of a class; what the tables do not say is no (DEC-11)."""
        opening = self.openings.get((profession, class_code))
        if opening is None or not opening.holds(type_code):
            return False
        readers = self.sensitive.get(type_code)
        return readers is None or profession in readers

    def takes(self, actor: Actor, class_code: str, type_code: str, *, attending: bool) -> bool:
        """Tell whether an actor may put in a document of a type; a type of which no line speaks, all may (DEC-33)."""
        allowed = self.depositors.get(type_code) or self.depositors.get(class_code)
        if allowed is None:
            return True
        match actor:
            case Holder():
                return HOLDER in allowed
            case Representative():
                return REPRESENTATIVE in allowed
            case Professional(profession=code):
                return code in allowed or (attending and ATTENDING in allowed)
            case Staff(role=code) | FacilitySoftware(role=code):
                return code in allowed
            case _:
                return False


@cache
def class_by_type() -> Mapping[str, str]:
    """The class of each type of document that has one."""
    concepts = value_set(Nomenclature.DOCUMENT_TYPES).concepts.values()
    return {concept.code.code: concept.parent for concept in concepts if concept.parent.isdigit()}


@cache
def classes() -> frozenset[str]:
    """The classes of documents, but that of signatures."""
    return frozenset(class_by_type().values())


def read_openings(text: str, opened: Mapping[str, bool]) -> dict[tuple[str, str], Opening]:
    """Read what each profession reads of each class; `opened` are the known professions.

    Raises:
        InvalidPolicy: an unknown profession, class, cell or type; a list that is not called for; a cell twice, or
            none for a profession that documents are opened to.
    """
    openings: dict[tuple[str, str], Opening] = {}
    for line in read_table("classes", text, CLASSES):
        codes = line.known("classes", classes())
        opening = _opening(line, codes)
        for pair in ((who, code) for who in line.known("professions", frozenset(opened)) for code in codes):
            if pair in openings:
                raise line.wrong(f"profession {pair[0]} and class {pair[1]} are there twice")
            openings[pair] = opening
    for profession in (code for code, reads in opened.items() if reads):
        for code in sorted(classes()):
            if (profession, code) not in openings:
                raise InvalidPolicy(f"classes.csv: nothing is said of profession {profession} and class {code}")
    return openings


def _opening(line: Line, codes: tuple[str, ...]) -> Opening:
    try:
        cell = TypeCell(line.fields["cell"])
    except ValueError:
        raise line.wrong(f"{line.fields['cell']} is no cell") from None
    types = line.known("types", frozenset(class_by_type()))
    for type_code in types:
        if class_by_type()[type_code] not in codes:
            raise line.wrong(f"type {type_code} is of class {class_by_type()[type_code]}")
    if types and cell in (TypeCell.ALL, TypeCell.NONE):
        raise line.wrong(f"{cell} takes no types")
    return Opening(cell, frozenset(types))


def read_sensitive(text: str, professions: Collection[str]) -> dict[str, frozenset[str]]:
    """Read who alone reads the sensitive types.

    Raises:
        InvalidPolicy: an unknown type or profession, a type twice, a line without types or without readers.
    """
    readers: dict[str, frozenset[str]] = {}
    for line in read_table("sensitive", text, SENSITIVE):
        types, named = line.known("types", frozenset(class_by_type())), line.known("readers", frozenset(professions))
        if not types or not named:
            raise line.wrong("types and readers are both needed")
        _put(readers, line, types, frozenset(named))
    return readers


def read_deposits(text: str, codes: Collection[str]) -> dict[str, frozenset[str]]:
    """Read who may put in what, by type and by class; `codes` are the known professions and roles.

    Raises:
        InvalidPolicy: an unknown type, class or depositor, one of them twice, or nothing.
    """
    depositors: dict[str, frozenset[str]] = {}
    known = frozenset({HOLDER, REPRESENTATIVE, ATTENDING, *codes})
    for line in read_table("deposits", text, DEPOSITS):
        what = (*line.known("classes", classes()), *line.known("types", frozenset(class_by_type())))
        named = line.known("depositors", known)
        if not what or not named:
            raise line.wrong("classes or types, and depositors, are needed")
        _put(depositors, line, what, frozenset(named))
    return depositors


def _put(lists: dict[str, frozenset[str]], line: Line, codes: tuple[str, ...], named: frozenset[str]) -> None:
    for code in codes:
        if code in lists:
            raise line.wrong(f"{code} is there twice")
        lists[code] = named
