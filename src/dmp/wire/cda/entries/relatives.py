"""Relatives («antécédents familiaux», cda 3.2), and everything else that a document says of another person."""

from collections.abc import Iterator
from dataclasses import fields

from dmp.record.facts import NOTHING, Fact, Kinship, Pregnancy, Quantity
from dmp.wire.cda.entries import common
from dmp.wire.cda.entries.common import PCC, reader
from dmp.wire.cda.entries.place import Place
from dmp.wire.cda.entries.values import first_concept

_OFFSPRING = frozenset({"CHILD", "NCHILD", "SON", "DAU", "SONC", "DAUC"})
"""Of the outcome of a pregnancy, which stays one of the mother."""


def read_family(place: Place) -> Iterator[Fact]:
    """Each problem of one relative.

    Raises:
        ValueError: no problem is told of the relative.
    """
    words = place.reading.words
    relative = first_concept(place.branch, "subject/relatedSubject/code", words)
    found = [inner for link in place.below() for inner in link.below() if inner.name == "observation"]
    if not found:
        raise ValueError("a relative without an observation")
    place.reading.told.update(inner.branch for inner in found)
    for inner in found:
        value = first_concept(inner.branch, "value", words)
        kind = first_concept(inner.branch, "code", words)
        yield Kinship(**vars(common.told(inner, value if value.words else kind, kind)), relative=relative)


def attributed(fact: Fact, place: Place) -> Fact:
    """A fact about another person than the patient is one of a relative, so that nobody takes it for the patient's."""
    if isinstance(fact, Kinship):
        return fact
    relative = common.about(place)
    if relative is None or (isinstance(fact, Pregnancy) and relative.code in _OFFSPRING):
        return fact
    base = {field.name: getattr(fact, field.name) for field in fields(Fact)}
    return Kinship(
        **base,
        relative=relative,
        quantity=getattr(fact, "quantity", Quantity()),
        value=getattr(fact, "value", NOTHING),
    )


READERS = (reader("organizer", read_family, f"{PCC}.4.15"),)
