"""A PostgreSQL primary and two standbys on one machine: each commit waits until one of the two has it on its disk."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from dmp.assure.database import PATIENCE, Database, NoDatabase
from dmp.sandbox.port import free_port
from dmp.sandbox.postgres import programs

NAMES = ("one", "two", "three")
QUORUM = f"ANY 1 ({', '.join(NAMES)})"
"""Whichever answers first: the loss of one standby stops nothing."""


@dataclass
class Standbys:
    """Three servers in a folder, one of which takes writes; `quorum` is their `synchronous_standby_names`."""

    folder: Path
    quorum: str = QUORUM
    url: str = ""
    """Leads to whichever of the three takes writes."""
    servers: dict[str, Database] = field(default_factory=dict)
    primary: str = NAMES[0]

    @property
    def standbys(self) -> list[str]:
        """The other ones, dead or alive."""
        return [name for name in self.servers if name != self.primary]

    def start(self) -> None:
        """Make all three and wait until both standbys follow.

        Raises:
            NoDatabase: one of them does not start, or does not follow.
        """
        first = Database(self.folder / NAMES[0])
        first.make()
        self.servers[NAMES[0]] = first
        for name in NAMES[1:]:
            folder = self.folder / name
            folder.mkdir()
            _give(folder)
            if (first.folder / "programs").is_dir():
                (folder / "programs").symlink_to(first.folder / "programs")
            self.servers[name] = Database(folder, url=_at_port(first.url, free_port()))
        places = [urlsplit(server.url) for server in self.servers.values()]
        hosts = ",".join(f"{place.hostname}:{place.port}" for place in places)
        self.url = f"postgresql://{places[0].username}:{places[0].password}@{hosts}/postgres"
        self._configure(self.primary)
        first.start()
        for name in NAMES[1:]:
            self.follow(name)

    def kill(self) -> None:
        """Kill -9 every server."""
        for server in self.servers.values():
            server.kill()

    def fail_over(self) -> None:
        """Put the standby that has most in the place of the primary, which is dead, as Patroni does.

        The other one finds the new primary by itself.
        """
        received = {name: self._received(name) for name in self.standbys}
        self.primary = max(received, key=lambda name: received[name])
        with self._connected(self.primary) as connection:
            connection.execute("SELECT pg_promote()")

    def follow(self, name: str) -> None:
        """Make a server a standby again, from a copy of the primary, and wait until it follows."""
        server = self.servers[name]
        server.kill()
        shutil.rmtree(server.folder / "data", ignore_errors=True)
        command = ["pg_basebackup", "-d", self.servers[self.primary].url, "-D", str(server.folder / "data")]
        self._run(server, [*command, "-X", "stream", "-c", "fast"])
        (server.folder / "data" / "standby.signal").touch()
        _give(server.folder / "data" / "standby.signal")
        self._configure(name)
        server.start()
        until(lambda: name in self.following(), f"{name} does not follow")

    def following(self) -> set[str]:
        """The standbys to which the primary sends what it writes."""
        with self._connected(self.primary) as connection:
            rows = connection.execute("SELECT application_name FROM pg_stat_replication WHERE state = 'streaming'")
            return {str(name) for (name,) in rows.fetchall()}

    def _received(self, name: str) -> int:
        """How far a standby has written and synced what the primary sent; read once it has read all of it."""
        with self._connected(name) as connection:

            def disconnected() -> bool:
                return connection.execute("SELECT count(*) FROM pg_stat_wal_receiver").fetchone() == (0,)

            until(disconnected, f"{name} still follows a primary that is dead")
            # A standby that was started again has received nothing yet, and replayed all that it has.
            farthest = "greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())"
            ((octets,),) = connection.execute(f"SELECT {farthest} - '0/0'::pg_lsn").fetchall()
            return int(str(octets))

    def _connected(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.servers[name].url, autocommit=True, connect_timeout=5)

    def _configure(self, name: str) -> None:
        """Say who this server is, whom it waits for as a primary, and where it finds the primary as a standby."""
        place = urlsplit(self.url)
        hosts = [host.partition(":") for host in place.netloc.rpartition("@")[2].split(",")]
        names, ports = ",".join(host for host, _, _ in hosts), ",".join(port for _, _, port in hosts)
        conninfo = (
            f"host={names} port={ports} user={place.username} password={place.password} "
            f"application_name={name} target_session_attrs=read-write connect_timeout=2"
        )
        settings = {
            "synchronous_standby_names": self.quorum,
            "primary_conninfo": conninfo,
            "wal_retrieve_retry_interval": "200ms",
            "wal_keep_size": "256MB",
            "shared_buffers": "32MB",
        }
        lines = "".join(f"{setting} = '{value}'\n" for setting, value in settings.items())
        (self.servers[name].folder / "data" / "postgresql.auto.conf").write_text(lines)

    def _run(self, server: Database, command: list[str]) -> None:
        account = _account()
        copied = server.folder / "programs" / "bin"
        done = subprocess.run(  # noqa: S603 - a program of the server, its options made here
            [str((copied if copied.is_dir() else programs()) / command[0]), *command[1:]],
            check=False,
            capture_output=True,
            cwd=server.folder,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            raise NoDatabase(f"{command[0]}: {done.stderr.decode(errors='replace')[-300:].strip()}")


def until(holds: Callable[[], bool], trouble: str) -> None:
    """Wait until something holds.

    Raises:
        NoDatabase: it does not in time; `trouble` says what.
    """
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise NoDatabase(trouble)
        time.sleep(0.02)


def _at_port(url: str, port: int) -> str:
    before, _, after = url.rpartition(":")
    return f"{before}:{port}/{after.partition('/')[2]}"


def _account() -> pwd.struct_passwd | None:
    """Who runs the servers: `nobody` when we are root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _give(path: Path) -> None:
    """Let the servers write there."""
    if account := _account():
        os.chown(path, account.pw_uid, account.pw_gid)
