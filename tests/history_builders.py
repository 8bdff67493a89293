"""A record with people around it, and what they do in it, for tests of the access history."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from dmp.actions.action import Action
from dmp.actions.find_documents import SearchRecord
from dmp.actions.open_record import OpenRecord
from dmp.actions.read_documents import ReadDocuments
from dmp.actions.submit_documents import SubmitDocuments
from dmp.actions.view_log import ViewLog
from dmp.documents.intake import Examination
from dmp.gate import Gate
from dmp.main import build_gate
from dmp.record.actor import Caller, Facility, Holder, Mode, Professional, Representative, Staff
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import EntryStatus
from dmp.record.errors import DmpError
from dmp.record.history import LogQuery
from dmp.record.history_words import told
from dmp.record.patient import Guardian, PatientId
from dmp.record.profile import dmp
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import Attending, Record, Regime
from dmp.record.submission import Submission
from dmp.record.visibility import Visibility
from dmp.settings import Settings
from dmp.store.tx import Store
from store_builders import PERSON
from xds_builders import LETTER, a_lot, a_member, an_entry

AT = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
MOTHER = PatientId("255081416802538", PERSON.root)
CABINET = Facility("499900012345001", "Cabinet", "SA07")
AUTHOR = Professional("899900012345", "Anne DUPONT", "10", "SM26", CABINET)
NURSE = replace(AUTHOR, id="899900054321", name="Paul MARTIN", profession="60", know_how="")
ATTENDING = replace(AUTHOR, id="899900077777", name="Marie LEROY")
STRANGER = replace(AUTHOR, id="899900099999", name="Jean PETIT")
SECRETARY = Staff("3499900012345/7", "Lise ROUX", "SECRETARIAT_MEDICAL", CABINET)

THE_HOLDER = Caller(Holder(PERSON), patient=PERSON)
THE_MOTHER = Caller(Representative(MOTHER.number, "MERE FICTIVE"), patient=PERSON)
EVERYTHING, NOTHING_HIDDEN = LogQuery(), Visibility()
MASKED, SECRET = Visibility(masked=True), Visibility(hidden_from_guardians=True)
UNSAID = Visibility(hidden_from_patient_since=AT)


def calling(actor, **how) -> Caller:
    return Caller(actor, patient=PERSON, **how)


@dataclass
class Scene:
    """A gate, a store, a clock that goes on by a minute with each act, and the acts in few words."""

    gate: Gate
    store: Store
    at: datetime = AT
    numbers: count = field(default_factory=lambda: count(1))

    def do(self, caller: Caller, action: Action) -> object:
        """Do something; gives what it gives, or the error that was told."""
        self.at += timedelta(minutes=1)
        try:
            return self.gate.perform(caller, action, self.at)
        except DmpError as error:
            return error

    def submit(self, *titles: str, visibility: Visibility = NOTHING_HIDDEN, by: Professional = AUTHOR, **how) -> str:
        """Deposit a lot; gives the uniqueId of its first document."""
        number = next(self.numbers)
        entries = [
            an_entry(
                uuid=f"Document{index:02d}",
                unique_id=f"1.2.250.1.999.1.{number}.{index}",
                title=title,
                visibility=visibility,
                legal_authenticator=f"{by.id}^X^Y^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
            )
            for index, title in enumerate(titles, start=1)
        ]
        lot = a_lot(unique_id=f"1.2.250.1.999.4.{number}")
        links = tuple(replace(a_member(), uuid=f"link{n}", target=entry.uuid) for n, entry in enumerate(entries))
        submission = Submission(lot, tuple(entries), links, {entry.uuid: LETTER for entry in entries})
        error = self.do(calling(by, **how), SubmitDocuments(PERSON, submission, Examination(dmp()), "1.2.250.1.999.3"))
        assert not isinstance(error, DmpError), error
        return entries[0].unique_id

    def read(self, unique_id: str, *more: str, by: Caller) -> object:
        return self.do(by, ReadDocuments(PERSON, (unique_id, *more)))

    def find(self, by: Caller) -> object:
        query = StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset(EntryStatus))))
        return self.do(by, SearchRecord(PERSON, query))

    def amend(self, change: Callable[[Record], Record]) -> None:
        """Change the record, as other acts do."""
        with self.store.begin() as tx:
            record = tx.records.of(PERSON)
            assert record is not None
            tx.records.change(change(record), at=self.at)

    def lines(self, caller: Caller, query: LogQuery = EVERYTHING, *, at: datetime | None = None):
        return self.gate.perform(caller, ViewLog(PERSON, query), at or self.at).lines

    def words(self, caller: Caller, *, at: datetime | None = None) -> list[str]:
        """Who did what, oldest first, but for the reading of the history and the opening of the record."""
        lines = [told(line) for line in self.lines(caller, at=at)]
        skipped = ("a consulté l'historique des accès", "a ouvert le dossier")
        return [f"{line.who} {line.what}" for line in reversed(lines) if line.what not in skipped]


def a_scene(store: Store, **changes) -> Scene:
    """The record of a minor with a mother, an author and a nurse who may read, and a confirmed attending doctor."""
    nowhere = Path("/nowhere")
    settings = Settings("", nowhere, nowhere, nowhere, nowhere, nowhere, nowhere, production=False)
    scene = Scene(build_gate(store, settings), store)
    guardian = Guardian("MTH", "FICTIVE", "MERE", identifier=MOTHER)
    let_in = (AUTHOR.id, NURSE.id)
    act = OpenRecord((PERSON,), Regime.OPT_IN, consent=AT, guardians=(guardian,), let_in=let_in)
    opened = scene.do(calling(AUTHOR), act)
    assert not isinstance(opened, DmpError), opened
    scene.amend(lambda record: replace(record, attending=(Attending(ATTENDING.id, AT, confirmed=True),), **changes))
    return scene


GLASS = {"mode": Mode.BREAK_GLASS, "reason": "inconscient"}
