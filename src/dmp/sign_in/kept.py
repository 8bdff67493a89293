"""What signing in needs of the store, said here because this room does not know it (`store.tx.Tx` has it all)."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from dmp.record.account import Account, OperatorAccount, Ticket
from dmp.record.patient import PatientId

T = TypeVar("T")


class KeptAccounts(Protocol):
    """The accounts (`store.accounts.Accounts`)."""

    def of_login(self, login: str) -> Account | None:
        """By login."""
        ...

    def of_person(self, person: PatientId) -> Account | None:
        """By person."""
        ...

    def one(self, key: str) -> Account | None:
        """By id."""
        ...

    def change(self, account: Account) -> None:
        """Write one that was read."""
        ...


class KeptOperators(Protocol):
    """The operators (`store.operators.Operators`)."""

    def one(self, name: str) -> OperatorAccount | None:
        """By name."""
        ...

    def all(self) -> tuple[OperatorAccount, ...]:
        """All of them, by name."""
        ...

    def set(self, operator: OperatorAccount) -> None:
        """Write one, there or not."""
        ...

    def drop(self, name: str) -> None:
        """Forget one."""
        ...


class KeptTickets(Protocol):
    """The tickets (`store.tickets.Tickets`)."""

    def add(self, kind: str, secret: str, *, account: str, until: datetime, content: bytes) -> None:
        """Add one."""
        ...

    def one(self, kind: str, secret: str) -> Ticket | None:
        """By its secret."""
        ...

    def all_of(self, kind: str, account: str) -> tuple[Ticket, ...]:
        """Those of an account."""
        ...

    def change(self, ticket: Ticket) -> None:
        """Write one that was read."""
        ...

    def drop(self, ticket: Ticket) -> None:
        """Forget one."""
        ...

    def drop_all_of(self, kind: str, account: str) -> None:
        """Forget those of an account."""
        ...


class KeptTallies(Protocol):
    """The tallies (`store.tallies.Tallies`)."""

    def of(self, name: str) -> tuple[int, datetime] | None:
        """By name."""
        ...

    def write(self, name: str, count: int, until: datetime) -> None:
        """Write one that was looked for."""
        ...


class Kept(Protocol):
    """One transaction."""

    @property
    def accounts(self) -> KeptAccounts:
        """The accounts."""
        ...

    @property
    def operators(self) -> KeptOperators:
        """The operators."""
        ...

    @property
    def tickets(self) -> KeptTickets:
        """The tickets."""
        ...

    @property
    def tallies(self) -> KeptTallies:
        """The tallies."""
        ...


class Run(Protocol):
    """Run some work in one transaction, and again when another one came first; what it read is held meanwhile."""

    def __call__(self, work: Callable[[Kept], T], /) -> T:
        """Give what the work gives, once all is written."""
        ...
