"""What a trace says («trace»): who did what, on which ground, with what effect (LOG-1, security 11.1)."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmp.audit.canonical import Fields, InvalidTrace, canonical, instant, timestamp
from dmp.record.actor import (
    Actor,
    Administrator,
    Authentication,
    Caller,
    FacilitySoftware,
    Professional,
    Representative,
    Staff,
    facility_of,
    person_id,
)

FORM = "1"
"""Version of the text of a trace; older forms stay readable."""


class Outcome(StrEnum):
    """How an act ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Who:
    """The caller as the trace keeps him: every fact that the access rules looked at, and his software.

    `kind` is the class of actor (`professional`, `staff`, `facility-software`,
    `holder`, `representative`, `operator`, `administrator`). `person` is his id, declared only
    when the structure acts through its software. `profession` is a profession
    or, for staff and software, a role. `via` is the mode of authentication.
    """

    kind: str
    person: str
    name: str = ""
    profession: str = ""
    know_how: str = ""
    structure: str = ""
    structure_name: str = ""
    sector: str = ""
    via: str = ""
    mode: str = "normal"
    reason: str = ""
    secret: bool = False
    assertion: str = ""
    message: str = ""
    client: str = ""
    client_version: str = ""
    client_approval: str = ""
    client_serial: str = ""

    @staticmethod
    def of(caller: Caller) -> "Who":
        """Take the facts of a caller; `message` is the id of his request."""
        actor, client = caller.actor, caller.client
        facility = facility_of(actor)
        return Who(
            kind=_kind(actor),
            person=person_id(actor),
            name=_name(actor),
            profession=_profession(actor),
            know_how=actor.know_how if isinstance(actor, Professional | FacilitySoftware) else "",
            structure=facility.id if facility else "",
            structure_name=facility.name if facility else "",
            sector=facility.sector if facility else "",
            via=_via(actor),
            mode=caller.mode.value,
            reason=caller.reason,
            secret=caller.secret,
            assertion=caller.assertion,
            message=caller.message,
            client=client.name,
            client_version=client.version,
            client_approval=client.approval,
            client_serial=client.serial,
        )


@dataclass(frozen=True)
class Touched:
    """A document, lot or person that the act concerned.

    `category` is the class code of a document and `origin` the structure it
    came from: what the European health data space wants every log to tell.
    """

    uuid: str = ""
    unique_id: str = ""
    category: str = ""
    origin: str = ""


@dataclass(frozen=True)
class Change:
    """One attribute before and after the act; empty when there was, or is, no value."""

    target: str
    attribute: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Trace:
    """One act on a record: done, refused or failed.

    `at` informs; the order of traces is their sequence in the tree. `verb` is
    the right that was asked for, `transaction` the message it came by (ITI-41,
    TD0.2). `record` is the key of the record, which says nothing of the
    person; empty for acts that concern none. `rules` are the names of the
    rules that decided, `policy` the version of the tables they read. `detail`
    is the precise reason, which the caller was not told. Never a clinical
    content, a title nor the text of a search inside a record.
    """

    id: str
    at: datetime
    who: Who
    verb: str
    record: str
    outcome: Outcome
    transaction: str = ""
    touched: tuple[Touched, ...] = ()
    rules: tuple[str, ...] = ()
    policy: str = ""
    detail: str = ""
    changes: tuple[Change, ...] = ()
    software: str = ""

    def text(self) -> bytes:
        """The canonical text: what is committed to, sealed, and one day disclosed."""
        members = {
            **vars(self),
            "at": timestamp(self.at),
            "who": vars(self.who),
            "touched": [vars(touched) for touched in self.touched],
            "changes": [vars(change) for change in self.changes],
            "form": FORM,
        }
        return canonical(members)

    @staticmethod
    def read(text: bytes) -> "Trace":
        """Read a text back.

        Raises:
            InvalidTrace: not the canonical text of a trace.
        """
        try:
            fields = Fields(json.loads(text))
            trace = _read(fields)
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
            raise InvalidTrace("not JSON") from None
        if fields.text("form") != FORM or trace.text() != text:
            raise InvalidTrace("not the canonical text of a trace")
        return trace


def _read(fields: Fields) -> Trace:
    try:
        outcome = Outcome(fields.text("outcome"))
    except ValueError:
        raise InvalidTrace("outcome: unknown") from None
    return Trace(
        id=fields.text("id"),
        at=instant(fields.text("at")),
        who=_read_who(fields.inside("who")),
        verb=fields.text("verb"),
        record=fields.text("record"),
        outcome=outcome,
        transaction=fields.text("transaction"),
        touched=tuple(_read_touched(item) for item in fields.objects("touched")),
        rules=fields.texts("rules"),
        policy=fields.text("policy"),
        detail=fields.text("detail"),
        changes=tuple(_read_change(item) for item in fields.objects("changes")),
        software=fields.text("software"),
    )


def _read_who(fields: Fields) -> Who:
    return Who(
        kind=fields.text("kind"),
        person=fields.text("person"),
        name=fields.text("name"),
        profession=fields.text("profession"),
        know_how=fields.text("know_how"),
        structure=fields.text("structure"),
        structure_name=fields.text("structure_name"),
        sector=fields.text("sector"),
        via=fields.text("via"),
        mode=fields.text("mode"),
        reason=fields.text("reason"),
        secret=fields.flag("secret"),
        assertion=fields.text("assertion"),
        message=fields.text("message"),
        client=fields.text("client"),
        client_version=fields.text("client_version"),
        client_approval=fields.text("client_approval"),
        client_serial=fields.text("client_serial"),
    )


def _read_touched(fields: Fields) -> Touched:
    return Touched(fields.text("uuid"), fields.text("unique_id"), fields.text("category"), fields.text("origin"))


def _read_change(fields: Fields) -> Change:
    return Change(fields.text("target"), fields.text("attribute"), fields.text("before"), fields.text("after"))


_KINDS = {
    "Professional": "professional",
    "Staff": "staff",
    "FacilitySoftware": "facility-software",
    "Holder": "holder",
    "Representative": "representative",
    "Operator": "operator",
    "Administrator": "administrator",
    "Automaton": "automaton",
}


def _kind(actor: Actor) -> str:
    return _KINDS[type(actor).__name__]


def _name(actor: Actor) -> str:
    match actor:
        case Professional() | Staff() | Representative() | Administrator():
            return actor.name
        case FacilitySoftware():
            return actor.user_name
        case _:
            return ""


def _profession(actor: Actor) -> str:
    match actor:
        case Professional():
            return actor.profession
        case Staff() | FacilitySoftware():
            return actor.role
        case _:
            return ""


def _via(actor: Actor) -> str:
    match actor:
        case Professional() | Staff():
            return actor.via.value
        case FacilitySoftware():
            return Authentication.INDIRECT.value
        case _:
            return ""
