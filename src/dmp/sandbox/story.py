"""The story of the demonstration: the main job of a shared record, act by act, over the real wire."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from dmp.audit import verify_traces
from dmp.client import CallRefused, DmpClient
from dmp.desk.operations import Operations
from dmp.record.entry import DocumentEntry
from dmp.record.notice import Channel
from dmp.sandbox.maker import DocumentContext, biology_report, letter
from dmp.sandbox.maker.catalogue import ANALYTES
from dmp.sandbox.population import Person, people
from dmp.sandbox.scenery import Scenery
from dmp.sandbox.today import Today
from dmp.wire.patient_access import AccessAnswer

SEED = 2026
PEOPLE = 3
LETTER = "Lettre de consultation"
MOBILE = "0639980001"
"""Where her codes go: a number that nobody is given, of those kept for films (ARCEP)."""


class WentWrong(Exception):
    """An act did not do what it should; the sentence says which."""


@dataclass
class Story:
    """Who plays: a doctor, a nurse, a laboratory and an insurer, around one patient; each act says what came of it."""

    folder: Path
    cast: list[Person] = field(default_factory=lambda: people(SEED, PEOPLE))

    def __post_init__(self) -> None:
        self.doctor = DmpClient.from_sandbox(self.folder, "doctor")
        self.nurse = DmpClient.from_sandbox(self.folder, "nurse")
        self.laboratory = DmpClient.from_sandbox(self.folder, "laboratory", standing_for="biologist")
        self.biologist = DmpClient.from_sandbox(self.folder, "biologist")
        self.insurer = DmpClient.from_sandbox(self.folder, "insurer")
        self.emergencies = DmpClient.from_sandbox(self.folder, "doctor2")
        self.pharmacy = DmpClient.from_sandbox(self.folder, "pharmacist")
        self.person = self.cast[0]
        self.patient = self.person.patient
        self.written: dict[str, bytes] = {}
        self.handed = AccessAnswer("")

    def close(self) -> None:
        """Close the connections of everybody."""
        for client in (
            self.doctor,
            self.nurse,
            self.laboratory,
            self.biologist,
            self.insurer,
            self.emergencies,
            self.pharmacy,
        ):
            client.close()

    def open(self) -> str:
        """TD1.1 for everybody."""
        for person in self.cast:
            self.doctor.open_record(person.patient, person.traits, contact=person.contact, guardians=person.guardians)
        return ", ".join(f"{p.traits.birth_first_name} {p.traits.birth_name}" for p in self.cast)

    def authorise(self) -> str:
        """TD0.3, then TD0.2 to see it."""
        self.doctor.authorise(self.patient)
        return f"autorisation {self.doctor.test_record(self.patient).authorisation}"

    def feed_letter(self) -> str:
        """TD2.1 by the doctor in person."""
        paragraphs = ["Chère consœur, cher confrère,", "Contrôle annuel sans particularité. Document fictif."]
        document = letter(self._context(self.doctor), title=LETTER, paragraphs=paragraphs)
        return f"{self._feed(self.doctor, 'letter', document)}, mode direct"

    def feed_biology(self) -> str:
        """TD2.1 by the software of the laboratory."""
        at = datetime.now(UTC) - timedelta(hours=3)
        values = {"glucose_fasting": "1.12", "hba1c": "6.4", "creatinine": "8.1"}
        results = [ANALYTES[name].result(Decimal(value), at) for name, value in values.items()]
        report = biology_report(self._context(self.biologist), results)
        return f"{self._feed(self.laboratory, 'biology', report)}, mode indirect"

    def find(self) -> str:
        """TD3.1."""
        found = self.doctor.find(self.patient)
        expect(len(found) == len(self.written), "the doctor should find both documents")
        return " · ".join(entry.title for entry in found)

    def read(self) -> str:
        """TD3.2."""
        read = {self.doctor.read(self.patient, entry.unique_id) for entry in self.doctor.find(self.patient)}
        expect(read == set(self.written.values()), "what is read should be what was deposited")
        return f"{len(read)} documents identiques"

    def nurse_finds_nothing(self) -> str:
        """TD3.1 without authorisation."""
        expect(not self.nurse.find(self.patient), "without authorisation the nurse should find nothing")
        return "0 document"

    def nurse_let_in(self) -> str:
        """TD0.3, then TD3.1."""
        self.nurse.authorise(self.patient)
        found = self.nurse.find(self.patient)
        expect(len(found) == len(self.written), "once let in, the nurse should find both documents")
        return f"{len(found)} documents"

    def mask(self) -> str:
        """TD3.3a."""
        self.doctor.mask(self.patient, self._letter())
        codes = [code.code for code in self._letter().visibility.codes]
        expect(codes == ["MASQUE_PS"], "the letter should be masked")
        return " ".join(codes)

    def nurse_refused(self) -> str:
        """TD3.1 and TD3.2 of what is masked."""
        titles = [entry.title for entry in self.nurse.find(self.patient)]
        expect(LETTER not in titles, "the masked letter should not be found by the nurse")
        try:
            self.nurse.read(self.patient, self._letter().unique_id)
        except CallRefused as refused:
            return f"{refused.code}, comme pour un document inconnu"
        raise WentWrong("the masked letter should not be read by the nurse")

    def author_reads(self) -> str:
        """TD3.2 by the author."""
        octets = self.doctor.read(self.patient, self._letter().unique_id)
        expect(octets == self.written["letter"], "the author should read the letter as it was")
        return weight(octets)

    def insurer_refused(self) -> str:
        """TD0.2 by somebody whom the law shuts out, with a record and without."""
        answers = [self._insurer_told(person) for person in (self.person, people(SEED + 1, 1)[0])]
        expect(answers[0] == answers[1] != "", "the insurer should get one constant refusal")
        return answers[0]

    def give_account(self) -> str:
        """TD1.5a, then TD0.2 to see it."""
        handed = self.handed = self.doctor.create_patient_access(self.patient, Channel.SMS, MOBILE)
        expect(self.doctor.test_record(self.patient).portal_account, "the record should say that there is an account")
        return f"identifiant {handed.login}, mot de passe provisoire de {len(handed.password)} caractères"

    def years_before(self) -> str:
        """What years of care leave behind, so that the pages have something to show."""
        scenery = Scenery(self.doctor, self.laboratory, self.biologist, self.emergencies, self.pharmacy)
        count = scenery.prepare(self.person)
        return f"{count} documents, un accès en bris de glace"

    def lately(self) -> str:
        """An invitation, and an e-prescription of which half is handed out."""
        today = Today(Operations.at(self.folder).settings)
        today.invite(self.patient)
        return f"ordonnance {today.prescribe(self.patient)}, une ligne sur deux délivrée"

    def traces(self) -> str:
        """Verified twice: by the service, and by the program that shares no code with it."""
        export = self.folder / "traces.jsonl"
        report = Operations.at(self.folder).verify_traces(export)
        expect(report.sound, report.sentence)
        program = [sys.executable, "-I", str(verify_traces.__file__), str(export)]
        alone = subprocess.run(program, capture_output=True, text=True, check=False)  # noqa: S603
        expect(alone.returncode == 0, f"the stand-alone verifier said: {alone.stdout}{alone.stderr}")
        return f"{report.traces} traces, le vérificateur autonome est d'accord"

    def _feed(self, client: DmpClient, name: str, document: bytes) -> str:
        client.submit(self.patient, [document])
        self.written[name] = document
        return weight(document)

    def _context(self, author: DmpClient) -> DocumentContext:
        return DocumentContext(
            id=author.new_oid(),
            patient=self.patient,
            traits=self.person.traits,
            author=author.professional,
            at=datetime.now(UTC).replace(microsecond=0),
            contact=self.person.contact,
            guardians=self.person.guardians,
        )

    def _letter(self) -> DocumentEntry:
        return next(entry for entry in self.doctor.find(self.patient) if entry.title == LETTER)

    def _insurer_told(self, person: Person) -> str:
        try:
            self.insurer.test_record(person.patient)
        except CallRefused as refused:
            return refused.code
        return ""


def expect(held: bool, otherwise: str) -> None:
    """Go on, or stop the story.

    Raises:
        WentWrong: it did not hold.
    """
    if not held:
        raise WentWrong(otherwise)


def weight(octets: bytes) -> str:
    """A size as French writes it."""
    return f"{len(octets):,} octets".replace(",", " ")


@dataclass(frozen=True)
class Step:
    """One line of the demonstration: the act, the message that carries it, the same in two languages."""

    act: str
    wire: str
    french: str
    english: str
    play: Callable[[Story], str]


STEPS = (
    Step(
        "TD1.1", "HL7 V3", "Le médecin ouvre des dossiers, avec consentement", "records opened, by consent", Story.open
    ),
    Step(
        "TD0.3", "SOAP", "Une patiente l'autorise à lire son dossier", "a patient lets her doctor in", Story.authorise
    ),
    Step(
        "TD2.1", "ITI-41", "Il dépose une lettre, en lot signé (XAdES)", "a letter, in a signed lot", Story.feed_letter
    ),
    Step("TD2.1", "ITI-41", "Le laboratoire dépose un compte rendu", "a laboratory report", Story.feed_biology),
    Step("TD3.1", "ITI-18", "Le médecin cherche", "the doctor searches", Story.find),
    Step("TD3.2", "ITI-43", "Il lit les deux documents, à l'octet près", "both read, byte for byte", Story.read),
    Step(
        "TD3.1",
        "ITI-18",
        "L'infirmier, sans autorisation, ne trouve rien",
        "a nurse finds nothing",
        Story.nurse_finds_nothing,
    ),
    Step("TD0.3", "SOAP", "Autorisé, il trouve les deux documents", "let in, the nurse finds both", Story.nurse_let_in),
    Step("TD3.3a", "ITI-57", "Le médecin masque la lettre", "the doctor masks the letter", Story.mask),
    Step(
        "TD3.2", "ITI-43", "Pour l'infirmier, elle n'existe plus", "for the nurse, it is not there", Story.nurse_refused
    ),
    Step("TD3.2", "ITI-43", "Son auteur la lit encore", "its author still reads it", Story.author_reads),
    Step(
        "TD0.2",
        "HL7 V3",
        "L'assureur est refusé, dossier ouvert ou non",
        "the insurer, record or not",
        Story.insurer_refused,
    ),
    Step(
        "TD1.5a",
        "SOAP",
        "La patiente reçoit un compte à son nom",
        "the patient is given an account",
        Story.give_account,
    ),
    Step(
        "TD2.1",
        "ITI-41",
        "Les années d'avant entrent dans le dossier",
        "the years before come in",
        Story.years_before,
    ),
    Step(
        "RX-1",
        "pages",
        "Une invitation arrive, une ordonnance numérique est délivrée à moitié",
        "an invitation, an e-prescription",
        Story.lately,
    ),
    Step("traces", "", "Les traces sont scellées et vérifiées", "traces sealed and verified", Story.traces),
)
