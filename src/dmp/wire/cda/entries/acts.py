"""Acts, devices, stays and what is planned («actes», «dispositifs», «rencontres», «suivi prévu», cda 3.2)."""

from collections.abc import Iterator

from dmp.record.facts import NOTHING, Concept, Device, Encounter, Fact, PlanItem, Procedure
from dmp.wire.cda.entries import common
from dmp.wire.cda.entries.common import ANS, PCC, Reader, reader
from dmp.wire.cda.entries.laboratory import COLLECTION, ENTRY
from dmp.wire.cda.entries.place import Place
from dmp.wire.cda.entries.values import first_concept, quantity
from dmp.wire.cda.tree import Branch, every, one, text

DEVICE = f"{ANS}.20"
FOLLOW_UP = f"{PCC}.1.20.3.1"


def _is_procedure(place: Place) -> bool:
    """Any act, but the collection of a specimen, which its results tell."""
    collected = COLLECTION in place.templates
    return not (collected and place.innermost(_is_in_laboratory))


def _is_in_laboratory(place: Place) -> bool | None:
    return ENTRY in place.templates or None


def read_procedures(place: Place) -> Iterator[Fact]:
    """An act, done or planned."""
    words = place.reading.words
    branch = place.branch
    site, laterality = common.located(place)
    who, _ = common.performer(branch)
    yield Procedure(
        **vars(common.told(place, first_concept(branch, "code", words))),
        site=site,
        laterality=laterality,
        method=first_concept(branch, "methodCode", words),
        reason=common.reason(place),
        performer=who,
    )


def read_devices(place: Place) -> Iterator[Fact]:
    """A device: worn, used or prescribed."""
    role = _device(place.branch)
    what = NOTHING if role is None else first_concept(role, "playingDevice/code", place.reading.words)
    if role is not None and not what.words:
        what = Concept(what.code, what.system, text(role, "playingDevice/manufacturerModelName"), null=what.null)
    yield Device(
        **vars(common.told(place, what)),
        serial="" if role is None else common.ident(role),
        quantity=quantity(one(place.branch, "quantity")),
    )


def _device(branch: Branch) -> Branch | None:
    found = [role for role in every(branch, "participant/participantRole") if every(role, "playingDevice")]
    return found[0] if found else None


def read_encounters(place: Place) -> Iterator[Fact]:
    """A stay or a visit, past or to come."""
    who, _ = common.performer(place.branch)
    yield Encounter(
        **vars(common.told(place, first_concept(place.branch, "code", place.reading.words))),
        place=_where(place.branch),
        performer=who,
    )


def _where(branch: Branch) -> str:
    """The place of a stay: its participant of type LOC, else the structure of who received the patient."""
    for found in every(branch, "participant"):
        if found.get("typeCode") == "LOC":
            named = text(found, "participantRole/playingEntity/name") or text(
                found, "participantRole/scopingEntity/desc"
            )
            if named:
                return named
    return next((name for who in every(branch, "performer/assignedEntity") if (name := common.organization(who))), "")


def read_plan(place: Place) -> Iterator[Fact]:
    """Something asked for or foreseen."""
    fact, found, _ = common.answer(place)
    who, _ = common.performer(place.branch)
    yield PlanItem(
        **vars(fact),
        quantity=found.quantity,
        value=found.concept,
        site=first_concept(place.branch, "targetSiteCode", place.reading.words),
        method=first_concept(place.branch, "methodCode", place.reading.words),
        performer=who,
    )


READERS = (
    Reader("procedure", _is_procedure, read_procedures),
    reader("supply", read_devices, DEVICE),
    reader("encounter", read_encounters),
    reader("observation", read_plan, FOLLOW_UP),
)
