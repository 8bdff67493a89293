"""A real PostgreSQL in a folder: durable, on loopback, gone at the end."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
import pytest

from dmp.sandbox.postgres import temporary_postgresql


def test_the_server_of_the_session_is_durable_and_private(postgresql_url: str):
    with psycopg.connect(postgresql_url) as connection:

        def shown(name: str) -> str:
            return connection.execute(f"SHOW {name}").fetchone()[0]

        assert [shown(name) for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on", "on", "on"]
        assert shown("listen_addresses") == "127.0.0.1"
        assert shown("unix_socket_directories") == ""
        assert shown("server_encoding") == "UTF8"
        assert not (Path(shown("data_directory")).parent / "password").exists()


def test_nobody_enters_with_another_password(postgresql_url: str):
    address = urlsplit(postgresql_url)
    guess = f"postgresql://dmp:guess@{address.hostname}:{address.port}/postgres"

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(guess)


def test_it_stops_at_the_end_though_somebody_is_still_connected(postgresql_url: str):
    """`postgresql_url` is asked for only to skip where there is no server."""
    with TemporaryDirectory(prefix="dmp-postgresql-", ignore_cleanup_errors=True) as folder:
        with temporary_postgresql(Path(folder)) as url:
            connection = psycopg.connect(url)
            pid = int((Path(folder) / "data" / "postmaster.pid").read_text().splitlines()[0])

        with pytest.raises(psycopg.OperationalError), connection:
            connection.execute("SELECT 1")
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_folder_where_it_cannot_live_is_told(postgresql_url: str):
    with TemporaryDirectory(prefix="dmp-postgresql-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        data.mkdir()
        (data / "something").write_text("not a cluster")

        with pytest.raises(RuntimeError, match=r"(?s)initdb failed: .*not empty"), temporary_postgresql(Path(folder)):
            pass
