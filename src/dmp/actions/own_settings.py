"""What a holder has chosen («réglages», PT-3, PT-9): shown to him alone, and where codes go taken back."""

from dataclasses import dataclass

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.patient_account import ChangeChannel, account_of, open_account_of
from dmp.actions.reach import stopped_of
from dmp.record.enrolment import ChannelAction, ChannelChange
from dmp.record.errors import IncompleteRequest
from dmp.record.notice import Address, NoticeWishes, Unreachable
from dmp.record.patient import PatientId
from dmp.record.record import Oppositions
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class OwnSettings:
    """The choices as they stand; `channels` are where one-time codes go."""

    channels: tuple[Address, ...]
    notices: NoticeWishes
    oppositions: Oppositions
    emergency_reads_masked: bool
    stopped: tuple[Unreachable, ...] = ()
    """His addresses that take no messages any more (RM-7)."""


@dataclass(frozen=True)
class ViewSettings:
    """See them all at once."""

    patient: PatientId

    verb = Verb.VIEW_SETTINGS
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> OwnSettings:
        """Read them; who signs in by a provider alone has no account of ours, and no channels."""
        record, account = turn.known_record, account_of(turn, self.patient)
        channels = account.channels if account is not None and not account.closed else ()
        wishes = (record.notices, record.oppositions, record.emergency_reads_masked)
        return OwnSettings(channels, *wishes, stopped_of(record))


@dataclass(frozen=True)
class DropChannel:
    """Have no more codes sent to an address, told by its place among those that were seen: a page shows it masked."""

    patient: PatientId
    place: int
    seen: int

    verb = Verb.CHANGE_CHANNEL
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> tuple[Address, ...]:
        """Remove it; gives those that are left.

        Raises:
            AccountNotFound: no account.
            IncompleteRequest: the addresses have changed since, or it is the last one.
        """
        channels = open_account_of(turn, self.patient).channels
        if len(channels) != self.seen or not 0 <= self.place < self.seen:
            raise IncompleteRequest("the addresses are not those that were seen", element="place")
        address = channels[self.place]
        change = ChannelChange(address.channel, address.to, ChannelAction.REMOVE)
        return ChangeChannel(self.patient, change).apply(turn)
