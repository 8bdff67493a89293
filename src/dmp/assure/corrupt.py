"""`corrupt`: one flipped bit in a stored document is found, and never served (T-CORRUPT, security 12.2)."""

from contextlib import closing
from pathlib import Path
from random import Random

from dmp.assure import corrupt_rows
from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.crowd import Crowd, new_lot
from dmp.assure.service import served
from dmp.client import CallRefused
from dmp.desk.upkeep import Upkeep
from dmp.record.patient import PatientId

RECORDS = 5
WEIGHTS = (200, 3000, 20_000, 100_000)
"""Octets of the texts: blobs of several size classes."""


def play(leg: Leg) -> Tally:
    """Deposit documents, flip a bit of each row that tells what they say, then of each blob; read each document."""
    counter = Counter()
    with (
        served(leg) as service,
        closing(Crowd.of(service, clients=1, records=RECORDS, seed=leg.seed)) as crowd,
    ):
        deposited: list[tuple[PatientId, str]] = []
        for number in range(leg.size):
            dice = leg.dice(number)
            person = dice.choice(crowd.people)
            lot = new_lot(crowd.feeders[0], person, dice, weight=dice.choice(WEIGHTS))
            crowd.feeders[0].submit_lot(person.patient, lot)
            deposited.append((person.patient, lot.entries[0].unique_id))
        corrupt_rows.play(service.operations.settings, crowd.people, leg.dice("rows"), counter)
        reader, blobs = crowd.readers[0], _files(service.operations.settings.blobs)
        counter.add("blobs", len(blobs))
        counter.add("sound before", sum(bool(reader.read(*document)) for document in deposited))
        for blob in blobs:
            flip(blob, leg.dice("bit", blob.stat().st_size, len(deposited)))
        report = Upkeep(service.operations.settings).check(read_blobs=True, after="", progress=lambda _: None)
        counter.add("found", len({fault.subject for fault in report.faults}))
        for patient, unique_id in deposited:
            try:
                reader.read(patient, unique_id)
            except CallRefused:
                leg.advance(counter.add("refused"))
            else:
                counter.wrong("served", "a document whose blob has a wrong bit")
    return counter.tally()


def flip(file: Path, dice: Random) -> None:
    """Change one bit anywhere in a file."""
    octets = bytearray(file.read_bytes())
    octets[dice.randrange(len(octets))] ^= 1 << dice.randrange(8)
    file.write_bytes(octets)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def judge(total: Tally) -> list[Figure]:
    """Every bit found, nothing served."""
    blobs = total["blobs"]
    return [
        Figure("flipped bits", blobs, least=1),
        Figure("documents read before", total["sound before"], least=blobs, most=blobs),
        Figure("found by the checker, without the keys", total["found"], least=blobs, most=blobs),
        Figure("refused to readers", total["refused"], least=blobs, most=blobs),
        Figure("served", total["served"], most=0),
        *corrupt_rows.judge(total),
    ]


CLAIM = Claim(
    name="corrupt",
    promise="A single bit that a disk changes in a stored document is noticed when the document is read: nobody is "
    "ever served an altered document, nor shown what an altered row says of one.",
    counted="flipped bits",
    count=100,
    leg=100,
    play=play,
    judge=judge,
    source="T-CORRUPT (security 14), security 12.2",
    engines=(Engine.SQLITE,),
)
