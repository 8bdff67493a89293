"""A lane to the database: one connection of the driver, and the two moves that an act makes: read, commit.

Reads are snapshots of a moment and hold nothing. What an act writes is gathered
in a `Batch` and committed in one go, on PostgreSQL in one round trip. When two
acts meet on one record, the second one fails (`Conflict`) and is run again in
a held lane, where the record waits for nobody else.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import Engine

from dmp.store.direct import Direct
from dmp.store.statements import Prepared, joined

Row = tuple[Any, ...]
Values = Mapping[str, object]
MOST_JOINED = 12
"""Writes that go as one statement: more would make statements of too many kinds for the server to keep prepared."""


@dataclass
class Batch:
    """What a transaction will write, in order; what touches the row of a record comes first, in the order of keys."""

    touched: dict[str, tuple[Prepared, Values]] = field(default_factory=dict)
    steps: list[tuple[Prepared, list[Values]]] = field(default_factory=list)

    def touch(self, key: str, statement: Prepared, values: Values) -> None:
        """Say that a record changes: the last word about its row replaces an earlier one."""
        self.touched[key] = (statement, values)

    def add(self, statement: Prepared, *rows: Values) -> None:
        """Gather one step; nothing for no row."""
        if rows:
            self.steps.append((statement, list(rows)))

    def in_order(self) -> Iterator[tuple[Prepared, list[Values]]]:
        """All the steps."""
        for key in sorted(self.touched):
            statement, values = self.touched[key]
            yield statement, [values]
        yield from self.steps

    def __bool__(self) -> bool:
        """Tell whether there is anything to write."""
        return bool(self.touched or self.steps)


class Lane:
    """One connection, for the time of one transaction."""

    notice: ClassVar[Callable[[str, Values], None] | None] = None
    """Told each statement and its parameters, when set: for tests that look at what is really sent."""

    def __init__(
        self,
        engine: Engine,
        raw: Any,
        *,
        alone: AbstractContextManager[object],
        known: MutableMapping[Any, Any],
    ):
        """Work on a connection of the driver that commits each statement.

        `alone` is held while SQLite writes; `known` lives as long as the connection.
        """
        self._engine = engine.dialect.name
        self._raw = raw
        self._direct = None if self._engine == "sqlite" else Direct(raw, known)
        self._alone = alone
        self.held = False
        """This lane is inside a transaction that holds what it read."""

    def read(self, statement: Prepared, **values: object) -> list[Row]:
        """The rows of a query."""
        text = statement.sql(self._engine)
        self._tell(text, values)
        if self._direct is None:
            return self._raw.execute(text, values).fetchall()
        return self._direct.run(text, values)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Let nobody else write what is read inside; SQLite holds the whole file."""
        with self._alone:
            self._raw.execute("BEGIN IMMEDIATE" if self._engine == "sqlite" else "BEGIN")
            self.held = True
            try:
                yield
            finally:
                self.held = False
                self._roll_back()

    def commit(self, batch: Batch) -> None:
        """Write a batch, all or nothing, and wait until it is on the disk."""
        if self._direct is None:
            self._commit_sqlite(batch)
        else:
            self._commit_postgresql(batch, self._direct)

    def _commit_sqlite(self, batch: Batch) -> None:
        if self.held:
            self._run(batch)
            self._raw.execute("COMMIT")
            return
        with self._alone:
            self._raw.execute("BEGIN IMMEDIATE")
            try:
                self._run(batch)
                self._raw.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _commit_postgresql(self, batch: Batch, direct: Direct) -> None:
        """In one round trip: as one statement, or, when there are many or one needs another, sent together."""
        steps = [(statement, values) for statement, rows in batch.in_order() for values in rows]
        if not self.held and len(steps) <= MOST_JOINED and not any(statement.alone for statement, _ in steps):
            # PostgreSQL runs the last part first, then the others backwards: the row of the record, which everybody
            # else takes first, must not come last, or two acts would wait for each other.
            self._run_joined(steps[::-1], direct)
            return
        try:
            with self._raw.pipeline():
                if not self.held:
                    self._raw.execute("BEGIN")
                self._run(batch)
                self._raw.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _run_joined(self, steps: list[tuple[Prepared, Values]], direct: Direct) -> None:
        whole = joined(tuple(statement for statement, _ in steps))
        for statement, values in steps:
            self._tell(statement.sql(self._engine), values)
        direct.run(whole.sql, whole.values([values for _, values in steps]))

    def _run(self, batch: Batch) -> None:
        for statement, rows in batch.in_order():
            text = statement.sql(self._engine)
            for values in rows:
                self._tell(text, values)
                self._raw.execute(text, values)

    def _roll_back(self) -> None:
        if self._engine == "sqlite":
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")
        elif self._direct is not None:
            self._direct.roll_back()

    def _tell(self, text: str, values: Values) -> None:
        if Lane.notice is not None:
            Lane.notice(text, values)
