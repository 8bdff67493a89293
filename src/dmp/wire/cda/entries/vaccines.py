"""Vaccines given, refused or planned («vaccinations», cda 4.3)."""

from collections.abc import Iterator

from dmp.record.facts import Fact, Immunization
from dmp.wire.cda.entries import common
from dmp.wire.cda.entries.common import PCC, reader
from dmp.wire.cda.entries.medicines import medicine
from dmp.wire.cda.entries.place import Place
from dmp.wire.cda.entries.values import first_concept, quantity, single, value
from dmp.wire.cda.tree import Branch, attribute, one

RANK = "30973-2"


def read_immunizations(place: Place) -> Iterator[Fact]:
    """One vaccine of one day."""
    words = place.reading.words
    branch = place.branch
    product = medicine(branch, "consumable", words)
    kind = first_concept(branch, "code", words)
    who, who_id = common.performer(branch)
    yield Immunization(
        **vars(common.told(place, product.concept, kind)),
        rank=_rank(place),
        kind=kind.code,
        targets=tuple(first_concept(found, "code", words) for found in common.related(branch, "RSON")),
        lot=product.lot,
        route=first_concept(branch, "routeCode", words),
        site=first_concept(branch, "approachSiteCode", words),
        dose=single(quantity(one(branch, "doseQuantity"))),
        performer=who,
        performer_id=who_id,
        reaction=_reaction(place),
    )


def _rank(place: Place) -> str:
    """The number of the dose, as written."""
    for found in common.related(place.branch):
        if attribute(found, "code", "code") == RANK:
            place.reading.told.add(found)
            answer = value(one(found, "value"), place.reading.words)
            return answer.quantity.value or answer.concept.words
    return ""


def _reaction(place: Place) -> str:
    """What followed the dose, in words."""
    told = [_happened(found, place) for found in common.related(place.branch, "CAUS")]
    return "; ".join(found for found in told if found)


def _happened(found: Branch, place: Place) -> str:
    place.reading.told.add(found)
    answer = first_concept(found, "value", place.reading.words).words
    return answer or place.reading.words.of(one(found, "text"))


READERS = (reader("substanceAdministration", read_immunizations, f"{PCC}.4.12", f"{PCC}.4.12.2"),)
