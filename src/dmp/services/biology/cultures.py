"""Microbiology: germs with their antibiograms, as tables; never a curve."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dmp.services.biology.readings import Doubt, Flag, Reading
from dmp.services.chart import Evidence

_LARGEST = 200


@dataclass(frozen=True)
class Antibiotic:
    """A line of an antibiogram; `value` is the concentration («CMI») where it was measured."""

    name: str
    flag: Flag
    value: str
    cancelled: bool = False
    reading: Reading | None = field(default=None, compare=False, repr=False)
    """What it comes of: whether a corrected report changed it, and what it was."""


@dataclass(frozen=True)
class Culture:
    """A germ of one specimen, with what acts on it as the reports say."""

    germ: str
    specimen: str
    when: str
    said_when: str
    laboratory: str
    antibiotics: tuple[Antibiotic, ...]
    sources: tuple[Evidence, ...]

    @property
    def resistances(self) -> int:
        """How many lines say resistant."""
        return sum(line.flag is Flag.RESISTANT for line in self.antibiotics)


def cultures_of(readings: Iterable[Reading]) -> list[Culture]:
    """Of readings of germs: one for each germ of each specimen, newest first.

    What several reports say alike is one, with its sources.
    """
    found: dict[tuple[str, str, str], list[dict[str, Reading]]] = {}
    for reading in readings:
        isolate = reading.fact.isolate
        strains = found.setdefault((reading.sheet.uuid, isolate.code or isolate.words, reading.when), [])
        _placed(strains, reading)
    cultures: dict[tuple[object, ...], Culture] = {}
    for strain in (strain for strains in found.values() for strain in strains):
        culture = _culture(list(strain.values())[:_LARGEST])
        key = (culture.germ, culture.specimen.casefold(), culture.when or culture.sources, culture.antibiotics)
        same = cultures.get(key)
        cultures[key] = replace(same, sources=(*same.sources, *culture.sources)) if same else culture
    return sorted(cultures.values(), key=lambda culture: culture.when, reverse=True)


def _placed(strains: list[dict[str, Reading]], reading: Reading) -> None:
    """Beside the other lines of its germ; a test that is there already is of another strain of it."""
    strain = next((strain for strain in strains if reading.key not in strain), None)
    if strain is None:
        strains.append({reading.key: reading})
    else:
        strain[reading.key] = reading


def _culture(readings: list[Reading]) -> Culture:
    first = readings[0]
    return Culture(
        germ=first.fact.isolate.words,
        specimen=next((one.fact.specimen.words for one in readings if one.fact.specimen.words), ""),
        when=first.when,
        said_when=first.fact.start,
        laboratory=first.laboratory,
        antibiotics=tuple(map(_antibiotic, readings)),
        sources=(first.evidence,),
    )


def _antibiotic(reading: Reading) -> Antibiotic:
    return Antibiotic(
        name=reading.fact.concept.words.partition(" [")[0],
        flag=reading.flag,
        value=reading.words,
        cancelled=reading.doubt in (Doubt.CANCELLED, Doubt.DENIED),
        reading=reading,
    )
