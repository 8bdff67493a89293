"""Everything that the entries of a CDA document say, as facts of the record (cda 3).

An entry that cannot be read is a `Failure` and the others are read; nothing
is guessed from the narrative, and no document makes this raise.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

from dmp.record import facts
from dmp.record.facts import Fact, Facts, Failure
from dmp.wire.cda.entries import (
    acts,
    attachments,
    imaging,
    laboratory,
    observations,
    problems,
    relatives,
    treatments,
    vaccines,
)
from dmp.wire.cda.entries.common import Reader
from dmp.wire.cda.entries.place import Place, statements
from dmp.wire.cda.header import BodyKind, CdaHeader
from dmp.wire.cda.tree import Element

Kind = TypeVar("Kind", bound=Fact)

MOST_FACTS = 5_000
"""Facts kept of one document; the richest published one has two hundred."""
MOST_FAILURES = 100
_READERS = (
    *problems.READERS,
    *treatments.READERS,
    *vaccines.READERS,
    *laboratory.READERS,
    *acts.READERS,
    *relatives.READERS,
    *imaging.READERS,
    *attachments.READERS,
    # Last: what is of no other kind is an observation.
    *observations.READERS,
)
_BY_NAME: Mapping[str, tuple[Reader, ...]] = MappingProxyType(
    {name: tuple(found for found in _READERS if found.name == name) for name in {found.name for found in _READERS}}
)


def read_facts(document: Element, header: CdaHeader) -> Facts:
    """Read a ClinicalDocument; an unstructured body says nothing in entries."""
    if header.body is BodyKind.UNSTRUCTURED:
        return Facts()
    failures: list[Failure] = []
    told = list(islice(_told(document, header, failures), MOST_FACTS + 1))
    if len(told) > MOST_FACTS:
        failures.append(Failure("", f"more than {MOST_FACTS} facts: the others are left out"))
    return _gathered(told[:MOST_FACTS], tuple(failures))


def _gathered(told: list[Fact], failures: tuple[Failure, ...]) -> Facts:
    """Facts of all kinds in one list, by kind."""
    return Facts(
        problems=_of(told, facts.Problem),
        allergies=_of(told, facts.Allergy),
        medications=_of(told, facts.Medication),
        prescriptions=_of(told, facts.PrescriptionLine),
        dispensations=_of(told, facts.Dispensation),
        immunizations=_of(told, facts.Immunization),
        results=_of(told, facts.Result),
        measurements=_of(told, facts.Measurement),
        procedures=_of(told, facts.Procedure),
        devices=_of(told, facts.Device),
        encounters=_of(told, facts.Encounter),
        plan=_of(told, facts.PlanItem),
        family=_of(told, facts.Kinship),
        lifestyle=_of(told, facts.Lifestyle),
        pregnancies=_of(told, facts.Pregnancy),
        directives=_of(told, facts.Directive),
        imaging=_of(told, facts.ImagingStudy),
        attachments=_of(told, facts.Attachment),
        observations=_of(told, facts.Observation),
        failures=failures,
    )


def _of(told: list[Fact], kind: type[Kind]) -> tuple[Kind, ...]:
    """Those of exactly that kind: a line of a prescription is no treatment."""
    return tuple(fact for fact in told if type(fact) is kind)


def _reader(place: Place) -> Reader | None:
    for found in _BY_NAME.get(place.name, ()):
        if found.applies(place):
            return found
    return None


def _told(document: Element, header: CdaHeader, failures: list[Failure]) -> Iterator[Fact]:
    for place in statements(document, header):
        reader = _reader(place)
        if reader is None:
            continue
        try:
            # All of an entry or nothing of it: a failure in its middle leaves no half of it.
            yield from [relatives.attributed(fact, place) for fact in reader.read(place)]
        except (ValueError, LookupError, ArithmeticError) as error:
            if len(failures) < MOST_FAILURES:
                failures.append(Failure(place.path, str(error)[:200]))
