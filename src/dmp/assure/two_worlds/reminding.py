"""Reminders in two worlds: what is hidden from whom they are told changes neither a message, nor its day (RM-2, RM-5).

What is hidden says that a vaccine was given lately: read, it would change what
is due. The service looks at the record whenever its day has come, as long as
nothing hidden is announced. For who represents the holder, he is made a minor.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from dmp.actions.patient_home import Home, ReadHome
from dmp.actions.remind import JOB, RemindOfHealth, mark_of
from dmp.assure.two_worlds.asking import SERVICE_MADE
from dmp.assure.two_worlds.saying import ATC, speak
from dmp.assure.two_worlds.scene import Step
from dmp.assure.two_worlds.viewers import CHILD, MOTHER, PROTECTOR, Seen
from dmp.assure.two_worlds.world import START, World
from dmp.record.dtm import PARIS
from dmp.record.errors import DmpError
from dmp.record.facts import Concept, Facts, Immunization, Source
from dmp.record.job import JobKind
from dmp.record.notice import Frequency, NoticeKind, NoticeWishes
from dmp.record.record import Record, RecordState
from dmp.services import SERVICES
from dmp.store import schema
from dmp.store.outbox import SEALED_AS
from dmp.store.packing import instant

DAYS = 27
"""Hidden things wait for a month to be announced."""
VACCINES = ("J07CA02", "J07CA01", "J07BD52", "J07BB02", "J07AL02", "J07BM03", "J07BK03")


@dataclass(frozen=True)
class Look:
    """One look: its day, what it came to, the day of the next one, the messages that wait since."""

    day: date
    came_to: str
    next: date
    messages: tuple[tuple[datetime, bytes], ...]


def is_reminded(seen: Seen) -> bool:
    """Whether the messages are for the viewer: the holder, or who represents him."""
    return seen.viewer.holder in ("", PROTECTOR) or is_mother_of_a_minor(seen)


def is_mother_of_a_minor(seen: Seen) -> bool:
    """Whether she represents a child."""
    return seen.viewer.holder == MOTHER and seen.viewer.minor


def prepare(seen: Seen, step: int) -> None:
    """Have documents speak of vaccines, the hidden ones in the first world alone; messages are wanted at once."""
    scene, minor = seen.scene, bool(seen.viewer.holder)

    def wishing(record: Record) -> Record:
        traits = record.traits
        if traits is not None and minor:
            traits = replace(traits, birth_date=f"{START.year - CHILD}-01-15")
        wishes = NoticeWishes(Frequency.IMMEDIATE)
        # A question may have closed the record: nobody is reminded then.
        return replace(record, notices=wishes, traits=traits, state=RecordState.ACTIVE, closure=None)

    Step(scene.amends(wishing)).happen(scene.worlds, step)
    said = {paper.unique_id: _history(number) for number, paper in enumerate(scene.shown)}
    said |= {paper.unique_id: _lately(scene.dice.sample(VACCINES, 3)) for paper in scene.secrets}
    for world in scene.worlds.all:
        speak(world, scene.record_key, said)


def looks(seen: Seen, world: World, step: int) -> Iterator[Look]:
    """Every look at the record until something hidden might be announced."""
    key, first = seen.scene.record_key, START.astimezone(PARIS).date() + timedelta(days=1)
    with world.store.begin() as tx:
        tx.looks.again(key, first, rules=mark_of(SERVICES, first))
    for number in range(DAYS):
        day = first + timedelta(days=number)
        if _next(world, key) > day:
            continue
        world.turn_to(step + number)
        world.at = START + timedelta(days=number + 1)
        came_to = world.perform(JOB, RemindOfHealth(key))
        yield Look(day, came_to, _next(world, key), tuple(_messages(world, key)))


def notices(seen: Seen, world: World) -> list[tuple[datetime, bytes]]:
    """Every message that waits to be sent about the record, of whatever it is."""
    return list(_messages(world, seen.scene.record_key, ""))


def home(seen: Seen, world: World, step: int) -> str:
    """What the first page of his space says, but for who came: that he is reminded, invited, what is new, what waits.

    Its page has lines of updates that are not announced yet, which the worlds may differ by (DEC-30).
    """
    world.turn_to(step)
    world.at = START + timedelta(days=DAYS + 1)
    try:
        told: Home = world.perform(seen.caller, ReadHome(seen.scene.patient, world.at))
    except DmpError as error:
        return repr(error)
    return repr(replace(told, came=(), emergencies=()))


def _history(number: int) -> Facts:
    """Something old, so that not all is unknown."""
    return Facts(immunizations=(_dose(VACCINES[number % 3], "20050110"),))


def _lately(vaccines: list[str]) -> Facts:
    return Facts(immunizations=tuple(_dose(code, f"{START - timedelta(days=20):%Y%m%d}") for code in vaccines))


def _dose(code: str, day: str) -> Immunization:
    return Immunization(Source(path=f"/{code}"), Concept(code, ATC), start=day)


def _next(world: World, key: str) -> date:
    look = schema.health_look.c
    with world.store.connection() as connection:
        return date.fromordinal(connection.execute(select(look.day).where(look.record == key)).scalar_one())


def _messages(world: World, key: str, kind: str = NoticeKind.HEALTH_REMINDER) -> Iterator[tuple[datetime, bytes]]:
    """The messages of a kind that wait, opened; empty for any kind."""
    job = schema.job.c
    with world.store.connection() as connection:
        waiting = select(job.id, job.due, job.sealed).where(job.record == key, job.kind == JobKind.NOTICE)
        rows = connection.execute(waiting.order_by(job.due)).all()
    with world.store.begin() as tx:
        tx.records.get(key)
        seal = tx.records.seal(key)
        for row in rows:
            payload = seal.open(SEALED_AS, row.id, bytes(row.sealed)) if row.sealed else b""
            if kind.encode() in payload:
                yield instant(row.due), SERVICE_MADE.sub(b"id", payload)
