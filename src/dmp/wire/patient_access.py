"""The account of a patient, TD1.5a, b, d: three requests and their answers, both ways (functional 4, xds-wire 9.4).

The names of the requests and of what they hold are published; of the answers,
that they give a login and a password, and a status.
"""

from dataclasses import dataclass, field

from lxml import etree

from dmp.record.enrolment import ChannelAction, ChannelChange
from dmp.record.errors import IncompleteRequest
from dmp.record.notice import Channel
from dmp.wire.small_message import check_root, child, maybe_child, only_text, output_of
from dmp.wire.xml import NS, Element

PAT = NS["pat"]
CREATE, CHANGE, RENEW = "createPatientAccess", "patientOTPUpdate", "updatePatientAccess"
CANAL = "canal"
_TYPES = {"SMS": Channel.SMS, "EMAIL": Channel.EMAIL}
_WRITTEN = {channel: name for name, channel in _TYPES.items()}


def actions_of(request: str) -> tuple[str, str]:
    """Both spellings of a request's `wsa:Action`; the first is the published form of this service."""
    return f"{PAT}:PatientSpecificEndPoint:{request}", f"{PAT}:{request}"


@dataclass(frozen=True)
class AccessAnswer:
    """The answer to each: `status` is `DMPOk`, or tells the refusal, with `context` in words.

    `login` and `password` are for the patient's eyes, once.
    """

    status: str
    login: str = ""
    password: str = field(default="", repr=False)
    context: str = ""


def read_creation(body: Element) -> tuple[Channel, str]:
    """Read where the codes of a new account go: the kind of address, and the address as it is written.

    Raises:
        InvalidMessage: not this message.
        IncompleteRequest: `type` missing or unknown; the path is named.
    """
    check_root(body, PAT, CREATE)
    return _type(body, CREATE), only_text(body, CANAL)


def write_creation(channel: Channel, canal: str) -> Element:
    """Write the request, as a client sends it."""
    root = _root(CREATE)
    child(root, "type", _WRITTEN[channel])
    child(root, CANAL, canal)
    return root


def read_change(body: Element) -> ChannelChange:
    """Read a change of where codes go.

    Raises:
        InvalidMessage: not this message.
        IncompleteRequest: `type` or `action` missing or unknown; the path is named.
    """
    check_root(body, PAT, CHANGE)
    action = only_text(body, "action")
    if action not in tuple(ChannelAction):
        raise IncompleteRequest("neither AJOUT, MODIFICATION nor SUPPRESSION", element=f"{CHANGE}/action")
    return ChannelChange(_type(body, CHANGE), only_text(body, CANAL), ChannelAction(action))


def write_change(change: ChannelChange) -> Element:
    """Write the request, as a client sends it."""
    root = _root(CHANGE)
    child(root, "type", _WRITTEN[change.type])
    child(root, CANAL, change.canal)
    child(root, "action", change.action)
    return root


def read_renewal(body: Element) -> None:
    """Check that this is the request for a new login and password, which holds nothing.

    Raises:
        InvalidMessage: not this message.
    """
    check_root(body, PAT, RENEW)


def write_renewal() -> Element:
    """Write the request, as a client sends it."""
    return _root(RENEW)


def write_answer(request: str, answer: AccessAnswer) -> Element:
    """Write the answer to a request; refusals are told here too, by `status` (DEC-41)."""
    root = _root(f"{request}Response")
    output = child(root, "output")
    maybe_child(output, "login", answer.login)
    maybe_child(output, "password", answer.password)
    child(output, "status", answer.status)
    maybe_child(output, "context", answer.context)
    return root


def read_answer(request: str, body: Element) -> AccessAnswer:
    """Read the answer to a request, as a client receives it.

    Raises:
        InvalidMessage: not this message.
        IncompleteRequest: no `output`, or one without `status`.
    """
    output = output_of(body, PAT, f"{request}Response")
    said = (only_text(output, name) for name in ("status", "login", "password", "context"))
    return AccessAnswer(*said)


def _root(name: str) -> Element:
    return etree.Element(f"{{{PAT}}}{name}", nsmap={None: PAT})


def _type(body: Element, request: str) -> Channel:
    channel = _TYPES.get(only_text(body, "type"))
    if channel is None:
        raise IncompleteRequest("neither SMS nor EMAIL", element=f"{request}/type")
    return channel
