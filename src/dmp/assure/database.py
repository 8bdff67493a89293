"""A PostgreSQL server that may be killed and started again on the same data."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from dmp.assure.processes import family
from dmp.sandbox.postgres import DURABLE, ON_LOOPBACK, programs, temporary_postgresql

PATIENCE = 60.0
"""Seconds for a server to recover from its log and answer."""


class NoDatabase(Exception):
    """The server does not start; the message holds its last words."""


@dataclass
class Database:
    """The server in a folder; `environment` is added to ours."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    _process: subprocess.Popen[bytes] | None = None

    def make(self) -> str:
        """Make the data of a new server, which does not run yet; gives the URL of its first database."""
        self.folder.mkdir()
        with temporary_postgresql(self.folder) as self.url:
            return self.url

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            NoDatabase: it does not.
        """
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)  # of a server that was killed
        root = os.geteuid() == 0
        account = pwd.getpwnam("nobody") if root else None
        copied = self.folder / "programs" / "bin"
        program = (copied if copied.is_dir() else programs()) / "postgres"
        port = self.url.rpartition(":")[2].partition("/")[0]
        options = [part for setting in (*DURABLE, *ON_LOOPBACK, f"port={port}") for part in ("-c", setting)]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [str(program), "-D", str(self.folder / "data"), *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                env={**os.environ, **self.environment},
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                    raise NoDatabase(f"PostgreSQL did not start: {self.last_words}") from None
                time.sleep(0.05)
            else:
                return

    @property
    def last_words(self) -> str:
        """The end of what it said."""
        return (self.folder / "server.log").read_text(errors="replace")[-500:].strip()

    def kill(self) -> None:
        """End all its processes at once; they save nothing."""
        if self._process is None:
            return
        for process in (self._process.pid, *family(self._process.pid)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait()
