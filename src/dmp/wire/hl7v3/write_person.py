"""Write a person into a request or an answer (xds-wire 9.2, 9.3)."""

from dmp.record.management import CardIdentity, PartialTraits
from dmp.record.patient import Contact, Guardian, PatientId
from dmp.wire.hl7v3.build import boolean, coded, identifier, make
from dmp.wire.hl7v3.names import CONTACT_PARTIES, GENDERS, RELATIONSHIPS, VITALE_CARD
from dmp.wire.hl7v3.times import from_partial_date
from dmp.wire.xml import Element

Pairs = tuple[tuple[str, str], ...]


def write_person(
    traits: PartialTraits,
    *,
    address: Pairs | None = None,
    telecoms: Pairs | None = None,
    guardians: tuple[Guardian, ...] | None = None,
    card: CardIdentity | None = None,
    deceased: bool | None = None,
) -> Element:
    """A `patientPerson`: None is left out, what is empty is written as told to be empty."""
    return make(
        "patientPerson",
        _name(traits),
        *_telecoms(telecoms),
        None if traits.sex is None else coded("administrativeGenderCode", traits.sex, GENDERS),
        None if traits.birth_date is None else make("birthTime", value=from_partial_date(traits.birth_date)),
        None if deceased is None else boolean("deceasedInd", value=deceased),
        None if address is None else _address(address),
        None if card is None else _card(card),
        *_guardians(guardians),
        None if traits.birth_place is None else _birth_place(traits.birth_place),
        classCode="PSN",
        determinerCode="INSTANCE",
    )


def identifiers(values: tuple[PatientId, ...]) -> list[Element]:
    """The `id`s of a patient."""
    return [identifier("id", value) for value in values]


def _name(traits: PartialTraits) -> Element | None:
    parts = [
        _part("family", traits.used_name, "SP"),
        _part("family", traits.birth_name, "BR"),
        _part("given", traits.birth_first_names),
        _part("given", traits.birth_first_name, "BR"),
        _part("given", traits.used_first_name, "CL"),
    ]
    return make("name", *parts) if any(part is not None for part in parts) else None


def _part(name: str, text: str | None, qualifier: str = "") -> Element | None:
    if text is None:
        return None
    return make(name, text=text, qualifier=qualifier) if qualifier else make(name, text=text)


def _telecoms(telecoms: Pairs | None) -> list[Element]:
    if telecoms == ():
        return [make("telecom", nullFlavor="NI")]
    return [
        make("telecom", use=use, value=value) if use else make("telecom", value=value) for use, value in telecoms or ()
    ]


def _address(parts: Pairs) -> Element:
    return make("addr", *(make(name, text=text) for name, text in parts)) if parts else make("addr", nullFlavor="NI")


def _birth_place(code: str) -> Element:
    return make("birthPlace", make("addr", make("county", text=code)), classCode="BIRTHPL")


def _guardians(guardians: tuple[Guardian, ...] | None) -> list[Element]:
    if guardians == ():
        return [make("personalRelationship", classCode="PRS", nullFlavor="NI")]
    return [_guardian(guardian) for guardian in guardians or ()]


def _guardian(guardian: Guardian) -> Element:
    names = make("name", make("family", text=guardian.family), make("given", text=guardian.given))
    contact: Contact = guardian.contact
    return make(
        "personalRelationship",
        identifier("id", guardian.identifier) if guardian.identifier else None,
        coded("code", guardian.relationship, RELATIONSHIPS),
        _address(contact.address) if contact.address else None,
        *(_telecoms(contact.telecoms) if contact.telecoms else []),
        make("relationshipHolder1", names, classCode="PSN", determinerCode="INSTANCE"),
        classCode="PRS",
    )


def _card(card: CardIdentity) -> Element:
    name = make(
        "name",
        _part("family", card.used_name or None, "SP"),
        _part("family", card.birth_name or None, "BR"),
        _part("given", card.first_name or None),
    )
    birth = make("birthTime", value=card.birth_date) if card.birth_date else None
    person = make("contactPerson", name, birth, classCode="PSN", determinerCode="INSTANCE")
    return make("contactParty", coded("code", VITALE_CARD, CONTACT_PARTIES), person, classCode="CON")
