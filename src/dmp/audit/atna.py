"""A trace in the words of ATNA: the audit message of DICOM PS3.15 A.5 (xds-wire 10.2). Pure: a trace in, XML out."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from dmp.audit.canonical import timestamp
from dmp.audit.trace import Outcome, Touched, Trace
from dmp.record.actor import Mode
from dmp.record.patient import PatientId
from dmp.record.verb import CHANGES, Verb

_OUTCOMES = {Outcome.DONE: "0", Outcome.REFUSED: "4", Outcome.FAILED: "8"}
_EMERGENCIES = (Mode.BREAK_GLASS.value, Mode.EMERGENCY_DISPATCH.value)
_SUBMISSION_SET = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"


@dataclass(frozen=True)
class Coded:
    """A code of DICOM, of IHE or of our own."""

    code: str
    system: str
    text: str

    def element(self, name: str) -> str:
        """Write it under a name."""
        return (
            f"<{name} csd-code={quoteattr(self.code)} codeSystemName={quoteattr(self.system)}"
            f" originalText={quoteattr(self.text)}/>"
        )


@dataclass(frozen=True)
class Event:
    """What kind of event an act is: EventID, EventActionCode, EventTypeCode."""

    id: Coded
    action: str
    type: Coded | None = None


@dataclass(frozen=True)
class Source:
    """Who tells: the audit source as the repository of audits knows it, and the service that was called."""

    id: str
    site: str
    service: str


IMPORT = Coded("110107", "DCM", "Import")
EXPORT = Coded("110106", "DCM", "Export")
QUERY = Coded("110112", "DCM", "Query")
PATIENT_RECORD = Coded("110110", "DCM", "Patient Record")
AUTHENTICATION = Coded("110114", "DCM", "User Authentication")
ALERT = Coded("110113", "DCM", "Security Alert")
EMERGENCY = Coded("110127", "DCM", "Emergency Override Started")
LOGIN = Coded("110122", "DCM", "Login")
_SOURCE_ROLE = Coded("110153", "DCM", "Source Role ID")
_DESTINATION_ROLE = Coded("110152", "DCM", "Destination Role ID")
_PATIENT_NUMBER = Coded("2", "RFC-3881", "Patient Number")
_REPORT_NUMBER = Coded("9", "RFC-3881", "Report Number")


def _ihe(code: str, text: str) -> Coded:
    return Coded(code, "IHE Transactions", text)


_ITI_47 = _ihe("ITI-47", "Patient Demographics Query")
_ITI_18 = Event(QUERY, "E", _ihe("ITI-18", "Registry Stored Query"))
_ITI_41 = Event(IMPORT, "C", _ihe("ITI-41", "Provide and Register Document Set-b"))
_ITI_57 = Event(PATIENT_RECORD, "U", _ihe("ITI-57", "Update Document Set"))
_EVENTS = {
    Verb.SUBMIT: _ITI_41,
    Verb.REPLACE: _ITI_41,
    Verb.FIND: _ITI_18,
    Verb.FIND_REFERENCE: _ITI_18,
    Verb.READ: Event(EXPORT, "R", _ihe("ITI-43", "Retrieve Document Set")),
    **dict.fromkeys(CHANGES, _ITI_57),
    Verb.FIND_PATIENTS: Event(QUERY, "E", _ITI_47),
    Verb.REMOVE_METADATA: Event(PATIENT_RECORD, "D", _ihe("ITI-62", "Remove Metadata")),
    Verb.REMOVE_DOCUMENTS: Event(PATIENT_RECORD, "D", _ihe("ITI-86", "Remove Documents")),
}
_OWN_ACTIONS = {
    Verb.TEST_RECORD: (QUERY, "E"),
    Verb.READ_IDENTITY: (QUERY, "E"),
    Verb.SIMULATE: (QUERY, "E"),
    Verb.SIMULATE_PERSON: (QUERY, "E"),
    Verb.LIST_RECORDS: (QUERY, "E"),
    Verb.LIST_AUTHORISATIONS: (QUERY, "E"),
    Verb.OPEN_RECORD: (PATIENT_RECORD, "C"),
    Verb.DESTROY_RECORD: (PATIENT_RECORD, "D"),
}
"""Acts of the DMP that IHE does not know: their own code is that of the rights matrix (TD0.2, TD1.1...)."""
_REGISTERED = Event(IMPORT, "C", _ihe("ITI-42", "Register Document Set-b"))


def messages(trace: Trace, patient: PatientId | None, source: Source) -> Iterator[bytes]:
    """The audit messages of one trace: the event, and beside it an alert when a record was opened in an emergency.

    The words of a search inside a record are in no trace (security 11.1), so
    that query is told of by its transaction alone; the criteria of a search of
    persons are told.
    """
    yield _message(trace, event_of(trace), patient, source)
    if trace.who.mode in _EMERGENCIES:
        yield _message(trace, Event(ALERT, "E", EMERGENCY), patient, source)


def event_of(trace: Trace) -> Event:
    """The event of an act; of a call whose caller was not believed, a failed authentication."""
    if trace.who.kind == "unknown":
        return Event(AUTHENTICATION, "E", LOGIN)
    if trace.transaction == "RegisterDocuments":
        return _REGISTERED
    known = _EVENTS.get(Verb(trace.verb)) if trace.verb in set(Verb) else None
    if known is not None:
        return known
    kind, action = (
        _OWN_ACTIONS.get(Verb(trace.verb), (PATIENT_RECORD, "U")) if trace.verb in set(Verb) else (QUERY, "E")
    )
    return Event(kind, action, Coded(trace.verb, "DMP", trace.transaction or trace.verb))


def _message(trace: Trace, event: Event, patient: PatientId | None, source: Source) -> bytes:
    told_by = f"AuditEnterpriseSiteID={quoteattr(source.site)} AuditSourceID={quoteattr(source.id)}"
    parts = (
        _event(trace, event),
        *_participants(trace, source),
        f'<AuditSourceIdentification {told_by}><AuditSourceTypeCode csd-code="4"/></AuditSourceIdentification>',
        *_objects(trace, patient),
    )
    text = f"<AuditMessage>{''.join(parts)}</AuditMessage>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()


def _event(trace: Trace, event: Event) -> str:
    outcome = _OUTCOMES[trace.outcome]
    kind = event.type.element("EventTypeCode") if event.type else ""
    return (
        f'<EventIdentification EventActionCode="{event.action}" EventDateTime="{timestamp(trace.at)}"'
        f' EventOutcomeIndicator="{outcome}">{event.id.element("EventID")}{kind}</EventIdentification>'
    )


def _participants(trace: Trace, source: Source) -> Iterator[str]:
    """The software that called, the person behind it, the service that answered."""
    who = trace.who
    yield _participant(_SOURCE_ROLE, user=who.client or "unknown", other=who.message, name="", requestor=True)
    if who.person:
        role = Coded(who.profession or who.kind, "DMP", who.kind)
        user = f"{who.person}<{who.person}@{who.structure or 'dmp'}>"
        yield _participant(role, user=user, other=who.assertion, name=who.name, requestor=True)
    yield _participant(_DESTINATION_ROLE, user=source.service, other=trace.software, name="", requestor=False)


def _participant(role: Coded, *, user: str, other: str, name: str, requestor: bool) -> str:
    alternative = f" AlternativeUserID={quoteattr(other)}" if other else ""
    named = f" UserName={quoteattr(name)}" if name else ""
    return (
        f"<ActiveParticipant UserID={quoteattr(user)}{alternative}{named}"
        f' UserIsRequestor="{str(requestor).lower()}">{role.element("RoleIDCode")}</ActiveParticipant>'
    )


def _objects(trace: Trace, patient: PatientId | None) -> Iterator[str]:
    if patient is not None:
        identifier = f"{patient.number}^^^&{patient.root}&ISO"
        details = (("INS", identifier), *_circumstances(trace))
        yield _object(identifier, kind="1", role="1", type_=_PATIENT_NUMBER, details=details)
    if trace.verb == Verb.FIND_PATIENTS:
        yield _query(trace)
        return
    for touched in trace.touched:
        yield _touched(touched, trace)


def _circumstances(trace: Trace) -> Iterable[tuple[str, str]]:
    """The facts of the assertion that must be in the trail (xds-wire 10.2)."""
    who = trace.who
    told = (
        ("structure", who.structure),
        ("sector", who.sector),
        ("authentication", who.via),
        ("mode", who.mode),
        ("reason", who.reason),
        ("software-version", who.client_version),
        ("software-approval", who.client_approval),
        ("trace", trace.id),
    )
    return [(name, value) for name, value in told if value]


def _query(trace: Trace) -> str:
    """The criteria of a search of persons, which a trace keeps since they name people (ITI-47, functional 4)."""
    criteria = _base64("; ".join(touched.unique_id for touched in trace.touched))
    return (
        '<ParticipantObjectIdentification ParticipantObjectID="query" ParticipantObjectTypeCode="2"'
        f' ParticipantObjectTypeCodeRole="24">{_ITI_47.element("ParticipantObjectIDTypeCode")}'
        f"<ParticipantObjectQuery>{criteria}</ParticipantObjectQuery></ParticipantObjectIdentification>"
    )


def _touched(touched: Touched, trace: Trace) -> str:
    """A document by its uniqueId, or what was named by its id alone; the lot of a submission is the first named."""
    name = touched.unique_id or touched.uuid
    lot = trace.verb == Verb.SUBMIT and not touched.uuid and touched is trace.touched[0]
    if lot:
        kind = Coded(_SUBMISSION_SET, "IHE XDS Metadata", "submission set classificationNode")
        return _object(name, kind="2", role="20", type_=kind, details=())
    details = (("entryUUID", touched.uuid),) if touched.uuid and touched.unique_id else ()
    return _object(name, kind="2", role="3", type_=_REPORT_NUMBER, details=details)


def _object(name: str, *, kind: str, role: str, type_: Coded, details: Iterable[tuple[str, str]]) -> str:
    told = "".join(
        [
            f"<ParticipantObjectDetail type={quoteattr(key)} value={quoteattr(_base64(value))}/>"
            for key, value in details
        ]
    )
    return (
        f'<ParticipantObjectIdentification ParticipantObjectID={quoteattr(name)} ParticipantObjectTypeCode="{kind}"'
        f' ParticipantObjectTypeCodeRole="{role}">{type_.element("ParticipantObjectIDTypeCode")}{told}'
        "</ParticipantObjectIdentification>"
    )


def _base64(value: str) -> str:
    """Values of details are base64 in the schema of DICOM."""
    return b64encode(value.encode()).decode()
