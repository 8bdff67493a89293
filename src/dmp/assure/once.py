"""`once`: a submission sent several times at once is one submission (T-ONCE, security 13.3)."""

import threading
from collections import Counter as Multiset
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from random import Random

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.crowd import Crowd, new_lot, octets_of, patiently, told
from dmp.assure.ledger import read_all
from dmp.assure.service import served
from dmp.client import CallRefused, DmpClient
from dmp.record.submission import Submission
from dmp.sandbox.population import Person

LANES, COPIES = 3, 5
"""Submissions on their way at once, and how often each is sent at most."""
RECORDS = 12


@dataclass(frozen=True)
class Sent:
    """A lot of one document, and how many times it is sent."""

    person: Person
    lot: Submission
    times: int


def play(leg: Leg) -> Tally:
    """Send every lot one to five times at once, then look for each in the records."""
    counter = Counter()
    with (
        served(leg) as service,
        closing(Crowd.of(service, clients=LANES * COPIES, records=RECORDS, seed=leg.seed)) as crowd,
    ):
        sent = [_prepared(crowd, leg.dice(number)) for number in range(leg.size)]
        with ThreadPoolExecutor(LANES) as lanes:
            feeders = [crowd.feeders[lane * COPIES : (lane + 1) * COPIES] for lane in range(LANES)]

            def feed(lane: int) -> None:
                _feed(feeders[lane], sent[lane::LANES], counter, leg)

            list(lanes.map(feed, range(LANES)))
        _count(crowd, sent, counter)
    return counter.tally()


def _prepared(crowd: Crowd, dice: Random) -> Sent:
    person = dice.choice(crowd.people)
    return Sent(person, new_lot(crowd.feeders[0], person, dice), dice.randint(1, COPIES))


def _feed(feeders: Sequence[DmpClient], sent: Sequence[Sent], counter: Counter, leg: Leg) -> None:
    with ThreadPoolExecutor(COPIES) as pool:
        for one in sent:
            together = threading.Barrier(one.times)
            sending = [pool.submit(_send, feeder, one, together, counter) for feeder in feeders[: one.times]]
            for sent_once in sending:
                sent_once.result()
            leg.advance(counter.add("submissions"))


def _send(feeder: DmpClient, one: Sent, together: threading.Barrier, counter: Counter) -> None:
    together.wait()
    counter.add("messages")
    try:
        patiently(lambda: feeder.submit_lot(one.person.patient, one.lot))
    except CallRefused as error:
        counter.wrong("refused", told(error))


def _count(crowd: Crowd, sent: Sequence[Sent], counter: Counter) -> None:
    """What the records hold now, told apart from what it should be."""
    reader = crowd.readers[0]
    for person in crowd.people:
        expected: dict[str, bytes] = {}
        for one in sent:
            if one.person is person:
                expected |= octets_of(one.lot)
        found = Multiset(entry.unique_id for entry in reader.find(person.patient))
        counter.add("documents", found.total())
        counter.add("double", sum(times - 1 for times in found.values()))
        for unique_id, octets in read_all(reader, person.patient, expected).items():
            if unique_id not in found:
                counter.wrong("missing", "an acknowledged document is not found")
            elif octets != expected[unique_id]:
                counter.wrong("missing", "a document is not what was deposited")


def judge(total: Tally) -> list[Figure]:
    """As many documents as submissions, and no answer but success."""
    submissions = total["submissions"]
    return [
        Figure("submissions", submissions),
        Figure("messages", total["messages"], least=submissions),
        Figure("documents", total["documents"], least=submissions, most=submissions),
        Figure("double", total["double"], most=0),
        Figure("missing", total["missing"], most=0),
        Figure("refused", total["refused"], most=0),
    ]


CLAIM = Claim(
    name="once",
    promise="A submission that a nervous network or software sends up to five times at the same moment is kept "
    "exactly once, and every sender is told that it is there.",
    counted="submissions",
    count=1000,
    leg=250,
    play=play,
    judge=judge,
    source="T-ONCE (security 14), security 13.3",
    engines=(Engine.SQLITE, Engine.POSTGRESQL),
)
