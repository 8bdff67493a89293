"""`canary`: words that people entrusted to the service lie readable nowhere (T-CANARY, security 12.3)."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from dmp.assure.canaries import new_word, search
from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.service import Service, served
from dmp.client import CallRefused, DmpClient, lots
from dmp.record.actor import Mode
from dmp.record.patient import Contact, Guardian, PatientId
from dmp.record.record import ClosingReason
from dmp.sandbox.maker import DocumentContext, plain_text
from dmp.sandbox.population import Person, people
from dmp.sandbox.postgres import programs

PLACES = (
    "birth name",
    "first name",
    "used name",
    "street",
    "mail",
    "guardian",
    "title",
    "body",
    "comment of a document",
    "comment of a lot",
    "name of an author",
    "reason of an emergency access",
    "reason of a closing",
)
"""Where words are put; the INS of each person is one more."""
PER_PERSON = len(PLACES) + 1


@dataclass(frozen=True)
class Marked:
    """Somebody whose every text is a word that exists nowhere else."""

    person: Person
    words: Mapping[str, str]

    @staticmethod
    def of(person: Person, dice: Random) -> "Marked":
        """The same person, in other words."""
        words = {place: new_word(dice) for place in PLACES}
        traits = replace(
            person.traits,
            birth_name=words["birth name"],
            birth_first_name=words["first name"],
            birth_first_names=words["first name"],
            used_name=words["used name"],
        )
        mail = ("", f"mailto:{words['mail']}@example.org")
        contact = Contact((("streetAddressLine", f"1 RUE {words['street']}"), ("postalCode", "61000")), (mail,))
        guardians = (Guardian("MTH", words["guardian"], words["guardian"], contact),)
        return Marked(replace(person, traits=traits, contact=contact, guardians=guardians), words)

    @property
    def all(self) -> list[tuple[str, str]]:
        """Every word with what it is, the INS among them."""
        return [*self.words.items(), ("INS", self.person.patient.number)]


def play(leg: Leg) -> Tally:
    """Entrust words to a service in every field that takes some, then search everything that it left on the disk."""
    counter, temporary = Counter(), leg.folder / "temporary"
    temporary.mkdir()
    count = -(-leg.size // PER_PERSON)
    marked = [Marked.of(person, leg.dice("words", number)) for number, person in enumerate(people(leg.seed, count))]
    with served(leg, {"TMPDIR": str(temporary)}) as service:
        since = time.time() - 1
        with (
            closing(service.client("doctor")) as doctor,
            closing(service.client("hospital", standing_for="doctor")) as hospital,
        ):
            for number, one in enumerate(marked):
                _entrust(one, doctor, hospital, counter)
                leg.advance((number + 1) * PER_PERSON // 2)
            _misuse(marked[0], hospital)
        words = [word for one in marked for word in one.all]
        counter.add("words", len(words))
        _look(leg, words, since, counter)
        if leg.engine is Engine.POSTGRESQL:
            dump(service, leg.folder / "dump.sql")
    _look(leg, words, since, counter)
    _prove(leg.folder / "planted", words[0], counter)
    return counter.tally()


def _entrust(one: Marked, doctor: DmpClient, hospital: DmpClient, counter: Counter) -> None:
    person, patient, words = one.person, one.person.patient, one.words
    doctor.open_record(patient, person.traits, contact=person.contact, guardians=person.guardians)
    doctor.authorise(patient)
    at = datetime.now(UTC)
    author = replace(hospital.professional, name=f"Claire {words['name of an author']}")
    context = DocumentContext(
        id=hospital.new_oid(),
        patient=patient,
        traits=person.traits,
        author=author,
        at=at.replace(microsecond=0),
        contact=person.contact,
    )
    octets = plain_text(context, f"Le mot est {words['body']}. " * 50, title=words["title"])
    entry = replace(lots.entry_of(octets, "Document01", patient), comments=words["comment of a document"])
    lot = lots.new_set(patient, hospital.credentials, at=at, new_oid=hospital.new_oid)
    lot = replace(lot, comments=words["comment of a lot"], title=words["comment of a lot"])
    hospital.submit_lot(patient, lots.build(lot, [(entry, octets)]))
    (found,) = doctor.find(patient)
    if (found.title, found.comments) != (words["title"], words["comment of a document"]):
        counter.wrong("not stored", "a title or a comment")
    if doctor.read(patient, found.unique_id) != octets:
        counter.wrong("not stored", "a document")
    doctor.in_mode(Mode.BREAK_GLASS, words["reason of an emergency access"]).find(patient)
    doctor.close_record(patient, ClosingReason.PATIENT_REQUEST, words["reason of a closing"])


def _misuse(one: Marked, hospital: DmpClient) -> None:
    """Calls that are refused, or fail, tell the log nothing either."""
    patient = one.person.patient
    nobody = PatientId(f"{patient.number[:13]}00", patient.root)
    for asked in (patient, nobody):
        with suppress(CallRefused):
            hospital.find(asked)
        with suppress(CallRefused):
            hospital.read(asked, one.words["title"])


def dump(service: Service, file: Path) -> None:
    """What an administrator of the database would take away."""
    command = [str(programs() / "pg_dump"), "--dbname", service.options.database_url, "--file", str(file)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PGCONNECT_TIMEOUT": "10"})  # noqa: S603


def _look(leg: Leg, words: list[tuple[str, str]], since: float, counter: Counter) -> None:
    """Search every file that was written since there are words, while the service runs and after it ended."""
    files = list(_written(leg.folder, since))
    counter.add("files", len(files))
    counter.add("searched", sum(file.stat().st_size for file in files) / 2**20)
    for seen in search(files, words):
        counter.wrong("found", f"{seen.place}, {seen.spelling}, in {seen.file.relative_to(leg.folder)}")


def _written(folder: Path, since: float) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):  # the database removes files of its own at any time
            if path.is_file() and not path.is_symlink() and path.stat().st_mtime >= since:
                yield path


def _prove(file: Path, word: tuple[str, str], counter: Counter) -> None:
    """The search itself finds a word that lies somewhere."""
    file.write_bytes(b"\xff" * 1000 + word[1].encode("utf-16-le") + b"\xff" * 1000)
    counter.add("planted", len(list(search([file], [word]))))


def judge(total: Tally) -> list[Figure]:
    """No word anywhere, though all were stored and the search finds the one that was planted."""
    return [
        Figure("words", total["words"], least=1),
        Figure("found at rest", total["found"], most=0),
        Figure("not stored", total["not stored"], most=0),
        Figure("files", total["files"], least=1),
        Figure("searched", total["searched"], "MiB"),
        Figure("planted word found", total["planted"], least=1),
    ]


CLAIM = Claim(
    name="canary",
    promise="Names, identifiers, titles, comments, reasons and documents lie readable nowhere on the disk: not in the "
    "database, its log or its dump, not in stored documents, logs or temporary files, not even as a plain digest.",
    counted="words",
    count=200,
    leg=200,
    play=play,
    judge=judge,
    source="T-CANARY (security 14), security 12.3",
    engines=(Engine.SQLITE, Engine.POSTGRESQL),
)
