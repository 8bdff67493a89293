"""The list of my records, TD0.4: the request and its answer, both ways (xds-wire 9.4)."""

from dataclasses import dataclass

from lxml import etree

from dmp.record.errors import IncompleteRequest
from dmp.record.lists import DateKind, RecordLine, RecordListRequest
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.wire.small_message import check_root, child, dtm_of, instant_of, maybe_child, only_text, output_of
from dmp.wire.xml import NS, Element

PAT = NS["pat"]
REQUEST = "patientList"
ANSWER = "patientListResponse"
LINE = "patientlistData"
ACTIONS = (f"{PAT}:PatientSpecificEndPoint:{REQUEST}", f"{PAT}:{REQUEST}")
"""Both spellings of the request's `wsa:Action`; the first is the published one."""


@dataclass(frozen=True)
class RecordList:
    """The answer: `status` is `DMPOk`, or tells the refusal, with `context` in words."""

    status: str
    lines: tuple[RecordLine, ...] = ()
    context: str = ""


def read_list_request(body: Element) -> RecordListRequest:
    """Read which records are wanted.

    Raises:
        InvalidMessage: not this message.
        IncompleteRequest: `dateType` missing or unknown, `startDate` no date; the path is named.
    """
    check_root(body, PAT, REQUEST)
    kind = only_text(body, "dateType")
    if kind not in tuple(DateKind):
        raise IncompleteRequest("neither LASTAUTORIZATION nor LASTDOC", element=f"{REQUEST}/dateType")
    since = instant_of(only_text(body, "startDate"), element=f"{REQUEST}/startDate")
    return RecordListRequest(DateKind(kind), since, only_text(body, "psOwnerId"))


def write_list_request(request: RecordListRequest) -> Element:
    """Write the request, as a client sends it."""
    root = etree.Element(f"{{{PAT}}}{REQUEST}", nsmap={None: PAT})
    maybe_child(root, "startDate", dtm_of(request.since))
    child(root, "dateType", request.date)
    maybe_child(root, "psOwnerId", request.owner)
    return root


def write_list(answer: RecordList) -> Element:
    """Write the answer; refusals are told here too, by `status` (DEC-41)."""
    root = etree.Element(f"{{{PAT}}}{ANSWER}", nsmap={None: PAT})
    output = child(root, "output")
    for line in answer.lines:
        _write_line(child(output, LINE), line)
    child(output, "status", answer.status)
    maybe_child(output, "context", answer.context)
    return root


def read_list(body: Element) -> RecordList:
    """Read the answer, as a client receives it; the sex and the birth place of a person are not told.

    Raises:
        InvalidMessage: not this message.
        IncompleteRequest: no `output`, one without `status`, or a line without identifier or birth date.
    """
    output = output_of(body, PAT, ANSWER)
    lines = tuple(_read_line(line) for line in output.iterchildren(f"{{{PAT}}}{LINE}"))
    return RecordList(only_text(output, "status"), lines, only_text(output, "context"))


def _write_line(element: Element, line: RecordLine) -> None:
    """The dates that are not known are left out; `message` is always there, and empty."""
    traits = line.traits
    for patient in line.identifiers:
        identifier = child(element, "patientIdentifier")
        child(identifier, "nationalId", patient.number)
        child(identifier, "nationalIdType", patient.root)
    child(element, "lastName", traits.family)
    maybe_child(element, "patronymicalName", traits.birth_name)
    child(element, "firstName", traits.given)
    child(element, "dateOfBirth", traits.birth_date.replace("-", ""))
    child(element, "MT", "true" if line.attending else "false")
    child(element, "message")
    maybe_child(element, "lastUpdateDate", dtm_of(line.updated))
    maybe_child(element, "lastAddDate", dtm_of(line.added))


def _read_line(element: Element) -> RecordLine:
    identifiers = tuple(
        PatientId(only_text(one, "nationalId"), only_text(one, "nationalIdType"))
        for one in element.iterchildren(f"{{{PAT}}}patientIdentifier")
    )
    if not identifiers:
        raise IncompleteRequest("a line needs an identifier", element=f"{ANSWER}/output/{LINE}/patientIdentifier")
    family, first_name = only_text(element, "lastName"), only_text(element, "firstName")
    birth_name = only_text(element, "patronymicalName") or family
    traits = IdentityTraits(
        birth_name=birth_name,
        birth_first_name=first_name,
        birth_first_names="",
        birth_date=_birth_date(only_text(element, "dateOfBirth")),
        sex=Sex.UNDETERMINED,
        used_name="" if family == birth_name else family,
    )
    return RecordLine(
        identifiers,
        traits,
        attending=only_text(element, "MT") == "true",
        updated=instant_of(only_text(element, "lastUpdateDate"), element=f"{LINE}/lastUpdateDate"),
        added=instant_of(only_text(element, "lastAddDate"), element=f"{LINE}/lastAddDate"),
    )


def _birth_date(digits: str) -> str:
    """A partial ISO date, lunar days and months as they stand (ID-2)."""
    return "-".join(filter(None, (digits[:4], digits[4:6], digits[6:8])))
