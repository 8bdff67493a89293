"""Real services to call over mutual TLS: one per kind and per session, on both databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dmp.client import DmpClient
from dmp.operations import Operations
from dmp.record.profile import ProfileName
from dmp.record.record import Regime
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.population import Person, people
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import TEMPORARY, database, running
from journey_builders import Story


@dataclass(frozen=True)
class Sandbox:
    """A service that answers, and its folder with `sandbox.json`."""

    folder: Path
    base_url: str
    clients: dict[tuple[str, str, bool], DmpClient] = field(default_factory=dict)

    def client(self, holder: str, *, standing_for: str = "", air: bool = False) -> DmpClient:
        """A client for one of its holders, closed with the session."""
        kind = (holder, standing_for, air)
        if kind not in self.clients:
            self.clients[kind] = DmpClient.from_sandbox(self.folder, holder, standing_for=standing_for, air=air)
        return self.clients[kind]

    def close(self) -> None:
        """Close its clients."""
        for client in self.clients.values():
            client.close()

    @property
    def operations(self) -> Operations:
        """The command line of the operator."""
        return Operations.at(self.folder)


Start = Callable[..., Sandbox]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start a sandbox of a kind, or give the one that already runs."""
    with ExitStack() as stack:
        started: dict[tuple[object, ...], Sandbox] = {}

        def started_once(
            *,
            profile: ProfileName = ProfileName.DMP,
            tolerant: bool = False,
            engine: str = "sqlite",
            regime: Regime = Regime.OPT_IN,
        ) -> Sandbox:
            kind = (profile, tolerant, engine, regime)
            if kind not in started:
                folder = tmp_path_factory.mktemp("sandbox")
                url = TEMPORARY if engine == "postgresql" else ""
                options = stack.enter_context(database(SandboxOptions(free_port(), profile, tolerant, url, regime)))
                started[kind] = Sandbox(folder, stack.enter_context(running(folder, options)))
                stack.callback(started[kind].close)
            return started[kind]

        yield started_once


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, start: Start) -> Sandbox:
    """The French profile, strict, on each database in turn."""
    return start(engine=request.param)


@pytest.fixture(scope="session")
def strict(start: Start) -> Sandbox:
    """The French profile, strict, on SQLite."""
    return start()


@pytest.fixture(scope="session")
def plain(start: Start) -> Sandbox:
    """The `ihe` profile on SQLite."""
    return start(profile=ProfileName.IHE)


_population = people(7, 2000)
_adults = (one for one in _population if not one.guardians)
_children = (one for one in _population if one.guardians)


@pytest.fixture
def person() -> Person:
    """An adult who does not exist, another one for each test."""
    return next(_adults)


@pytest.fixture
def child() -> Person:
    """A minor with a guardian, another one for each test."""
    return next(_children)


@pytest.fixture
def story(strict: Sandbox, person: Person) -> Story:
    """An adult without record, on SQLite."""
    return Story(strict, person)


@pytest.fixture
def story_of_a_child(strict: Sandbox, child: Person) -> Story:
    """A minor without record, on SQLite."""
    return Story(strict, child)


@pytest.fixture
def story_on_both(served: Sandbox, person: Person) -> Story:
    """An adult without record, on each database in turn."""
    return Story(served, person)
