"""The primary of the database dies: a standby takes over, the service goes on, nothing acknowledged is lost."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from dmp.assure import failover, working
from dmp.assure.claim import Claim, Counter, Engine, Leg, Tally
from dmp.assure.crowd import Crowd
from dmp.assure.failover import deposit
from dmp.assure.ledger import Ledger
from dmp.assure.standbys import QUORUM, Standbys
from dmp.assure.working import AtWork
from dmp.record.errors import StorageUnavailable
from dmp.store import dialect
from serving_builders import installed, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes of a server are found in /proc")


@pytest.fixture
def leg() -> Iterator[Leg]:
    """One fail-over."""
    # Not under pytest's own folder, where the servers' user may not go.
    with TemporaryDirectory(prefix="dmp-failover-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield Leg(0, 1, 20261122, Path(folder), Engine.POSTGRESQL, lambda _: None)


def short(claim: Claim, tally: Tally) -> set[str]:
    """The names of the figures out of their bounds."""
    return {figure.name for figure in claim.judge(tally) if not figure.held}


def test_a_primary_that_is_killed_loses_nothing_and_the_service_goes_on(leg: Leg, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(working, "LONGEST", 0.8)
    monkeypatch.setattr(failover, "CLIENTS", 4)
    tally = failover.play(leg)
    assert short(failover.CLAIM, tally) <= {"longest silence"}  # a machine that does other things may be slow
    assert tally["acknowledged"] >= 2


def test_a_primary_that_waits_for_no_standby_loses_what_it_acknowledged_and_is_found_out(
    leg: Leg, monkeypatch: pytest.MonkeyPatch
):
    def strike(standbys: Standbys, at_work: AtWork, dice: Random) -> None:
        for name in standbys.standbys:
            standbys.servers[name].kill()
        deposit(at_work, dice)
        standbys.servers[standbys.primary].kill()
        for name in standbys.standbys:
            standbys.servers[name].start()
        standbys.fail_over()

    monkeypatch.setattr(working, "LONGEST", 0.3)
    monkeypatch.setattr(failover, "CLIENTS", 1)
    monkeypatch.setattr(failover, "strike", strike)
    assert "lost" in short(failover.CLAIM, failover.play(leg, quorum=""))


def test_nothing_is_acknowledged_while_no_standby_has_it(leg: Leg):
    with (
        failover.replicated(leg, QUORUM) as (standbys, service),
        closing(Crowd.of(service, clients=1, records=1, seed=1)) as crowd,
        ThreadPoolExecutor(1) as pool,
    ):
        at_work = AtWork(crowd, Ledger(), Counter())
        first, second = standbys.standbys
        standbys.servers[first].kill()
        deposit(at_work, leg.dice(1))  # one standby is enough
        standbys.servers[second].kill()
        waiting = pool.submit(deposit, at_work, leg.dice(2))
        time.sleep(2)
        assert not waiting.done()
        assert at_work.ledger.acknowledged == 1

        standbys.servers[second].start()
        waiting.result(timeout=60)
        assert at_work.ledger.acknowledged == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("", "DMP_SYNCHRONOUS_STANDBY: PostgreSQL runs with empty synchronous_standby_names"),
        ("-csynchronous_commit=local", "synchronous_commit=local: DMP_SYNCHRONOUS_STANDBY needs on or remote_apply"),
        ("-csynchronous_commit=remote_write", "synchronous_commit=remote_write: DMP_SYNCHRONOUS_STANDBY needs on or"),
        ("-csynchronous_commit=off", "synchronous_commit=off: acknowledged documents could be lost"),
    ],
)
def test_a_database_that_would_not_wait_for_a_standby_is_refused_when_one_is_asked_for(
    postgresql_database_url: str, options: str, told: str
):
    with pytest.raises(StorageUnavailable, match=told):
        dialect.open_engine(f"{postgresql_database_url}?options={options}", standby=True)


def test_a_connection_made_later_is_looked_at_too(postgresql_database_url: str):
    lanes = dialect.open_lanes(f"{postgresql_database_url}?options=-csynchronous_commit=off", connections=1)
    with pytest.raises(StorageUnavailable, match="synchronous_commit=off"):
        lanes.raw_connection()
    lanes.dispose()


def test_a_file_has_no_standby(tmp_path: Path):
    with pytest.raises(StorageUnavailable, match="SQLite has no standby"):
        dialect.open_engine(f"sqlite:///{tmp_path}/dmp.db", standby=True)


def test_a_service_that_must_have_a_standby_does_not_start_without(postgresql_database_url: str, tmp_path: Path):
    with installed(tmp_path / "installation", database_url=postgresql_database_url, synchronous_standby=True) as made:
        refused = pytest.raises(AssertionError, match="dmp: DMP_SYNCHRONOUS_STANDBY: PostgreSQL runs with empty")
        with refused, serving(made):
            pass
