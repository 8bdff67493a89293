"""Whether a service can do its work: storage, keys, schema, clock; asked at start and by those who watch it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from dmp.record.errors import StorageUnavailable
from dmp.store import migrate, schema
from dmp.store.packing import instant, microseconds
from dmp.store.tx import Store
from dmp.store.unread import FEWEST

BEHIND = timedelta(minutes=5)
"""How far a clock may stand behind what was written (security 13.8)."""


class Missing(StrEnum):
    """What keeps a service from doing its work, in one word."""

    DATABASE = "database"
    SCHEMA = "schema"
    KEYS = "keys"
    DOCUMENTS = "documents"
    CLOCK = "clock"


def missing(store: Store, at: datetime) -> Missing | None:
    """Try each part of the storage as an act would; None when all of it works."""
    return next((part for part, works in parts(store, at) if not works), None)


def parts(store: Store, at: datetime) -> Iterator[tuple[Missing, bool]]:
    """Each part of the storage, tried as an act would, and whether it works."""
    checks: dict[Missing, Callable[[], object]] = {
        Missing.DATABASE: lambda: _reached(store),
        Missing.SCHEMA: lambda: migrate.check(store.engine),
        Missing.KEYS: lambda: _keys_work(store),
        Missing.DOCUMENTS: lambda: _documents_work(store),
        Missing.CLOCK: lambda: check_clock(store, at),
    }
    for word, check in checks.items():
        try:
            check()
            works = True
        except (StorageUnavailable, SQLAlchemyError):
            works = False
        yield word, works


def check_clock(store: Store, at: datetime) -> None:
    """Refuse a clock that stands before what was already written: times would go backwards (security 13.8).

    Raises:
        StorageUnavailable: it is more than five minutes behind the newest trace or head.
    """
    newest = newest_written(store)
    if newest is not None and at < newest - BEHIND:
        late = f"{at:%Y-%m-%dT%H:%M:%SZ}, and traces were written at {newest:%Y-%m-%dT%H:%M:%SZ}"
        raise StorageUnavailable(f"the clock is wrong: it says {late}")


def newest_written(store: Store) -> datetime | None:
    """When the newest trace that waits was made, or the newest head signed; None before the first one."""
    with store.connection() as connection:
        queue, head = schema.trace_queue.c, schema.head.c
        signed = connection.execute(select(head.at).order_by(head.size.desc()).limit(1)).scalar_one_or_none()
        name = connection.execute(select(queue.trace).order_by(queue.position.desc()).limit(1)).scalar_one_or_none()
    told = [instant(signed)] if signed is not None else []
    made = _made_at(name) if name is not None else None
    return max([*told, *([made] if made else [])], default=None)


def _made_at(name: str) -> datetime | None:
    """The time inside the id of a trace (UUID version 7): it is told without any key."""
    found = UUID(name)
    return datetime.fromtimestamp((found.int >> 80) / 1000, UTC) if found.version == 7 else None


def _reached(store: Store) -> None:
    with store.connection() as connection:
        connection.exec_driver_sql("SELECT 1")


def _keys_work(store: Store) -> None:
    _, master, wrapped = store.vault.new_key("readiness")
    store.vault.open_key("readiness", master, wrapped)


def _documents_work(store: Store) -> None:
    """Write and remove one: what is left of it after a crash is swept like any blob that no row names."""
    store.blobs.delete(store.blobs.put([b"readiness"]).name)


@dataclass(frozen=True)
class TraceFigures(Collector):
    """Traces that wait for the tree, and the age of the newest signed head, looked up when asked for."""

    store: Store
    clock: Callable[[], datetime]

    @override
    def collect(self) -> Iterator[Metric]:
        """The two figures; none of them while the database cannot be used."""
        try:
            waiting, signed = self.looked_up()
        except (StorageUnavailable, SQLAlchemyError):
            return
        yield GaugeMetricFamily("dmp_traces_waiting", "Traces that wait for the next head.", value=waiting)
        if signed is not None:
            age = (self.clock() - signed).total_seconds()
            yield GaugeMetricFamily("dmp_head_age_seconds", "Age of the newest signed head.", value=age)

    def looked_up(self) -> tuple[int, datetime | None]:
        """How many wait, and when the newest head was signed.

        Raises:
            StorageUnavailable: the database cannot be used.
        """
        with self.store.connection() as connection:
            waiting = connection.execute(select(func.count()).select_from(schema.trace_queue)).scalar_one()
            signed = connection.execute(select(func.max(schema.head.c.at))).scalar_one_or_none()
        return waiting, None if signed is None else instant(signed)


@dataclass(frozen=True)
class CaseFigures(Collector):
    """Emergency cases that wait for their review, in time and late, looked up when asked for (security 8)."""

    store: Store
    clock: Callable[[], datetime]

    @override
    def collect(self) -> Iterator[Metric]:
        """How many; nothing while the database cannot be used."""
        try:
            waiting, late = self.looked_up()
        except (StorageUnavailable, SQLAlchemyError):
            return
        figure = GaugeMetricFamily("dmp_emergency_cases", "Emergency cases nobody has reviewed.", labels=["state"])
        figure.add_metric(["open"], waiting)
        figure.add_metric(["overdue"], late)
        yield figure

    def looked_up(self) -> tuple[int, int]:
        """How many wait in time, and how many are late.

        Raises:
            StorageUnavailable: the database cannot be used.
        """
        due, now = schema.to_review.c.due, microseconds(self.clock())
        query = select(func.count()).select_from(schema.to_review)
        with self.store.connection() as connection:
            waiting = connection.execute(query.where(due > now)).scalar_one()
            late = connection.execute(query.where(due <= now)).scalar_one()
        return waiting, late


@dataclass(frozen=True)
class UnreadFigures(Collector):
    """Documents that could not be read whole, by reason, looked up when asked for; none where there are few."""

    store: Store

    @override
    def collect(self) -> Iterator[Metric]:
        """How many; nothing while the database cannot be used."""
        try:
            with self.store.begin() as tx:
                counts = tx.unread.counts()
        except (StorageUnavailable, SQLAlchemyError):
            return
        figure = GaugeMetricFamily("dmp_documents_unread", "Documents not read whole.", labels=["reason"])
        for reason in sorted({one.reason for one in counts}):
            count = sum(one.count for one in counts if one.reason == reason)
            if count >= FEWEST:
                figure.add_metric([reason], count)
        yield figure
