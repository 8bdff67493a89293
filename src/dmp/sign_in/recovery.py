"""A password that was forgotten («mot de passe oublié»): a code, and one's own number, allow to choose another one.

The answer is the same whether there is such an account or not (security 9.4).
It opens no session and leaves the other means of proof as they are: who gets
hold of somebody's mail still lacks the number, and a second factor if one is
set up.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from dmp.record.account import Account
from dmp.sign_in import counting, steps
from dmp.sign_in.desk import end_all_of
from dmp.sign_in.kept import Kept
from dmp.sign_in.limits import ACCOUNT, places
from dmp.sign_in.passwords import PoolFull, weakness
from dmp.sign_in.reception import (
    Browser,
    Event,
    Happened,
    Reception,
    Reply,
    Said,
    named,
    told,
    waiting,
    with_password,
)
from dmp.sign_in.sign_in import Begun, Proof, Step
from dmp.sign_in.steps import BEGUN_LIFE, Attempt, Kind, Tried


@dataclass(frozen=True)
class Recovery:
    """The way back in."""

    reception: Reception

    def ask(self, login: str, number: str, browser: Browser) -> Reply:
        """Ask for a code; `number` is the person's own («matricule»)."""
        desk = self.reception.desk
        at = desk.clock()

        def look(kept: Kept) -> tuple[Account | None, str, timedelta]:
            account, counted = named(kept, login, browser, at)
            names = ((f"recovery {counted}", ACCOUNT), *places(browser.address))
            wait = counting.wait(kept.tallies, names, at)
            if not wait:
                counting.count(kept.tallies, names, at)
            return account, counted, wait

        account, counted, wait = desk.run(look)
        if wait:
            return waiting(wait)
        whose = account if account is not None and _may(account, number) else None
        begun = Begun(whose.id if whose else "", at + BEGUN_LIFE, whose.version if whose else 0, counted)
        return self.reception.ask(Kind.RECOVERY, begun, whose)

    def choose(self, secret: str, code: str, password: str, browser: Browser) -> Reply:
        """The code and the new password: every session of before ends."""
        desk, pool = self.reception.desk, self.reception.pool
        at, why = desk.clock(), weakness(password)
        if why:
            return Reply(Said.WEAK, Step.CODE, secret, why=why)
        # Before it costs a hash: anybody may send this form.
        found = desk.look(lambda kept: steps.heard(kept, Kind.RECOVERY, secret, counted=places(browser.address), at=at))
        if isinstance(found, Attempt):
            if found.came is Tried.OVER:
                self.reception.not_proved(Proof.CODE, browser)
            return told(found, secret)
        try:
            hashed = pool.hash(password)
        except PoolFull:
            return Reply(Said.BUSY, Step.CODE, secret)

        def change(kept: Kept) -> tuple[Reply, Account | None]:
            tried = self.reception.attempt(kept, Kind.RECOVERY, secret, code, browser=browser, at=at)
            if tried.proven is None or tried.proven.account is None:
                return told(tried, secret), None
            changed = with_password(tried.proven.account, hashed)
            kept.accounts.change(changed)
            end_all_of(kept, changed.id)
            return Reply(Said.DONE), changed

        reply, changed = desk.run(change)
        if changed is not None:
            event = Event(Happened.PASSWORD_CHANGED, changed, proofs=(Proof.CODE,))
            self.reception.note(event, at)
            self.reception.tell(changed, "")
        elif reply.said in (Said.WRONG, Said.OVER):
            self.reception.failed(Proof.CODE, at)
        return reply


def _may(account: Account, number: str) -> bool:
    """Whether it is this person's account, in use: one that was never used is opened by its temporary password."""
    same = hmac.compare_digest(account.person.number.encode(), "".join(number.split()).encode())
    return same and not account.closed and not account.temporary and bool(account.channels)
