"""Growth: 10^5 documents, then 10^6, and what becomes of a search, a submission and the size of the database.

Records are as long as real ones are: most hold a few documents, some hold
hundreds. Their lengths are log-normal, with a median of 6 and a sigma of 1.2
(12.3 documents on average), a thousand at most.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from math import log
from pathlib import Path
from time import monotonic

import msgspec

from dmp import __version__
from dmp.bench import explaining, runs
from dmp.bench.figures import Figures, Latency
from dmp.bench.filling import Filler
from dmp.bench.installation import Ground, prepared, served
from dmp.bench.machine import Machine, this_machine
from dmp.bench.papers import oids
from dmp.bench.plan import HOLDERS, Act, Plan
from dmp.bench.preparing import Prepared, ask, settle, spread
from dmp.bench.variety import Library, days_before, person
from dmp.client.credentials import Credentials, read_contract
from dmp.sandbox.trouble import Trouble

MEDIAN, SIGMA, LONGEST = 6.0, 1.2, 1000
FEWEST = 4
"""Records of the searched length without which there is nothing to measure."""
AT_ONCE = 500
"""Records that one process fills before it copies them."""
MOST_ASKED = 2000
"""Records of the searched length that are searched, at most."""
FED = 60
"""Records that take deposits at each size, the same number each time; they are searched no more."""

Say = Callable[[str], None]


def lengths(seed: int) -> Iterator[int]:
    """How many documents each record holds, for ever; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - a benchmark, no secret
    while True:
        yield max(1, min(round(dice.lognormvariate(log(MEDIAN), SIGMA)), LONGEST))


@dataclass(frozen=True)
class Batch:
    """Records from rank `first` on, of these lengths, for one process to fill."""

    ground: Ground
    seed: int
    first: int
    lengths: tuple[int, ...]
    wanted: int
    """The length of the records that will be searched."""


def batches(ground: Ground, plan: Plan, *, start: int, documents: int) -> Iterator[Batch]:
    """Records from rank `start` on that hold so many documents in all, or hardly more."""
    drawn, waiting, left = lengths(plan.seed + start), list[int](), documents
    while left > 0:
        waiting.append(next(drawn))
        left -= waiting[-1]
        if len(waiting) == AT_ONCE or left <= 0:
            yield Batch(ground, plan.seed, start, tuple(waiting), plan.documents)
            start += len(waiting)
            waiting = list[int]()


@dataclass(frozen=True)
class Loaded:
    """What a batch became: how many documents, and the rank and key of the records of the searched length."""

    documents: int
    records: int
    asked: tuple[tuple[int, str], ...]


def load(batch: Batch) -> Loaded:
    """Fill the records of a batch."""
    import psycopg

    at = datetime.now(UTC).replace(microsecond=0)
    dice = random.Random(f"{batch.seed} {batch.first}")  # noqa: S311 - a benchmark, no secret
    contract = read_contract(batch.ground.folder)
    doctors = [Credentials.from_sandbox(contract, name) for name in HOLDERS]
    library, ids = _library(batch.seed, batch.ground.folder), oids(dice)
    store = batch.ground.store()
    filler, asked = Filler(store, batch.ground.settings, doctors, dice=dice), list[tuple[int, str]]()
    store.close()
    for rank, count in enumerate(batch.lengths, start=batch.first):
        about, author = person(batch.seed, rank), doctors[rank % len(doctors)]
        deposits = list(library.lots(about.patient, ids, days_before(at, count), dice=dice))
        filled = filler.fill(about, author, deposits, until=at)
        if count == batch.wanted:
            asked.append((rank, filled.record))
    with psycopg.connect(batch.ground.settings.database_url, autocommit=True) as connection:
        filler.rows.copy(connection)
    return Loaded(sum(batch.lengths), len(batch.lengths), tuple(asked))


@lru_cache
def _library(seed: int, folder: Path) -> Library:
    """One for each process."""
    signer = Credentials.from_sandbox(read_contract(folder), HOLDERS[0])
    return Library.make(seed, signer, at=datetime.now(UTC).replace(microsecond=0))


@dataclass(frozen=True)
class Size:
    """What was measured when the database held so many documents."""

    documents: int
    records: int
    load_seconds: float
    search: Figures
    alone: Latency
    """A submission from a single caller."""
    submit: Figures
    blocks: explaining.Blocks
    octets: int
    """Of the whole database, indexes included, blobs left out."""
    tables: dict[str, int]

    @property
    def octets_per_document(self) -> float:
        """Of the database, for one document with its lot, its signature, its trace."""
        return self.octets / self.documents

    def lines(self) -> Iterator[str]:
        """What is told of it."""
        late = self.search.latency
        yield (
            f"{self.documents:>9} documents in {self.records} records, loaded in {self.load_seconds:.0f} s: "
            f"search p50 {late.p50:.2f} ms, p99 {late.p99:.2f} ms, {self.search.rate:.0f} /s; "
            f"blocks per search {self.blocks.average:.1f} (most {self.blocks.most}); "
            f"submission alone p50 {self.alone.p50:.2f} ms, together {self.submit.rate:.0f} /s, "
            f"p50 {self.submit.latency.p50:.2f} ms; {self.octets_per_document:.0f} octets of database per document"
        )
        for told in (*self.search.told, *self.submit.told):
            yield f"          error: {' '.join(told.split())[:300]}"


@dataclass(frozen=True)
class Growth:
    """All the sizes, in order."""

    at: datetime
    release: str
    machine: Machine
    plan: Plan
    database: str
    sizes: tuple[Size, ...]
    name: str = "grow"

    def lines(self) -> Iterator[str]:
        """What is told: each size, then each against the one before."""
        for size in self.sizes:
            yield from size.lines()
        for small, large in zip(self.sizes, self.sizes[1:], strict=False):
            before, after = small.search.latency, large.search.latency
            yield (
                f"{large.documents} against {small.documents}: search p50 x {_ratio(after.p50, before.p50)}, "
                f"p99 x {_ratio(after.p99, before.p99)}, "
                f"blocks x {_ratio(large.blocks.average, small.blocks.average)}, "
                f"submission alone x {_ratio(large.alone.p50, small.alone.p50)}, "
                f"octets per document x {_ratio(large.octets_per_document, small.octets_per_document)}"
            )

    @property
    def sound(self) -> bool:
        """Tell whether nothing failed."""
        return not any(size.search.errors or size.submit.errors for size in self.sizes)

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")


def _ratio(after: float, before: float) -> str:
    return f"{after / before:.2f}" if before else "-"


def grow(plan: Plan, targets: Sequence[int], *, say: Say) -> Growth:
    """Load up to each of these counts of documents in turn, and measure there."""
    machine = this_machine()
    say(f"dmp: {machine.told}")
    with prepared(plan) as ground:
        say(f"dmp: PostgreSQL: {ground.database_told}")
        sizes: list[Size] = []
        growing = _Growing(ground, plan, say)
        for target in sorted(targets):
            sizes.append(growing.up_to(target))
            for line in sizes[-1].lines():
                say(line)
        return Growth(datetime.now(UTC), __version__, machine, plan, ground.database_told, tuple(sizes))


class _Growing:
    """A database that grows from size to size."""

    def __init__(self, ground: Ground, plan: Plan, say: Say):
        self._ground, self._plan, self._say = ground, plan, say
        self._records = self._documents = 0
        self._asked: list[tuple[int, str]] = []

    def up_to(self, target: int) -> Size:
        """Grow, let it rest, measure."""
        begun = monotonic()
        self._load(target)
        settle(self._ground)
        return self._measure(monotonic() - begun)

    def _load(self, target: int) -> None:
        missing = max(target - self._documents, 0)
        waiting = list(batches(self._ground, self._plan, start=self._records, documents=missing))
        for loaded in spread(load, waiting):
            self._documents += loaded.documents
            self._records += loaded.records
            self._asked += loaded.asked
            self._say(f"dmp: {self._documents} documents in {self._records} records")

    def _measure(self, took: float) -> Size:
        ground, plan = self._ground, replace(self._plan, records=self._records)
        octets, tables = _octets(ground)
        asked = random.Random(plan.seed).sample(self._asked, min(len(self._asked), MOST_ASKED))  # noqa: S311
        if len(asked) < FEWEST:
            told = f"only {len(asked)} records of {plan.documents} documents among {self._documents} documents"
            raise Trouble(told, option="--documents")
        count = min(FED, len(asked) // 3 + 1)
        fed, searched = asked[:count], asked[count:]
        quiet = ask(ground, plan, searched, deposits=0, say=self._say)
        busy = ask(ground, plan, fed, deposits=plan.submissions, say=self._say)
        self._asked = [one for one in self._asked if one not in fed]
        caller = Credentials.from_sandbox(read_contract(ground.folder), HOLDERS[0])
        blocks = explaining.blocks_of_searches(ground, [one.patient for one in quiet[:300]], caller)
        with served(ground, plan) as installation:
            search = _counted(runs.one_act(installation, quiet, plan, Act.SEARCH))
            alone, together = _halves(busy)
            single = replace(plan, clients=1, seconds=min(plan.seconds, 10.0))
            lone = _counted(runs.one_act(installation, alone, single, Act.SUBMIT))
            crowd = _counted(runs.one_act(installation, together, replace(single, clients=plan.clients), Act.SUBMIT))
        return Size(
            documents=self._documents,
            records=self._records,
            load_seconds=took,
            search=search,
            alone=lone.latency,
            submit=crowd,
            blocks=blocks,
            octets=octets,
            tables=tables,
        )


def _counted(run: runs.Run) -> Figures:
    """The figures of a run of one kind of act.

    Raises:
        Trouble: nothing was counted.
    """
    if not run.figures:
        raise Trouble("nothing was counted: the lots were used up before the clock ran", option="--lots")
    return run.figures[0]


def _halves(prepared: list[Prepared]) -> tuple[list[Prepared], list[Prepared]]:
    """The same records, each with every other of its lots."""
    return (
        [replace(one, deposits=one.deposits[::2]) for one in prepared],
        [replace(one, deposits=one.deposits[1::2]) for one in prepared],
    )


def _octets(ground: Ground) -> tuple[int, dict[str, int]]:
    """Of the database, and of its tables with their indexes."""
    import psycopg

    with psycopg.connect(ground.settings.database_url, autocommit=True) as connection:
        whole = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        rows = connection.execute(
            "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY 2 DESC"
        ).fetchall()
    return int(whole[0]) if whole else 0, {str(name): int(size) for name, size in rows}
