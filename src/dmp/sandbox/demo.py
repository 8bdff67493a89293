"""The demonstration: fictional people, the main job over the real wire, before the reader's eyes."""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from dmp.audit import verify_traces
from dmp.client import CallRefused, DmpClient
from dmp.operations import Operations
from dmp.record.entry import DocumentEntry
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.maker import DocumentContext, biology_report, letter
from dmp.sandbox.maker.catalogue import ANALYTES
from dmp.sandbox.population import Person, people
from dmp.sandbox.serve import database as with_database
from dmp.sandbox.serve import free_port, running

SEED = 2026
PEOPLE = 3


class DemoFailed(Exception):
    """A step did not do what it should; the sentence says which."""


def play(*, check: bool, database: str, port: int) -> int:
    """Play the main job; with `check` stop there, else keep serving. Returns the exit code."""
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="dmp-demo-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        options = SandboxOptions(port=port or free_port(), database_url=database)
        with with_database(options) as given, running(folder, given) as base_url:
            console.print(f"\n[bold]Dossier médical partagé, démonstration[/bold] · {base_url}")
            console.print("[dim]Personnes, numéros et certificats fictifs — everything here is fictional.[/dim]\n")
            try:
                _Play(folder, console).run()
            except (DemoFailed, CallRefused) as error:
                console.print(f"\n[bold red]✗ {error}[/bold red]")
                return 1
            if not check:
                _keep_serving(console, folder, base_url)
    return 0


def _keep_serving(console: Console, folder: Path, base_url: str) -> None:
    console.print(f"\nLe service reste ouvert — still serving: [bold]{base_url}[/bold], contract {folder}/sandbox.json")
    console.print(f"[dim]./dev vihf --dir {folder} --patient INS · Ctrl-C to end[/dim]")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print()


@dataclass
class _Play:
    """The steps, in order; each says what it does in French, then in English, and how long it took."""

    folder: Path
    console: Console
    cast: list[Person] = field(default_factory=lambda: people(SEED, PEOPLE))

    def __post_init__(self) -> None:
        self.doctor = DmpClient.from_sandbox(self.folder, "doctor")
        self.nurse = DmpClient.from_sandbox(self.folder, "nurse")
        self.laboratory = DmpClient.from_sandbox(self.folder, "laboratory", standing_for="biologist")
        self.biologist = DmpClient.from_sandbox(self.folder, "biologist")
        self.anne = self.cast[0]
        self.written: dict[str, bytes] = {}

    def run(self) -> None:
        self._step(
            "TD1.1", "Le médecin ouvre les dossiers, avec consentement", "records opened with consent", self._open
        )
        self._step(
            "TD0.3", "Il déclare l'autorisation de sa patiente", "the patient lets her doctor in", self._authorise
        )
        self._step(
            "ITI-41", "Il dépose une lettre, lot signé (XAdES)", "a letter is fed, signed lot", self._feed_letter
        )
        self._step("ITI-41", "Le laboratoire dépose un compte rendu", "a laboratory report is fed", self._feed_biology)
        self._step("ITI-18", "Le médecin cherche", "the doctor searches", self._find)
        self._step("ITI-43", "Il lit les deux documents, à l'octet près", "both read, byte for byte", self._read)
        self._step(
            "TD3.1", "L'infirmier, sans autorisation, ne trouve rien", "the nurse finds nothing", self._nurse_finds
        )
        self._step(
            "TD0.3", "Autorisé, il trouve les deux documents", "let in, the nurse finds both", self._nurse_let_in
        )
        self._step("ITI-57", "Le médecin masque la lettre", "the doctor masks the letter", self._mask)
        self._step(
            "ITI-43", "Pour l'infirmier, elle n'existe plus", "to the nurse it does not exist", self._nurse_refused
        )
        self._step("ITI-43", "Son auteur la lit encore", "its author still reads it", self._author_reads)
        self._step("TD0.2", "L'assureur est refusé, dossier ou pas", "the insurer is refused, always", self._insurer)
        self._step("traces", "Les traces sont scellées et vérifiées", "traces sealed and verified", self._traces)

    def _step(self, name: str, french: str, english: str, do: Callable[[], str]) -> None:
        begun = time.perf_counter()
        told = do()
        took = (time.perf_counter() - begun) * 1000
        self.console.print(f"[green]✓[/green] [bold]{name:6}[/bold] {french}")
        self.console.print(f"         [dim]{english} · {took:.0f} ms ·[/dim] [cyan]{told}[/cyan]", soft_wrap=True)

    def _open(self) -> str:
        for person in self.cast:
            self.doctor.open_record(person.patient, person.traits, contact=person.contact, guardians=person.guardians)
        return ", ".join(f"{p.traits.birth_first_name} {p.traits.birth_name}" for p in self.cast)

    def _authorise(self) -> str:
        self.doctor.authorise(self.anne.patient)
        status = self.doctor.test_record(self.anne.patient)
        return f"AUTORISATION = {status.authorisation}"

    def _feed_letter(self) -> str:
        paragraphs = ["Chère consœur, cher confrère,", "Contrôle annuel sans particularité. Document fictif."]
        document = letter(self._context(self.doctor), title="Lettre de consultation", paragraphs=paragraphs)
        return self._feed(self.doctor, "letter", document)

    def _feed_biology(self) -> str:
        at = datetime.now(UTC) - timedelta(hours=3)
        values = {"glucose_fasting": "0.92", "hba1c": "5.4", "creatinine": "8.1"}
        results = [ANALYTES[name].result(Decimal(value), at) for name, value in values.items()]
        return self._feed(self.laboratory, "biology", biology_report(self._context(self.biologist), results))

    def _feed(self, client: DmpClient, name: str, document: bytes) -> str:
        client.submit(self.anne.patient, [document])
        self.written[name] = document
        return f"{len(document):,} octets, DIRECTE" if client is self.doctor else f"{len(document):,} octets, INDIRECTE"

    def _context(self, author: DmpClient) -> DocumentContext:
        person = self.anne
        return DocumentContext(
            id=author.new_oid(),
            patient=person.patient,
            traits=person.traits,
            author=author.professional,
            at=datetime.now(UTC).replace(microsecond=0),
            contact=person.contact,
            guardians=person.guardians,
        )

    def _find(self) -> str:
        found = self.doctor.find(self.anne.patient)
        _expect(len(found) == len(self.written), "the doctor should find both documents")
        return " · ".join(entry.title for entry in found)

    def _read(self) -> str:
        read = {self.doctor.read(self.anne.patient, entry.unique_id) for entry in self.doctor.find(self.anne.patient)}
        _expect(read == set(self.written.values()), "what is read should be what was deposited")
        return f"{len(read)} documents identiques"

    def _nurse_finds(self) -> str:
        _expect(not self.nurse.find(self.anne.patient), "without authorisation the nurse should find nothing")
        return "0 document"

    def _nurse_let_in(self) -> str:
        self.nurse.authorise(self.anne.patient)
        found = self.nurse.find(self.anne.patient)
        _expect(len(found) == len(self.written), "once let in, the nurse should find both documents")
        return f"{len(found)} documents"

    def _letter(self, client: DmpClient) -> DocumentEntry:
        return next(e for e in client.find(self.anne.patient) if e.title == "Lettre de consultation")

    def _mask(self) -> str:
        self.doctor.mask(self.anne.patient, self._letter(self.doctor))
        codes = [code.code for code in self._letter(self.doctor).visibility.codes]
        _expect(codes == ["MASQUE_PS"], "the letter should be masked")
        return " ".join(codes)

    def _nurse_refused(self) -> str:
        titles = [entry.title for entry in self.nurse.find(self.anne.patient)]
        _expect("Lettre de consultation" not in titles, "the masked letter should not be found by the nurse")
        try:
            self.nurse.read(self.anne.patient, self._letter(self.doctor).unique_id)
        except CallRefused as refused:
            return f"{refused.code}, comme un document inconnu"
        raise DemoFailed("the masked letter should not be read by the nurse")

    def _author_reads(self) -> str:
        octets = self.doctor.read(self.anne.patient, self._letter(self.doctor).unique_id)
        _expect(octets == self.written["letter"], "the author should read the letter as it was")
        return f"{len(octets):,} octets"

    def _insurer(self) -> str:
        insurer = DmpClient.from_sandbox(self.folder, "insurer")
        answers = set()
        for person in people(SEED + 1, 1) + self.cast[:1]:
            try:
                insurer.test_record(person.patient)
            except CallRefused as refused:
                answers.add(refused.code)
        _expect(len(answers) == 1, "the insurer should get one constant refusal")
        return f"{answers.pop()} dans tous les cas"

    def _traces(self) -> str:
        export = self.folder / "traces.jsonl"
        report = Operations.at(self.folder).verify_traces(export)
        _expect(report.sound, report.sentence)
        program = [sys.executable, "-I", str(verify_traces.__file__), str(export)]
        alone = subprocess.run(program, capture_output=True, text=True, check=False)  # noqa: S603
        _expect(alone.returncode == 0, f"the stand-alone verifier said: {alone.stdout}{alone.stderr}")
        return f"{report.traces} traces, {report.heads} tête(s) signée(s), vérificateur autonome d'accord"


def _expect(held: bool, otherwise: str) -> None:
    if not held:
        raise DemoFailed(otherwise)
