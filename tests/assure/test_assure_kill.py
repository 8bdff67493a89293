"""`kill`, small; and a store that forgets what it acknowledged is found out."""

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from assure_builders import leg, short, strike_once_something_is_acknowledged

from dmp.assure import kill, working
from dmp.assure.claim import Counter, Engine
from dmp.assure.crowd import Crowd
from dmp.assure.ledger import Ledger, Lot, compare
from dmp.assure.service import Service, served
from dmp.assure.working import AtWork
from dmp.client import DmpClient
from dmp.record.visibility import Visibility
from dmp.sandbox.population import people
from xds_builders import a_submission, an_entry


@pytest.mark.parametrize("engine", list(Engine))
def test_three_kills_lose_nothing(folder, monkeypatch, engine):
    monkeypatch.setattr(working, "LONGEST", 0.8)
    tally = kill.play(leg(folder, 3, engine=engine))
    assert short(kill.CLAIM, tally) == []
    assert tally["rounds"] == 3
    assert tally["acknowledged"] > 0


def test_a_store_that_forgets_what_it_acknowledged_is_found_out(folder, monkeypatch):
    before: dict[Path, bytes] = {}

    def kill_and_forget(service: Service, _dice: Random) -> None:
        service.kill()
        for file in service.folder.glob("dmp.db*"):
            file.unlink()
        for file, octets in before.items():
            file.write_bytes(octets)

    def start_and_remember(service: Service) -> float:
        seconds = start(service)
        with closing(sqlite3.connect(service.folder / "dmp.db")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before[service.folder / "dmp.db"] = (service.folder / "dmp.db").read_bytes()
        return seconds

    start = Service.start
    monkeypatch.setattr(working, "LONGEST", 0.8)
    strike_once_something_is_acknowledged(monkeypatch)
    monkeypatch.setattr(kill, "strike", kill_and_forget)
    monkeypatch.setattr(Service, "start", start_and_remember)
    assert "lost" in short(kill.CLAIM, kill.play(leg(folder, 1)))


def test_a_client_that_misses_what_was_acknowledged_counts_it_lost_and_works_on(folder, monkeypatch):
    counter = Counter()

    def wait_for_losses() -> None:
        deadline = time.monotonic() + 60
        while counter.tally()["lost"] < 2 and time.monotonic() < deadline:
            time.sleep(0.05)

    with (
        served(leg(folder, 1)) as service,
        closing(Crowd.of(service, clients=1, records=1, seed=1)) as crowd,
    ):
        monkeypatch.setattr(DmpClient, "find", lambda *_: ())
        AtWork(crowd, Ledger(), counter).until(wait_for_losses, Random(1))  # noqa: S311 - which act comes next
    assert counter.tally()["lost"] >= 2


def at_work(client: object) -> AtWork:
    """One client, who does what he does."""
    return AtWork(Crowd((client,), (client,), tuple(people(1, 1))), Ledger(), Counter())


def test_what_no_client_foresaw_is_heard():
    class Odd:
        """Fails in a way that no client of the service does."""

        def __getattr__(self, name: str) -> object:
            raise ZeroDivisionError(name)

    with pytest.raises(ZeroDivisionError):
        at_work(Odd()).until(lambda: None, Random(1))  # noqa: S311 - which act comes next


def test_a_blow_that_fails_ends_the_work_and_is_heard(monkeypatch):
    told_to_stop: list[bool] = []
    monkeypatch.setattr(working._Client, "work", lambda _self, stop: told_to_stop.append(stop.wait(60)))

    def strike() -> None:
        raise OSError("nothing to strike with")

    with pytest.raises(OSError, match="nothing to strike with"):
        at_work(None).until(strike, Random(1))  # noqa: S311 - which act comes next
    assert told_to_stop == [True]


ONE, TWO = an_entry(), an_entry(uuid="Document02", unique_id="1.2.250.1.999.1.2")
MASKED = replace(ONE, visibility=Visibility(masked=True))


@pytest.mark.parametrize(
    ("acknowledged", "found", "wrong"),
    [
        (True, [ONE, TWO], set()),
        (True, [ONE], {"lost"}),
        (True, [], {"lost"}),
        (False, [], set()),
        (False, [ONE, TWO], set()),
        (False, [TWO], {"half"}),
    ],
)
def test_a_lot_is_there_as_it_was_acknowledged_or_not_at_all(acknowledged, found, wrong):
    counter, lot = Counter(), Lot(people(1, 1)[0], a_submission(ONE, TWO), acknowledged)
    compare(lot, {entry.unique_id: entry for entry in found}, counter)
    assert set(counter.tally().sums) == wrong


def test_a_mask_that_was_acknowledged_is_in_force_and_one_that_was_not_may_be():
    counter, lot = Counter(), Lot(people(1, 1)[0], a_submission(ONE), acknowledged=True)
    lot.masked[ONE.unique_id] = True
    lot.unsure.add(ONE.unique_id)
    compare(lot, {ONE.unique_id: ONE}, counter)
    assert counter.tally()["lost"] == 0
    lot.unsure.clear()
    compare(lot, {ONE.unique_id: MASKED}, counter)
    assert counter.tally()["lost"] == 0
    compare(lot, {ONE.unique_id: ONE}, counter)
    assert counter.tally()["lost"] == 1
