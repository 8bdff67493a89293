"""A real service to try claims on: `dmp sandbox` in processes of its own, over loopback, that may be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dmp.assure.claim import Engine, Leg
from dmp.assure.processes import family
from dmp.client import DmpClient
from dmp.client.credentials import read_contract
from dmp.desk.operations import Operations
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.port import free_port
from dmp.sandbox.postgres import temporary_postgresql
from dmp.sandbox.serve import ready
from dmp.settings import Settings

PATIENCE = 60.0
"""Seconds for a service to answer after its start."""
PROGRAM = (sys.executable, "-c", "from dmp.cli import main; main()")


class NotServed(Exception):
    """The service did not start, or ended by itself; the message holds its last words."""


def options_of(leg: Leg, stack: ExitStack) -> SandboxOptions:
    """Options of a sandbox on the engine of a leg; a temporary server lives as long as `stack`."""
    if leg.engine is Engine.SQLITE:
        return SandboxOptions(free_port())
    place = leg.folder / "postgresql"
    place.mkdir()
    return SandboxOptions(free_port(), database_url=stack.enter_context(temporary_postgresql(place)))


@contextmanager
def installed(leg: Leg) -> Iterator[Settings]:
    """An installation that nothing serves: keys, tables, directory."""
    with ExitStack() as stack:
        settings, _ = ready(leg.folder / "sandbox", options_of(leg, stack))
        yield settings


@contextmanager
def served(leg: Leg, environment: Mapping[str, str] | None = None) -> Iterator["Service"]:
    """A service that answers; stopped, whatever state it is in, at the end."""
    with ExitStack() as stack:
        service = Service(leg.folder / "sandbox", options_of(leg, stack), environment or {})
        stack.callback(service.kill)
        service.start()
        yield service
        service.stop()


@dataclass
class Service:
    """The processes of one service; `environment` is added to ours."""

    folder: Path
    options: SandboxOptions
    environment: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it, and wait until it answers; gives the seconds that took.

        Raises:
            NotServed: it did not.
        """
        begun = time.monotonic()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "sandbox.json").unlink(missing_ok=True)
        command = [*PROGRAM, "sandbox", "--dir", str(self.folder), "--port", str(self.options.port)]
        if self.options.database_url:
            command += ["--database", self.options.database_url]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, its options made here
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **self.environment},
            )
        while not (self.folder / "sandbox.json").exists():
            if self._process.poll() is not None or time.monotonic() > begun + PATIENCE:
                raise NotServed(f"the service did not start: {self.last_words}")
            time.sleep(0.01)
        return time.monotonic() - begun

    @property
    def log(self) -> Path:
        """What the service said."""
        return self.folder / "service.log"

    @property
    def last_words(self) -> str:
        """The end of what it said."""
        return self.log.read_text(errors="replace")[-500:].strip()

    @property
    def process(self) -> int:
        """The first process of the service.

        Raises:
            NotServed: it was never started.
        """
        if self._process is None:
            raise NotServed("the service was never started")
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the first process runs."""
        return self._process is not None and self._process.poll() is None

    def workers(self) -> list[int]:
        """The other processes of the service, eldest first."""
        return sorted(family(self.process)) if self.alive else []

    def kill(self) -> None:
        """End every process at once, as a failing machine would; they save nothing."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End it the way an operator does.

        Raises:
            NotServed: it does not end.
        """
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise NotServed("the service does not end when told to") from error

    def client(self, holder: str, *, standing_for: str = "", air: bool = False) -> DmpClient:
        """A client of the service; keeps its connections across restarts where it can."""
        return DmpClient.from_sandbox(self.folder, holder, standing_for=standing_for, air=air)

    @property
    def contract(self) -> dict[str, Any]:
        """Addresses and certificates."""
        return read_contract(self.folder)

    @property
    def operations(self) -> Operations:
        """The command line of the operator on its store."""
        return Operations.at(self.folder)
