"""The floor: what the bare machine does with the same octets, measured in the same run.

Three figures. The rows that one submission writes, inserted by one statement of
PostgreSQL, durably, by as many connections. One file of the size of a stored
document, written and synced. One sync alone.
"""

import os
import re
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from dmp.bench.figures import Latency
from dmp.bench.installation import Ground
from dmp.bench.plan import Plan
from dmp.sandbox.postgres import programs
from dmp.sandbox.trouble import Trouble

LONGEST = 5.0
"""Seconds of inserts, at most."""


@dataclass(frozen=True)
class Row:
    """A row that a submission wrote: its table, and its columns as the text that PostgreSQL gives them."""

    table: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    keys: frozenset[str]
    values: tuple[object, ...]
    octets: int


@dataclass(frozen=True)
class Floor:
    """What the machine does at best."""

    rows: int
    octets: int
    """Of all the rows of one submission, as PostgreSQL stores them."""
    inserts: float
    """One-statement inserts of those rows, a second."""
    insert_ms: float
    """How long one takes on average, among so many callers."""
    write: Latency
    """One file of a stored document, with its sync."""
    sync: Latency
    """One sync of 4 KiB in a file that exists."""

    def lines(self, rate: float | None) -> list[str]:
        """What is told of it; with the ratio of `rate` submissions a second to it."""
        ratio = "" if rate is None or not self.inserts else f"   submissions: {100 * rate / self.inserts:.1f} % of it"
        return [
            f"floor   {self.inserts:8.1f} /s one-statement inserts of the same {self.rows} rows "
            f"({self.octets} octets), {self.insert_ms:.2f} ms each{ratio}",
            f"floor   one synced write of a stored document: p50 {self.write.p50:.2f} ms, p99 {self.write.p99:.2f} ms; "
            f"one sync: p50 {self.sync.p50:.2f} ms, p99 {self.sync.p99:.2f} ms",
        ]


def mark(connection: Connection) -> int:
    """The transaction id that comes next: rows written from now on have this one or a later one."""
    row = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").fetchone()
    assert row is not None  # noqa: S101
    return int(row[0])


def rows_since(connection: Connection, first: int) -> tuple[Row, ...]:
    """Every row of our tables that a transaction from `first` on wrote, as it stands now."""
    names = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind = 'r' AND n.nspname = 'public' AND c.relname NOT LIKE 'floor\\_%' ORDER BY 1"
    ).fetchall()
    return tuple(row for (name,) in names for row in _rows(connection, name, first))


def _rows(connection: Connection, table: str, first: int) -> list[Row]:
    described = connection.execute(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), coalesce(i.indisprimary, false) FROM pg_attribute a "
        "LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY(i.indkey) "
        "WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        [table],
    ).fetchall()
    columns = tuple(name for name, _, _ in described)
    query = sql.SQL("SELECT pg_column_size(t.*), {} FROM {} t WHERE t.xmin::text::bigint >= %s").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
    )
    found = connection.cursor(row_factory=tuple_row).execute(query, [first]).fetchall()
    types, keys = tuple(kind for _, kind, _ in described), frozenset(name for name, _, key in described if key)
    return [Row(table, columns, types, keys, tuple(values), size) for size, *values in found]


def measure(ground: Ground, rows: tuple[Row, ...], plan: Plan) -> Floor:
    """Measure all three, on the database and the disk of a run."""
    from psycopg import connect

    url = ground.settings.database_url
    with connect(url, autocommit=True) as connection:
        _copy_tables(connection, {row.table for row in rows})
        statement = _statement(connection, rows)
    rate, late = _pgbench(url, statement, clients=plan.clients, seconds=min(plan.seconds, LONGEST))
    return Floor(
        rows=len(rows),
        octets=sum(row.octets for row in rows),
        inserts=rate,
        insert_ms=late,
        write=synced_writes(ground.settings.blobs, plan.size),
        sync=syncs(ground.settings.blobs),
    )


def _copy_tables(connection: Connection, tables: set[str]) -> None:
    """The same tables with their indexes, empty, without triggers and constraints of ours."""
    for table in sorted(tables):
        copy = sql.Identifier(f"floor_{table}")
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(copy))
        connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(copy, sql.Identifier(table)))


def _statement(connection: Connection, rows: tuple[Row, ...]) -> str:
    """One statement that inserts them all, with fresh keys: a variable of pgbench stands in each."""
    inserts = [_insert(connection, row, turn) for turn, row in enumerate(rows)]
    named = ", ".join(f"i{turn} AS ({insert} RETURNING 1)" for turn, insert in enumerate(inserts[:-1]))
    return f"WITH {named} {inserts[-1]}" if named else inserts[-1]


def _insert(connection: Connection, row: Row, turn: int) -> str:
    values = [
        _value(connection, value, kind, fresh=name in row.keys, turn=turn)
        for name, kind, value in zip(row.columns, row.types, row.values, strict=True)
    ]
    columns = ", ".join(sql.Identifier(name).as_string(connection) for name in row.columns)
    table = sql.Identifier(f"floor_{row.table}").as_string(connection)
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join(values)})"  # noqa: S608 - all quoted


def _value(connection: Connection, value: object, kind: str, *, fresh: bool, turn: int) -> str:
    """A literal; in a key, one of the same length that begins with a fresh number."""
    key = f":key::bigint + {turn}"
    match value:
        case bytes() if fresh:
            return f"int8send({key}) || {_literal(connection, value[8:])}"
        case str() if fresh:
            return f"lpad(to_hex({key}), {min(len(value), 16)}, '0') || {_literal(connection, value[16:])}"
        case int() if fresh:
            return f"(({key}) % 2000000000)::{kind}"
        case _:
            return _literal(connection, value)


def _literal(connection: Connection, value: object) -> str:
    """As SQL, without a colon that pgbench would take for the beginning of a variable."""
    if isinstance(value, str):
        return "E'" + value.replace("\\", "\\\\").replace("'", "''").replace(":", "\\072") + "'"
    return sql.Literal(value).as_string(connection)


def _pgbench(url: str, statement: str, *, clients: int, seconds: float) -> tuple[float, float]:
    """Statements a second and milliseconds of each, with prepared statements: PostgreSQL's own load generator."""
    with TemporaryDirectory() as place:
        script = Path(place) / "floor.sql"
        script.write_text(f"\\set key random(1, 9000000000000000000)\n{statement};\n")
        command = [str(programs() / "pgbench"), "-n", "-M", "prepared", "-f", str(script)]
        command += ["-c", str(clients), "-j", "2", "-T", str(max(round(seconds), 1)), url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Trouble(f"pgbench: {done.stderr.strip()[-1500:]}", option="--database")
    told = done.stdout
    rate, late = re.search(r"tps = ([0-9.]+)", told), re.search(r"latency average = ([0-9.]+)", told)
    return (float(rate[1]), float(late[1])) if rate and late else (0.0, 0.0)


def synced_writes(folder: Path, size: int, *, count: int = 200) -> Latency:
    """Files of `size` octets, each written whole and synced."""
    octets, took = secrets.token_bytes(size), list[float]()
    with TemporaryDirectory(dir=folder) as place:
        for turn in range(count):
            begun = time.perf_counter()
            descriptor = os.open(Path(place) / str(turn), os.O_CREAT | os.O_WRONLY, 0o600)
            os.write(descriptor, octets)
            os.fsync(descriptor)
            os.close(descriptor)
            took.append(time.perf_counter() - begun)
    return Latency.of(took)


def syncs(folder: Path, *, count: int = 200) -> Latency:
    """A block of 4 KiB written over and synced, in a file that has its size already."""
    took: list[float] = []
    with TemporaryDirectory(dir=folder) as place:
        descriptor = os.open(Path(place) / "one", os.O_CREAT | os.O_WRONLY, 0o600)
        for _ in range(count):
            begun = time.perf_counter()
            os.pwrite(descriptor, b"x" * 4096, 0)
            os.fdatasync(descriptor)
            took.append(time.perf_counter() - begun)
        os.close(descriptor)
    return Latency.of(took)
