"""The doors at which somebody is named: what is answered must not tell whether there is such a person."""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations, count
from random import Random
from typing import Any

from dmp.assure.browser import Browser
from dmp.assure.claim import Counter, Leg
from dmp.assure.service import Service
from dmp.assure.timing import auc
from dmp.bench.load import without_collector
from dmp.client import CallRefused, DmpClient
from dmp.record.account import Account
from dmp.record.record import ClosingReason
from dmp.sandbox.population import Person, people

AUC = "AUC"
EACH = 4
"""How often one account is named: at the fifth failure it would wait, known or not."""
STRANGER = "insurer"
"""Who has no right to anything over SOAP."""
RECORDS = 6
"""Records of each kind that are named over SOAP."""
NEW = "quatre girafes sous la pluie"
_VARYING = re.compile(r"(value=\"\w{64}\")|((?:person|nobody)-\d{4})")


class Kind(StrEnum):
    """Whom a probe names."""

    EXISTING = "existing"
    CLOSED = "closed"
    UNUSED = "unused"
    """An account that was made and never used."""
    UNKNOWN = "unknown"


KINDS = tuple(Kind)


def accounts_for(probes: int) -> int:
    """How many accounts the probes need: of four in turn, two are in use, one is closed, one was never used."""
    return 4 * len(PAGES) * _several(probes)


def _several(probes: int) -> int:
    """How many of one kind are named at one door."""
    return probes // EACH + 1


@dataclass
class Answers:
    """What each kind was answered at one door, and how long it took."""

    door: str
    counter: Counter
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    first: dict[str, str] = field(default_factory=dict)

    def note(self, kind: str, said: str, seconds: float) -> None:
        """One answer; all must be alike."""
        self.seconds[kind].append(seconds)
        if self.first.setdefault("", said) != said:
            self.counter.wrong("other answer", f"{self.door}: {kind}")

    def told(self) -> None:
        """How well the time tells one kind from another."""
        for one, other in combinations(sorted(self.seconds), 2):
            area = auc(self.seconds[one], self.seconds[other])
            self.counter.measure(f"{AUC}, {self.door}, {one} or {other}", area)


Probe = Callable[[Browser, str, str], tuple[str, float]]
"""Names a login and a number with a fresh browser; gives what was said, and the seconds that took."""


def try_pages(contract: dict[str, Any], named: list[Account], leg: Leg, counter: Counter) -> None:
    """The pages, each probe from a network of its own: one that asks so often would have to wait, and learn nothing."""
    homes = _networks()
    for place, (door, probe) in enumerate(PAGES.items()):
        answers, first = Answers(door, counter), place * _several(leg.size)
        probes = _probes(named, leg.size, first, leg.dice(door))
        with without_collector():
            for done, (kind, login, number) in enumerate(probes, start=1):
                browser = Browser(contract, next(homes))
                answers.note(kind, *probe(browser, login, number))
                browser.close()
                leg.advance((place * leg.size + done // len(KINDS)) // len(PAGES))
        answers.told()


def _probes(named: list[Account], size: int, first: int, dice: Random) -> Iterator[tuple[str, str, str]]:
    """So many of each kind, in random order, from the first that is this door's."""
    existing = [one for one in named if not one.closed and not one.temporary]
    kinds = {
        Kind.EXISTING: existing,
        Kind.CLOSED: [one for one in named if one.closed],
        Kind.UNUSED: [one for one in named if one.temporary],
    }
    order = [kind for kind in KINDS for _ in range(size)]
    dice.shuffle(order)
    turns = {kind: count() for kind in KINDS}
    for kind in order:
        rank = first + next(turns[kind]) // EACH
        if kind is Kind.UNKNOWN:
            yield kind, f"nobody-{rank:04}", existing[rank].person.number
        else:
            account = kinds[kind][rank]
            yield kind, account.login, account.person.number


def _sign_in(browser: Browser, login: str, _number: str) -> tuple[str, float]:
    return _sent(browser, "/connexion", login=login, password="not the right one")  # noqa: S106 - wrong on purpose


def _activation(browser: Browser, login: str, _number: str) -> tuple[str, float]:
    return _sent(browser, "/activation", login=login, password="not the right one")  # noqa: S106 - wrong on purpose


def _recovery(browser: Browser, login: str, number: str) -> tuple[str, float]:
    """Both of its steps: a code is asked for, then a wrong one is given."""
    said, seconds = _sent(browser, "/connexion/oubli", login=login, number=number)
    then, more = _sent(browser, "/connexion/oubli/code", code="000000", password=NEW, repeated=NEW)
    return f"{said}\n{then}", seconds + more


PAGES: dict[str, Probe] = {"sign-in": _sign_in, "first sign-in": _activation, "recovery": _recovery}
"""The doors of people."""


def _sent(browser: Browser, path: str, **fields: str) -> tuple[str, float]:
    token = browser.token(path)
    begun = time.perf_counter()
    answer = browser.send(path, {**fields, "token": token})
    seconds = time.perf_counter() - begun
    cookies = ",".join(sorted(line.partition("=")[0] for line in answer.headers.get_list("set-cookie")))
    where = answer.headers.get("location", "")
    said = f"{answer.status_code} {where} {len(answer.content)} {cookies} {_VARYING.sub('', answer.text)}"
    return said, seconds


def _networks() -> Iterator[str]:
    """An address of the loopback in another /24 each time."""
    for number in count(1):
        yield f"127.{1 + number // 250 % 250}.{number % 250}.1"


def try_soap(service: Service, leg: Leg, counter: Counter) -> None:
    """The services of machines, for somebody who has a certificate and no right."""
    dice, cast = leg.dice("soap"), people(leg.seed + 1, 3 * RECORDS)
    by_kind = {
        kind: cast[number * RECORDS : (number + 1) * RECORDS]
        for number, kind in enumerate((Kind.EXISTING, Kind.CLOSED, Kind.UNKNOWN))
    }
    with service.client("doctor") as doctor:
        for person in (*by_kind[Kind.EXISTING], *by_kind[Kind.CLOSED]):
            doctor.open_record(person.patient, person.traits, contact=person.contact, guardians=person.guardians)
        for person in by_kind[Kind.CLOSED]:
            doctor.close_record(person.patient, ClosingReason.PATIENT_REQUEST)
    questions: tuple[tuple[str, Callable[[DmpClient, Person], object]], ...] = (
        ("TD0.2", lambda client, person: client.test_record(person.patient)),
        ("TD0.3", lambda client, person: client.authorise(person.patient)),
        ("TD1.3a", lambda client, person: client.read_identity(person.patient)),
        ("TD0.5", lambda client, person: client.find_patients(person.traits.birth_name)),
    )
    with service.client(STRANGER) as client, without_collector():
        for door, ask in questions:
            answers = Answers(door, counter)
            order = [kind for kind in by_kind for _ in range(leg.size)]
            dice.shuffle(order)
            for kind in order:
                begun = time.perf_counter()
                said = _asked(ask, client, dice.choice(by_kind[kind]))
                answers.note(kind, said, time.perf_counter() - begun)
            answers.told()


def _asked(ask: Callable[[DmpClient, Person], object], client: DmpClient, person: Person) -> str:
    try:
        return f"answered: {ask(client, person)!r}"
    except CallRefused as refused:
        return f"{type(refused).__name__} {refused}"
