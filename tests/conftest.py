"""What every test may ask for: databases of both engines, migrated stores; and no way out to the network."""

import ipaddress
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings

from dmp import clockwork
from dmp.record.profile import ProfileName
from dmp.sandbox.postgres import programs, temporary_postgresql
from dmp.store import dialect, migrate
from dmp.store.tx import Store
from partitions import create_partitioned
from sandboxes import Sandbox, Sandboxes, sandboxes
from stores import fresh_database, opened_store

# What is drawn is the same every time and may take its time: what a run finds, the next one finds too, on any machine.
settings.register_profile("dmp", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dmp")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Nothing but this machine can be reached."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(socket.socket, "connect", _on_loopback_only(socket.socket.connect))
        monkeypatch.setattr(socket.socket, "connect_ex", _on_loopback_only(socket.socket.connect_ex))
        yield


def _on_loopback_only(connect: Callable) -> Callable:
    def guarded(self: socket.socket, address: tuple) -> object:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server for the session (one per worker of pytest-xdist): the URL of its first database."""
    try:
        programs()
    except RuntimeError as reason:
        pytest.skip(str(reason))
    # Not under pytest's own folder, where the server's user may not go.
    with (
        TemporaryDirectory(prefix="dmp-postgresql-", ignore_cleanup_errors=True) as folder,
        temporary_postgresql(Path(folder)) as url,
    ):
        yield url


def migrated(url: str) -> str:
    """Migrate a database; gives its URL back."""
    engine = dialect.open_engine(url, connections=1)
    migrate.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str) -> Iterator[str]:
    """Name of a migrated database to copy: fifty times faster than migrating each one."""
    with fresh_database(postgresql_url) as url:
        yield migrated(url).rpartition("/")[2]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("template") / "dmp.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'dmp.db')}"


@pytest.fixture
def postgresql_database_url(postgresql_url: str, postgresql_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database."""
    with fresh_database(postgresql_url, template=postgresql_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn: whoever asks for this, `database_url` or `store` runs on both."""
    return request.param


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest) -> str:
    """A migrated database of its own for this test."""
    return request.getfixturevalue(f"{engine_name}_database_url")


@pytest.fixture
def empty_database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with fresh_database(request.getfixturevalue("postgresql_url")) as url:
        yield url


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store, on each engine."""
    with opened_store(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def sqlite_store(sqlite_database_url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store on SQLite, for what only SQLite can show."""
    with opened_store(sqlite_database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def postgresql_store(postgresql_database_url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store on PostgreSQL, for what only PostgreSQL can show."""
    with opened_store(postgresql_database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def partitioned_store(postgresql_url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store whose patient tables are cut in partitions (house 6); `migrate.check` accepts it."""
    with fresh_database(postgresql_url) as url:
        engine = dialect.open_engine(url, connections=1)
        create_partitioned(engine)
        engine.dispose()
        with opened_store(url, tmp_path) as opened:
            yield opened


@pytest.fixture(scope="session", autouse=True)
def nobody_is_reminded_meanwhile() -> Iterator[None]:
    """Services started here remind nobody by themselves: a look leaves a trace, and tests count traces."""
    with patch.object(clockwork, "REMIND_EVERY", 86_400.0):
        yield


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandboxes]:
    """Start a sandbox of a kind, over mutual TLS, or give the one that already runs."""
    with sandboxes(tmp_path_factory.mktemp("sandboxes")) as started:
        yield started


@pytest.fixture(scope="session")
def strict(start: Sandboxes) -> Sandbox:
    """The French profile, strict, on SQLite."""
    return start()


@pytest.fixture(scope="session")
def plain(start: Sandboxes) -> Sandbox:
    """The `ihe` profile on SQLite."""
    return start(profile=ProfileName.IHE)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, start: Sandboxes) -> Sandbox:
    """The French profile, strict, on each database in turn."""
    return start(engine=request.param)
