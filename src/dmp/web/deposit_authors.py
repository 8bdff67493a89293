"""Who puts a document in, as its header and its lot name him (cda-and-services 1.1 and 2, DEC-17, DEC-54)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dmp.actions.consult_record import NO_TRAITS
from dmp.record.actor import Professional
from dmp.record.codes import Code
from dmp.record.entry import Author
from dmp.record.facility import FACILITY_AUTHORITY, facility_xon
from dmp.record.nomenclature import PROFESSION, Nomenclature, value_set
from dmp.record.patient import PatientId
from dmp.record.practice import EXPRESSION, by_the_patient, place_of, practice_of
from dmp.record.professional import (
    PROFESSIONAL_AUTHORITY,
    Specialty,
    name_parts,
    patient_xcn,
    professional_xcn,
)
from dmp.record.record import Record
from dmp.sign_in.sessions import Session
from dmp.wire.cda.parts import Ii, Organization, Participant
from dmp.wire.cda.patient import RecordTarget
from dmp.wire.cda.people import DMP_HOST

_CONTENT = "1.2.250.1.213.2.2"
_ACT_CODE = "2.16.840.1.113883.5.4"
UNKNOWN_PLACE = "99999"
"""Where somebody was born of whom nobody knows it, in the words of the national identity."""
EVENTS: Mapping[str, tuple[Code, str]] = {
    code: (Code(code, _ACT_CODE, label), content)
    for code, label, content in (
        ("AMB", "Ambulatoire (hors établissement)", "07"),
        ("IMP", "Hospitalisation (établissement, y compris HAD)", "03"),
        ("EMER", "Passage aux urgences (établissement)", "07"),
        ("HH", "Au domicile", "97"),
        ("VR", "À distance", "07"),
    )
}
"""The encounters that a professional may tell of (J142), and the content of their lot (J59, functional 5.2)."""


@dataclass(frozen=True)
class Writer:
    """Who wrote a document and answers for it, where, and who sends the lot."""

    person: Participant
    performer: Participant
    """The same, in a structure that says its practice setting."""
    custodian: Organization
    facility: Code
    sender: Author
    by_patient: bool = False

    def content_type(self, event: Code | None) -> Code:
        """What the lot holds."""
        if self.by_patient:
            return _labelled("EXP_PATIENT", EXPRESSION)
        known = EVENTS.get(event.code) if event is not None else None
        return _labelled(known[1] if known is not None else "97", _CONTENT)


def by_professional(who: Professional) -> Writer:
    """A professional, in the structure that he is signed in for."""
    family, given = name_parts(who.name)
    place = Organization((Ii(FACILITY_AUTHORITY, who.facility.id),), who.facility.name)
    specialty = Specialty(Code(who.profession, PROFESSION), who.know_how)
    person = Participant((Ii(PROFESSIONAL_AUTHORITY, who.id),), family, given, code=specialty.code, organization=place)
    in_practice = replace(place, practice=practice_of(who.facility.sector))
    sender = Author(
        professional_xcn(who.id, family, given).text,
        (facility_xon(who.facility).text,),
        specialties=(specialty.text,),
    )
    performer = replace(person, organization=in_practice)
    return Writer(person, performer, place, place_of(who.facility.sector), sender)


def by_citizen(session: Session, patient: PatientId, called: str) -> Writer:
    """The patient, in whose name the document stands; the lot says who sends it, when somebody acts for him.

    `called` is how the patient is named where the identity of the record is not known yet.

    Raises:
        LookupError: the session is of nobody with an account of his own.
    """
    if session.person is None:
        raise LookupError("a citizen has an account of his own")
    person = Participant((Ii(patient.root, patient.number),), called)
    setting = by_the_patient()
    performer = replace(person, organization=Organization(practice=setting))
    sender = Author(patient_xcn(session.person, session.name or called).text)
    return Writer(person, performer, Organization((Ii(DMP_HOST),)), setting, sender, by_patient=True)


def named_by(writer: Writer, record: Record) -> Writer:
    """The same, where a patient has the name of the identity of his record."""
    traits = record.traits
    if not writer.by_patient or traits is None:
        return writer
    ids = (Ii(record.patient.root, record.patient.number),)
    person = replace(writer.person, ids=ids, family=traits.family, given=traits.given)
    performer = replace(writer.performer, ids=ids, family=traits.family, given=traits.given)
    return replace(writer, person=person, performer=performer)


def target_of(record: Record) -> RecordTarget:
    """The patient of a record as a header names him; the five strict traits are all there."""
    traits = record.traits or NO_TRAITS
    return RecordTarget(
        ids=(Ii(record.patient.root, record.patient.number),),
        birth_name=traits.birth_name,
        used_name=traits.used_name,
        birth_first_names=traits.birth_first_names or traits.birth_first_name,
        birth_first_name=traits.birth_first_name,
        used_first_name=traits.used_first_name,
        sex=traits.sex,
        birth_date=traits.birth_date,
        birth_place=traits.birth_place or UNKNOWN_PLACE,
    )


def _labelled(code: str, system: str) -> Code:
    return Code(code, system, value_set(Nomenclature.CONTENT_TYPES).label(code, system))
