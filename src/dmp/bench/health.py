"""How long the pages of the chart take on records of ten years of care, whose documents were read at their arrival."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dmp.bench.filling import Filler
from dmp.bench.installation import Ground
from dmp.bench.pages import PATIENT, PROFESSIONAL, Asked, Times
from dmp.bench.pages import bench as measured
from dmp.bench.papers import oids
from dmp.bench.plan import HOLDERS, Plan
from dmp.bench.preparing import Say, settle, spread
from dmp.bench.variety import person
from dmp.bench.years import Years
from dmp.client import lots
from dmp.client.credentials import Credentials, read_contract
from dmp.projecting import project
from dmp.record.patient import PatientId
from dmp.record.submission import Submission
from dmp.services import SERVICES, biology
from dmp.web.chart import room

ANALYTE = "hba1c"
WORDS = "dernière HbA1c"


def pages() -> tuple[Asked, ...]:
    """Each page of the chart, one analyte, and a search, for both portals."""
    rooms = ((PATIENT, room.PATIENT), (PROFESSIONAL, room.PROFESSIONAL))
    return tuple(
        asked
        for who, one in rooms
        for asked in (
            *(Asked(who, one.page(service.slug)) for service in SERVICES),
            Asked(who, f"{one.page(biology.SERVICE.slug)}?analyse={ANALYTE}"),
            Asked(who, one.page(room.SEARCH), WORDS),
        )
    )


def bench(plan: Plan, *, say: Say) -> Iterator[Times]:
    """Fill, serve, and measure each page for one reader."""
    return measured(plan, say=say, pages=pages(), fill=fill, painted=False)


@dataclass(frozen=True)
class Cared:
    """A record of years of care, and the card of a doctor who may read it."""

    patient: PatientId
    holder: str


@dataclass(frozen=True)
class _One:
    ground: Ground
    plan: Plan
    rank: int


def fill(ground: Ground, plan: Plan, say: Say) -> Sequence[Cared]:
    """One record after the other, on all processors."""
    made: list[Cared] = []
    for cared in spread(_filled, [_One(ground, plan, rank) for rank in range(plan.records)]):
        made.append(cared)
        say(f"dmp: {len(made)} records of {plan.documents} documents, each read")
    settle(ground)
    return made


def _filled(one: _One) -> Cared:
    """Make the documents of one person, deposit them as they came, and keep what they say."""
    import psycopg

    plan, contract = one.plan, read_contract(one.ground.folder)
    doctors = [Credentials.from_sandbox(contract, name) for name in HOLDERS]
    dice = random.Random(f"{plan.seed} {one.rank}")  # noqa: S311 - a benchmark, no secret
    about, until, ids = person(plan.seed, one.rank), datetime.now(UTC).replace(microsecond=0), oids(dice)
    store = one.ground.store()
    filler = Filler(store, one.ground.settings, doctors, dice=dice, reading=project)
    store.close()
    made = Years(about, plan.seed, dice, ids).documents(plan.documents, until)
    filler.fill(
        about, doctors[0], [_lot(document, about.patient, doctors[0], at, ids) for at, document in made], until=until
    )
    with psycopg.connect(one.ground.settings.database_url, autocommit=True) as connection:
        filler.rows.copy(connection)
    return Cared(about.patient, HOLDERS[one.rank % len(HOLDERS)])


def _lot(document: bytes, patient: PatientId, sender: Credentials, at: datetime, ids: Iterator[str]) -> Submission:
    """A signed lot of one document."""
    entry = lots.entry_of(document, "Document01", patient)
    received = lots.new_set(patient, sender, at=at, new_oid=lambda: next(ids))
    return lots.signed(lots.build(received, [(entry, document)]), sender, at=at, new_oid=lambda: next(ids))
