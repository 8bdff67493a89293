"""Imaging studies of the catalogue of a report («catalogue d'objets DICOM», cda 4.10)."""

from collections.abc import Iterator
from dataclasses import replace

from dmp.record.facts import NOTHING, Fact, ImagingStudy, Series
from dmp.wire.cda.entries import common
from dmp.wire.cda.entries.common import reader
from dmp.wire.cda.entries.place import Place
from dmp.wire.cda.entries.values import first_concept
from dmp.wire.cda.tree import Branch, attribute, every, one

STUDY = "1.2.840.10008.9.16"
MODALITY = "121139"


def read_studies(place: Place) -> Iterator[Fact]:
    """A study and its series.

    Raises:
        ValueError: the study has no identifier.
    """
    uid = attribute(place.branch, "id", "root")
    if not uid:
        raise ValueError("a study without an identifier")
    examined = place.innermost(_procedure)
    words = place.reading.words
    fact = common.told(place, first_concept(place.branch, "code", words))
    if examined is not None:
        fact = replace(fact, concept=first_concept(examined, "code", words))
    numbers = place.reading.header.accessions
    yield ImagingStudy(
        **vars(fact),
        uid=uid,
        series=tuple(_series(found, place) for found in common.related(place.branch, "COMP")),
        region=NOTHING if examined is None else first_concept(examined, "targetSiteCode", words),
        accession=(numbers[0].extension or numbers[0].root) if len(numbers) == 1 else "",
    )


def _procedure(place: Place) -> Branch | None:
    """The act that the studies of a section are of: the first there."""
    return one(place.branch, "entry/procedure") if place.name == "section" else None


def _series(branch: Branch, place: Place) -> Series:
    images = [found for found in common.related(branch, "COMP") if attribute(found, "id", "root")]
    place.reading.told.update((branch, *images))
    return Series(attribute(branch, "id", "root"), _modality(branch), len(images))


def _modality(branch: Branch) -> str:
    for qualifier in every(branch, "code/qualifier"):
        if attribute(qualifier, "name", "code") == MODALITY:
            return attribute(qualifier, "value", "code")
    return ""


READERS = (reader("act", read_studies, STUDY),)
