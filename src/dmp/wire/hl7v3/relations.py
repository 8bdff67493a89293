"""Read how to reach a person, who represents him, and what his health card says (xds-wire 9.3)."""

import re

from dmp.record.errors import IncompleteRequest, InvalidIdentity
from dmp.record.management import CardIdentity
from dmp.record.patient import Contact, Guardian, PatientId
from dmp.wire.hl7v3.names import CONTACT_PARTIES, VITALE_CARD
from dmp.wire.hl7v3.node import Node
from dmp.wire.hl7v3.person_name import read_name


def read_address(holder: Node) -> tuple[tuple[str, str], ...] | None:
    """The parts of the first address that has any; None when no address is told at all."""
    addresses = holder.all("addr")
    return next(filter(None, map(_address, addresses)), ()) if addresses else None


def read_telecoms(holder: Node) -> tuple[tuple[str, str], ...] | None:
    """The telephones and mail addresses; those without value are placeholders. None when none is told at all."""
    telecoms = holder.all("telecom")
    pairs = tuple((telecom.get("use"), telecom.get("value")) for telecom in telecoms)
    return tuple(pair for pair in pairs if pair[1]) if telecoms else None


def read_guardians(person: Node) -> tuple[Guardian, ...] | None:
    """The legal representatives; None when none is told at all.

    Raises:
        IncompleteRequest: one without relationship or without name.
    """
    told = person.all("personalRelationship")
    return tuple(_guardian(node) for node in told if node.all("*")) if told else None


def read_card(person: Node) -> CardIdentity | None:
    """The identity read on the health card (LC-4); None when there is none, or an empty one.

    Raises:
        InvalidIdentity: a birth date that is not `YYMMDD`.
    """
    for contact in person.all("contactParty"):
        code = contact.find("code")
        if code and code.get("code") == VITALE_CARD and code.get("codeSystem") in ("", CONTACT_PARTIES):
            card = _card(contact.find("contactPerson"))
            return None if card == CardIdentity() else card
    return None


def _address(address: Node) -> tuple[tuple[str, str], ...]:
    parts = tuple((part.name, part.text) for part in address.all("*") if part.text)
    if parts or address.all("*") or not address.text:
        return parts
    return (("streetAddressLine", address.text),)


def _guardian(relationship: Node) -> Guardian:
    holder = relationship.need("relationshipHolder1")
    name = read_name(holder)
    if not name.any_family and not name.any_given:
        raise IncompleteRequest("element missing or empty", element=f"{holder.path}/name")
    ids = relationship.all("id") or holder.all("id")
    known = next((id_ for id_ in ids if id_.get("root") and id_.get("extension")), None)
    return Guardian(
        relationship=relationship.need("code").demand("code"),
        family=name.any_family,
        given=name.any_given,
        contact=Contact(read_address(relationship) or (), read_telecoms(relationship) or ()),
        identifier=PatientId(known.get("extension"), known.get("root")) if known else None,
    )


def _card(person: Node | None) -> CardIdentity:
    if person is None:
        return CardIdentity()
    birth = person.find("birthTime")
    date = birth.get("value") if birth else ""
    if date and not re.fullmatch("[0-9]{6}", date):
        raise InvalidIdentity("not a date of the form YYMMDD", element=f"{person.path}/birthTime/@value")
    name = read_name(person)
    return CardIdentity(name.birth or "", name.used or "", name.any_given, date)
