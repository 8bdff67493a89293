"""What is kept beside the pages of a record: what its documents say, its prescriptions, the day of its reminders."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from dmp.store import schema
from dmp.store.check_record import Inside
from dmp.store.projections import Projection
from dmp.store.tx import Tx

BESIDE = (
    (schema.projection, schema.projection.c.document),
    (schema.prescription, schema.prescription.c.id),
    (schema.health_look, schema.health_look.c.record),
)
"""Tables with rows of one record, and what names a row among them."""


@dataclass(frozen=True)
class Beside:
    """A record that was opened, and what stands beside it, as of one moment."""

    inside: Inside
    tx: Tx
    connection: Connection

    def faults(self, counts: Counter[str], *, version: int) -> Iterator[tuple[str, str]]:
        """What is wrong: the id of what is at fault, and the fault; counts what there is.

        `version` is that of how documents are read today: others are counted, and no fault.
        """
        yield from self._projections(counts, version)
        yield from self._prescriptions(counts)
        yield from self._look()

    def _projections(self, counts: Counter[str], version: int) -> Iterator[tuple[str, str]]:
        """Each opens, and is of a document that the record has; one that has none says nothing, or was never read."""
        kept = self.inside.kept
        counts["documents that say something"] += len(kept)
        counts["read by another release"] += sum(1 for one in kept.values() if _is_former(one, version))
        for name, projection in kept.items():
            if name not in self.inside.documents:
                yield name, "what was read from it is left, and the record has no such document"
            elif projection is None or not projection.is_readable:
                yield name, "what was read from it does not open: dmp rebuild-facts"

    def _prescriptions(self, counts: Counter[str]) -> Iterator[tuple[str, str]]:
        """Each opens, and its number leads to it."""
        kept = dict(self.tx.prescriptions.kept(self.inside.record.key))
        counts["prescriptions"] += len(kept)
        for name, is_led_to in kept.items():
            if is_led_to is None:
                yield name, "this prescription does not open"
            elif not is_led_to:
                yield name, "its number does not lead to this prescription"

    def _look(self) -> Iterator[tuple[str, str]]:
        """Every record has the day of its next look: without one, nobody would ever be reminded."""
        table = schema.health_look.c
        query = select(table.day).where(table.record == self.inside.record.key)
        if self.connection.execute(query).first() is None:
            yield "", "its reminders have no day"


def left_beside(connection: Connection, key: str) -> Iterator[str]:
    """The names of the rows that stand beside a record."""
    for table, name in BESIDE:
        yield from connection.execute(select(name).where(table.c.record == key)).scalars()


def _is_former(projection: Projection | None, version: int) -> bool:
    return projection is not None and version not in (0, projection.version)
