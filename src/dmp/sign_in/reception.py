"""The reception («accueil»): where somebody proves who he is, step by step, and obtains a session.

What is answered never tells whether there is an account: whoever names an
unknown login is led the same way, and costs the same work (security 9.4).
Whatever may fail is counted before it is tried (9.3), so that guesses made at
once are counted as well as those made one after another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dmp.record.account import Account, OperatorAccount, plain_login
from dmp.record.actor import Actor, Holder, Operator
from dmp.sign_in import counting, steps
from dmp.sign_in.counting import Counted
from dmp.sign_in.desk import SessionDesk, end_all_of
from dmp.sign_in.kept import Kept
from dmp.sign_in.limits import ACCOUNT, places
from dmp.sign_in.passwords import HashingPool, PoolFull, weakness
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Begun, Means, Proof, Proven, Step, next_step
from dmp.sign_in.steps import BEGUN_LIFE, Attempt, Kind, Tried

KNOWN = "browser"
"""The kind of ticket of a browser that has signed in."""
KNOWN_LIFE = timedelta(days=180)


class Said(StrEnum):
    """What the reception answers."""

    NEXT = "next"
    WRONG = "wrong"
    WAIT = "wait"
    """Too many failures: nothing was looked at; `Reply.wait` seconds are left."""
    BUSY = "busy"
    """Too many passwords are being checked: nothing was done."""
    OVER = "over"
    """What was begun is over, or was never begun in this browser."""
    WEAK = "weak"
    """The new password is not taken; `Reply.why` tells."""
    DONE = "done"


@dataclass(frozen=True)
class Reply:
    """An answer. `secret` is what the browser holds from now on: of the sign-in under way, or of the session."""

    said: Said
    step: Step = Step.PASSWORD
    secret: str = ""
    wait: int = 0
    why: str = ""
    known: str = ""
    """What makes the browser known, when it was not."""


@dataclass(frozen=True)
class Browser:
    """Who asks, as far as that is known: its address, what it says of itself, what made it known once."""

    address: str
    name: str = ""
    known: str = ""


class Happened(StrEnum):
    """What is worth a trace."""

    SIGNED_IN = "sign-in"
    FAILED = "sign-in-failed"
    SIGNED_OUT = "sign-out"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a name, no password
    MEANS_CHANGED = "means-changed"
    """A means of proof was added or taken away."""
    OPERATOR_ENROLLED = "operator-enrolled"
    """On the command line: a code was handed out for a key."""
    OPERATOR_REMOVED = "operator-removed"
    ALARM = "sign-in-alarm"
    """Failures of everybody together have reached what somebody should look at (security 9.3)."""


@dataclass(frozen=True)
class Event:
    """Something that happened here; who it was, as far as that was proved, and by what."""

    happened: Happened
    account: Account | None = None
    by: Actor | None = None
    """Who, where no account says it."""
    proofs: tuple[Proof, ...] = ()
    why: str = ""
    """What did not hold, in words that name nobody."""

    @property
    def actor(self) -> Actor | None:
        """Who it was."""
        return Holder(self.account.person) if self.account is not None else self.by


@dataclass(frozen=True)
class Reception:
    """Where people sign in. `tell` sends a code to an account, or to nobody, and returns at once; an empty code is the
    news that the password changed. `note` leaves a trace."""

    desk: SessionDesk
    pool: HashingPool
    means: Mapping[Proof, Means]
    tell: Callable[[Account | None, str], None]
    note: Callable[[Event, datetime], None]

    # -- a password, then a second factor

    def password(self, login: str, password: str, browser: Browser) -> Reply:
        """A login and a password: the first step of two."""
        at = self.desk.clock()
        account, counted, wait = self.desk.run(lambda kept: _reserved(kept, login, browser, at))
        if wait:
            return waiting(wait)
        names = _passwords_of(counted, browser)
        try:
            right = self.pool.is_password(password, _usable(account, at))
        except PoolFull:
            self.desk.run(lambda kept: counting.take_back(kept.tallies, names, at))
            return Reply(Said.BUSY)
        if account is None or not right:
            self.failed(Proof.PASSWORD, at)
            return Reply(Said.WRONG)
        self.desk.run(lambda kept: counting.take_back(kept.tallies, names, at))
        begun = Begun(account.id, at + BEGUN_LIFE, account.version, counted, (Proof.PASSWORD,))
        return self.ask(Kind.SIGN_IN, begun, account)

    def ask(self, kind: Kind, begun: Begun, account: Account | None) -> Reply:
        """Ask for the second factor; of a recovery, and of nobody, always for a code."""
        at, secret = self.desk.clock(), self.desk.new_secret()
        step = next_step(account, begun.proofs) if account is not None and kind is Kind.SIGN_IN else Step.CODE
        means = self.means[Proof.TOTP if step is Step.TOTP else Proof.CODE]
        challenge = means.challenge(account, secret=self.desk.new_secret(), at=at)

        def keep(kept: Kept) -> timedelta:
            codes = steps.codes_of(kind, begun) if step is Step.CODE else ()
            wait = counting.wait(kept.tallies, codes, at)
            if not wait:
                counting.count(kept.tallies, codes, at)
                steps.keep(kept, kind, secret, begun.asks(means.proof, challenge))
            return wait

        wait = self.desk.run(keep)
        if wait:
            return waiting(wait)
        if means.proof is Proof.CODE:
            self.tell(account, challenge.shown)
        return Reply(Said.NEXT, step, secret)

    def again(self, kind: Kind, secret: str) -> Reply:
        """Send another code in place of the one before; the tries go on counting."""
        at = self.desk.clock()

        def renew(kept: Kept) -> tuple[Reply, Account | None, str]:
            found = steps.opened(kept, kind, secret, at)
            if found is None or found.begun.asked is not Proof.CODE:
                return Reply(Said.OVER), None, ""
            codes = steps.codes_of(kind, found.begun)
            wait = counting.wait(kept.tallies, codes, at)
            if wait:
                return waiting(wait), None, ""
            counting.count(kept.tallies, codes, at)
            challenge = self.means[Proof.CODE].challenge(found.account, secret=self.desk.new_secret(), at=at)
            steps.ask_anew(kept, found.ticket, found.begun, challenge)
            return Reply(Said.NEXT, Step.CODE, secret), found.account, challenge.shown

        reply, account, code = self.desk.run(renew)
        if code:
            self.tell(account, code)
        return replace(reply, step=Step.CODE, secret=secret)

    def answer(self, secret: str, answer: str, browser: Browser) -> Reply:
        """The answer to what was asked."""
        at = self.desk.clock()

        def try_it(kept: Kept) -> tuple[Reply, Event | None]:
            tried = self.attempt(kept, Kind.SIGN_IN, secret, answer, browser=browser, at=at)
            proven, begun = tried.proven, tried.begun
            if proven is None or proven.account is None or begun is None:
                return told(tried, secret), None
            so_far = begun.has(proven.proof)
            if proven.account != kept.accounts.one(proven.account.id):
                kept.accounts.change(proven.account)
            step = next_step(proven.account, so_far.proofs)
            if step is Step.DONE:
                return self._let_in(kept, proven, so_far, browser, at)
            fresh = self.desk.new_secret()
            steps.keep(kept, Kind.SIGN_IN, fresh, so_far)
            return Reply(Said.NEXT, step, fresh), None

        return self._told(try_it, at, Proof.CODE)

    def choose_password(self, secret: str, password: str, browser: Browser) -> Reply:
        """A password of one's own in place of the one that we made (PT-2); opens the session."""
        at = self.desk.clock()
        account = self.desk.look(lambda kept: _must_change(kept, secret, at)[0])
        if account is None:
            return Reply(Said.OVER)
        try:
            why = weakness(password, own_words=(account.login, account.name))
            if not why and self.pool.is_password(password, account.password):
                why = "same"
            hashed = "" if why else self.pool.hash(password)
        except PoolFull:
            return Reply(Said.BUSY, Step.CHANGE_PASSWORD, secret)
        if why:
            return Reply(Said.WEAK, Step.CHANGE_PASSWORD, secret, why=why)

        def change(kept: Kept) -> tuple[Reply, Event | None]:
            found, begun = _must_change(kept, secret, at)
            if found is None or begun is None:
                return Reply(Said.OVER), None
            ticket = kept.tickets.one(Kind.SIGN_IN, secret)
            if ticket is not None:
                kept.tickets.drop(ticket)
            changed = with_password(found, hashed)
            kept.accounts.change(changed)
            end_all_of(kept, changed.id)
            return self._let_in(kept, Proven(Proof.PASSWORD, account=changed), begun, browser, at)

        return self._told(change, at, Proof.PASSWORD)

    # -- a means that is enough by itself: passkey, identity provider, certificate

    def proved(self, proven: Proven, browser: Browser) -> Reply:
        """Open a session for whom a means that is enough by itself has proved; an account is written if it changed."""
        at = self.desk.clock()

        def open_session(kept: Kept) -> tuple[Reply, Event | None]:
            account = proven.account
            if account is not None:
                there = kept.accounts.one(account.id)
                if there is None or there.closed or there.version != account.version:
                    return Reply(Said.WRONG), None
                if there.passkeys != account.passkeys:
                    # Their counts alone: the rest was read a while ago, and may have changed since.
                    kept.accounts.change(replace(there, passkeys=account.passkeys))
            if proven.operator is not None and not _counted(kept, proven.operator):
                return Reply(Said.WRONG), None
            begun = Begun(account.id if account else "", at)
            return self._let_in(kept, proven, begun.has(proven.proof), browser, at)

        return self._told(open_session, at, proven.proof)

    def not_proved(self, proof: Proof, browser: Browser, why: str = "", *, door: str = "") -> None:
        """Count and trace the failure of a means that names nobody beforehand."""
        at = self.desk.clock()
        self.desk.run(lambda kept: counting.count(kept.tallies, places(browser.address, door=door), at))
        self.failed(proof, at, why)

    # -- the end

    def signed_out(self, secret: str) -> None:
        """End a session where it is kept: its cookie is worth nothing from then on, wherever it was copied to."""
        session = self.desk.end(secret)
        if session is not None:
            self.note(Event(Happened.SIGNED_OUT, by=_who(session), proofs=session.proofs), self.desk.clock())

    # -- what recovery does too

    def attempt(self, kept: Kept, kind: Kind, secret: str, answer: str, *, browser: Browser, at: datetime) -> Attempt:
        """Try an answer, within a transaction."""
        counted = places(browser.address)
        return steps.attempt(kept, kind, secret, answer, means=self.means, counted=counted, at=at)

    def failed(self, proof: Proof, at: datetime, why: str = "") -> None:
        """Trace a failure. It names no account: whether there is one is not to be read off how long this takes."""
        if self.desk.run(lambda kept: counting.alarming(kept.tallies, at)):
            self.note(Event(Happened.ALARM), at)
        self.note(Event(Happened.FAILED, proofs=(proof,), why=why), at)

    def _let_in(
        self, kept: Kept, proven: Proven, begun: Begun, browser: Browser, at: datetime
    ) -> tuple[Reply, Event | None]:
        """Open the session, forget the failures, and know the browser from now on."""
        account, operator = proven.account, proven.operator
        worker = proven.professional or proven.staff or operator
        session = Session(
            number=self.desk.new_secret()[:16],
            since=at,
            seen=at,
            proofs=begun.proofs,
            account=account.id if account else "",
            version=account.version if account else operator.version if operator else 0,
            person=account.person if account else proven.patient,
            name=account.name if account else worker.name if worker else "",
            professional=proven.professional,
            staff=proven.staff,
            operator=operator.name if operator else "",
            browser=browser.name,
            leave=proven.leave,
        )
        secret, known = self.desk.open_in(kept, session), ""
        if account is not None:
            for name in _counted_of(begun):
                counting.forget(kept.tallies, name, at)
            known = _made_known(kept, account, browser, self.desk.new_secret(), at)
        event = Event(Happened.SIGNED_IN, account, _who(session), begun.proofs)
        return Reply(Said.DONE, Step.DONE, secret, known=known), event

    def _told(self, work: Callable[[Kept], tuple[Reply, Event | None]], at: datetime, proof: Proof) -> Reply:
        """Do it, leave its trace, then answer: without a trace, nobody is let in."""
        reply, event = self.desk.run(work)
        if event is not None:
            self.note(event, at)
        elif reply.said in (Said.WRONG, Said.OVER):
            self.failed(proof, at)
        return reply


def _who(session: Session) -> Actor | None:
    """Whose a session is, for its traces."""
    if session.operator:
        return Operator(session.operator)
    holder = Holder(session.person) if session.person is not None else None
    return session.professional or session.staff or holder


def _counted(kept: Kept, operator: OperatorAccount) -> bool:
    """Write the counts of his keys; false when he is no operator any more, or his keys have changed since."""
    there = kept.operators.one(operator.name)
    if there is None or there.version != operator.version:
        return False
    kept.operators.set(replace(there, passkeys=operator.passkeys))
    return True


def told(tried: Attempt, secret: str) -> Reply:
    """What the browser is told of an answer that proved nothing."""
    if tried.came is Tried.WAIT:
        return replace(waiting(tried.wait), step=Step.CODE, secret=secret)
    if tried.came is Tried.OVER or tried.begun is None:
        return Reply(Said.OVER)
    step = Step.TOTP if tried.begun.asked is Proof.TOTP else Step.CODE
    return Reply(Said.WRONG, step, secret)


def waiting(wait: timedelta) -> Reply:
    """Come back later."""
    return Reply(Said.WAIT, wait=int(wait.total_seconds()) + 1)


def with_password(account: Account, hashed: str) -> Account:
    """The account with another password, its own; what was proved by the one before is over."""
    return replace(account, password=hashed, temporary=False, temporary_until=None, version=account.version + 1)


def _usable(account: Account | None, at: datetime) -> str:
    """The hash to check against; none of a closed account, nor of a temporary password that is over (9.3)."""
    if account is None or account.closed:
        return ""
    over = account.temporary and account.temporary_until is not None and at >= account.temporary_until
    return "" if over else account.password


def named(kept: Kept, login: str, browser: Browser, at: datetime) -> tuple[Account | None, str]:
    """The account of a login, and the name to count failures under: a browser that it knows has counts of its own."""
    account, plain = kept.accounts.of_login(login), plain_login(login)
    known = kept.tickets.one(KNOWN, browser.known)
    mine = known is not None and account is not None and known.content.decode() == account.id and at < known.until
    return account, f"{plain} {known.token.hex()}" if known is not None and mine else plain


def _passwords_of(counted: str, browser: Browser) -> tuple[Counted, ...]:
    return ((f"account {counted}", ACCOUNT), *places(browser.address))


def _counted_of(begun: Begun) -> tuple[Counted, ...]:
    """What is forgotten when somebody has signed in; nothing of who named no login."""
    if not begun.counted:
        return ()
    kind = Kind.SIGN_IN
    return ((f"account {begun.counted}", ACCOUNT), *steps.codes_of(kind, begun), *steps.answers_of(kind, begun))


def _reserved(kept: Kept, login: str, browser: Browser, at: datetime) -> tuple[Account | None, str, timedelta]:
    """Count a try before it is made, unless the caller must wait."""
    account, counted = named(kept, login, browser, at)
    names = _passwords_of(counted, browser)
    wait = counting.wait(kept.tallies, names, at)
    if not wait:
        counting.count(kept.tallies, names, at)
    return account, counted, wait


def _must_change(kept: Kept, secret: str, at: datetime) -> tuple[Account | None, Begun | None]:
    """Who has proved all and must choose a password before anything else."""
    found = steps.opened(kept, Kind.SIGN_IN, secret, at)
    if found is None or found.account is None:
        return None, None
    changing = next_step(found.account, found.begun.proofs) is Step.CHANGE_PASSWORD
    return (found.account, found.begun) if changing else (None, None)


def _made_known(kept: Kept, account: Account, browser: Browser, secret: str, at: datetime) -> str:
    """The secret by which this browser is known from now on; empty when it is already."""
    known = kept.tickets.one(KNOWN, browser.known)
    if known is not None and known.content.decode() == account.id and at < known.until:
        return ""
    kept.tickets.add(KNOWN, secret, account=account.id, until=at + KNOWN_LIFE, content=account.id.encode())
    return secret
