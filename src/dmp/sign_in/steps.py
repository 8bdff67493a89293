"""A sign-in under way, as it is kept between two answers of one browser (security 9.1).

It is a ticket that the browser alone can name. Each answer to it is a try,
counted before anything is compared; the one that proves something uses it up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from dmp.record.account import Account, Ticket
from dmp.sign_in import counting
from dmp.sign_in.codes import TRIES
from dmp.sign_in.counting import Counted
from dmp.sign_in.kept import Kept
from dmp.sign_in.limits import CODES
from dmp.sign_in.sign_in import Begun, Challenge, Means, Proof, Proven

BEGUN_LIFE = timedelta(minutes=15)
"""In which a sign-in must be done; the codes in it live shorter."""
_unpack = msgspec.msgpack.Decoder(Begun).decode
_pack = msgspec.msgpack.Encoder().encode


class Kind(StrEnum):
    """What was begun."""

    SIGN_IN = "sign-in"
    RECOVERY = "recovery"


class Tried(StrEnum):
    """What came of an answer."""

    PROVED = "proved"
    WRONG = "wrong"
    OVER = "over"
    """Nothing was begun in this browser, it is over, or this was one try too many."""
    WAIT = "wait"


@dataclass(frozen=True)
class Attempt:
    """An answer that was tried; `proven` and `account` are there when it proved something."""

    came: Tried
    begun: Begun | None = None
    proven: Proven | None = None
    wait: timedelta = timedelta(0)


@dataclass(frozen=True)
class Opened:
    """What a browser has begun, and the account that it named, if there is one."""

    ticket: Ticket
    begun: Begun
    account: Account | None


def keep(kept: Kept, kind: Kind, secret: str, begun: Begun) -> None:
    """Keep what was begun, under the secret of a browser."""
    kept.tickets.add(kind, secret, account=begun.account, until=begun.until, content=_pack(begun))


def opened(kept: Kept, kind: Kind, secret: str, at: datetime) -> Opened | None:
    """What a browser has begun; None when it is over, or the means of the account have changed since."""
    ticket = kept.tickets.one(kind, secret) if secret else None
    if ticket is None:
        return None
    begun = _unpack(ticket.content)
    account = kept.accounts.one(begun.account) if begun.account else None
    if begun.account and (account is None or account.closed or account.version != begun.version):
        return None
    # A clock that was put back would leave more time than there ever was.
    in_time = timedelta(0) < begun.until - at <= BEGUN_LIFE + timedelta(seconds=2)
    return Opened(ticket, begun, account) if in_time else None


def ask_anew(kept: Kept, ticket: Ticket, begun: Begun, challenge: Challenge) -> None:
    """Replace the challenge that is open by one of the same means; the tries go on counting."""
    kept.tickets.change(replace(ticket, content=_pack(replace(begun, kept=challenge.kept))))


def codes_of(kind: Kind, begun: Begun) -> tuple[Counted, ...]:
    """Under which name the codes that are sent are counted.

    Each kind has its own: anybody may begin a recovery, and must not use up the codes of a sign-in by it.
    """
    return ((f"codes {kind} {begun.counted}", CODES),)


def answers_of(kind: Kind, begun: Begun) -> tuple[Counted, ...]:
    """Under which name wrong answers are counted, of all that is begun for one account."""
    return ((f"answers {kind} {begun.counted}", CODES),)


def heard(kept: Kept, kind: Kind, secret: str, *, counted: tuple[Counted, ...], at: datetime) -> Opened | Attempt:
    """What is open, when an answer to it is looked at; else why not: nothing was begun, or too many failed lately."""
    found = opened(kept, kind, secret, at)
    names = (*counted, *answers_of(kind, found.begun)) if found is not None else counted
    wait = counting.wait(kept.tallies, names, at)
    if wait:
        return Attempt(Tried.WAIT, found.begun if found is not None else None, wait=wait)
    return found or Attempt(Tried.OVER)


def attempt(
    kept: Kept,
    kind: Kind,
    secret: str,
    answer: str,
    *,
    means: Mapping[Proof, Means],
    counted: tuple[Counted, ...],
    at: datetime,
) -> Attempt:
    """Try an answer: one more try in any case; none when there were too many, here or lately."""
    found = heard(kept, kind, secret, counted=counted, at=at)
    if isinstance(found, Attempt):
        if found.came is Tried.OVER:
            counting.count(kept.tallies, counted, at)
        return found
    ticket, begun, account = found.ticket, found.begun, found.account
    names = (*counted, *answers_of(kind, begun))
    proven = _proven(means, account, begun, answer, at)
    if proven is not None:
        kept.tickets.drop(ticket)
        return Attempt(Tried.PROVED, begun, proven)
    counting.count(kept.tallies, names, at)
    if ticket.tries + 1 >= TRIES:
        kept.tickets.drop(ticket)
        return Attempt(Tried.OVER, begun)
    kept.tickets.change(replace(ticket, tries=ticket.tries + 1))
    return Attempt(Tried.WRONG, begun)


def _proven(
    means: Mapping[Proof, Means], account: Account | None, begun: Begun, answer: str, at: datetime
) -> Proven | None:
    if begun.asked is None:
        return None
    return means[begun.asked].proves(account, begun.kept, answer[:16_384], at=at)
