"""Beside record management, in the `patients` service: the list of my records (TD0.4), the search by traits (TD0.5).

Neither names a patient in its VIHF. When one does all the same, the answer
tells of that person at most, as of any stranger's record nothing is told.
"""

from dmp.actions.find_patients import FindPatients
from dmp.actions.list_my_records import ListMyRecords
from dmp.record.errors import (
    AccessRefused,
    DmpCode,
    DmpError,
    IncompleteRequest,
    InvalidIdentity,
    StorageUnavailable,
)
from dmp.record.lists import FoundPerson, RecordLine
from dmp.record.management import Device, MessageId
from dmp.record.verb import Verb
from dmp.web.soap.habilitations import answer_as_asked, told
from dmp.web.soap.operation import Answer, House, Message, Operation, answer_to
from dmp.wire import hl7v3, patient_list, soap
from dmp.wire.patient_list import RecordList
from dmp.wire.xml import NS

_SEARCH_CODES: dict[type[DmpError], DmpCode] = {
    AccessRefused: DmpCode.ACCESS_DENIED,
    IncompleteRequest: DmpCode.INVALID_MESSAGE,
    InvalidIdentity: DmpCode.INVALID_MESSAGE,
    StorageUnavailable: DmpCode.UNAVAILABLE,
}
"""The detail code of each refusal of a search (xds-wire 9.6)."""


def _parse_list(message: Message, house: House) -> ListMyRecords:  # noqa: ARG001
    request = patient_list.read_list_request(message.body)
    return ListMyRecords(message.caller.actor, request, message.at)


def _render_list(lines: tuple[RecordLine, ...], message: Message, house: House) -> Answer:  # noqa: ARG001
    return Answer(patient_list.write_list(RecordList(DmpCode.OK, lines)))


def _list_refused(error: DmpError, message: Message, house: House) -> Answer:  # noqa: ARG001
    status, context = told(error)
    return Answer(patient_list.write_list(RecordList(status, context=context)))


def _parse_search(message: Message, house: House) -> FindPatients:  # noqa: ARG001
    return FindPatients(hl7v3.read_search(message.body))


def _render_search(persons: tuple[FoundPerson, ...], message: Message, house: House) -> Answer:
    search, new = hl7v3.read_search(message.body), MessageId(house.new_id())
    return Answer(hl7v3.write_found(search, persons, message_id=new, at=message.at, server=_server(house)))


def _search_refused(error: DmpError, message: Message, house: House) -> Answer:
    """A refusal is an answer with AE and a detail code (DEC-41); what cannot even be answered is a fault."""
    code = _SEARCH_CODES.get(type(error))
    if code is None:
        raise error
    element = getattr(error, "element", "")
    text = f"{element}: {error}" if element else str(error)
    header, new = hl7v3.read_search_header(message.body), MessageId(house.new_id())
    body = hl7v3.write_search_refused(header, code, text, message_id=new, at=message.at, server=_server(house))
    return Answer(body)


def _server(house: House) -> Device:
    return Device(house.device_oid, "DMP")


LIST = Operation(
    actions=patient_list.ACTIONS,
    answer_action=answer_as_asked,
    element=f"{{{patient_list.PAT}}}{patient_list.REQUEST}",
    verb=Verb.LIST_RECORDS,
    parse=_parse_list,
    render=_render_list,
    refused=_list_refused,
)
SEARCH = Operation(
    actions=(soap.Action.FIND_PATIENTS,),
    answer_action=answer_to,
    element=f"{{{NS['hl7']}}}PRPA_IN201305UV02",
    verb=Verb.FIND_PATIENTS,
    parse=_parse_search,
    render=_render_search,
    refused=_search_refused,
)
OPERATIONS = (LIST, SEARCH)
