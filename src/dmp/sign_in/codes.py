"""One-time codes by e-mail or SMS («code à usage unique»): the low option of the second factors (security 9.1)."""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from dmp.record.account import Account
from dmp.sign_in.sign_in import Challenge, Proof, Proven

DIGITS = 6
TRIES = 5
"""Guesses at one code: of a million, so that one in 200,000 codes falls to who guesses."""
LIFE = timedelta(minutes=3)
_CODE = re.compile(rf"[0-9]{{{DIGITS}}}")


class _Kept(msgspec.Struct, frozen=True):
    """Our side of a code: when it was made, when it is over, and its keyed hash; never the code."""

    since: float
    until: float
    hash: str


@dataclass(frozen=True)
class Codes:
    """The means. `digest` is the keyed hash of the service (`store.vault.Vault.digest`).

    A code is told from others by the secret it was drawn from, so equal codes
    of two people have different hashes. That it is tied to one browser, tried
    five times and used once, is the work of the ticket that holds it.
    """

    digest: Callable[[str], bytes]
    life: timedelta = LIFE

    @property
    def proof(self) -> Proof:
        """A second factor."""
        return Proof.CODE

    def offered(self, account: Account) -> bool:
        """Whether there is an address to send one to."""
        return bool(account.channels)

    def challenge(self, account: Account | None, *, secret: str, at: datetime) -> Challenge:  # noqa: ARG002
        """A fresh code, `shown` by the channel alone, never by the page; also for nobody, so that it takes as long."""
        code = f"{int(secret, 16) % 10**DIGITS:0{DIGITS}}"
        since, until = at.timestamp(), (at + self.life).timestamp()
        kept = _Kept(since, until, self._hash(since, code))
        return Challenge(code, msgspec.json.encode(kept).decode())

    def proves(self, account: Account | None, kept: str, answer: str, *, at: datetime) -> Proven | None:
        """Whether it is the code, in its time; a clock that was put back makes it void."""
        try:
            read = msgspec.json.decode(kept, type=_Kept)
        except msgspec.MsgspecError:
            return None
        typed = answer.replace(" ", "")
        same = hmac.compare_digest(self._hash(read.since, typed), read.hash)
        # To the microsecond as it was written: a fraction of a second cannot be told from a clock put back.
        in_time = read.since <= at.timestamp() + 1e-5 and at < datetime.fromtimestamp(read.until, UTC)
        if account is None or not (same and in_time and _CODE.fullmatch(typed)):
            return None
        return Proven(Proof.CODE, account=account)

    def _hash(self, since: float, code: str) -> str:
        return self.digest(f"code {since} {code}").hex()
