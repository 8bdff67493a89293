"""Ceremonies that leave the page and come back: our side of each, for one browser, used once (security 9.1).

To a provider and back, to a device and back: what was kept is a ticket that
the browser alone can name. It is gone as soon as somebody answers, whatever
the answer is worth.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

import msgspec

from dmp.record.account import Account, plain_login
from dmp.sign_in import counting
from dmp.sign_in.desk import KIND, SessionDesk
from dmp.sign_in.kept import Kept
from dmp.sign_in.limits import CODES, places
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sessions import Session

LIFE = timedelta(minutes=10)
"""The longest that any of them may take; each has its own end within."""


class Ceremony(StrEnum):
    """What was begun: a ticket of one serves no other."""

    PASSKEY = "proof-passkey"
    NEW_PASSKEY = "proof-new-passkey"
    NEW_TOTP = "proof-new-totp"
    PSC = "proof-psc"
    TELEPHONE = "proof-telephone"
    ACTIVITY = "proof-activity"
    FRANCE_CONNECT = "proof-franceconnect"
    BIND = "proof-bind"
    LINK = "proof-link"
    """A signed link of the practice's software, until its bearer goes on (TD0.9)."""
    OPERATOR = "proof-operator"
    NEW_OPERATOR_KEY = "proof-new-operator-key"


class _Content(msgspec.Struct, frozen=True):
    kept: str
    session: str


@dataclass(frozen=True)
class Ceremonies:
    """The ceremonies under way, beside the sessions."""

    desk: SessionDesk

    def begin(self, ceremony: Ceremony, kept: str, session: Session | None = None) -> str:
        """Keep our side; gives the secret of the browser. With a session, nobody else goes on with it."""
        secret = self.desk.new_secret()
        content = msgspec.msgpack.encode(_Content(kept, session.number if session else ""))
        until = self.desk.clock() + LIFE
        self.desk.run(lambda tx: tx.tickets.add(ceremony, secret, account="", until=until, content=content))
        return secret

    def take(self, ceremony: Ceremony, secret: str, session: Session | None = None) -> str:
        """Our side, once.

        Raises:
            ProofRefused: nothing was begun in this browser and this session, it was answered, or it is over.
        """
        at = self.desk.clock()

        def used(kept: Kept) -> _Content | None:
            ticket = kept.tickets.one(ceremony, secret) if secret else None
            if ticket is None:
                return None
            kept.tickets.drop(ticket)
            return msgspec.msgpack.decode(ticket.content, type=_Content) if at < ticket.until else None

        content = self.desk.run(used)
        if content is None or content.session != (session.number if session else ""):
            raise ProofRefused(
                f"{ceremony}: nothing was begun in this browser, or it was answered", why=Why.BEGIN_AGAIN
            )
        return content.kept

    def look(self, ceremony: Ceremony, secret: str) -> str:
        """Our side, which stays there; empty when nothing was begun in this browser, or it is over."""
        ticket = self.desk.look(lambda kept: kept.tickets.one(ceremony, secret)) if secret else None
        if ticket is None or self.desk.clock() >= ticket.until:
            return ""
        return msgspec.msgpack.decode(ticket.content, type=_Content).kept

    def check(self, address: str, *, asked: str = "", door: str = "") -> None:
        """Count that somebody is `asked` on his telephone; nobody is filled with questions, nor listened to for ever.

        Raises:
            ProofRefused: too many failures came from this address, or too many questions went to this person, lately.
        """
        at = self.desk.clock()

        def look(kept: Kept) -> bool:
            questions = ((f"telephone {plain_login(asked)}", CODES),) if asked else ()
            if counting.wait(kept.tallies, (*questions, *places(address, door=door)), at):
                return False
            counting.count(kept.tallies, questions, at)
            return True

        if not self.desk.run(look):
            raise ProofRefused("limits: too many tries lately", why=Why.TOO_MANY)

    def change(self, secret: str, session: Session, change: Callable[[Account], Account]) -> tuple[str, Account]:
        """Change the means of proof of who is signed in; gives the secret of his session, and his account; others end.

        Raises:
            ProofRefused: the change is refused, the session has ended meanwhile, or has no account to change.
        """
        at = self.desk.clock()

        def write(kept: Kept) -> tuple[str, Account]:
            ticket = kept.tickets.one(KIND, secret)
            account = kept.accounts.one(session.account) if session.account else None
            if ticket is None or account is None or not session.holds(account, at):
                raise ProofRefused("account: none, or the session has ended", why=Why.BEGIN_AGAIN)
            changed = change(account)
            if changed == account:
                return secret, account
            kept.accounts.change(changed)
            kept.tickets.drop(ticket)
            return self.desk.open_in(kept, replace(session, version=changed.version)), changed

        return self.desk.run(write)

    def account(self, session: Session) -> Account | None:
        """The account of who is signed in."""
        return self.desk.look(lambda kept: kept.accounts.one(session.account)) if session.account else None

    def account_named(self, key: str) -> Account | None:
        """The account that a passkey says it is of; what it says is proved by its signature alone."""
        return self.desk.look(lambda kept: kept.accounts.one(key)) if key else None
