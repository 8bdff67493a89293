"""What an act says of itself when it stops, to its caller and in its trace; and how traces name what it was about."""

from dmp.access.decide import NO_RECORD
from dmp.access.question import Decision
from dmp.access.sentences import told
from dmp.access.sentences_explain import next_step
from dmp.actions.action import Ask
from dmp.audit.trace import Touched, Who
from dmp.record.actor import Caller
from dmp.record.entry import DocumentEntry
from dmp.record.errors import (
    AccessRefused,
    AssertionRefused,
    DmpError,
    DocumentNotFound,
    InvalidMessage,
    RecordClosed,
    RecordNotFound,
)
from dmp.record.record import Record

NOBODY = Who(kind="unknown", person="")
"""Who called when the assertion was refused: whatever it said is not believed."""
DUPLICATE = "dmp:DuplicateMessageID"


def message_of(caller: Caller) -> str:
    """How a message is remembered: one message, one act (xds-wire 1.4-8)."""
    who = Who.of(caller)
    return f"message {who.structure} {who.person} {caller.message}"


def duplicate() -> InvalidMessage:
    """The answer to a message that came before."""
    return InvalidMessage("this message was already received", element="wsa:MessageID", subcode=DUPLICATE)


class Refusal(Exception):
    """A refusal that is already traced; `told` is what the caller learns."""

    def __init__(self, told: DmpError):
        """Keep what is told."""
        super().__init__(str(told))
        self.told = told


def refusal_told(ask: Ask, answer: Decision, record: Record | None) -> DmpError:
    """Conceal where a rule asks to; otherwise say which rule refused."""
    if answer.rule in NO_RECORD:
        return RecordNotFound("no record for this person")
    if answer.rule == "record-closed" and record is not None and record.closure is not None:
        return RecordClosed("the record is closed", reason=record.closure.reason)
    if answer.conceal and (ask.named or ask.entry is not None):
        return DocumentNotFound(ask.named or (ask.entry.uuid if ask.entry else ""))
    return AccessRefused(told(answer), rule=answer.rule, next_step=next_step(answer).french)


def named(name: str) -> Touched:
    """An id as the caller gave it, before it is known whether it leads anywhere."""
    return Touched(uuid=name) if name.startswith("urn:uuid:") else Touched(unique_id=name)


def touched(entry: DocumentEntry) -> Touched:
    """A document as its metadata name it, with the structure that deposited it."""
    origin = entry.deposit.structure if entry.deposit else ""
    return Touched(entry.uuid, entry.unique_id, entry.class_code.code, origin)


def detail(error: Exception) -> str:
    """The precise reason, for the trace alone; of an unforeseen error its kind only, since its text may hold data."""
    if isinstance(error, AssertionRefused):
        return error.reason
    element = getattr(error, "element", "")
    if isinstance(error, DmpError):
        return f"{error.code}: {element}: {error}" if element else f"{error.code}: {error}"
    return type(error).__name__
