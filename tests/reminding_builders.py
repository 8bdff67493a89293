"""A service that reminds, for tests: records with facts, days that pass, and the messages that wait (RM-1 to RM-10)."""

import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from dmp.actions.remind import JOB, Reminding, RemindOfHealth, mark_of
from dmp.gate import Gate
from dmp.jobs.reminding import Reminder
from dmp.record.dtm import PARIS
from dmp.record.facts import Facts
from dmp.record.notice import Channel, Frequency, NoticeWishes
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.record import Record
from dmp.services import SERVICES
from dmp.services.chart import Chart, Finding, Reminders
from dmp.services.service import Service
from dmp.store import schema
from dmp.store.jobs import Jobs
from dmp.store.look_queue import LookQueue
from dmp.store.packing import instant
from dmp.store.projections import Projection, pack_facts
from dmp.store.tx import Store
from notice_builders import a_reachable_record
from rights_builders import POLICY
from store_builders import an_entry, deposited
from store_builders import uuid as uuid_of
from vaccination_builders import a_dose

WANTED = NoticeWishes(Frequency.IMMEDIATE, Channel.EMAIL)
BORN = date(1980, 1, 10)
AT_45 = date(2025, 1, 10)
"""The day on which a booster of that age is due (A02)."""
SEEN = Facts(
    immunizations=(a_dose("20000110", "tetra"), a_dose("19810310", "mmr"), a_dose("19820310", "mmr")),
)
"""What makes the booster of 45 the only thing that is due that year."""


def born(day: str, sex: Sex = Sex.MALE) -> IdentityTraits:
    return IdentityTraits("FICTIF", "PAUL", "PAUL", day, sex)


def a_told_record(**changes: Any) -> Record:
    """A record whose holder wants messages at once."""
    return a_reachable_record(**{"traits": born("1980-01-10"), "notices": WANTED, **changes})


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), PARIS)


@dataclass
class House:
    """The service on a store, its clock in our hands."""

    store: Store
    at: datetime = field(default_factory=lambda: morning(AT_45))
    services: tuple[Service, ...] = SERVICES

    def perform(self, caller, action):
        gate = Gate(self.store, POLICY, new_id=lambda: str(uuid.uuid4()), release="test")
        return gate.perform(caller, action, self.at)

    def look(self, key: str = "rec-1") -> Reminding:
        return self.perform(JOB, RemindOfHealth(key, self.services))

    def run(self, **how: Any) -> Counter[str]:
        return Reminder(LookQueue(self.store), self.perform, lambda: self.at, self.services).run_due(**how)

    def settle(self, *keys: str) -> None:
        """Say that the records were looked at by the rules of today already: nothing waits for a day of its own."""
        with self.store.begin() as tx:
            for key in keys or ("rec-1",):
                tx.looks.again(key, date.min, rules=mark_of(self.services, self.at.astimezone(PARIS).date()))

    def day_of(self, key: str = "rec-1") -> date:
        look = schema.health_look.c
        with self.store.connection() as connection:
            day = connection.execute(select(look.day).where(look.record == key)).scalar_one()
        return date.fromordinal(day) if day else date.min

    def left(self) -> list[datetime]:
        """When each message that waits may leave, in France."""
        with self.store.connection() as connection:
            rows = connection.execute(select(schema.job.c.due).order_by(schema.job.c.due)).scalars()
            return [instant(due).astimezone(PARIS) for due in rows]

    def payloads(self) -> list[bytes]:
        """What the messages hold, once opened; each is taken by it."""
        jobs, found = Jobs(self.store), list[bytes]()
        while (job := jobs.take("test", self.at + timedelta(days=2))) is not None:
            found.append(job.payload or b"")
            jobs.end(job, "read", self.at)
        return found

    def traces(self) -> int:
        with self.store.connection() as connection:
            return len(connection.execute(select(schema.trace.c.id)).all())

    def passes(self, days: int) -> list[date]:
        """Let days pass, each with its night's round; gives those on which a message was left."""
        told, first = list[date](), self.at.astimezone(PARIS).date()
        for day in (first + timedelta(days=number) for number in range(days)):
            self.at, before = morning(day), len(self.left())
            self.run()
            if len(self.left()) > before:
                told.append(day)
        return told


def says(store: Store, facts: Facts, number: int = 1, **changes: Any) -> None:
    """Put a document into the record of the person that says these facts."""
    patient = changes.pop("patient", None)
    how = {"patient": patient} if patient is not None else {}
    deposited(store, an_entry(number, **changes), number=number, **how)
    with store.begin() as tx:
        record = tx.records.of(*how.values()) if how else tx.records.get("rec-1")
        assert record is not None
        (document,) = tx.inside(record).documents_of([uuid_of(number)]).values()
        tx.projections.keep(record.key, document, Projection(pack_facts(facts)))


def a_finding(rule: str = "R1", stage: str = "due", due: date = AT_45, **changes: Any) -> Finding:
    known = Finding("plain", rule, "1", stage, due, "v1", (rule,))
    return replace(known, **changes)


def a_service(*found: Finding, next_day: date | None = None, rules: str = "v1", **changes: Any) -> Service:
    """One that always says the same."""

    def reminders(_chart: Chart) -> Reminders:
        return Reminders(found, next_day)

    known = Service(
        "plain", "simple", ("Simple", "Plain"), (), reminders=reminders, version=lambda _today, _rules: rules
    )
    return replace(known, **changes)
