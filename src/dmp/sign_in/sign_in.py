"""The flow of signing in («connexion»), as plain values: what was proved, and what is asked next (security 9.1, 9.2).

A person proves himself by one or two *means*. A password is never enough: a
second means follows. A passkey, a certificate or an identity provider with
enough assurance is two factors in one, and is enough. What a browser has proved
so far is a `Begun`, kept by us and named by a secret that the browser alone
holds (`store/tickets.py`).

Each means is one class with the four members of `Means`: nothing else of the
house names it, but `main.py` which plugs it in.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dmp.record.account import Account, OperatorAccount
from dmp.record.actor import Professional, Staff
from dmp.record.patient import PatientId


class Proof(StrEnum):
    """A means by which somebody proves who he is."""

    PASSWORD = "password"  # noqa: S105 - a name, no password
    CODE = "code"
    """A one-time code by e-mail or SMS («code à usage unique»): the low option."""
    TOTP = "totp"
    PASSKEY = "passkey"
    CERTIFICATE = "certificate"
    PROVIDER = "provider"
    """An identity provider («fédération d'identité»)."""


ENOUGH = frozenset({Proof.PASSKEY, Proof.CERTIFICATE, Proof.PROVIDER})
"""What is two factors in one."""
SECOND = (Proof.TOTP, Proof.CODE)
"""What may follow a password, best first."""


class Step(StrEnum):
    """What a browser is asked next."""

    PASSWORD = "password"  # noqa: S105 - a name, no password
    CODE = "code"
    TOTP = "totp"
    CHANGE_PASSWORD = "change-password"  # noqa: S105 - a name, no password
    """The password was made by us: a new one is chosen before anything else (PT-2)."""
    DONE = "done"


@dataclass(frozen=True)
class Challenge:
    """What is asked of a browser: `shown` is sent to it, `kept` stays with us until the answer.

    Both are texts that the means alone reads: options of WebAuthn in JSON, the
    address of an identity provider; a nonce, a verifier, the hash of a code.
    """

    shown: str = ""
    kept: str = ""


@dataclass(frozen=True)
class Proven:
    """What an answer proved, and of whom: exactly one of the last members says it.

    `account` is the account as it is from now on: the step of a TOTP is used,
    the count of a passkey has grown. Whoever receives it writes it when it
    differs. `subject` is how an identity provider knows the person, as
    `provider subject` (`Account.federated`); `patient` is an identity that a
    provider vouches for in person; `professional` and
    `staff`, by his card (CPE), need no account; an `operator` has one of his own.
    """

    proof: Proof
    account: Account | None = None
    subject: str = ""
    patient: PatientId | None = None
    professional: Professional | None = None
    staff: Staff | None = None
    operator: OperatorAccount | None = None
    leave: str = ""
    """Where the browser goes at the end, so that the session at an identity provider ends too."""


class Means(Protocol):
    """One means of proof. Pure but for what it is built with: time and randomness come in as arguments."""

    @property
    def proof(self) -> Proof:
        """Which one it is."""
        ...

    def offered(self, account: Account) -> bool:
        """Whether this person has set it up."""
        ...

    def challenge(self, account: Account | None, *, secret: str, at: datetime) -> Challenge:
        """What to ask; `account` is None while nobody said who he is, `secret` is 256 fresh random bits in hex."""
        ...

    def proves(self, account: Account | None, kept: str, answer: str, *, at: datetime) -> Proven | None:
        """What an answer to a challenge proves; None when it proves nothing: wrong, used, too late."""
        ...


@dataclass(frozen=True)
class Begun:
    """What one browser has proved so far.

    `account` is the id of the account it named, empty when there is none:
    whoever names an unknown login is led through the same steps, and proves
    nothing (security 9.4). `until` is when all has to be begun anew. `kept` is
    our side of the challenge that is open, `asked` by its proof. `version` is
    that of the account: what was proved by means that have changed since is
    worth nothing. `counted` is the name that failures and codes are counted
    under: the login, and the browser when the account knows it.
    """

    account: str
    until: datetime
    version: int = 0
    counted: str = ""
    proofs: tuple[Proof, ...] = ()
    asked: Proof | None = None
    kept: str = ""

    def asks(self, proof: Proof, challenge: Challenge) -> "Begun":
        """The same, with a challenge open."""
        return replace(self, asked=proof, kept=challenge.kept)

    def has(self, proof: Proof) -> "Begun":
        """The same, with one more proof and no challenge open."""
        return replace(self, proofs=(*self.proofs, proof), asked=None, kept="")


def next_step(account: Account, proofs: tuple[Proof, ...]) -> Step:
    """What somebody who has proved so much is asked next.

    Who has a TOTP is asked for it; a code is sent to everybody else. A
    temporary password is changed at the end, when both factors are there.
    """
    if not ENOUGH.intersection(proofs):
        if Proof.PASSWORD not in proofs:
            return Step.PASSWORD
        if not set(SECOND).intersection(proofs):
            return Step.TOTP if account.totp else Step.CODE
        if account.temporary:
            return Step.CHANGE_PASSWORD
    return Step.DONE
