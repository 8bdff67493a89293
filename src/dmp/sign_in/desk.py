"""Sessions as they are kept: opened, looked up at each request, renewed, ended, listed (security 9.6).

A session is named by 128 random bits in a cookie, of which we keep a keyed
hash. What its bearer may do is read anew at each request: one that was ended
here, or whose account has changed, opens nothing from then on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from dmp.record.account import Ticket
from dmp.sign_in.kept import Kept, Run
from dmp.sign_in.sessions import Session

KIND = "session"
_unpack = msgspec.msgpack.Decoder(Session).decode
_pack = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True)
class SessionDesk:
    """The sessions of a service. `run` holds what it reads, `look` does not; `new_secret` gives 128 bits or more."""

    run: Run
    look: Run
    clock: Callable[[], datetime]
    new_secret: Callable[[], str]

    def open_in(self, kept: Kept, session: Session) -> str:
        """Open one within a transaction; gives the secret of its bearer, always a fresh one."""
        secret = self.new_secret()
        kept.tickets.add(KIND, secret, account=_whose(session), until=session.until, content=_pack(session))
        return secret

    def one(self, secret: str) -> Session | None:
        """The session of a bearer, if it still is one; it is used by being looked up."""
        if not secret:
            return None
        at = self.clock()
        session = self.look(lambda kept: _held(kept, secret, at)[1])
        if session is not None and session.used(at) is not session:
            return self.run(lambda kept: _use(kept, secret, at))
        return session

    def renewed(self, secret: str, change: Session) -> str:
        """The session with other contents, under a fresh secret: at each change of mode (security 9.6).

        Empty when it has ended meanwhile: what was signed out is not opened again.
        """

        def renew(kept: Kept) -> str:
            ticket = kept.tickets.one(KIND, secret)
            if ticket is None:
                return ""
            kept.tickets.drop(ticket)
            return self.open_in(kept, change)

        return self.run(renew)

    def end(self, secret: str) -> Session | None:
        """End the session of a bearer; gives the one that ended."""
        at = self.clock()

        def drop(kept: Kept) -> Session | None:
            ticket, session = _held(kept, secret, at)
            if ticket is not None:
                kept.tickets.drop(ticket)
            return session

        return self.run(drop)

    def all_of(self, session: Session) -> tuple[Session, ...]:
        """The sessions of the same person, the one seen last first."""
        at = self.clock()
        found = [one for _, one in self.look(lambda kept: _listed(kept, session)) if one.holds_in_time(at)]
        return tuple(sorted(found, key=lambda one: one.seen, reverse=True))

    def end_number(self, session: Session, number: str) -> bool:
        """End one of one's own by its number; false when there is none."""

        def drop(kept: Kept) -> bool:
            mine = [ticket for ticket, one in _listed(kept, session) if one.number == number]
            for ticket in mine:
                kept.tickets.drop(ticket)
            return bool(mine)

        return self.run(drop)


def end_all_of(kept: Kept, account: str) -> None:
    """End every session of an account, within a transaction."""
    kept.tickets.drop_all_of(KIND, f"account {account}")


def operator_named(name: str) -> str:
    """Whose sessions those of an operator are."""
    return f"operator {name}"


def _is_operator(kept: Kept, session: Session) -> bool:
    """Still one, whose keys are those that he signed in with."""
    operator = kept.operators.one(session.operator)
    return operator is not None and operator.version == session.version


def _whose(session: Session) -> str:
    if session.account:
        return f"account {session.account}"
    if session.professional is not None:
        return f"professional {session.professional.id}"
    if session.staff is not None:
        # The number of a card is that of its structure alone: two structures may give the same.
        return f"staff {session.staff.facility.id} {session.staff.id}"
    if session.operator:
        return operator_named(session.operator)
    person = session.person
    return f"person {person.root} {person.number}" if person is not None else ""


def _listed(kept: Kept, session: Session) -> list[tuple[Ticket, Session]]:
    return [(ticket, _unpack(ticket.content)) for ticket in kept.tickets.all_of(KIND, _whose(session))]


def _held(kept: Kept, secret: str, at: datetime) -> tuple[Ticket | None, Session | None]:
    """What a secret leads to: the ticket, and the session if it is one now."""
    ticket = kept.tickets.one(KIND, secret)
    if ticket is None:
        return None, None
    session = _unpack(ticket.content)
    account = kept.accounts.one(session.account) if session.account else None
    holds = session.holds(account, at) and (not session.operator or _is_operator(kept, session))
    return ticket, session.as_of(at) if holds else None


def _use(kept: Kept, secret: str, at: datetime) -> Session | None:
    ticket, session = _held(kept, secret, at)
    if ticket is None or session is None:
        return None
    used = session.used(at)
    if used is not session:
        kept.tickets.change(replace(ticket, until=used.until, content=_pack(used)))
    return used
