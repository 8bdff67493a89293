"""What one SOAP operation is: parse, perform, render."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from lxml import etree

from dmp.actions.action import Action, Perform
from dmp.documents.intake import IntakeRules
from dmp.record.actor import Caller
from dmp.record.enrolment import Enrolment
from dmp.record.errors import DmpError
from dmp.record.patient import PatientId
from dmp.record.profile import Profile
from dmp.record.record import Regime
from dmp.record.submission import Content
from dmp.record.verb import Verb
from dmp.wire import soap
from dmp.wire.vihf.assertion import Vihf
from dmp.wire.vihf.verify import check_patient
from dmp.wire.xds.iti43 import Part

Element = etree._Element


class RefuseAtEdge(Protocol):
    """The gate's second way in: a call that never became an act leaves its trace too."""

    def __call__(self, caller: Caller | None, verb: Verb | None, error: Exception) -> None:
        """Leave one trace of a call that was refused, or that failed."""
        ...


@dataclass(frozen=True)
class House:
    """What the services are given by `main`: the gate, and what the installation is."""

    perform: Perform
    refuse: RefuseAtEdge
    profile: Profile
    regime: Regime
    repository_unique_id: str
    device_oid: str
    new_id: Callable[[], str]
    clock: Callable[[], datetime]
    intake: IntakeRules
    check_identity: Callable[[PatientId], None]
    """Refuses an identifier that this instance does not take (ID-3)."""
    enrol: Callable[[], Enrolment]
    """Makes a fresh login and password; hashing takes its time, so it is done before the act begins."""


@dataclass(frozen=True)
class Message:
    """A request whose VIHF was accepted; `resolve` finds the octets of an `xdsb:Document`."""

    body: Element
    caller: Caller
    vihf: Vihf
    resolve: Callable[[Element], Content]
    at: datetime

    def patient(self, in_body: PatientId | None = None) -> PatientId:
        """The patient of the act: the one of the VIHF, which the body may not contradict (xds-wire 8.4-10).

        Raises:
            AssertionRefused: they differ, or the VIHF names none.
        """
        named = in_body or self.vihf.patient or PatientId("", "")
        check_patient(self.vihf, named)
        return named

    def patient_among(self, identifiers: tuple[PatientId, ...]) -> PatientId:
        """The one of several identifiers that the VIHF names; none of them: refused as another patient."""
        ours = next((patient for patient in identifiers if patient == self.vihf.patient), None)
        return self.patient(ours or identifiers[0])


@dataclass(frozen=True)
class Answer:
    """The body of an answer, an element or octets that declare every namespace they need, and what goes with it."""

    body: Element | bytes
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One row of a service.

    `verb` names the act in the trace of a call that was refused before it
    became one. `refused` turns any error of the house into the answer of this
    message; an error that it does not take becomes a fault.
    """

    actions: tuple[str, ...]
    """Spellings of the request's `wsa:Action`; the first is the published one."""
    answer_action: Callable[[str, Profile], str]
    """From the spelling asked and the profile."""
    element: str
    verb: Verb
    parse: Callable[[Message, House], Action[Any]]
    render: Callable[[Any, Message, House], Answer]
    refused: Callable[[DmpError, Message, House], Answer]
    multipart: bool = False
    """Answers are multipart: ITI-41 and ITI-43 (xds-wire 1.5)."""
    multipart_only: bool = False
    """Requests must be multipart: ITI-41."""


def answer_to(asked: str, profile: Profile) -> str:
    """The `wsa:Action` of the answer to one of the standard actions."""
    return soap.answer_action(soap.Action(asked), profile=profile.name)
