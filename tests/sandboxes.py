"""Real services to call over mutual TLS: a sandbox per kind, started once and kept for the session."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from dmp.client import DmpClient
from dmp.desk.operations import Operations
from dmp.main import open_store
from dmp.record.patient import PatientId
from dmp.record.profile import ProfileName
from dmp.record.record import Regime
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import TEMPORARY, database, running
from dmp.settings import Settings
from dmp.store import schema
from dmp.store.tx import Store


@dataclass
class Sandbox:
    """A service that answers, and its folder with `sandbox.json`."""

    folder: Path
    base_url: str
    _clients: dict[tuple[str, str, bool], DmpClient] = field(default_factory=dict)

    def client(self, holder: str, *, standing_for: str = "", air: bool = False) -> DmpClient:
        """A client for one of its holders, closed with the session."""
        kind = (holder, standing_for, air)
        if kind not in self._clients:
            self._clients[kind] = DmpClient.from_sandbox(self.folder, holder, standing_for=standing_for, air=air)
        return self._clients[kind]

    @cached_property
    def contract(self) -> dict[str, Any]:
        """What `sandbox.json` says."""
        return json.loads((self.folder / "sandbox.json").read_text())

    @property
    def operations(self) -> Operations:
        """The command line of the operator."""
        return Operations.at(self.folder)

    @property
    def settings(self) -> Settings:
        """The settings it was started with."""
        return self.operations.settings

    @cached_property
    def store(self) -> Store:
        """A second look at what the service stores."""
        return open_store(self.settings)

    def opened(self, ins: str) -> PatientId:
        """Open a record as `./dev open` does; whose it is does not matter here."""
        self.operations.open(ins, traits=None, consent=True, again=True)
        return PatientId(ins, "1.2.250.1.213.1.4.10")

    def count_traces(self) -> int:
        """How many traces there are."""
        with self.store.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(schema.trace)).scalar_one()

    def close(self) -> None:
        """Close what was opened beside the service."""
        for client in self._clients.values():
            client.close()
        if "store" in vars(self):
            self.store.close()


class Sandboxes:
    """Starts sandboxes; two that are asked for alike are one."""

    def __init__(self, stack: ExitStack, parent: Path):
        """Keep them running until `stack` ends."""
        self._stack = stack
        self._parent = parent
        self._started: dict[tuple[object, ...], Sandbox] = {}

    def __call__(
        self,
        *,
        profile: ProfileName = ProfileName.DMP,
        tolerant: bool = False,
        engine: str = "sqlite",
        regime: Regime = Regime.OPT_IN,
    ) -> Sandbox:
        """A sandbox of this kind."""
        kind = (profile, tolerant, engine, regime)
        if kind not in self._started:
            folder = self._parent / f"sandbox-{len(self._started)}"
            url = TEMPORARY if engine == "postgresql" else ""
            options = self._stack.enter_context(
                database(SandboxOptions(free_port(), profile, tolerant, url, regime, free_port()))
            )
            self._started[kind] = Sandbox(folder, self._stack.enter_context(running(folder, options)))
            self._stack.callback(self._started[kind].close)
        return self._started[kind]


@contextmanager
def sandboxes(parent: Path) -> Iterator[Sandboxes]:
    """Sandboxes in folders of their own, all stopped at the end."""
    with ExitStack() as stack:
        yield Sandboxes(stack, parent)
