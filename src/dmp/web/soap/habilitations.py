"""The `habilitations` service: declare or give up one's own authorisation (TD0.3)."""

from typing import Any

from dmp.actions.action import Action
from dmp.actions.authorise import Authorise, BecomeAttending, LeaveAttending, Renounce
from dmp.record.errors import (
    AccessRefused,
    DmpCode,
    DmpError,
    IncompleteRequest,
    RecordClosed,
    RecordNotFound,
    StorageUnavailable,
)
from dmp.record.management import AuthorisationAnswer
from dmp.record.profile import Profile
from dmp.record.verb import Verb
from dmp.web.soap.operation import Answer, House, Message, Operation
from dmp.wire import habilitations

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
    status = _STATUSES.get(type(error))
    if status is None:
        raise error
    element = getattr(error, "element", "")
    text = f"{element}: {error}" if element else str(error)
    return Answer(habilitations.write_authorisation_answer(AuthorisationAnswer(status, text)))


def _answer_action(asked: str, _profile: Profile) -> str:
    """The answer follows the spelling of the request (DEC-119)."""
    return habilitations.ANSWER_ACTIONS[habilitations.ACTIONS.index(asked)]


OPERATIONS = (
    Operation(
        actions=habilitations.ACTIONS,
        answer_action=_answer_action,
        element=f"{{{habilitations.HAB}}}{habilitations.REQUEST}",
        verb=Verb.AUTHORISE,
        parse=_parse,
        render=_render,
        refused=_refused,
    ),
)
