"""`restore`: what was backed up comes back whole, and what was erased stays erased (T-RESTORE, security 13.9).

Records are filled over the wire, some are destroyed before the backup and some
after it; an administrator removes documents and entries after it too. Then the
database and the documents are lost, the backup is restored into an empty
service, and every document is read again.
"""

import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import psycopg

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.crowd import Crowd, new_lot, patiently
from dmp.assure.ledger import Ledger, Lot, check
from dmp.assure.restore_removals import Removals
from dmp.assure.service import Service, served
from dmp.client import CallRefused, DmpClient
from dmp.desk.custody import Custody
from dmp.desk.installation import OPERATOR
from dmp.desk.upkeep import Upkeep
from dmp.record.record import ClosingReason
from dmp.record.retention import Ground
from dmp.sandbox.population import Person
from dmp.settings import Settings
from dmp.store import dialect, migrate

CLIENTS, RECORDS, ERASED = 8, 40, 4
"""Of the records, how many are destroyed before the backup, and how many after it."""
OF_A_LOT = 5


def play(leg: Leg) -> Tally:
    """Fill, erase, back up, erase, remove, destroy, restore, look."""
    counter, ledger, copies = Counter(), Ledger(), leg.folder / "backups"
    with (
        served(leg) as service,
        closing(Crowd.of(service, clients=CLIENTS, records=RECORDS, seed=leg.seed)) as crowd,
    ):
        settings = service.operations.settings
        erased, kept = crowd.people[: 2 * ERASED], crowd.people[2 * ERASED :]
        _fill(leg, crowd, kept, ledger, leg.size)
        _fill(leg, crowd, erased, Ledger(), OF_A_LOT * len(erased))  # a lot for each
        removals = Removals.of(leg, service, crowd, kept)
        _erase(service, erased[:ERASED])
        counter.add("backed up", sum(1 for line in Upkeep(settings).backup(copies, keep=None) if line))
        _erase(service, erased[ERASED:])
        removals.make()
        service.stop()
        destroy(settings)
        counter.measure("restored in", _restore(settings, counter, copies))
        service.start()
        check(ledger, crowd.readers[0], counter, everything=True)
        counter.add("documents", sum(len(lot.unique_ids) for lot in ledger))
        for person in erased:
            counter.add("still erased", is_erased(crowd.readers[0], person))
        counter.add("erased", len(erased))
        counter.add("removed", len(removals.lots))
        counter.add("still removed", removals.still())
        removals.close()
    return counter.tally()


def _fill(leg: Leg, crowd: Crowd, people: Sequence[Person], ledger: Ledger, documents: int) -> None:
    lots = [min(OF_A_LOT, documents - done) for done in range(0, documents, OF_A_LOT)]

    def deposit(number: int) -> None:
        dice, feeder = leg.dice("lot", len(people), number), crowd.feeders[number % CLIENTS]
        person = people[number % len(people)]
        lot = Lot(person, new_lot(feeder, person, dice, documents=lots[number], weight=1500))
        patiently(lambda: feeder.submit_lot(person.patient, lot.submission))
        lot.acknowledged = True
        ledger.write(lot)
        leg.advance(ledger.acknowledged * OF_A_LOT)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(deposit, range(len(lots))))


def _erase(service: Service, people: Sequence[Person]) -> None:
    """Close and destroy records, as two operators do when a person asks."""
    operations = service.operations
    custody = Custody(operations.settings, OPERATOR)
    for person in people:
        operations.close(person.patient.number, ClosingReason.PATIENT_REQUEST, "")
        custody.destroy(person.patient.number, by="one", confirmed_by="another", ground=Ground.REQUEST)


def destroy(settings: Settings) -> None:
    """Lose the database and the documents, not the keys: they are kept apart."""
    shutil.rmtree(settings.blobs)
    if settings.database_url.startswith("postgresql"):
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return
    database = settings.database_url.removeprefix("sqlite:///")
    for file in (database, f"{database}-wal", f"{database}-shm"):
        with suppress(FileNotFoundError):
            Path(file).unlink()


def _restore(settings: Settings, counter: Counter, copies: Path) -> float:
    """Restore into an empty service; gives the seconds that took, its verification included."""
    begun = time.monotonic()
    engine = dialect.open_engine(settings.database_url, connections=1)
    migrate.upgrade(engine)
    engine.dispose()
    restored = Upkeep(settings).restore(copies)
    for fault in restored.report.faults:
        counter.wrong("faults", fault.what)
    return time.monotonic() - begun


def is_erased(reader: DmpClient, person: Person) -> bool:
    """Whether nobody can read anything of a person any more."""
    try:
        return not reader.find(person.patient)
    except CallRefused:
        return True


def judge(total: Tally) -> list[Figure]:
    """All of it back, nothing of what was erased."""
    return [
        Figure("documents", total["documents"], least=1),
        Figure("backed up", total["backed up"], least=1),
        Figure("lost", total["lost"], most=0),
        Figure("double", total["double"], most=0),
        Figure("faults", total["faults"], most=0),
        Figure("records erased", total["erased"], least=1),
        Figure("still erased", total["still erased"], least=total["erased"]),
        Figure("documents removed", total["removed"], least=1),
        Figure("still removed", total["still removed"], least=total["removed"]),
        Figure("restored in", total["restored in"], "s"),
    ]


CLAIM = Claim(
    name="restore",
    promise="A service that lost its database and its documents comes back whole from its backup, and what was erased, "
    "before the backup or after it, stays erased, as stays removed what an administrator removed since.",
    counted="documents",
    count=2000,
    leg=1000,
    play=play,
    judge=judge,
    source="T-RESTORE (security 14), security 12.5 and 13.9",
    engines=(Engine.SQLITE, Engine.POSTGRESQL),
)
