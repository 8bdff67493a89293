"""Words for tests of signing in: a reception over a store, a clock that is set, codes that are caught."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from dmp.portal import Transactions
from dmp.record.account import Account
from dmp.record.notice import Address, Channel
from dmp.record.patient import PatientId
from dmp.sign_in.codes import Codes
from dmp.sign_in.desk import SessionDesk
from dmp.sign_in.passwords import HashingPool, hash_password
from dmp.sign_in.reception import Browser, Event, Reception, Reply, Said
from dmp.sign_in.recovery import Recovery
from dmp.sign_in.totp import Totp
from dmp.store.tx import Store
from store_builders import NOW

LOGIN, PASSWORD, NUMBER = "bado-kiru", "un lapin bleu à vélo", "279035121518989"
HASH = hash_password(PASSWORD)
HOME = Browser("192.0.2.1", "Firefox · Linux")
ACCOUNT = Account(
    "a1",
    PatientId(NUMBER, "1.2.250.1.213.1.4.10"),
    "Ana Exemple",
    LOGIN,
    password=HASH,
    channels=(Address(Channel.EMAIL, "ana@example.org"),),
)


@dataclass
class Desk:
    """A reception, its clock, and what it sent and traced."""

    store: Store
    now: datetime = NOW
    sent: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put it together; secrets are 1, 2, 3… so that codes are too."""
        numbers = count(1)
        desk = SessionDesk(
            Transactions(self.store, held=True),
            Transactions(self.store, held=False),
            lambda: self.now,
            lambda: f"{next(numbers):016x}" * 4,
        )
        means = (Codes(self.store.vault.digest), Totp())
        self.pool = HashingPool()
        self.reception = Reception(
            desk,
            self.pool,
            {one.proof: one for one in means},
            lambda account, code: self.sent.append(code) if account is not None else None,
            lambda event, _at: self.events.append(event),
        )
        self.recovery = Recovery(self.reception)

    @property
    def code(self) -> str:
        """The code that was sent last."""
        return self.sent[-1]

    @property
    def wrong_code(self) -> str:
        """Another one."""
        return f"{(int(self.code) + 1) % 10**6:06}"

    def later(self, **delay: float) -> None:
        """Let time pass, or go back."""
        self.now += timedelta(**delay)

    def begin(self, browser: Browser = HOME) -> Reply:
        """The right login and password."""
        return self.reception.password(LOGIN, PASSWORD, browser)

    def signed_in(self, browser: Browser = HOME) -> Reply:
        """All the way."""
        begun = self.begin(browser)
        assert begun.said is Said.NEXT
        done = self.reception.answer(begun.secret, self.code, browser)
        assert done.said is Said.DONE
        return done

    def account(self) -> Account:
        """The account as it is kept."""
        with self.store.begin() as tx:
            found = tx.accounts.one(ACCOUNT.id)
        assert found is not None
        return found

    def change(self, **changes: object) -> None:
        """Change the account behind the back of the reception."""
        with self.store.begin() as tx:
            found = tx.accounts.one(ACCOUNT.id)
            assert found is not None
            tx.accounts.change(replace(found, **changes))  # type: ignore[arg-type]


@contextmanager
def desk_over(store: Store, account: Account = ACCOUNT) -> Iterator[Desk]:
    """A reception with one account."""
    with store.begin() as tx:
        tx.accounts.add(account)
    desk = Desk(store)
    yield desk
    desk.pool.close()
