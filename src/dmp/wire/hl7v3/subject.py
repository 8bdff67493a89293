"""What an answer says of a record: registration event, patient, marks, attention lines (xds-wire 9.2)."""

from dataclasses import replace

from dmp.record import dtm
from dmp.record.management import AdministrativeData, Device, PartialTraits, RecordStatus
from dmp.record.patient import IdentityTraits, PatientId
from dmp.record.record import RecordState
from dmp.wire.hl7v3 import names
from dmp.wire.hl7v3.build import boolean, coded, make, time
from dmp.wire.hl7v3.observations import write_mark
from dmp.wire.hl7v3.write_person import identifiers, write_person
from dmp.wire.hl7v3.write_requests import write_reason
from dmp.wire.xml import Element


def status_subject(status: RecordStatus, custodian: Device) -> Element:
    """The subject of an answer to a test of existence; the event of a closed record bears the date of its closing."""
    closed = status.closure if status.state is RecordState.CLOSED else None
    patient = _patient(
        status.identifiers,
        names.TERMINATED if status.state is RecordState.CLOSED else names.ACTIVE,
        write_person(_told(status.traits), telecoms=status.telecoms or None) if status.traits else None,
        *_portal_marks(account=status.portal_account, linked=status.linked_to_portal),
    )
    return _subject(patient, custodian, effective=time("effectiveTime", dtm.of(closed.at)) if closed else None)


def data_subject(data: AdministrativeData, custodian: Device) -> Element:
    """The subject of an answer to a reading of the administrative data."""
    person = write_person(
        _told(data.traits),
        address=data.contact.address or None,
        telecoms=data.contact.telecoms or None,
        guardians=data.guardians or None,
        deceased=data.deceased,
    )
    marks = [
        write_mark(names.BREAK_GLASS_OPPOSED, value=data.oppositions.break_glass),
        write_mark(names.EMERGENCY_DISPATCH_OPPOSED, value=data.oppositions.emergency_dispatch),
        *_portal_marks(account=data.portal_account, linked=data.linked_to_portal),
    ]
    return _subject(_patient(data.identifiers, names.ACTIVE, person, *marks), custodian)


def done_subject(values: tuple[PatientId, ...], status: str, custodian: Device) -> Element:
    """The subject of an answer to a change: who, and the state of the record after it."""
    return _subject(_patient(values, status, None), custodian)


def attention_lines(status: RecordStatus) -> tuple[Element, ...]:
    """AUTORISATION, where it is tested, and STATUT_MT; none without a record (DEC-40)."""
    if not status.found:
        return ()
    attending = _attention(names.ATTENDING, names.ATTENDING_KEY, boolean("value", value=status.attending, typed=True))
    if status.authorisation is None:
        return (attending,)
    value = make("value", code=status.authorisation, codeSystem=names.AUTHORISATION_VALUES, xsi_type="CV")
    return (_attention(names.AUTHORISATION, names.AUTHORISATION_KEY, value), attending)


def closing_reason(status: RecordStatus) -> Element | None:
    """Why a closed record was closed (LC-10)."""
    if status.state is not RecordState.CLOSED or status.closure is None:
        return None
    return write_reason(status.closure.reason, status.closure.text)


def _told(traits: IdentityTraits) -> PartialTraits:
    """A name of each kind is always told: clients read the used one, and who has none goes by the birth name."""
    return PartialTraits.of(replace(traits, used_name=traits.used_name or traits.birth_name))


def _portal_marks(*, account: bool, linked: bool) -> list[Element]:
    return [
        write_mark(names.PORTAL_ACCOUNT, value=account, system=names.PORTAL_ACCOUNTS),
        write_mark(names.LINKED_TO_PORTAL, value=linked),
    ]


def _attention(key: str, system: str, value: Element) -> Element:
    return make("attentionLine", coded("keyWordText", key, system), value)


def _patient(values: tuple[PatientId, ...], status: str, person: Element | None, *marks: Element) -> Element:
    return make("patient", *identifiers(values), make("statusCode", code=status), person, *marks, classCode="PAT")


def _subject(patient: Element, custodian: Device, effective: Element | None = None) -> Element:
    keeper = make("assignedEntity", make("id", root=custodian.oid), classCode="ASSIGNED")
    event = make(
        "registrationEvent",
        make("statusCode", code="completed"),
        effective,
        make("subject1", patient, typeCode="SBJ"),
        make("custodian", keeper, typeCode="CST"),
        classCode="REG",
        moodCode="EVN",
    )
    return make("subject", event, typeCode="SUBJ", contextConductionInd="false")
