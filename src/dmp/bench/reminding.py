"""A night of reminders: every record is due; how many are looked at a second, and does the memory stay flat?

Births are spread over all ages, a few documents in each record. Half of the
records hold what a history of vaccinations says, some a disease or a test too;
the holders want to be told at once. Each look passes the gate, leaves its
trace, and writes the message where there is something new.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic, process_time

from dmp.actions.remind import mark_of
from dmp.bench.filling import Filler
from dmp.bench.installation import Ground, prepared
from dmp.bench.machine import cpu_seconds, this_machine
from dmp.bench.papers import oids
from dmp.bench.plan import HOLDERS, Plan
from dmp.bench.preparing import settle, spread
from dmp.bench.variety import Library, days_before, person
from dmp.client.credentials import Credentials, read_contract
from dmp.desk.reminders import look_less_for_cycles
from dmp.jobs.reminding import Share
from dmp.jobs.runner import is_trouble
from dmp.main import build_reminder
from dmp.record.dtm import PARIS
from dmp.record.facts import Concept, Facts, Immunization, Problem, Source
from dmp.record.notice import Frequency, NoticeWishes
from dmp.record.patient import Guardian
from dmp.sandbox.population import Person
from dmp.services import SERVICES
from dmp.store.projections import Projection, pack_facts

AT_ONCE = 500
"""Records that one process fills before it copies them."""
DOCUMENTS = 5
"""In each record, at most."""
OLDEST, ADULT = 95, 18
QUARTERS = 4
WANTED = NoticeWishes(Frequency.IMMEDIATE)
ATC, ICD10 = "2.16.840.1.113883.6.73", "2.16.840.1.113883.6.3"
AS_A_BABY = (("J07CA09", 60), ("J07CA09", 120), ("J07CA09", 330), ("J07AL02", 60), ("J07BD52", 370))
"""Vaccines and the days of life on which they were given."""
LATER = (
    ("J07CA02", 6 * 365),
    ("J07CA02", 12 * 365),
    ("J07BM03", 12 * 365),
    ("J07CA01", 25 * 365),
    ("J07BB02", 66 * 365),
)
SICK = ("E11.9", "J44.9", "I50.9")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Batch:
    """Records of these ranks, for one process to fill."""

    ground: Ground
    seed: int
    ranks: range


@dataclass(frozen=True)
class Part:
    """What one worker does of the round: its share, a quarter after the other."""

    ground: Ground
    share: Share
    records: int


@dataclass(frozen=True)
class Worked:
    """What a worker did: from when to when, what looks came to, and the octets of memory it held after each quarter."""

    begun: float
    ended: float
    outcomes: Counter[str]
    memory: tuple[int, ...]
    cpu: float
    """Seconds of processor."""


@dataclass(frozen=True)
class Night:
    """What was measured of one round, from the first look to the last."""

    name: str
    records: int
    workers: int
    seconds: float
    outcomes: Counter[str]
    memory: tuple[tuple[int, ...], ...]
    """Of each worker, after each quarter of its share."""
    messages: int
    cpu: float
    """Seconds of processor of the workers."""
    database_cpu: float
    """Of the database, 0 when it runs on another machine."""

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds

    @property
    def sound(self) -> bool:
        """Every record was looked at, and nothing failed."""
        return self.outcomes.total() == self.records and not any(map(is_trouble, self.outcomes))

    def lines(self) -> Iterator[str]:
        """What is told of it."""
        yield (
            f"{self.name}: {self.records} records by {self.workers} workers in {self.seconds:.1f} s: "
            f"{self.rate:.0f} records/s; {self.messages} messages wait"
        )
        yield "  " + ", ".join(f"{said} {count}" for said, count in sorted(self.outcomes.items()))
        each, database = (1000 * cpu / self.records for cpu in (self.cpu, self.database_cpu))
        yield f"  processor per record: {each:.2f} ms of the workers, {database:.2f} ms of the database"
        for number, memory in enumerate(self.memory, start=1):
            told = ", ".join(f"{octets / 1e6:.1f}" for octets in memory)
            yield f"  memory of worker {number} in MB, at each quarter: {told}"


def nights(plan: Plan, *, say: Say) -> Iterator[Night]:
    """Fill the records; the first round, in which nearly everybody is told something; then one without news."""
    say(f"dmp: {this_machine().told}")
    with prepared(plan) as ground:
        say(f"dmp: PostgreSQL: {ground.database_told}")
        ranks = [range(first, min(first + AT_ONCE, plan.records)) for first in range(0, plan.records, AT_ONCE)]
        for done in spread(fill, [Batch(ground, plan.seed, each) for each in ranks]):
            say(f"dmp: records up to {done} are filled")
        for name in ("a first night", "a night without news"):
            settle(ground)
            _make_due(ground)
            shares = [Part(ground, Share(number, plan.workers), plan.records) for number in range(plan.workers)]
            before = cpu_seconds(ground.database_pid) if ground.database_pid else 0.0
            worked = list(spread(work, shares, processes=plan.workers))
            database = cpu_seconds(ground.database_pid) - before if ground.database_pid else 0.0
            cpu = sum(each.cpu for each in worked)
            seconds = max(each.ended for each in worked) - min(each.begun for each in worked)
            outcomes = sum((each.outcomes for each in worked), Counter[str]())
            memory = tuple(each.memory for each in worked)
            yield Night(name, plan.records, plan.workers, seconds, outcomes, memory, _messages(ground), cpu, database)


def fill(batch: Batch) -> int:
    """Fill the records of a batch; gives the rank after the last one."""
    import psycopg

    at = datetime.now(UTC).replace(microsecond=0)
    dice = random.Random(f"{batch.seed} {batch.ranks.start}")  # noqa: S311 - a benchmark, no secret
    contract = read_contract(batch.ground.folder)
    doctors = [Credentials.from_sandbox(contract, name) for name in HOLDERS]
    library, ids = Library.make(batch.seed, doctors[0], at=at), oids(dice)
    store = batch.ground.store()
    filler = Filler(store, batch.ground.settings, doctors, dice=dice, wishes=WANTED)
    store.close()
    for rank in batch.ranks:
        about = aged(person(batch.seed, rank), rank)
        deposits = list(library.lots(about.patient, ids, days_before(at, 1 + rank % DOCUMENTS), dice=dice))
        says = said_of(about.born, rank, at.date()) if rank % 2 else None
        filler.fill(about, doctors[rank % len(doctors)], deposits, until=at, says=says)
    with psycopg.connect(batch.ground.settings.database_url, autocommit=True) as connection:
        filler.rows.copy(connection)
    return batch.ranks.stop


def aged(about: Person, rank: int) -> Person:
    """A person of some age between none and `OLDEST`, the same for the same rank; a child has a parent."""
    born = date.today() - timedelta(days=rank * 7919 % (OLDEST * 365))  # noqa: DTZ011
    parent = Guardian("MTH", "MERE-FICTIF", "TEST", about.contact)
    guardians = (parent,) if born.year > date.today().year - ADULT else ()  # noqa: DTZ011
    return replace(about, traits=replace(about.traits, birth_date=born.isoformat()), guardians=guardians)


def said_of(born: date, rank: int, today: date) -> Projection:
    """What a history of vaccinations says of somebody, some doses missing; of some, a disease too."""
    given = [
        Immunization(Source(path=f"/{n}"), Concept(code, ATC), start=f"{born + timedelta(days=age):%Y%m%d}")
        for n, (code, age) in enumerate((*AS_A_BABY, *LATER))
        if (rank + n) % 4 and born + timedelta(days=age) < today
    ]
    sick = (Problem(Source(), Concept(SICK[rank % len(SICK)], ICD10)),) if rank % 10 == 1 else ()
    return Projection(pack_facts(Facts(immunizations=tuple(given), problems=sick)))


def work(part: Part) -> Worked:
    """Look at every record of a share."""
    look_less_for_cycles()
    store, outcomes, memory = part.ground.store(), Counter[str](), list[int]()
    reminder, begun, cpu = build_reminder(store, part.ground.settings), monotonic(), process_time()
    quarter = -(-part.records // (part.share.of * QUARTERS))
    while turn := reminder.run_due(most=quarter, share=part.share):
        outcomes += turn
        memory.append(held())
    ended = monotonic()
    store.close()
    return Worked(begun, ended, outcomes, tuple(memory), process_time() - cpu)


def held() -> int:
    """The octets of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def _make_due(ground: Ground) -> None:
    """Every record has been looked at by the rules of today; the day of all has come."""
    import psycopg

    rules = mark_of(SERVICES, datetime.now(PARIS).date())
    with psycopg.connect(ground.settings.database_url, autocommit=True) as connection:
        connection.execute("UPDATE health_look SET day = 1, rules = %s", [rules])
        connection.execute("VACUUM (ANALYZE) health_look")


def _messages(ground: Ground) -> int:
    import psycopg

    with psycopg.connect(ground.settings.database_url, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM job").fetchone()
    return int(row[0]) if row else 0
