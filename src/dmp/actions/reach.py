"""Addresses that take no more messages: noted when the other side says so for good, put right by the holder (RM-7)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.patient_account import account_of
from dmp.notices.recipients import addresses_of
from dmp.record.actor import Caller, Operator
from dmp.record.errors import IncompleteRequest
from dmp.record.notice import MOST_UNREACHABLE, Address, Channel, Unreachable
from dmp.record.patient import Contact, PatientId
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx

JOB = Caller(Operator("notice-job"))
"""Who notes it, without being asked."""


@dataclass(frozen=True)
class NoteRefusal:
    """A message was refused for good by who serves its address; `message` names it, and counts once."""

    record: str
    address: Address
    message: str

    verb = Verb.CHANGE_IDENTITY
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone; the trace names no address."""
        return Scope(tx.records.find(self.record), (Ask(self.verb),))

    def apply(self, turn: Turn) -> bool:
        """Note it; gives whether no more is sent there now. Of an address that is not theirs, nothing is noted."""
        record = turn.known_record
        if self.address not in set(_known(record)):
            return False
        before = next((one for one in record.unreachable if one.address == self.address), None)
        noted = (before or Unreachable(self.address, (), turn.at)).refused(self.message, turn.at)
        if noted != before:
            others = [one for one in record.unreachable if one.address != self.address]
            changed = replace(record, unreachable=(*others, noted)[-MOST_UNREACHABLE:])
            turn.tx.records.change(changed, at=turn.at)
        return noted.stopped


@dataclass(frozen=True)
class CorrectAddress:
    """Have messages sent to an address again, or to another one that codes go to already: that one was proved.

    Each is told by its place among those that were seen: a page shows them masked.
    """

    patient: PatientId
    place: int
    seen: int
    instead: int | None = None
    """The place among the addresses of codes; None for the same address."""

    verb = Verb.CHANGE_IDENTITY
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone; what is chosen on the page of the settings is for who may open it."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb), Ask(Verb.VIEW_SETTINGS)))

    def apply(self, turn: Turn) -> None:
        """Write it.

        Raises:
            IncompleteRequest: the addresses have changed since.
        """
        record, account = turn.known_record, account_of(turn, self.patient)
        stopped = stopped_of(record)
        channels = account.channels if account is not None and not account.closed else ()
        if len(stopped) != self.seen or not 0 <= self.place < self.seen:
            raise IncompleteRequest("the addresses are not those that were seen", element="place")
        if self.instead is not None and not 0 <= self.instead < len(channels):
            raise IncompleteRequest("the addresses are not those that were seen", element="instead")
        old = stopped[self.place].address
        left = tuple(one for one in record.unreachable if one.address != old)
        contact = record.contact if self.instead is None else _with(record.contact, old, channels[self.instead])
        turn.tx.records.change(replace(record, unreachable=left, contact=contact), at=turn.at)


def stopped_of(record: Record) -> tuple[Unreachable, ...]:
    """The addresses of the holder himself to which nothing is sent any more."""
    own = addresses_of(record.contact, record.notices.channel)
    return tuple(one for one in record.unreachable if one.stopped and one.address in own)


def _known(record: Record) -> Iterator[Address]:
    for contact in (record.contact, *(guardian.contact for guardian in record.guardians)):
        yield from addresses_of(contact, record.notices.channel)


def _with(contact: Contact, old: Address, new: Address) -> Contact:
    """The telecoms with one in the place of another; the other ones stay as they were written."""
    written = ("", f"mailto:{new.to}") if new.channel is Channel.EMAIL else ("MC", f"tel:{new.to}")
    others = [
        one for one in contact.telecoms if addresses_of(Contact(telecoms=(one,)), old.channel) not in ((old,), (new,))
    ]
    return replace(contact, telecoms=(written, *others))
