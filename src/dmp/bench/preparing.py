"""Fill the records and make the requests of a run, in as many processes as there are processors."""

import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO, TypeVar

from dmp.bench.filling import Filled, Filler
from dmp.bench.installation import Ground
from dmp.bench.messages import Addressed, Template, message_ids
from dmp.bench.papers import Paper, Press, oids
from dmp.bench.plan import HOLDERS, Plan
from dmp.bench.variety import Library, days_before, person
from dmp.client.credentials import Credentials, read_contract
from dmp.client.header import Saying, security_header
from dmp.record.patient import PatientId
from dmp.sandbox.population import Person
from dmp.store.sealing import seal_traces
from dmp.wire.xml import serialise

Say = Callable[[str], None]
Task = TypeVar("Task")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Deposited:
    """A lot that waits to be sent: where its request is in the file, and the uniqueId of its document."""

    start: int
    end: int
    unique_id: str


@dataclass(frozen=True)
class Prepared:
    """What one record is asked: by whom, with which requests; `readable` are the uniqueIds with octets of their own."""

    record: str
    patient: PatientId
    holder: str
    search: Template
    read: Template
    size: int
    readable: tuple[str, ...]
    file: Path
    deposits: tuple[Deposited, ...]


@dataclass(frozen=True)
class Share:
    """The part of the work that one process does: the records of these ranks, and so many lots for them, evenly."""

    ground: Ground
    plan: Plan
    ranks: Sequence[int]
    deposits: int
    records: Sequence[str] = ()
    """Their keys, when they are filled already."""

    def count(self, turn: int) -> int:
        """How many lots the record of this turn gets."""
        records = len(self.ranks)
        return self.deposits * (turn + 1) // records - self.deposits * turn // records


def prepare(ground: Ground, plan: Plan, *, deposits: int, say: Say) -> list[Prepared]:
    """Open and fill the records, and make the requests about them; says how far it is."""
    slices = _slices(plan.records)
    shares = [
        Share(ground, plan, range(first, plan.records, slices), -(-deposits // slices)) for first in range(slices)
    ]
    made = list(_together(shares, say))
    settle(ground)
    return made


def ask(ground: Ground, plan: Plan, filled: Sequence[tuple[int, str]], *, deposits: int, say: Say) -> list[Prepared]:
    """Make the requests about records that are filled, given by rank and key."""
    slices = _slices(len(filled))
    parts = [filled[first::slices] for first in range(slices)]
    share = -(-deposits // slices)
    shares = [Share(ground, plan, [rank for rank, _ in p], share, [key for _, key in p]) for p in parts]
    return list(_together(shares, say))


def _slices(records: int) -> int:
    return max(min(records // 50, 8 * len(os.sched_getaffinity(0))), 1)


def _together(shares: Sequence[Share], say: Say) -> Iterator[Prepared]:
    """All the shares, saying how far they are."""
    made, lots = 0, 0
    for prepared in spread(work, shares):
        made, lots = made + len(prepared), lots + sum(len(each.deposits) for each in prepared)
        say(f"dmp: requests for {made} records, {lots} lots")
        yield from prepared


def spread(task: Callable[[Task], Done], parts: Sequence[Task], *, processes: int | None = None) -> Iterator[Done]:
    """Do the parts of a task on all processors, and give what came of each, in order; a single part is done here."""
    if len(parts) == 1:
        yield task(parts[0])
        return
    with ProcessPoolExecutor(processes or len(os.sched_getaffinity(0)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(task, parts)


def settle(ground: Ground) -> None:
    """Leave the database as a night of rest would: traces sealed, statistics made, nothing left to write."""
    import psycopg

    store = ground.store()
    seal_traces(store, datetime.now(UTC))
    store.close()
    with psycopg.connect(ground.settings.database_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def work(share: Share) -> list[Prepared]:
    """Do one share."""
    import psycopg

    bench = _Bench(share)
    with psycopg.connect(share.ground.settings.database_url, autocommit=True) as connection:
        made = bench.prepare()
        bench.filler.rows.copy(connection)
    return made


class _Bench:
    """One process at work: its dice, its press, its filler."""

    def __init__(self, share: Share):
        plan, contract = share.plan, read_contract(share.ground.folder)
        self._share, self._at = share, datetime.now(UTC).replace(microsecond=0)
        self._doctors = [Credentials.from_sandbox(contract, name) for name in HOLDERS]
        self._addressed = Addressed(contract["services"], contract["repository_unique_id"])
        self._dice = random.Random(f"{plan.seed} {share.ranks[0]}")  # noqa: S311 - a benchmark, no secret
        self._ids = oids(self._dice)
        self._messages = message_ids(random.Random())  # noqa: S311 - never the same twice, even with one seed
        self._press = Press(self._at, plan.size)
        self._library = Library.make(plan.seed, self._doctors[0], at=self._at)
        store = share.ground.store()
        self.filler = Filler(store, share.ground.settings, self._doctors, dice=self._dice)
        store.close()

    def prepare(self) -> list[Prepared]:
        """Fill the records of the share, unless they are, and make their requests."""
        share = self._share
        with (share.ground.folder / f"lots-{share.plan.records}-{share.ranks[0]}").open("wb") as file:
            return [self._one(rank, turn, file) for turn, rank in enumerate(share.ranks)]

    def _one(self, rank: int, turn: int, file: BinaryIO) -> Prepared:
        """One record, its requests, and its lots."""
        about, doctor, share = person(self._share.plan.seed, rank), rank % len(HOLDERS), self._share
        author = self._doctors[doctor]
        paper = self._press.paper(about, author)
        filled = Filled(share.records[turn], ()) if share.records else self._fill(about, author, paper)
        security = serialise(security_header(author, about.patient, Saying(), at=self._at))
        return Prepared(
            record=filled.record,
            patient=about.patient,
            holder=HOLDERS[doctor],
            search=self._addressed.search(about.patient, security),
            read=self._addressed.read(security),
            size=paper.size,
            readable=filled.readable,
            file=Path(file.name),
            deposits=tuple(self._deposit(paper, security, file) for _ in range(share.count(turn))),
        )

    def _fill(self, about: Person, author: Credentials, paper: Paper) -> Filled:
        """Documents of all kinds, the first of them letters whose octets will be read."""
        plan, dates = self._share.plan, days_before(self._at, self._share.plan.documents)
        letters = paper.dated(self._ids, dates[: plan.own_octets])
        others = self._library.lots(about.patient, self._ids, dates[plan.own_octets :], dice=self._dice)
        return self.filler.fill(about, author, [*letters, *others], until=self._at)

    def _deposit(self, paper: Paper, security: bytes, file: BinaryIO) -> Deposited:
        """One more lot for a record, its whole request added to a file."""
        submission, message = paper.lot(self._ids, at=self._at), next(self._messages).decode()
        start = file.tell()
        file.write(self._addressed.submit(submission, security, message=message))
        return Deposited(start, file.tell(), submission.entries[0].unique_id)
