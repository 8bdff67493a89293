"""Laboratory results («résultats d'examens de biologie», cda 3.6)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from dmp.record.facts import NOTHING, Concept, Fact, Quantity, Result
from dmp.wire.cda.entries import common
from dmp.wire.cda.entries.common import ANS, Reader
from dmp.wire.cda.entries.place import FEW, Place
from dmp.wire.cda.entries.values import concept, first_concept, interval, quantity, second, value
from dmp.wire.cda.tree import Branch, attribute, every, one

ENTRY = "1.3.6.1.4.1.19376.1.3.1"
RESULT = "1.3.6.1.4.1.19376.1.3.1.6"
COLLECTION = "1.3.6.1.4.1.19376.1.3.1.2"
BATTERY = "1.3.6.1.4.1.19376.1.3.1.4"
ISOLATE = "1.3.6.1.4.1.19376.1.3.1.5"
SUMMARY_BATTERY = f"{ANS}.208"
"""Results told in a patient summary (IPS)."""


def is_result(place: Place) -> bool:
    """A result by its template, by the battery that it is in, or as the former value of another result."""
    if RESULT in place.templates:
        return True
    holder = place.holder
    if holder is None or holder.name not in {"observation", "organizer"}:
        return False
    return SUMMARY_BATTERY in holder.templates or (place.relation == "REFR" and _is_former(place, holder))


def _is_former(place: Place, holder: Place) -> bool:
    """Beside a result, an observation of the same thing: it has a date of its own."""
    same = attribute(place.branch, "code", "code") == attribute(holder.branch, "code", "code")
    return same and RESULT in holder.templates


def read_results(place: Place) -> Iterator[Fact]:
    """One result, with what its battery and its collection tell of it."""
    words = place.reading.words
    branch = place.branch
    fact, answer, interpretation = common.answer(place)
    collection = _collection(place)
    former = place.relation == "REFR"
    usual = _range(place)
    panel = _panel(place)
    yield Result(
        **vars(replace(fact, start=fact.start or ("" if former else _collected_on(collection)))),
        quantity=answer.quantity,
        value=answer.concept,
        second=_second(branch, answer.quantity),
        low=usual.low,
        high=usual.high,
        range_unit=usual.unit,
        range_text=usual.text,
        interpretation=interpretation,
        specimen=_specimen(place, collection),
        method=first_concept(branch, "methodCode", words),
        laboratory=_laboratory(place),
        specialty=_specialty(place),
        panel=NOTHING if panel is None else first_concept(panel.branch, "code", words),
        panel_ident="" if panel is None else common.ident(panel.branch) or panel.path,
        isolate=_isolate(place),
    )


def _second(branch: Branch, first: Quantity) -> Quantity:
    found = second(one(branch, "value"))
    return Quantity() if found == first else found


class Range(NamedTuple):
    """The values that are usual («valeurs de référence»)."""

    low: str = ""
    high: str = ""
    unit: str = ""
    text: str = ""


def _range(place: Place) -> Range:
    """The interval of reference: that of normal values where there are several."""
    found = every(place.branch, "referenceRange/observationRange")
    normal = [usual for usual in found if attribute(usual, "interpretationCode", "code") == "N"]
    chosen = next(iter((*normal, *found)), None)
    if chosen is None:
        return Range()
    words = place.reading.words
    written = one(chosen, "value")
    said = words.of(one(chosen, "text")) or value(written, words).concept.words
    if written is None:
        return Range(text=said)
    low, high = quantity(one(written, "low")), quantity(one(written, "high"))
    return Range(low.value, high.value, low.unit or high.unit, said)


def _panel(place: Place) -> Place | None:
    """The innermost battery around a result."""
    return next((above for above in place.upwards() if above.templates & {BATTERY, SUMMARY_BATTERY}), None)


def _collection(place: Place) -> Branch | None:
    """The collection of the specimen: beside the result in its act, when there is one and no other («prélèvement»)."""
    for above in place.upwards():
        found = [
            inner
            for inner in (
                *every(above.branch, "entryRelationship/procedure")[:FEW],
                *every(above.branch, "component/procedure")[:FEW],
            )
            if any(template.get("root") == COLLECTION for template in every(inner, "templateId"))
        ]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _collected_on(collection: Branch | None) -> str:
    """When the specimen was taken: the time, or the end, or the start, of the collection."""
    if collection is None:
        return ""
    start, end = interval(one(collection, "effectiveTime"))
    return start or end


def _specimen(place: Place, collection: Branch | None) -> Concept:
    """What was examined: told at the result, at its battery, or at the collection."""
    words = place.reading.words
    for above in place.upwards():
        for found in every(above.branch, "specimen/specimenRole/specimenPlayingEntity")[:FEW]:
            if found.get("classCode") != "MIC" and ISOLATE not in above.templates:
                return concept(one(found, "code"), words)
    if collection is None:
        return NOTHING
    return first_concept(collection, "participant/participantRole/playingEntity/code", words)


def _isolate(place: Place) -> Concept:
    """The germ that was found in the specimen («isolat»)."""
    for above in place.upwards():
        if ISOLATE in above.templates:
            found = first_concept(above.branch, "specimen/specimenRole/specimenPlayingEntity/code", place.reading.words)
            if found != NOTHING:
                return found
    return NOTHING


def _laboratory(place: Place) -> str:
    """Who examined: the performer told nearest to the result, else that of the documented act."""
    for above in place.upwards():
        for found in every(above.branch, "performer/assignedEntity")[:FEW]:
            if common.organization(found):
                return common.organization(found)
    return common.main_organization(place)


def _specialty(place: Place) -> Concept:
    """The act of the entry («chapitre»)."""
    for above in place.upwards():
        if above.name == "act" and above.above is not None and ENTRY in above.above.templates:
            return first_concept(above.branch, "code", place.reading.words)
    return NOTHING


READERS = (Reader("observation", is_result, read_results),)
