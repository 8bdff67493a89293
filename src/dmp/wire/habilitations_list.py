"""The list of who is authorised and who is blocked, TD1.6: the request and its answer, both ways (xds-wire 9.4)."""

from dataclasses import dataclass

from lxml import etree

from dmp.record.codes import Code
from dmp.record.errors import IncompleteRequest
from dmp.record.lists import AuthorisationLine, AuthorisationMode
from dmp.record.management import AuthorisationRole
from dmp.wire.small_message import check_root, child, dtm_of, instant_of, maybe_child, only_text, output_of
from dmp.wire.xml import NS, Element

HAB = NS["hab"]
REQUEST = "listAuthorizationByPatient"
ANSWER = "listAuthorizationByPatientResponse"
LINE = "listOfAuthorizationByPatient"
ACTIONS = (f"{HAB}:HabilitationsEndPoint:{REQUEST}", f"{HAB}:{REQUEST}")
"""Both spellings of the request's `wsa:Action`; the first is the published one (DEC-119)."""


@dataclass(frozen=True)
class AuthorisationList:
    """The answer: `status` is `DMPOk`, or tells the refusal, with `context` in words."""

    status: str
    lines: tuple[AuthorisationLine, ...] = ()
    context: str = ""


def read_list_request(body: Element) -> AuthorisationMode:
    """Read which lines are wanted.

    Raises:
        InvalidMessage: not this message.
        IncompleteRequest: `mode` missing or unknown; the path is named.
    """
    check_root(body, HAB, REQUEST)
    mode = only_text(body, "mode")
    if mode not in tuple(AuthorisationMode):
        raise IncompleteRequest("neither ACTIVE, INTERDITE nor TOUTE", element=f"{REQUEST}/mode")
    return AuthorisationMode(mode)


def write_list_request(mode: AuthorisationMode) -> Element:
    """Write the request, as a client sends it."""
    root = etree.Element(f"{{{HAB}}}{REQUEST}", nsmap={None: HAB})
    child(root, "mode", mode)
    return root


def write_list(answer: AuthorisationList) -> Element:
    """Write the answer; refusals are told here too, by `status` (DEC-41)."""
    root = etree.Element(f"{{{HAB}}}{ANSWER}", nsmap={None: HAB})
    output = child(root, "output")
    child(output, "status", answer.status)
    maybe_child(output, "context", answer.context)
    for line in answer.lines:
        _write_line(child(output, LINE), line)
    return root


def read_list(body: Element) -> AuthorisationList:
    """Read the answer, as a client receives it.

    Raises:
        InvalidMessage: not this message.
        IncompleteRequest: no `output`, one without `status`, or a line without id or mode.
    """
    output = output_of(body, HAB, ANSWER)
    lines = tuple(_read_line(line) for line in output.iterchildren(f"{{{HAB}}}{LINE}"))
    return AuthorisationList(only_text(output, "status"), lines, only_text(output, "context"))


def _write_line(element: Element, line: AuthorisationLine) -> None:
    child(element, "nationalId", line.id)
    child(element, "nationalIdType", line.authority)
    child(element, "firstName", line.given)
    child(element, "lastName", line.family)
    for specialty in line.specialties:
        child(element, "codeSpeciality", specialty.code)
    for specialty in line.specialties:
        child(element, "libSpeciality", specialty.display)
    maybe_child(element, "startOfAuthorization", dtm_of(line.start))
    maybe_child(element, "lastActionDate", dtm_of(line.last_action))
    child(element, "mode", line.mode)
    if line.attending:
        child(element, "specificRight", AuthorisationRole.ATTENDING)


def _read_line(element: Element) -> AuthorisationLine:
    mode, name = only_text(element, "mode"), only_text(element, "nationalId")
    if not name or mode not in tuple(AuthorisationMode):
        raise IncompleteRequest("a line needs an id and a mode", element=f"{ANSWER}/output/{LINE}")
    codes, labels = _texts(element, "codeSpeciality"), _texts(element, "libSpeciality")
    return AuthorisationLine(
        id=name,
        authority=only_text(element, "nationalIdType"),
        family=only_text(element, "lastName"),
        given=only_text(element, "firstName"),
        specialties=tuple(Code(code, "", label) for code, label in zip(codes, labels, strict=False)),
        start=instant_of(only_text(element, "startOfAuthorization"), element=f"{LINE}/startOfAuthorization"),
        last_action=instant_of(only_text(element, "lastActionDate"), element=f"{LINE}/lastActionDate"),
        mode=AuthorisationMode(mode),
        attending=AuthorisationRole.ATTENDING in _texts(element, "specificRight"),
    )


def _texts(element: Element, local: str) -> list[str]:
    return [(one.text or "").strip() for one in element.iterchildren(f"{{{HAB}}}{local}")]
