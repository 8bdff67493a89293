"""A new address for one-time codes («nouveau canal», PT-3): the code that goes there proves that its owner asks.

What is under way is kept under a secret of the browser, for the session that
began it: as a sign-in, it is tried five times and used once.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from dmp.record.account import Account
from dmp.record.enrolment import ChannelAction, ChannelChange
from dmp.record.notice import Address, Channel
from dmp.sign_in import counting
from dmp.sign_in.codes import TRIES
from dmp.sign_in.kept import Kept
from dmp.sign_in.limits import CODES
from dmp.sign_in.reception import Reception, Reply, Said, waiting
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof

KIND = "new-channel"
LIFE = timedelta(minutes=15)


class _Begun(msgspec.Struct, frozen=True):
    session: str
    channel: Channel
    to: str
    action: ChannelAction
    kept: str


_unpack = msgspec.msgpack.Decoder(_Begun).decode
_pack = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True)
class NewChannel:
    """The way to a new address."""

    reception: Reception

    def ask(self, session: Session, address: Address, action: ChannelAction) -> Reply:
        """Send a code there; the reply holds the secret of the browser."""
        desk, codes = self.reception.desk, self.reception.means[Proof.CODE]
        at, secret = desk.clock(), desk.new_secret()

        def begin(kept: Kept) -> tuple[timedelta, Account | None, str]:
            account = _account(kept, session)
            names = ((f"codes {KIND} {session.account}", CODES),)
            wait = counting.wait(kept.tallies, names, at)
            if wait or account is None:
                return wait, None, ""
            counting.count(kept.tallies, names, at)
            challenge = codes.challenge(account, secret=desk.new_secret(), at=at)
            begun = _Begun(session.number, address.channel, address.to, action, challenge.kept)
            kept.tickets.add(KIND, secret, account=account.id, until=at + LIFE, content=_pack(begun))
            return wait, account, challenge.shown

        wait, account, code = desk.run(begin)
        if wait:
            return waiting(wait)
        if account is None:
            return Reply(Said.OVER)
        self.reception.tell(replace(account, channels=(address,)), code)
        return Reply(Said.NEXT, secret=secret)

    def confirm(self, session: Session, secret: str, code: str) -> ChannelChange | Said:
        """What to change, when this is the code; else whether it was wrong, or all is over."""
        at = self.reception.desk.clock()
        return self.reception.desk.run(lambda kept: self._tried(kept, session, secret, code, at))

    def _tried(self, kept: Kept, session: Session, secret: str, code: str, at: datetime) -> ChannelChange | Said:
        ticket = kept.tickets.one(KIND, secret) if secret else None
        account = _account(kept, session)
        if ticket is None or account is None or at >= ticket.until:
            return Said.OVER
        begun = _unpack(ticket.content)
        if begun.session != session.number:
            return Said.OVER
        proven = self.reception.means[Proof.CODE].proves(account, begun.kept, code, at=at)
        if proven is not None:
            kept.tickets.drop(ticket)
            return ChannelChange(begun.channel, begun.to, begun.action)
        if ticket.tries + 1 >= TRIES:
            kept.tickets.drop(ticket)
            return Said.OVER
        kept.tickets.change(replace(ticket, tries=ticket.tries + 1))
        return Said.WRONG


def _account(kept: Kept, session: Session) -> Account | None:
    """The account of who is signed in; None where a provider alone vouches for him."""
    account = kept.accounts.one(session.account) if session.account else None
    return None if account is None or account.closed else account
