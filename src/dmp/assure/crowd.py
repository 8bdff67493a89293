"""Those who use a service while a claim is tried: invented people, a hospital that feeds, a doctor who reads."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

from dmp.assure.service import Service
from dmp.client import CallRefused, DmpClient, lots
from dmp.client.errors import Fault, Unreachable
from dmp.record.submission import Submission
from dmp.sandbox.maker import plain_text
from dmp.sandbox.population import Person, people
from dmp.sandbox.scenery import context_of

WAITS = 40
PAUSE = 0.25
"""Seconds between two tries of a caller who was told to come back later."""
WORDS = ("tension", "contrôle", "bilan", "traitement", "examen", "sommeil", "marche", "repas", "douleur", "suivi")

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Crowd:
    """One hospital and its doctor, as many times as there are clients at once."""

    feeders: tuple[DmpClient, ...]
    readers: tuple[DmpClient, ...]
    people: tuple[Person, ...]
    """Their records are open, and let the doctor in."""

    @staticmethod
    def of(service: Service, *, clients: int, records: int, seed: int) -> "Crowd":
        """Open the records of invented people, and connect the clients."""
        cast = tuple(people(seed, records))
        with service.client("doctor") as doctor:
            for person in cast:
                doctor.open_record(person.patient, person.traits, contact=person.contact, guardians=person.guardians)
                doctor.authorise(person.patient)
        return Crowd(
            tuple(service.client("hospital", standing_for="doctor") for _ in range(clients)),
            tuple(service.client("hospital", standing_for="doctor", air=True) for _ in range(clients)),
            cast,
        )

    def close(self) -> None:
        """Close every connection."""
        for client in (*self.feeders, *self.readers):
            client.close()


def new_lot(feeder: DmpClient, person: Person, dice: Random, *, documents: int = 1, weight: int = 3000) -> Submission:
    """A lot of new documents about somebody, each of about `weight` octets of text."""
    at = datetime.now(UTC)
    made = [_document(feeder, person, dice, at.replace(microsecond=0), weight) for _ in range(documents)]
    described = [
        (lots.entry_of(octets, f"Document{number:02d}", person.patient), octets)
        for number, octets in enumerate(made, start=1)
    ]
    return lots.build(lots.new_set(person.patient, feeder.credentials, at=at, new_oid=feeder.new_oid), described)


def _document(feeder: DmpClient, person: Person, dice: Random, at: datetime, weight: int) -> bytes:
    text = " ".join(dice.choices(WORDS, k=weight // 8))
    return plain_text(context_of(feeder, person, at), text)


def octets_of(submission: Submission) -> dict[str, bytes]:
    """What was deposited, by uniqueId."""
    return {entry.unique_id: submission.documents[entry.uuid].read() for entry in submission.entries}


def is_busy(error: CallRefused) -> bool:
    """Whether the service asked to come back later: nothing was done, nothing is wrong."""
    if isinstance(error, Fault):
        return error.status == 503
    return any(str(problem.code).endswith("Busy") for problem in error.problems)


def patiently(call: Callable[[], Answer]) -> Answer:
    """Call, and call again as long as the service asks to come back later.

    Raises:
        CallRefused: it refused, or was busy each time.
    """
    for _ in range(WAITS):
        try:
            return call()
        except Unreachable:
            raise
        except CallRefused as error:
            if not is_busy(error):
                raise
        time.sleep(PAUSE)
    return call()


def told(error: CallRefused) -> str:
    """A refusal for a note: its code alone, since the words of a service may tell of somebody."""
    return f"{type(error).__name__} {error.code}"
