"""The service of authorisations, TD0.3: one request and its answer, both ways (xds-wire 9.4, DEC-119)."""

from lxml import etree

from dmp.record.errors import IncompleteRequest
from dmp.record.management import (
    AuthorisationAction,
    AuthorisationAnswer,
    AuthorisationRequest,
    AuthorisationRole,
)
from dmp.wire.small_message import check_root, child, maybe_child, only_text, output_of
from dmp.wire.xml import NS, Element

HAB = NS["hab"]
REQUEST = "setAuthorization"
ANSWER = "setAuthorizationResponse"
ACTIONS = (f"{HAB}:HabilitationsEndPoint:{REQUEST}", f"{HAB}:{REQUEST}")
"""Both spellings of the request's `wsa:Action`; the first is the published one (DEC-119)."""


def read_authorisation(body: Element) -> AuthorisationRequest:
    """Read a `setAuthorization`.

    Raises:
        InvalidMessage: not this message.
        IncompleteRequest: `action` missing or unknown, or a `role` that is unknown; the path is named.
    """
    check_root(body, HAB, REQUEST)
    action, role = only_text(body, "action"), only_text(body, "role")
    if action not in tuple(AuthorisationAction):
        raise IncompleteRequest("neither AJOUT nor SUPPRESSION", element=f"{REQUEST}/action")
    if role and role not in tuple(AuthorisationRole):
        raise IncompleteRequest("not a role that can be declared", element=f"{REQUEST}/role")
    return AuthorisationRequest(AuthorisationAction(action), AuthorisationRole(role) if role else None)


def write_authorisation(request: AuthorisationRequest) -> Element:
    """Write a `setAuthorization`, as a client sends it."""
    root = etree.Element(f"{{{HAB}}}{REQUEST}", nsmap={None: HAB})
    child(root, "action", request.action)
    maybe_child(root, "role", request.role or "")
    return root


def read_authorisation_answer(body: Element) -> AuthorisationAnswer:
    """Read the answer, as a client receives it.

    Raises:
        InvalidMessage: not this message.
        IncompleteRequest: no `output`, or one without `status`.
    """
    output = output_of(body, HAB, ANSWER)
    return AuthorisationAnswer(only_text(output, "status"), only_text(output, "context"))


def write_authorisation_answer(answer: AuthorisationAnswer) -> Element:
    """Write the answer; refusals are told here too, by `status` (DEC-41)."""
    root = etree.Element(f"{{{HAB}}}{ANSWER}", nsmap={None: HAB})
    output = child(root, "output")
    child(output, "status", answer.status)
    maybe_child(output, "context", answer.context)
    return root
