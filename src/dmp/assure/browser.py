"""A browser for trying the portal: keeps cookies, sends forms back with their token, knows where it was sent."""

import json
import re
import ssl
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx2

from dmp.main import new_id, open_store
from dmp.record.account import Account
from dmp.record.notice import Address, Channel
from dmp.record.patient import PatientId
from dmp.sandbox.folder import MESSAGES
from dmp.sandbox.population import people
from dmp.settings import Settings
from dmp.sign_in.passwords import hash_password

PASSWORD = "un lapin bleu sur un velo"  # noqa: S105 - of people who do not exist
_TOKEN = re.compile(r'name="token" value="(\w+)"')
_CODE = re.compile(r"^([0-9]{6}) ")
PATIENCE = 60.0
"""Seconds for a code to arrive."""


@cache
def _trust(authorities: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authorities)


@dataclass
class Browser:
    """One browser at the portal of a sandbox."""

    contract: dict[str, Any]
    address: str = "127.0.0.1"
    """Where it calls from: any address of this machine's loopback."""
    user: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        """Trust the authorities of the sandbox."""
        self.origin: str = self.contract["services"]["portal"]
        way = httpx2.HTTPTransport(verify=_trust(self.contract["ca"]), local_address=self.address)
        self.user = httpx2.Client(base_url=self.origin, transport=way, timeout=30)

    def get(self, path: str) -> httpx2.Response:
        """Open a page."""
        return self.user.get(path)

    def token(self, path: str) -> str:
        """The token of the forms of a page."""
        found = _TOKEN.search(self.get(path).text)
        return found[1] if found else ""

    def send(self, path: str, fields: dict[str, str], *, headers: dict[str, str] | None = None) -> httpx2.Response:
        """Send a form as it is."""
        return self.user.post(path, data=fields, headers={"Origin": self.origin} if headers is None else headers)

    def fill(self, path: str, **fields: str) -> httpx2.Response:
        """Open a page, fill its form, send it."""
        return self.send(path, {**fields, "token": self.token(path)})

    def cookie(self, name: str) -> str:
        """A cookie that it holds; empty when it holds none."""
        return self.user.cookies.get(name) or ""

    def close(self) -> None:
        """Close the connections."""
        self.user.close()


@dataclass(frozen=True)
class Phones:
    """The telephones of everybody in a sandbox: the file where its messages go."""

    folder: Path

    def count(self) -> int:
        """How many messages came so far."""
        path = self.folder / MESSAGES
        return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0

    def code(self, *, after: int, to: str) -> str:
        """The code that came to a number, after so many messages to everybody.

        Raises:
            TimeoutError: none came.
        """
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            path = self.folder / MESSAGES
            lines = path.read_text(encoding="utf-8").splitlines()[after:] if path.exists() else []
            for message in map(json.loads, reversed(lines)):
                found = _CODE.match(message["text"])
                if message["to"] == to and found:
                    return found[1]
            time.sleep(0.02)
        raise TimeoutError("no code came")


def an_account(settings: Settings, person: PatientId, rank: int, **changes: Any) -> Account:
    """Make an account of a sandbox, behind the back of the service; its login is `person-RANK`."""
    account = _account(person, rank, hash_password(PASSWORD), **changes)
    _keep(settings, [account])
    return account


def accounts(settings: Settings, seed: int, count: int, *, plain: int) -> list[Account]:
    """So many of them: of four in turn, one is closed, and one was never used; then `plain` ones, in use."""
    hashed, made = hash_password(PASSWORD), list[Account]()
    for rank, person in enumerate(people(seed, count + plain)):
        turn = rank % 4 if rank < count else 0
        made.append(_account(person.patient, rank, hashed, closed=turn == 1, temporary=turn == 3))
    _keep(settings, made)
    return made


def _account(person: PatientId, rank: int, hashed: str, **changes: Any) -> Account:
    return Account(
        new_id(),
        person,
        f"Personne {rank}",
        f"person-{rank:04}",
        password=hashed,
        channels=(Address(Channel.SMS, f"+3363998{rank:04}"),),
        **changes,
    )


def _keep(settings: Settings, made: list[Account]) -> None:
    store = open_store(settings)
    try:
        with store.begin() as tx:
            for account in made:
                tx.accounts.add(account)
    finally:
        store.close()
