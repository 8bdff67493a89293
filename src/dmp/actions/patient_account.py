"""The account of a person («compte internet du patient», TD1.5a, b, d; functional 6, PT-2, PT-18).

It is made by who has the person before him, over the wire or at the desk of
the service. Who holds no record, as a guardian or a delegate may, has his made
at the desk. What was told about an account is told on its addresses, the ones
it had as well as the ones it has.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.notices.recipients import addresses_of
from dmp.record.account import Account
from dmp.record.enrolment import ACTIVATION, MOST_CHANNELS, ChannelAction, ChannelChange, Enrolment, read_address
from dmp.record.errors import AccountExists, AccountNotFound, ChannelExists, IncompleteRequest
from dmp.record.notice import Address, Channel, Notice, NoticeKind
from dmp.record.patient import IdentityTraits, PatientId
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class CreateAccount:
    """Make an account (TD1.5a): one for each person, whose codes go to one address; a closed one begins anew.

    `name` is for who holds no record; else the record tells it. `element` is
    how the caller's message calls the address.
    """

    patient: PatientId
    type: Channel
    canal: str
    enrolment: Enrolment
    name: str = ""
    element: str = "canal"

    verb = Verb.CREATE_ACCOUNT
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, if there is one."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Enrolment:
        """Write it, and give back what the person is handed.

        Raises:
            AccountExists: there is one.
            IncompleteRequest: not an address that codes can be sent to.
        """
        address = _address(self.type, self.canal, self.element)
        old = account_of(turn, self.patient)
        if old is not None and not old.closed:
            raise AccountExists("this person already has an account")
        blank = Account(turn.new_id(), _person(turn, self.patient), "", "", version=0) if old is None else old
        made = replace(_enrolled(blank, self.enrolment, turn), name=self._name(turn), channels=(address,), closed=False)
        if old is None:
            turn.tx.accounts.add(made)
        else:
            turn.tx.accounts.change(made)
        _mark(turn, open_now=True)
        _tell(turn, NoticeKind.ACCOUNT_CHANGED, made, (address, *_known_addresses(turn.record)))
        return self.enrolment

    def _name(self, turn: Turn) -> str:
        traits = turn.record.traits if turn.record is not None else None
        return _called(traits) if traits is not None else self.name.strip()


@dataclass(frozen=True)
class ChangeChannel:
    """Change where one-time codes go (TD1.5b)."""

    patient: PatientId
    change: ChannelChange
    element: str = "canal"

    verb = Verb.CHANGE_CHANNEL
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, if there is one."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> tuple[Address, ...]:
        """Write it; gives the addresses that codes go to now.

        Raises:
            AccountNotFound: no account.
            ChannelExists: codes already go there.
            IncompleteRequest: not an address that codes can be sent to, none that could be replaced or taken
                away, the last one, or one too many.
        """
        address = _address(self.change.type, self.change.canal, self.element)
        old = open_account_of(turn, self.patient)
        channels = self._channels(old.channels, address)
        added_only = self.change.action is ChannelAction.ADD
        changed = replace(old, channels=channels, version=old.version + (0 if added_only else 1))
        turn.tx.accounts.change(changed)
        _tell(turn, NoticeKind.CHANNEL_CHANGED, changed, (*old.channels, address))
        return channels

    def _channels(self, known: tuple[Address, ...], address: Address) -> tuple[Address, ...]:
        action = self.change.action
        if action is ChannelAction.REMOVE:
            return self._without(known, address)
        if address in known:
            raise ChannelExists("one-time codes already go to this address")
        if action is ChannelAction.ADD:
            if len(known) >= MOST_CHANNELS:
                raise IncompleteRequest(f"an account has {MOST_CHANNELS} addresses at most", element=self.element)
            return (*known, address)
        others = tuple(one for one in known if one.channel is not address.channel)
        if len(others) == len(known):
            raise IncompleteRequest("no address of this kind to replace: add it", element=self.element)
        return (address, *others) if known[0].channel is address.channel else (*others, address)

    def _without(self, known: tuple[Address, ...], address: Address) -> tuple[Address, ...]:
        if address not in known:
            raise IncompleteRequest("one-time codes do not go to this address", element=self.element)
        if len(known) == 1:
            raise IncompleteRequest("the last address stays: without one nobody can sign in", element=self.element)
        return tuple(one for one in known if one != address)


@dataclass(frozen=True)
class RenewAccount:
    """Give a new login and password: the old ones, and the sessions they opened, end at once (TD1.5d).

    What else proves the person stays: the addresses, and the means of his own.
    Who hands out the new password cannot sign in with it alone.
    """

    patient: PatientId
    enrolment: Enrolment

    verb = Verb.RENEW_ACCOUNT
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, if there is one."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Enrolment:
        """Write it, and give back what the person is handed.

        Raises:
            AccountNotFound: no account.
        """
        changed = _enrolled(open_account_of(turn, self.patient), self.enrolment, turn)
        turn.tx.accounts.change(changed)
        _tell(turn, NoticeKind.ACCOUNT_CHANGED, changed, (*changed.channels, *_known_addresses(turn.record)))
        return self.enrolment


@dataclass(frozen=True)
class CloseAccount:
    """End an account: nothing of it opens anything any more, and nothing is kept but whose it was."""

    patient: PatientId

    verb = Verb.CLOSE_ACCOUNT
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, if there is one."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> None:
        """Write it.

        Raises:
            AccountNotFound: no account.
        """
        old = open_account_of(turn, self.patient)
        emptied = Account(old.id, old.person, "", old.login, closed=True, version=old.version + 1)
        turn.tx.accounts.change(emptied)
        _mark(turn, open_now=False)
        _tell(turn, NoticeKind.ACCOUNT_CHANGED, emptied, old.channels)


def _address(channel: Channel, canal: str, element: str) -> Address:
    address = read_address(channel, canal)
    if address is None:
        wanted = "an e-mail address" if channel is Channel.EMAIL else "a mobile number, 06… or +32…"
        raise IncompleteRequest(f"not {wanted}", element=element)
    return address


def account_of(turn: Turn, patient: PatientId) -> Account | None:
    """The account of the person, under any of the identifiers he ever had; an open one before a closed one."""
    identifiers = turn.record.identifiers if turn.record is not None else (patient,)
    found = [account for one in identifiers if (account := turn.tx.accounts.of_person(one)) is not None]
    return min(found, key=lambda account: account.closed, default=None)


def open_account_of(turn: Turn, patient: PatientId) -> Account:
    account = account_of(turn, patient)
    if account is None or account.closed:
        raise AccountNotFound("this person has no account")
    return account


def _person(turn: Turn, patient: PatientId) -> PatientId:
    return turn.record.patient if turn.record is not None else patient


def _enrolled(account: Account, enrolment: Enrolment, turn: Turn) -> Account:
    return replace(
        account,
        login=enrolment.login,
        password=enrolment.hash,
        temporary=True,
        temporary_until=turn.at + ACTIVATION,
        version=account.version + 1,
    )


def _called(traits: IdentityTraits) -> str:
    return f"{traits.given} {traits.family}".strip()


def _mark(turn: Turn, *, open_now: bool) -> None:
    """The record of the person says whether he has an account (COMPTE_INTERNET_OUVERT, TD0.2)."""
    if turn.record is not None and turn.record.portal_account != open_now:
        turn.tx.records.change(replace(turn.record, portal_account=open_now), at=turn.at)


def _known_addresses(record: Record | None) -> tuple[Address, ...]:
    """Where the record says that its holder can be reached: whoever hands out an account cannot keep it quiet."""
    return () if record is None else addresses_of(record.contact, record.notices.channel)


def _tell(turn: Turn, kind: NoticeKind, account: Account, addresses: Iterable[Address]) -> None:
    """Tell each address, always and at once; who holds no record stood at the desk, and has no outbox."""
    if turn.record is None:
        return
    people = tuple((address,) for address in dict.fromkeys(addresses))
    turn.tx.outbox.tell(turn.record.key, Notice(kind, f"{account.id} {turn.new_id()}", people), at=turn.at)
