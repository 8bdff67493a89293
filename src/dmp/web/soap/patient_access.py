"""Beside record management, in the `patients` service: the account of a patient (TD1.5a, TD1.5b, TD1.5d)."""

from collections.abc import Callable
from typing import Any

from dmp.actions.action import Action
from dmp.actions.patient_account import ChangeChannel, CreateAccount, RenewAccount
from dmp.record.enrolment import Enrolment
from dmp.record.errors import DmpCode, DmpError
from dmp.record.notice import Address
from dmp.record.verb import Verb
from dmp.web.soap.habilitations import answer_as_asked, told
from dmp.web.soap.operation import Answer, House, Message, Operation
from dmp.wire import patient_access
from dmp.wire.patient_access import CANAL, CHANGE, CREATE, PAT, RENEW, AccessAnswer, actions_of


def _parse_creation(message: Message, house: House) -> CreateAccount:
    channel, canal = patient_access.read_creation(message.body)
    return CreateAccount(message.patient(), channel, canal, house.enrol(), element=f"{CREATE}/{CANAL}")


def _parse_change(message: Message, house: House) -> ChangeChannel:  # noqa: ARG001
    change = patient_access.read_change(message.body)
    return ChangeChannel(message.patient(), change, element=f"{CHANGE}/{CANAL}")


def _parse_renewal(message: Message, house: House) -> RenewAccount:
    patient_access.read_renewal(message.body)
    return RenewAccount(message.patient(), house.enrol())


def _handed(request: str) -> Callable[[Enrolment, Message, House], Answer]:
    """The answer to a request that hands out a login and a password."""

    def render(enrolment: Enrolment, message: Message, house: House) -> Answer:  # noqa: ARG001
        answer = AccessAnswer(DmpCode.OK, enrolment.login, enrolment.password)
        return Answer(patient_access.write_answer(request, answer))

    return render


def _render_change(channels: tuple[Address, ...], message: Message, house: House) -> Answer:  # noqa: ARG001
    return Answer(patient_access.write_answer(CHANGE, AccessAnswer(DmpCode.OK)))


def _refused(request: str) -> Callable[[DmpError, Message, House], Answer]:
    """Refusals are told by the status (DEC-41)."""

    def refused(error: DmpError, message: Message, house: House) -> Answer:  # noqa: ARG001
        status, context = told(error)
        return Answer(patient_access.write_answer(request, AccessAnswer(status, context=context)))

    return refused


def _operation(
    request: str,
    verb: Verb,
    parse: Callable[[Message, House], Action[Any]],
    render: Callable[[Any, Message, House], Answer],
) -> Operation:
    return Operation(
        actions=actions_of(request),
        answer_action=answer_as_asked,
        element=f"{{{PAT}}}{request}",
        verb=verb,
        parse=parse,
        render=render,
        refused=_refused(request),
    )


OPERATIONS = (
    _operation(CREATE, Verb.CREATE_ACCOUNT, _parse_creation, _handed(CREATE)),
    _operation(CHANGE, Verb.CHANGE_CHANNEL, _parse_change, _render_change),
    _operation(RENEW, Verb.RENEW_ACCOUNT, _parse_renewal, _handed(RENEW)),
)
