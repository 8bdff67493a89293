"""The `habilitations` service: declare or give up one's own authorisation (TD0.3), list them all (TD1.6)."""

from typing import Any

from dmp.actions.action import Action
from dmp.actions.authorise import Authorise, BecomeAttending, LeaveAttending, Renounce
from dmp.actions.list_authorisations import ListAuthorisations
from dmp.record.errors import (
    AccessRefused,
    AccountExists,
    AccountNotFound,
    ChannelExists,
    DmpCode,
    DmpError,
    IncompleteRequest,
    RecordClosed,
    RecordNotFound,
    StorageUnavailable,
)
from dmp.record.lists import AuthorisationLine
from dmp.record.management import AuthorisationAnswer
from dmp.record.profile import Profile
from dmp.record.verb import Verb
from dmp.web.soap.operation import Answer, House, Message, Operation
from dmp.wire import habilitations, habilitations_list
from dmp.wire.habilitations_list import AuthorisationList

_ACTS = {
    Verb.AUTHORISE: Authorise,
    Verb.RENOUNCE: Renounce,
    Verb.BECOME_ATTENDING: BecomeAttending,
    Verb.LEAVE_ATTENDING: LeaveAttending,
}
_STATUSES: dict[type[DmpError], DmpCode] = {
    AccessRefused: DmpCode.ACCESS_DENIED,
    RecordNotFound: DmpCode.NOT_FOUND,
    RecordClosed: DmpCode.CLOSED,
    IncompleteRequest: DmpCode.INVALID_MESSAGE,
    AccountExists: DmpCode.ACCOUNT_EXISTS,
    AccountNotFound: DmpCode.ACCOUNT_NOT_FOUND,
    ChannelExists: DmpCode.CHANNEL_EXISTS,
    StorageUnavailable: DmpCode.UNAVAILABLE,
}


def _parse(message: Message, house: House) -> Action[Any]:  # noqa: ARG001
    request = habilitations.read_authorisation(message.body)
    return _ACTS[request.verb](message.patient())


def _render(comment: str, message: Message, house: House) -> Answer:  # noqa: ARG001
    answer = AuthorisationAnswer(DmpCode.OK, comment)
    return Answer(habilitations.write_authorisation_answer(answer))


def _refused(error: DmpError, message: Message, house: House) -> Answer:  # noqa: ARG001
    """Refusals are told by the status (DEC-41)."""
    return Answer(habilitations.write_authorisation_answer(AuthorisationAnswer(*told(error))))


def _parse_list(message: Message, house: House) -> ListAuthorisations:  # noqa: ARG001
    return ListAuthorisations(message.patient(), habilitations_list.read_list_request(message.body))


def _render_list(lines: tuple[AuthorisationLine, ...], message: Message, house: House) -> Answer:  # noqa: ARG001
    return Answer(habilitations_list.write_list(AuthorisationList(DmpCode.OK, lines)))


def _list_refused(error: DmpError, message: Message, house: House) -> Answer:  # noqa: ARG001
    status, context = told(error)
    return Answer(habilitations_list.write_list(AuthorisationList(status, context=context)))


def told(error: DmpError) -> tuple[DmpCode, str]:
    """The status that tells a refusal in the small services, and its words (DEC-41).

    Raises:
        DmpError: the error itself, when it is a matter for a fault.
    """
    status = _STATUSES.get(type(error))
    if status is None:
        raise error
    element = getattr(error, "element", "")
    return status, f"{element}: {error}" if element else str(error)


def answer_as_asked(asked: str, _profile: Profile) -> str:
    """The answer follows the spelling of the request (DEC-119)."""
    return f"{asked}Response"


OPERATIONS = (
    Operation(
        actions=habilitations.ACTIONS,
        answer_action=answer_as_asked,
        element=f"{{{habilitations.HAB}}}{habilitations.REQUEST}",
        verb=Verb.AUTHORISE,
        parse=_parse,
        render=_render,
        refused=_refused,
    ),
    Operation(
        actions=habilitations_list.ACTIONS,
        answer_action=answer_as_asked,
        element=f"{{{habilitations_list.HAB}}}{habilitations_list.REQUEST}",
        verb=Verb.LIST_AUTHORISATIONS,
        parse=_parse_list,
        render=_render_list,
        refused=_list_refused,
    ),
)
