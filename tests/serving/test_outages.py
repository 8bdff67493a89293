"""Something the service stands on goes away and comes back: callers are told to wait, then all goes on, without a hand.

Each outage falls on a service under load. What was acknowledged before, during
and after is compared with what is there at the end: nothing lost, nothing half
there, nothing twice, nothing refused that should have been taken.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx2
import pytest

from dmp.assure import working
from dmp.assure.claim import Counter
from dmp.assure.crowd import Crowd, new_lot
from dmp.assure.database import Database
from dmp.assure.ledger import Ledger, Lot, check, send_again
from dmp.assure.working import AtWork
from dmp.client import CallRefused, DmpClient
from dmp.desk.operations import Operations
from dmp.main import open_store
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.population import people
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import running
from dmp.store.blobs import FileBlobs
from dmp.store.sealing import seal_traces
from serving_builders import SEARCH, Installed, Service, installed, search, serving, simple_type

SEED = 1
CLIENTS = 3
WRONG = ("lost", "half", "double", "refused")


@contextmanager
def crowd_at(contract: Path) -> Iterator[Crowd]:
    """Those who call: two invented people, whose records are open."""
    cast = tuple(people(SEED, 2))

    def clients(*, air: bool) -> tuple[DmpClient, ...]:
        return tuple(
            DmpClient.from_sandbox(contract, "hospital", standing_for="doctor", air=air) for _ in range(CLIENTS)
        )

    with closing(Crowd(clients(air=False), clients(air=True), cast)) as crowd:
        with DmpClient.from_sandbox(contract, "doctor") as doctor:
            for person in cast:
                doctor.open_record(person.patient, person.traits, contact=person.contact, guardians=person.guardians)
                doctor.authorise(person.patient)
        yield crowd


@dataclass(frozen=True)
class Load:
    """A service under load."""

    service: Service
    crowd: Crowd
    dice: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - which document is fed next, no secret
    ledger: Ledger = field(default_factory=Ledger)
    counter: Counter = field(default_factory=Counter)

    def through(self, outage: Callable[[], None]) -> None:
        """Callers who call before, through and after it; then everything is compared."""
        workers, at_work = self.service.workers, AtWork(self.crowd, self.ledger, self.counter)
        at_work.until(outage, self.dice)
        at_work.until(lambda: None, self.dice)
        assert self.ledger.acknowledged > 0
        check(self.ledger, self.crowd.readers[0], self.counter)
        send_again(self.ledger, self.crowd.feeders[0], self.counter)
        check(self.ledger, self.crowd.readers[0], self.counter, everything=True)
        assert [self.counter.tally()[name] for name in WRONG] == [0, 0, 0, 0], self.counter.tally().notes
        assert self.service.workers == workers
        assert not self.service.events("unforeseen"), self.service.log.read_text()
        assert self.service.asked("/readyz").text == "ready\n"


@contextmanager
def loaded(made: Installed) -> Iterator[Load]:
    """A service of this installation, and those who call it."""
    with serving(made) as service, crowd_at(service.installed.contract.parent) as crowd:
        yield Load(service, crowd)


@pytest.fixture(autouse=True)
def short_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "LONGEST", 0.8)


def wait_until(holds: Callable[[], bool], *, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_ready(service: Service) -> str:
    """`ready`, or what is missing."""
    return service.asked("/readyz").text.strip()


def searched(service: Service) -> httpx2.Response:
    """A search of its own."""
    with service.caller() as caller:
        return caller.post("/registry", content=search(service), headers={"Content-Type": simple_type(SEARCH)})


@pytest.fixture
def database() -> Iterator[Database]:
    """A server of the database that may be killed."""
    with TemporaryDirectory(prefix="dmp-outage-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        made = Database(Path(folder) / "postgresql")
        made.make()
        made.start()
        try:
            yield made
        finally:
            made.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="the processes of a server are found in /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "restarted"])
def test_a_database_that_goes_away_under_load_and_comes_back(database: Database, folder: Path, how: signal.Signals):
    def outage() -> None:
        if how == signal.SIGKILL:
            database.kill()
        else:
            end_in_order(database)
        wait_until(lambda: is_ready(load.service) == "database")
        answer = searched(load.service)
        assert (answer.status_code, answer.headers.get("retry-after")) == (503, "5")
        database.start()
        wait_until(lambda: searched(load.service).status_code == 200)

    with installed(folder, database_url=database.url) as made, loaded(made_open(made)) as load:
        load.through(outage)
        load.through(outage)


def made_open(made: Installed) -> Installed:
    """The installation with the record that `searched` asks for."""
    made.opened()
    return made


def end_in_order(database: Database) -> None:
    """As `systemctl restart postgresql` does: sessions are cut, the log is written out, the server ends."""
    first, _, _ = (database.folder / "data" / "postmaster.pid").read_text().partition("\n")
    os.kill(int(first), signal.SIGINT)
    wait_until(lambda: not (database.folder / "data" / "postmaster.pid").exists())
    database.kill()  # waits for it


@pytest.mark.skipif(sys.platform != "linux", reason="the processes of a server are found in /proc")
def test_a_service_that_starts_before_its_database_says_so_and_starts_once_it_is_there(
    database: Database, folder: Path
):
    with installed(folder, database_url=database.url) as made:
        made.opened()
        database.kill()
        with pytest.raises(AssertionError, match="dmp: the database does not answer"), serving(made):
            pass
        database.start()
        with serving(made) as service:
            assert searched(service).status_code == 200


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MiB for the documents."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place))
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a file system can be mounted by root alone")
    try:
        yield place
    finally:
        subprocess.run(["/bin/umount", "-l", str(place)], check=True)


def mount(*options: str) -> None:
    subprocess.run(["/bin/mount", *options], check=True, capture_output=True)


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    mount("-o", "remount,ro", str(place))
    yield
    mount("-o", "remount,rw", str(place))


@contextmanager
def full(place: Path) -> Iterator[None]:
    stuffing = place / "stuffing"
    with suppress(OSError), stuffing.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield
    stuffing.unlink()


@pytest.mark.parametrize("outage", [read_only, full])
def test_documents_that_cannot_be_written_are_not_acknowledged_and_those_there_are_read(
    small_disk: Path, folder: Path, outage: Callable
):
    with installed(folder) as made, loaded(made.having(blobs=small_disk / "blobs")) as load:
        feeder, reader, person = load.crowd.feeders[0], load.crowd.readers[0], load.crowd.people[0]
        before = new_lot(feeder, person, load.dice)
        feeder.submit_lot(person.patient, before)

        def gone() -> None:
            with outage(small_disk):
                wait_until(lambda: is_ready(load.service) == "documents")
                (entry,) = before.entries
                assert reader.read(person.patient, entry.unique_id) == before.documents[entry.uuid].read()
                lot = Lot(person, new_lot(feeder, person, load.dice))
                load.ledger.write(lot)
                with pytest.raises(CallRefused) as refusal:
                    feeder.submit_lot(person.patient, lot.submission)
                assert [problem.code for problem in refusal.value.problems] == ["XDSRepositoryBusy"]

        load.through(gone)
        assert len(list(FileBlobs(small_disk / "blobs").names())) >= load.ledger.acknowledged


def test_a_folder_of_keys_that_goes_away_stops_nothing_that_was_open_and_is_used_again(folder: Path):
    with installed(folder) as made, loaded(made) as load:
        keys, away = made.settings.keys, made.settings.keys.with_name("away")

        def gone() -> None:
            keys.rename(away)
            time.sleep(1.5)
            load.crowd.readers[0].find(load.crowd.people[0].patient)
            away.rename(keys)

        load.through(gone)
        keys.rename(away)
        with pytest.raises(AssertionError, match="dmp: no master key in the vault"), serving(made):
            pass
        away.rename(keys)


@dataclass
class Clock:
    """The clock of the machine, which somebody moves."""

    step: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.step


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr("dmp.main.now", moved)
    return moved


@pytest.mark.parametrize("step", [timedelta(seconds=-2), timedelta(seconds=-90)], ids=str)
def test_a_clock_that_steps_backwards_a_little_loses_nothing_and_the_traces_stay_sound(
    folder: Path, clock: Clock, step: timedelta
):
    with running(folder, SandboxOptions(free_port())), crowd_at(folder) as crowd:
        person, counter, ledger = crowd.people[0], Counter(), Ledger()
        operations = Operations.at(folder)
        for moved in (timedelta(), step, 2 * step, timedelta()):
            clock.step = moved
            lot = Lot(person, new_lot(crowd.feeders[0], person, Random(str(moved))))  # noqa: S311
            ledger.write(lot)
            crowd.feeders[0].submit_lot(person.patient, lot.submission)
            lot.acknowledged = True
            with closing(open_store(operations.settings)) as store:
                seal_traces(store, clock())
        check(ledger, crowd.readers[0], counter, everything=True)
        assert counter.tally().sums == {}
        report = operations.verify_traces(None)
    assert report.faults == []
    assert report.heads >= 4


def test_a_clock_that_steps_back_an_hour_refuses_who_comes_from_the_future_until_it_is_right_again(
    folder: Path, clock: Clock
):
    with running(folder, SandboxOptions(free_port())), crowd_at(folder) as crowd:
        feeder, person = crowd.feeders[0], crowd.people[0]
        lot = new_lot(feeder, person, Random(SEED))  # noqa: S311
        clock.step = timedelta(hours=-1)
        with pytest.raises(CallRefused) as refusal:
            feeder.submit_lot(person.patient, lot)
        assert refusal.value.code == "dmp:DMPInvalidCertificate"  # made an hour later, says that clock
        clock.step = timedelta()
        feeder.submit_lot(person.patient, lot)
        (entry,) = crowd.readers[0].find(person.patient)
        assert entry.unique_id == lot.entries[0].unique_id
        assert Operations.at(folder).verify_traces(None).faults == []


def test_a_service_whose_database_hangs_answers_others_that_it_is_busy(folder: Path):
    with installed(folder, threads=1, queue=1) as made, serving(made_open(made)) as service:
        with closing(sqlite3.connect(made.settings.database_url.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN EXCLUSIVE")
            statuses: list[int] = []
            callers = [threading.Thread(target=lambda: statuses.append(searched(service).status_code)) for _ in "abcd"]
            for caller in callers:
                caller.start()
            wait_until(lambda: statuses.count(503) >= 2)
            other.execute("ROLLBACK")
        for caller in callers:
            caller.join()
        assert set(statuses) <= {200, 503}
        assert searched(service).status_code == 200
