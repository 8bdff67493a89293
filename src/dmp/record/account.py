"""Accounts («comptes»): the means by which a person proves who he is to the portals (functional 6, PT-1, PT-2).

An account is a person's, never a record's: with the same one somebody opens
his own record, his child's, and that of whoever made him a delegate.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from dmp.record.notice import Address
from dmp.record.patient import PatientId

LONGEST_LOGIN = 200
"""Characters of what is typed as one; the rest is not looked at."""


@dataclass(frozen=True)
class Passkey:
    """A key that a device holds («clé d'accès»), as WebAuthn registers it: id and public key, both base64url."""

    id: str
    public_key: str
    count: int
    name: str
    since: datetime


@dataclass(frozen=True)
class Account:
    """How one person signs in.

    `id` is random. `password` is an Argon2id hash, empty when there is none;
    one that we made is `temporary` and must be changed at once (PT-2).
    `channels` are where one-time codes go, the first one unless asked
    otherwise (TD1.5b). `totp` is a shared secret in base32 and `totp_step` the
    last step that was used: no code serves twice. `federated` are the subjects
    that identity providers know the person by, each as `provider subject`.
    """

    id: str
    person: PatientId
    name: str
    login: str
    password: str = ""
    temporary: bool = False
    temporary_until: datetime | None = None
    channels: tuple[Address, ...] = ()
    totp: str = ""
    totp_step: int = 0
    passkeys: tuple[Passkey, ...] = ()
    federated: tuple[str, ...] = ()
    closed: bool = False
    version: int = 1
    """Grows when the means of proof change: sessions of before then end."""


@dataclass(frozen=True)
class OperatorAccount:
    """How somebody who runs the service signs in: by passkey alone, under his name (security 9.2)."""

    name: str
    since: datetime
    passkeys: tuple[Passkey, ...] = ()
    version: int = 1
    """Grows with each key: sessions of before then end."""


def plain_login(typed: str) -> str:
    """The one form of a login, however it was typed.

    Accounts are found by it and failures are counted under it (security 9.3):
    with two forms, one account would have as many counts as it has spellings.
    """
    return " ".join(unicodedata.normalize("NFKC", typed[:LONGEST_LOGIN]).casefold().split())


@dataclass(frozen=True)
class Ticket:
    """Something that its bearer alone can name by a secret («jeton»): a session, a sign-in under way, a known browser.

    `token` names it from here on, in place of the secret; `tries` counts the
    attempts to use it; `content` is what whoever made it wrote.
    """

    token: bytes
    until: datetime
    tries: int
    content: bytes
