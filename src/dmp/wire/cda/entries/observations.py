"""Measures, habits, pregnancies, directives and every other coded observation (cda 3.2)."""

from collections.abc import Iterator
from dataclasses import replace

from dmp.record.facts import NOTHING, Concept, Directive, Fact, Lifestyle, Measurement, Observation, Pregnancy
from dmp.wire.cda.entries import common
from dmp.wire.cda.entries.common import PCC, Reader, reader
from dmp.wire.cda.entries.place import Place
from dmp.wire.cda.entries.values import NO_VALUE, Value, first_concept, period, says

VITAL_SIGNS = f"{PCC}.4.13.1"
VITAL_SIGN = f"{PCC}.4.13.2"
TRANSPORTS = (f"{PCC}.1.25.1.4.1", f"{PCC}.1.10.4.1")
"""Transports and transfers of the patient, which are acts."""


def _is_measurement(place: Place) -> bool:
    holder = place.holder
    return VITAL_SIGN in place.templates or (holder is not None and VITAL_SIGNS in holder.templates)


def read_measurements(place: Place) -> Iterator[Fact]:
    """A vital sign or a measure of growth; its time is that of its group when it has none."""
    fact, found, interpretation = common.answer(place)
    yield Measurement(
        **vars(replace(fact, start=fact.start or _time_of_group(place))),
        quantity=found.quantity,
        value=found.concept,
        interpretation=interpretation,
    )


def _time_of_group(place: Place) -> str:
    holder = place.holder
    grouped = holder is not None and holder.name == "organizer"
    return period(holder.branch)[0] if holder is not None and grouped else ""


def read_lifestyle(place: Place) -> Iterator[Fact]:
    """A habit: tobacco, alcohol, work…"""
    fact, found, _ = common.answer(place)
    yield Lifestyle(**vars(fact), quantity=found.quantity, value=found.concept)


def read_pregnancies(place: Place) -> Iterator[Fact]:
    """Something about a pregnancy."""
    fact, found, _ = common.answer(place)
    yield Pregnancy(**vars(fact), quantity=found.quantity, value=found.concept)


def read_directives(place: Place) -> Iterator[Fact]:
    """An advance directive: what was decided, or where it is written."""
    fact, found, _ = common.answer(place)
    written = common.ident(place.branch, "reference/externalDocument/id")
    yield Directive(**vars(fact), value=found.concept, reference=written)


def read_observations(place: Place) -> Iterator[Fact]:
    """An observation of no other kind, if it says anything."""
    fact, found, interpretation = common.answer(place)
    if says(fact.concept) or _says(found):
        site, laterality = common.located(place)
        yield Observation(
            **vars(fact),
            quantity=found.quantity,
            value=found.concept,
            interpretation=interpretation,
            site=site,
            laterality=laterality,
            group=_group(place),
        )


def _group(place: Place) -> Concept:
    """The code of the innermost group around an observation."""
    return place.innermost(_group_code) or NOTHING


def _group_code(place: Place) -> Concept | None:
    return first_concept(place.branch, "code", place.reading.words) if place.name == "organizer" else None


def _says(found: Value) -> bool:
    return found.quantity != NO_VALUE.quantity or says(found.concept)


def read_transports(place: Place) -> Iterator[Fact]:
    """A transport, as an observation that it took place or is to."""
    fact = common.told(place, first_concept(place.branch, "code", place.reading.words))
    yield Observation(**vars(fact))


READERS = (
    Reader("observation", _is_measurement, read_measurements),
    reader("observation", read_lifestyle, f"{PCC}.4.13.4"),
    reader("observation", read_pregnancies, f"{PCC}.4.13.5"),
    reader("observation", read_directives, f"{PCC}.4.13.7"),
    reader("act", read_transports, *TRANSPORTS),
    reader("observation", read_observations),
)
