"""A whole service for a run, as an operator would start it: durable PostgreSQL, `dmp serve` in its own processes."""

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory

from dmp.bench import machine
from dmp.bench.plan import Plan
from dmp.client.credentials import Credentials, read_contract
from dmp.main import open_store
from dmp.sandbox.folder import SandboxOptions, write_contract
from dmp.sandbox.port import LOOPBACK, free_port
from dmp.sandbox.postgres import temporary_postgresql
from dmp.sandbox.serve import TEMPORARY, ready
from dmp.sandbox.trouble import Trouble
from dmp.settings import Settings, variable
from dmp.store.tx import Store

TUNED = (
    "shared_buffers=1GB",
    "max_wal_size=8GB",
    "checkpoint_timeout=15min",
    "wal_compression=lz4",
    "random_page_cost=1.1",
    "jit=off",
    "autovacuum_naptime=15s",
)
"""What an operator changes on a server of this size; durability is as shipped: all on."""
SHOWN = ("server_version", "fsync", "synchronous_commit", "full_page_writes", *(line.split("=")[0] for line in TUNED))
PATIENCE = 60.0
STARTED = b'"event": "started"'
"""What each worker writes into its journal when it answers."""


@dataclass(frozen=True)
class Installation:
    """A service that answers; `database_pid` is 0 when the database runs on another machine."""

    folder: Path
    settings: Settings
    server_pid: int
    database_pid: int
    database_told: str

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return LOOPBACK, self.settings.port

    @property
    def workers(self) -> tuple[int, ...]:
        """The processes that answer: those without children among the family of the server."""
        pids = machine.family(self.server_pid)
        parents = {machine.parent_of(pid) for pid in pids}
        return tuple(pid for pid in pids if pid not in parents)

    def tls(self, holder: str) -> ssl.SSLContext:
        """The TLS of a caller: his certificate, our test authorities."""
        contract = read_contract(self.folder)
        return Credentials.from_sandbox(contract, holder).tls(contract["ca"])


@dataclass(frozen=True)
class Ground:
    """An installation that is filled but not served yet."""

    folder: Path
    settings: Settings
    database_pid: int
    database_told: str

    def store(self) -> Store:
        """Its store, for this process."""
        return open_store(self.settings)


@contextmanager
def prepared(plan: Plan) -> Iterator[Ground]:
    """Certificates, keys, tables and directory, in a folder that goes away at the end.

    Raises:
        Trouble: the database cannot be used.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="dmp-bench-", ignore_cleanup_errors=True)))
        url = plan.database_url
        if url == TEMPORARY:
            place = Path(stack.enter_context(TemporaryDirectory(prefix="dmp-postgresql-", ignore_cleanup_errors=True)))
            url = stack.enter_context(temporary_postgresql(place, settings=TUNED))
        elif not url.startswith("postgresql://"):
            raise Trouble("a benchmark runs on PostgreSQL: postgresql, or postgresql://…", option="--database")
        settings, holders = ready(folder, SandboxOptions(free_port(), database_url=url))
        write_contract(folder, settings, holders)
        yield Ground(folder, settings, *_database(url))


@contextmanager
def served(ground: Ground, plan: Plan, *, samples: Path | None = None) -> Iterator[Installation]:
    """Serve it until the end of the block; `samples` is the folder where the profiler writes.

    Raises:
        Trouble: it does not start.
    """
    environment = _environment(ground.settings, workers=plan.workers)
    if samples is not None:
        path = (str(Path(__file__).with_name("profiled")), environment.get("PYTHONPATH", ""))
        environment |= {"PYTHONPATH": os.pathsep.join(filter(None, path)), "BENCH_SAMPLES": str(samples)}
    command = [str(Path(sys.executable).with_name("dmp")), "serve"]
    journal = ground.folder / "service.log"
    with journal.open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603
    try:
        _wait(journal, process, workers=plan.workers)
        yield Installation(ground.folder, ground.settings, process.pid, ground.database_pid, ground.database_told)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(settings: Settings, *, workers: int) -> dict[str, str]:
    """The settings, as `dmp serve` reads them."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("DMP_")}
    given = {variable(field.name): getattr(settings, field.name) for field in fields(Settings)}
    told = {name: _told(value) for name, value in given.items() if value is not None and value != ()}
    if variable("workers") in told:
        told[variable("workers")] = str(workers)
    return others | told


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _wait(journal: Path, process: subprocess.Popen[bytes], *, workers: int) -> None:
    """Until all the workers say that they have started: one that still starts would take time from the others."""
    deadline = time.monotonic() + PATIENCE
    while journal.read_bytes().count(STARTED) < workers:
        if process.poll() is not None or time.monotonic() > deadline:
            words = journal.read_text(errors="replace")[-500:].strip()
            raise Trouble(f"the service did not start: {words}", option="--database")
        time.sleep(0.05)


def _database(url: str) -> tuple[int, str]:
    """The first process of the server, when it is of this machine, and what its settings say."""
    import psycopg

    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT name, setting || coalesce(' × ' || nullif(unit, ''), '') FROM pg_settings WHERE name = ANY(%s)",
            [list(SHOWN)],
        ).fetchall()
        known = dict(rows)
        backend = connection.info.backend_pid
        above = machine.parent_of(backend) if machine.command_of(backend).startswith("postgres") else 0
    return above, ", ".join(f"{name} {known[name]}" for name in SHOWN if name in known)
