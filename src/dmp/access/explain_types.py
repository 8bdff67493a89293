"""The part of the page «Qui peut voir quoi» on professions and types of documents, written from the tables."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dmp.access.sentences_explain import table
from dmp.access.table import Line, read_table
from dmp.access.type_rights import (
    ATTENDING,
    CLASSES,
    DEPOSITS,
    HOLDER,
    REPRESENTATIVE,
    SENSITIVE,
    Opening,
    TypeCell,
    class_by_type,
    read_openings,
)
from dmp.record.nomenclature import Nomenclature, value_set

RECONSTRUCTED = "‡"
_DEPOSITORS = {
    HOLDER: "vous",
    REPRESENTATIVE: "votre représentant",
    ATTENDING: "votre médecin traitant",
    "ALIM_AM": "l'assurance maladie, par son envoi automatique",
}


class Box(NamedTuple):
    """One box of the table: what a profession reads of a class, and whether a published text says so."""

    opening: Opening
    sure: bool

    @property
    def waits(self) -> bool:
        """A list of types is called for and is not there yet: until then it is no (DEC-13)."""
        return self.opening.cell is TypeCell.SELECTED and not self.opening.types

    @property
    def word(self) -> str:
        """What it says, marked."""
        types = ", ".join(sorted(_label(code) for code in self.opening.types))
        words = {
            TypeCell.ALL: "oui",
            TypeCell.ALL_BUT: f"oui, sauf : {types}" if types else "oui, sauf liste à compléter",
            TypeCell.SELECTED: f"seulement : {types}" if types else "liste à compléter : non",
            TypeCell.NONE: "non",
        }
        return words[self.opening.cell] + ("" if self.sure else RECONSTRUCTED)


def rows_of_types(texts: Mapping[str, str], opened: Mapping[str, bool]) -> Iterator[tuple[str, ...]]:
    """The heading, then a row for the professions that read the same."""
    yield ("Profession", *(_class_label(code) for code in _codes()))
    together: dict[tuple[Box, ...], list[str]] = {}
    for profession, boxes in boxes_of(texts, opened).items():
        together.setdefault(boxes, []).append(table("professions")[profession].french)
    for boxes, names in together.items():
        yield (", ".join(names), *(box.word for box in boxes))


def boxes_of(texts: Mapping[str, str], opened: Mapping[str, bool]) -> dict[str, tuple[Box, ...]]:
    """The boxes of each profession that documents are opened to, in the order of the classes."""
    openings = read_openings(texts["classes"], opened)
    sure = {
        (profession, code)
        for line in read_table("classes", texts["classes"], CLASSES)
        if line.fields["evidence"] == "confirmed"
        for profession in line.words("professions")
        for code in line.words("classes")
    }
    readers = [profession for profession, reads in opened.items() if reads]
    return {who: tuple(Box(openings[who, code], (who, code) in sure) for code in _codes()) for who in readers}


class Sureness(NamedTuple):
    """How many boxes there are, how many were put together again, how many wait for their list of types."""

    boxes: int
    guessed: int
    waiting: int


def how_sure(texts: Mapping[str, str], opened: Mapping[str, bool]) -> Sureness:
    """Count the boxes by how sure they are."""
    boxes = [box for row in boxes_of(texts, opened).values() for box in row]
    return Sureness(len(boxes), sum(not box.sure for box in boxes), sum(box.waits for box in boxes))


def how_complete(texts: Mapping[str, str], opened: Mapping[str, bool]) -> str:
    """How much of the table is sure, and how much waits for the published annex."""
    boxes, guessed, waiting = how_sure(texts, opened)
    return (
        f"**Table incomplète.** L'annexe de l'arrêté du 26 octobre 2023 n'a pas pu être obtenue. Sur {boxes} "
        f"cases, {boxes - guessed} viennent d'un texte publié et {guessed} ont été reconstituées "
        f"({RECONSTRUCTED}) ; {waiting} attendent leur liste de types : jusque-là, la réponse est non. Chacun lit "
        f"toujours ce qu'il a écrit. L'exploitant du service peut corriger la table."
    )


def rows_of_sensitive(texts: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The sensitive types, and the professions that alone read them."""
    yield ("Types sensibles", "Lus seulement par, si la table leur ouvre la classe", "Source")
    names = table("professions")
    for line in read_table("sensitive", texts["sensitive"], SENSITIVE):
        readers = ", ".join(names[code].french for code in line.words("readers"))
        yield (_types(line), readers + _mark(line), line.fields["source"])


def rows_of_deposits(texts: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The types that only some put in, and who."""
    yield ("Types déposés par certains", "Déposés seulement par", "Source")
    names = table("professions")
    for line in read_table("deposits", texts["deposits"], DEPOSITS):
        codes = line.words("depositors")
        who = ", ".join(_DEPOSITORS.get(code) or (names[code].french if code in names else code) for code in codes)
        yield (_types(line), f"{who}†", line.fields["source"])


def _types(line: Line) -> str:
    classes = line.words("classes") if "classes" in line.fields else ()
    return " ; ".join((*(_class_label(code) for code in classes), *(_label(code) for code in line.words("types"))))


def _mark(line: Line) -> str:
    return {"reconstructed": RECONSTRUCTED, "decided": "†"}.get(line.fields["evidence"], "")


def _codes() -> list[str]:
    return sorted(set(class_by_type().values()))


def _label(type_code: str) -> str:
    return value_set(Nomenclature.DOCUMENT_TYPES).label(type_code) or type_code


def _class_label(code: str) -> str:
    return value_set(Nomenclature.DOCUMENT_CLASSES).label(code) or code
