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
_BATTERIES = frozenset({BATTERY, SUMMARY_BATTERY})


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
    panel = place.innermost(_panel) or NO_PANEL
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
        specimen=place.innermost(_specimen) or _collected(place, collection),
        method=first_concept(branch, "methodCode", words),
        laboratory=place.innermost(_laboratory) or common.main_organization(place),
        specialty=place.innermost(_specialty) or NOTHING,
        panel=panel.concept,
        panel_ident=panel.ident,
        isolate=place.innermost(_isolate) or NOTHING,
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


class Panel(NamedTuple):
    """The battery that a result is in."""

    concept: Concept = NOTHING
    ident: str = ""


NO_PANEL = Panel()


def _panel(place: Place) -> Panel | None:
    """What a battery is, where a place is one."""
    if place.templates.isdisjoint(_BATTERIES):
        return None
    return Panel(first_concept(place.branch, "code", place.reading.words), common.ident(place.branch) or place.path)


def _collection(place: Place) -> Branch | None:
    """The collection of the specimen: beside the result in its act, when there is one and no other («prélèvement»)."""
    found = place.innermost(_collections)
    return found[0] if found is not None and len(found) == 1 else None


def _collections(place: Place) -> list[Branch] | None:
    """The collections right below a place; None where there are none."""
    near = (
        *every(place.branch, "entryRelationship/procedure")[:FEW],
        *every(place.branch, "component/procedure")[:FEW],
    )
    found = [
        inner for inner in near if any(template.get("root") == COLLECTION for template in every(inner, "templateId"))
    ]
    return found or None


def _collected_on(collection: Branch | None) -> str:
    """When the specimen was taken: the time, or the end, or the start, of the collection."""
    if collection is None:
        return ""
    start, end = interval(one(collection, "effectiveTime"))
    return start or end


def _specimen(place: Place) -> Concept | None:
    """What was examined, where the result or its battery tells it."""
    for found in every(place.branch, "specimen/specimenRole/specimenPlayingEntity")[:FEW]:
        if found.get("classCode") != "MIC" and ISOLATE not in place.templates:
            return concept(one(found, "code"), place.reading.words)
    return None


def _collected(place: Place, collection: Branch | None) -> Concept:
    """What was taken, where no result tells it."""
    if collection is None:
        return NOTHING
    return first_concept(collection, "participant/participantRole/playingEntity/code", place.reading.words)


def _isolate(place: Place) -> Concept | None:
    """The germ that was found in the specimen («isolat»)."""
    if ISOLATE not in place.templates:
        return None
    found = first_concept(place.branch, "specimen/specimenRole/specimenPlayingEntity/code", place.reading.words)
    return None if found == NOTHING else found


def _laboratory(place: Place) -> str | None:
    """The structure of who examined; None where no performer tells it."""
    named = map(common.organization, every(place.branch, "performer/assignedEntity")[:FEW])
    return next((found for found in named if found), None)


def _specialty(place: Place) -> Concept | None:
    """The act of the entry («chapitre»)."""
    if place.name != "act" or place.above is None or ENTRY not in place.above.templates:
        return None
    return first_concept(place.branch, "code", place.reading.words)


READERS = (Reader("observation", is_result, read_results),)
