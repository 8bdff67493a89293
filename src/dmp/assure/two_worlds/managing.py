"""Record management in HL7 V3 and the small services: TD0.2 to TD0.5, TD1.1 to TD1.6 (functional 4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from dmp.assure.two_worlds.asking import Endpoint, Make, Probe, message
from dmp.assure.two_worlds.viewers import Seen
from dmp.assure.two_worlds.world import START
from dmp.record import dtm
from dmp.record.enrolment import ChannelAction, ChannelChange
from dmp.record.lists import AuthorisationMode, DateKind, PersonSearch, RecordListRequest
from dmp.record.management import (
    AuthorisationAction,
    AuthorisationRequest,
    AuthorisationRole,
    ClosingRequest,
    Device,
    IdentityChange,
    IdentityRequest,
    ManagementRequest,
    MessageHeader,
    MessageId,
    OpeningRequest,
    PartialTraits,
    RecordTest,
    ReopeningRequest,
)
from dmp.record.notice import Channel
from dmp.record.record import ClosingReason
from dmp.wire import habilitations, habilitations_list, hl7v3, patient_access, patient_list, soap
from dmp.wire.xml import Element

READ_RECORD = Endpoint("patients", soap.Action.READ_RECORD)
CREATE_RECORD = Endpoint("patients", soap.Action.CREATE_RECORD)
CHANGE_RECORD = Endpoint("patients", soap.Action.CHANGE_RECORD)
FIND_PERSONS = Endpoint("patients", soap.Action.FIND_PATIENTS)
SET_AUTHORISATION = tuple(Endpoint("habilitations", action) for action in habilitations.ACTIONS)
LIST_AUTHORISATIONS = tuple(Endpoint("habilitations", action) for action in habilitations_list.ACTIONS)
OPEN_ACCOUNT = tuple(Endpoint("patients", action) for action in patient_access.actions_of(patient_access.CREATE))
CHANGE_CHANNEL = tuple(Endpoint("patients", action) for action in patient_access.actions_of(patient_access.CHANGE))
RENEW_ACCOUNT = tuple(Endpoint("patients", action) for action in patient_access.actions_of(patient_access.RENEW))
LIST_RECORDS = tuple(Endpoint("patients", action) for action in patient_list.ACTIONS)
"""Both spellings of each, the published one first."""
_HEADER = MessageHeader(MessageId("1.2.3"), dtm.of(START), Device("1.2.4", "x"), query=MessageId("1.2.5"))
_CONSENT = dtm.of(START)
_CANALS = ((Channel.EMAIL, "fictif@example.org"), (Channel.SMS, "0600000000"))


def _managed(seen: Seen, endpoint: Endpoint, requests: Sequence[ManagementRequest]) -> list[Make]:
    def make(request: ManagementRequest) -> Probe:
        return message(type(request).__name__, endpoint, hl7v3.write_request(request), seen.message_id())

    return [partial(make, request) for request in requests]


def record_reads(seen: Seen) -> list[Make]:
    """Is there a record (TD0.2), what does it say of the person (TD1.3a)."""
    patient = seen.scene.patient
    return _managed(seen, READ_RECORD, (RecordTest(_HEADER, patient), IdentityRequest(_HEADER, patient)))


def openings(seen: Seen) -> list[Make]:
    """Open the record that is there (TD1.1)."""
    person = seen.scene.person
    request = OpeningRequest(_HEADER, (person.patient,), person.traits, _CONSENT, person.contact, person.guardians)
    return _managed(seen, CREATE_RECORD, (request,))


def record_changes(seen: Seen) -> list[Make]:
    """Change the identity (TD1.3b), close (TD1.4), open again (TD1.2)."""
    identifiers = (seen.scene.patient,)
    return _managed(
        seen,
        CHANGE_RECORD,
        (
            ReopeningRequest(_HEADER, identifiers, _CONSENT),
            IdentityChange(_HEADER, identifiers, PartialTraits(birth_place="99100"), break_glass_opposed=True),
            ClosingRequest(_HEADER, identifiers, ClosingReason.PATIENT_REQUEST, "fictif"),
            ReopeningRequest(_HEADER, identifiers, _CONSENT),
        ),
    )


def authorisations(endpoint: Endpoint, seen: Seen) -> list[Make]:
    """Declare and give up one's own authorisation and role (TD0.3)."""
    add, remove, attending = AuthorisationAction.ADD, AuthorisationAction.REMOVE, AuthorisationRole.ATTENDING
    requests = [AuthorisationRequest(action, role) for role in (None, attending) for action in (add, remove, add)]
    return [
        partial(_small, seen, endpoint, f"TD0.3 {request.verb}", habilitations.write_authorisation(request))
        for request in requests
    ]


def authorisation_lists(endpoint: Endpoint, seen: Seen) -> list[Make]:
    """Who is authorised, who is blocked (TD1.6)."""
    return [
        partial(_small, seen, endpoint, f"TD1.6 {mode}", habilitations_list.write_list_request(mode))
        for mode in AuthorisationMode
    ]


def account_openings(endpoint: Endpoint, seen: Seen) -> list[Make]:
    """An account for the person, twice (TD1.5a)."""
    asked = [patient_access.write_creation(kind, canal) for kind, canal in _CANALS]
    return [partial(_small, seen, endpoint, "TD1.5a", body) for body in (asked[0], asked[1])]


def channel_changes(endpoint: Endpoint, seen: Seen) -> list[Make]:
    """Where codes go: added, replaced, taken away, and an address that is none (TD1.5b)."""
    (mail, address), (sms, number) = _CANALS
    changes = [
        ChannelChange(sms, number, ChannelAction.ADD),
        ChannelChange(mail, f"autre.{address}", ChannelAction.CHANGE),
        ChannelChange(sms, number, ChannelAction.REMOVE),
        ChannelChange(sms, "0142000000", ChannelAction.ADD),
    ]
    return [
        partial(_small, seen, endpoint, f"TD1.5b {one.action}", patient_access.write_change(one)) for one in changes
    ]


def account_renewals(endpoint: Endpoint, seen: Seen) -> list[Make]:
    """A new login and password (TD1.5d)."""
    return [partial(_small, seen, endpoint, "TD1.5d", patient_access.write_renewal())]


def record_lists(endpoint: Endpoint, seen: Seen) -> list[Make]:
    """My records, by the date of the authorisation and of the last document (TD0.4)."""
    since = seen.scene.dice.choice((None, START - timedelta(days=1), START + timedelta(minutes=2)))
    asked = (RecordListRequest(kind, since) for kind in DateKind)
    return [
        partial(_small, seen, endpoint, f"TD0.4 {request.date}", patient_list.write_list_request(request), named=False)
        for request in asked
    ]


def person_searches(seen: Seen) -> list[Make]:
    """Who is that, by name and birth date (TD0.5)."""
    traits = seen.scene.person.traits
    search = PersonSearch(_HEADER, traits.birth_name, traits.birth_first_name, traits.birth_date)
    return [
        partial(_small, seen, FIND_PERSONS, "TD0.5", hl7v3.write_search(one), named=False)
        for one in (search, replace(search, given=""))
    ]


def _small(seen: Seen, endpoint: Endpoint, label: str, body: Element, *, named: bool = True) -> Probe:
    return replace(message(label, endpoint, body, seen.message_id()), names_patient=named)
