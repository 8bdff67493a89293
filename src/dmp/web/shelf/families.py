"""Families of documents: where people look for one, whatever its nomenclature (`families.csv` says its source)."""

import csv
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

from dmp.record.entry import DocumentEntry
from dmp.record.nomenclature import Nomenclature, value_set

Words = tuple[str, str]
"""French, then English."""


class Family(StrEnum):
    """Where a document stands; the value is what an address says."""

    REPORTS = "reports"
    BIOLOGY = "biology"
    IMAGING = "imaging"
    TREATMENTS = "treatments"
    VACCINATION = "vaccination"
    LETTERS = "letters"
    HOSPITAL = "hospital"
    OWN = "own"
    """What the holder added, of any family; and what stands nowhere else."""
    OTHERS = "others"


class Pin(StrEnum):
    """What a professional looks for first: the newest of each stands on top."""

    SYNTHESIS = "synthesis"
    DISCHARGE = "discharge"
    BIOLOGY = "biology"
    PRESCRIPTION = "prescription"
    ALLERGIES = "allergies"


FAMILY_WORDS: Mapping[Family, Words] = {
    Family.REPORTS: ("Comptes rendus", "Reports"),
    Family.BIOLOGY: ("Biologie", "Laboratory"),
    Family.IMAGING: ("Imagerie", "Imaging"),
    Family.TREATMENTS: ("Ordonnances et traitements", "Prescriptions and treatments"),
    Family.VACCINATION: ("Vaccination", "Vaccination"),
    Family.LETTERS: ("Courriers", "Letters"),
    Family.HOSPITAL: ("Hospitalisation", "Hospital stays"),
    Family.OWN: ("Ce que j’ai ajouté", "What I added"),
    Family.OTHERS: ("Autres", "Others"),
}
ADDED_BY_PATIENT: Words = ("Ajoutés par le patient", "Added by the patient")
_SHORT = {
    "11488-4": "Consultation",
    "11490-0": "Sortie d’hôpital",
    "11502-2": "Biologie",
    "34112-3": "Sortie d’hôpital",
}
"""Types that fill most records, and whose names fill most of a telephone."""
PIN_WORDS: Mapping[Pin, Words] = {
    Pin.SYNTHESIS: ("Synthèse médicale", "Medical summary"),
    Pin.DISCHARGE: ("Dernière sortie d’hôpital", "Last discharge"),
    Pin.BIOLOGY: ("Dernière biologie", "Last laboratory report"),
    Pin.PRESCRIPTION: ("Dernière ordonnance", "Last prescription"),
    Pin.ALLERGIES: ("Allergies", "Allergies"),
}


def family_of(entry: DocumentEntry) -> Family:
    """By its type, else by its class."""
    return family_named(entry.type_code.code, entry.class_code.code)


def family_named(type_code: str, class_code: str) -> Family:
    """The family of a type of documents, else of its class."""
    found = _rows().get(("type", type_code)) or _rows().get(("class", class_code))
    return Family(found[0]) if found else Family.OTHERS


def pin_of(type_code: str) -> Pin | None:
    """What of the summary a type is, if anything."""
    found = _rows().get(("type", type_code))
    return Pin(found[1]) if found and found[1] else None


@lru_cache(maxsize=1024)
def kind_of(code: str, system: str, display: str) -> str:
    """What a type is called: by the nomenclature, written out, else as its sender did."""
    label = value_set(Nomenclature.DOCUMENT_TYPES).label(code, system) or display or code
    return f"Compte rendu{label[2:]}" if label.startswith("CR ") else label


def short_of(code: str, kind: str, title: str) -> str:
    """What a line of a list says of a kind: a word where the nomenclature has ten, nothing where the title says it."""
    if _same(kind) in _same(title):
        return ""
    return _SHORT.get(code, kind)


def _same(text: str) -> str:
    return text.casefold().replace("’", "'")


@cache
def _rows() -> Mapping[tuple[str, str], tuple[str, str]]:
    lines = files("dmp.web.shelf").joinpath("families.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return MappingProxyType({(row["kind"], row["code"]): (row["family"], row["pin"]) for row in rows})
