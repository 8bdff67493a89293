"""The holder sees his record as others do, through the gate: what they would be answered, and nothing more."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from dmp.actions.action import Scope, Turn
from dmp.actions.explain_access import ExplainAccess, ExplainPeople, SeeAs
from dmp.actions.find_documents import SearchRecord
from dmp.actions.open_record import OpenRecord
from dmp.actions.read_documents import ReadDocuments
from dmp.actions.submit_documents import SubmitDocuments
from dmp.audit.trace import Trace
from dmp.documents.intake import Examination
from dmp.gate import Gate
from dmp.main import build_gate
from dmp.record.actor import Caller, Facility, Holder, Mode, Professional, Representative
from dmp.record.criteria import DocumentCriteria, RecordCriteria
from dmp.record.entry import EntryStatus
from dmp.record.errors import AccessRefused, RecordNotFound
from dmp.record.patient import Guardian, PatientId
from dmp.record.profile import dmp
from dmp.record.query import FindDocuments, GetAll, StoredQuery
from dmp.record.record import Attending, Authorisation, Oppositions, Record, Regime
from dmp.record.submission import Submission
from dmp.record.viewer import BREAK_GLASS, DISPATCH, EMPLOYER, SECRETARY, STRANGER, Sight, of_profession, person
from dmp.record.visibility import Visibility
from dmp.settings import Settings
from dmp.store.tx import Store
from store_builders import PERSON, SOMEBODY_ELSE
from xds_builders import LETTER, a_lot, a_member, an_entry

AT = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
MOTHER = PatientId("255081416802538", PERSON.root)
CENTRE = "1750000015"
CABINET = Facility("499900012345001", "Cabinet", "SA07")
AUTHOR = Professional("899900012345", "Anne DUPONT", "10", "SM26", CABINET)
ANOTHER = replace(AUTHOR, id="899900054321")
ATTENDING = replace(AUTHOR, id="899900077777")
BLOCKED = replace(AUTHOR, id="899900088888")
STRANGE = replace(AUTHOR, id="899900099999", facility=Facility("499900099999001", "Ailleurs", "SA07"))
PHARMACIST = replace(AUTHOR, id="899900011111", profession="21", know_how="")
REGULATOR = replace(STRANGE, facility=Facility(CENTRE, "SAMU", "SA01"))

THE_HOLDER = Caller(Holder(PERSON), patient=PERSON)
THE_MOTHER = Caller(Representative(MOTHER.number, "MERE FICTIVE"), patient=PERSON)

MARKS = {
    "Ordinaire": Visibility(),
    "Masquée": Visibility(masked=True),
    "Secrète": Visibility(hidden_from_guardians=True),
    "Masquée et secrète": Visibility(masked=True, hidden_from_guardians=True),
}
NOTHING_HIDDEN = Visibility()
ALL = frozenset(EntryStatus)
QUERIES = {
    "list": None,
    "everything": StoredQuery(GetAll(RecordCriteria(PERSON, ALL, ALL, ALL)), all_versions=True),
    "references": StoredQuery(FindDocuments(DocumentCriteria(PERSON, ALL)), full_objects=False),
}


@dataclass
class House:
    """A gate, a store, and the acts of these tests in few words."""

    gate: Gate
    store: Store
    numbers: count

    def submit(self, *titles: str, visibility: Visibility = NOTHING_HIDDEN, by: Professional = AUTHOR) -> None:
        """Deposit a lot of documents."""
        number = next(self.numbers)
        entries = [
            an_entry(
                uuid=f"Document{index:02d}",
                unique_id=f"1.2.250.1.999.1.{number}.{index}",
                title=title,
                visibility=visibility,
            )
            for index, title in enumerate(titles, start=1)
        ]
        lot = a_lot(unique_id=f"1.2.250.1.999.4.{number}")
        links = tuple(replace(a_member(), uuid=f"link{n}", target=entry.uuid) for n, entry in enumerate(entries))
        submission = Submission(lot, tuple(entries), links, {entry.uuid: LETTER for entry in entries})
        act = SubmitDocuments(PERSON, submission, Examination(dmp()), "1.2.250.1.999.3")
        self.gate.perform(Caller(by, patient=PERSON), act, AT)

    def change(self, **changes) -> None:
        with self.store.begin() as tx:
            record = tx.records.of(PERSON)
            assert record is not None
            tx.records.change(replace(record, **changes), at=AT)

    def record(self) -> Record:
        with self.store.begin() as tx:
            record = tx.records.of(PERSON)
        assert record is not None
        return record

    def traces(self) -> list[Trace]:
        with self.store.begin() as tx:
            record = tx.records.of(PERSON)
            assert record is not None
            return list(tx.traces.of(record.key))

    def real(self, caller: Caller, query: StoredQuery | None = None):
        """What somebody gets, or is told."""
        try:
            return self.gate.perform(caller, SeeAs(PERSON, STRANGER, query).search, AT)
        except (AccessRefused, RecordNotFound) as refusal:
            return str(refusal)

    def as_(self, viewer, query: StoredQuery | None = None, *, caller: Caller = THE_HOLDER):
        """What the holder is shown in his place."""
        seen = self.gate.perform(caller, SeeAs(PERSON, viewer, query), AT)
        return seen.told or seen.objects

    def titles(self, viewer, **how) -> list[str]:
        return sorted(entry.title for entry in self.as_(viewer, **how).entries)


@pytest.fixture
def house(store: Store) -> House:
    """A record with people of every standing around it, and documents with every mark that its holder may know of."""
    nowhere = Path("/nowhere")
    settings = Settings(
        "",
        nowhere,
        nowhere,
        nowhere,
        nowhere,
        nowhere,
        nowhere,
        production=False,
        regulation_centres=frozenset({CENTRE}),
    )
    house = House(build_gate(store, settings), store, count(1))
    guardian = Guardian("MTH", "FICTIVE", "MERE", identifier=MOTHER)
    let_in = (AUTHOR.id, ANOTHER.id)
    act = OpenRecord((PERSON,), Regime.OPT_IN, consent=AT, guardians=(guardian,), let_in=let_in)
    house.gate.perform(Caller(AUTHOR, patient=PERSON), act, AT)
    for title, marks in MARKS.items():
        house.submit(title, f"{title}, suite", visibility=marks)
    given = Authorisation(PHARMACIST.id, AT, AT + timedelta(days=365), "test")
    house.change(
        attending=(Attending(ATTENDING.id, AT, confirmed=True),),
        blocked=frozenset({BLOCKED.id}),
        authorisations=(*house.record().authorisations, given),
    )
    return house


GLASS = {"mode": Mode.BREAK_GLASS, "reason": "inconscient"}
PAIRS = {
    "author": (person(AUTHOR), Caller(AUTHOR, patient=PERSON)),
    "authorised": (person(ANOTHER), Caller(ANOTHER, patient=PERSON)),
    "attending": (person(ATTENDING), Caller(ATTENDING, patient=PERSON)),
    "blocked": (person(BLOCKED), Caller(BLOCKED, patient=PERSON)),
    "stranger": (person(STRANGE), Caller(STRANGE, patient=PERSON)),
    "a kind, authorised": (of_profession("21"), Caller(PHARMACIST, patient=PERSON)),
    "a kind, not authorised": (STRANGER, Caller(STRANGE, patient=PERSON)),
    "break-glass": (BREAK_GLASS, Caller(STRANGE, patient=PERSON, **GLASS)),
    "regulation centre": (DISPATCH, Caller(REGULATOR, Mode.EMERGENCY_DISPATCH, patient=PERSON)),
    "representative": (person(THE_MOTHER.actor), THE_MOTHER),
    "a stranger to the record": (
        person(Representative("160012B07400112", "AUTRE FICTIF")),
        Caller(Representative("160012B07400112", "AUTRE FICTIF"), patient=PERSON),
    ),
}
WORLDS = {
    "as it is": {},
    "everything hidden": {"hide_everything": True},
    "masks open in an emergency": {"emergency_reads_masked": True},
    "emergencies opposed": {"oppositions": Oppositions(break_glass=True, emergency_dispatch=True)},
}


@pytest.mark.parametrize("world", WORLDS)
def test_the_holder_sees_exactly_what_the_other_one_would_get(house, world):
    house.change(**WORLDS[world])
    for who, (viewer, caller) in PAIRS.items():
        for query in QUERIES.values():
            assert house.as_(viewer, query) == house.real(caller, query), who


def test_the_worlds_of_these_tests_differ(house):
    """Or the test above would prove little."""
    assert house.titles(person(AUTHOR)) == sorted(f"{title}{end}" for title in MARKS for end in ("", ", suite"))
    assert house.titles(of_profession("21")) == ["Ordinaire", "Ordinaire, suite", "Secrète", "Secrète, suite"]
    assert house.titles(person(THE_MOTHER.actor)) == ["Masquée", "Masquée, suite", "Ordinaire", "Ordinaire, suite"]
    assert house.as_(person(BLOCKED)) == "Le titulaire a bloqué l'accès de ce professionnel ou de sa structure."
    assert house.as_(STRANGER) == "Le titulaire n'a pas autorisé ce professionnel ni sa structure."
    assert house.as_(EMPLOYER) == "La loi interdit l'accès au dossier médical partagé à ce secteur d'activité."


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_what_waits_to_be_announced_to_the_holder_is_in_no_simulation(house, query):
    viewers = [viewer for viewer, _ in PAIRS.values()]
    before = [house.as_(viewer, query) for viewer in viewers]
    house.submit("À annoncer", "À annoncer aussi", visibility=Visibility(hidden_from_patient_since=AT))

    assert [house.as_(viewer, query) for viewer in viewers] == before
    assert len(house.real(Caller(AUTHOR, patient=PERSON)).entries) == 2 * len(MARKS) + 2, "its author sees it"
    told = house.gate.perform(THE_HOLDER, ExplainAccess(PERSON), AT)
    assert len({explanation.document for explanation in told}) == 2 * len(MARKS)


def test_a_representative_sees_as_kinds_of_people_and_nothing_of_what_is_secret_to_her(house):
    assert house.titles(of_profession("10"), caller=THE_MOTHER) == ["Ordinaire", "Ordinaire, suite"]
    told = house.gate.perform(THE_MOTHER, ExplainAccess(PERSON), AT)
    assert len({explanation.document for explanation in told}) == 4


@pytest.mark.parametrize(
    "action", [SeeAs(PERSON, person(AUTHOR)), ExplainAccess(PERSON, (person(AUTHOR),)), ExplainPeople(PERSON)]
)
def test_a_representative_is_not_told_whom_the_minor_let_in(house, action):
    with pytest.raises(AccessRefused) as refusal:
        house.gate.perform(THE_MOTHER, action, AT)
    assert refusal.value.rule == "outside-matrix"


@pytest.mark.parametrize("action", [SeeAs(PERSON, STRANGER), ExplainAccess(PERSON), ExplainPeople(PERSON)])
@pytest.mark.parametrize("professional", [AUTHOR, ATTENDING, STRANGE])
def test_nobody_but_who_the_record_is_about_simulates(house, action, professional):
    with pytest.raises(AccessRefused) as refusal:
        house.gate.perform(Caller(professional, patient=PERSON), action, AT)
    assert refusal.value.rule == "outside-matrix"


@pytest.mark.parametrize("action", [SeeAs(PERSON, STRANGER), ExplainAccess(PERSON), ExplainPeople(PERSON)])
def test_the_holder_of_another_record_does_not_simulate_here(house, action):
    with pytest.raises(RecordNotFound):
        house.gate.perform(Caller(Holder(SOMEBODY_ELSE), patient=PERSON), action, AT)


def test_who_has_no_record_is_told_so(house):
    somebody = Caller(Holder(SOMEBODY_ELSE), patient=SOMEBODY_ELSE)
    for action in (SeeAs(SOMEBODY_ELSE, STRANGER), ExplainAccess(SOMEBODY_ELSE), ExplainPeople(SOMEBODY_ELSE)):
        with pytest.raises(RecordNotFound):
            house.gate.perform(somebody, action, AT)


def test_a_simulation_is_one_trace_that_says_so_and_changes_nothing(house):
    before, version = house.traces(), house.record().version
    house.as_(person(AUTHOR))
    house.as_(BREAK_GLASS)
    house.gate.perform(THE_HOLDER, ExplainAccess(PERSON, (SECRETARY,)), AT)
    house.gate.perform(THE_HOLDER, ExplainPeople(PERSON), AT)

    told = [
        (trace.verb, trace.transaction, trace.who.kind, trace.who.mode, [one.unique_id for one in trace.touched])
        for trace in house.traces()[len(before) :]
    ]
    assert told == [
        ("simulate-person", "SeeAs", "holder", "normal", [AUTHOR.id]),
        ("simulate", "SeeAs", "holder", "normal", ["break-glass/10"]),
        ("simulate", "ExplainAccess", "holder", "normal", ["secretary"]),
        ("simulate-person", "ExplainPeople", "holder", "normal", []),
    ]
    assert house.record().version == version


def test_the_people_of_the_record_are_explained_by_name(house):
    told = house.gate.perform(THE_HOLDER, ExplainPeople(PERSON, (AUTHOR, ATTENDING, BLOCKED)), AT)
    of = {(explanation.viewer.name, explanation.sight) for explanation in told}
    assert (ATTENDING.id, Sight.HIDDEN) not in of, "the attending doctor sees all"
    assert (BLOCKED.id, Sight.OPEN) not in of
    assert {name for name, _ in of} == {AUTHOR.id, ANOTHER.id, ATTENDING.id, BLOCKED.id, PHARMACIST.id, MOTHER.number}
    assert "Visible pour Anne DUPONT, parce que vous avez confirmé ce médecin traitant." in {
        explanation.french for explanation in told if explanation.viewer.name == ATTENDING.id
    }


def test_every_kind_of_people_is_explained_for_every_document(house):
    told = house.gate.perform(THE_HOLDER, ExplainAccess(PERSON), AT)
    kinds = len(house.gate.policy.professions) + 8
    assert len(told) == kinds * 2 * len(MARKS)
    assert len({(explanation.document, explanation.viewer) for explanation in told}) == len(told)


def test_a_refused_professional_is_told_what_he_can_do_now(house):
    with pytest.raises(AccessRefused) as refusal:
        house.gate.perform(Caller(STRANGE, patient=PERSON), SeeAs(PERSON, STRANGER).search, AT)
    assert refusal.value.next_step.startswith("Demandez son accord à la personne")


@dataclass(frozen=True)
class Smuggle(SeeAs):
    """A simulation that would do something else than a search."""

    def apply(self, turn: Turn):
        assert turn.simulation is not None
        return turn.simulation.answered(self.viewer, ReadDocuments(self.patient, ("1.2.250.1.999.1.1.1",)))


@dataclass(frozen=True)
class Ordinary(SearchRecord):
    """An ordinary search that looks for the means of a simulation."""

    def scope(self, tx) -> Scope:
        return super().scope(tx)

    def apply(self, turn: Turn):
        return turn.simulation


def test_nothing_but_a_search_is_simulated(house):
    with pytest.raises(ValueError, match="search"):
        house.gate.perform(THE_HOLDER, Smuggle(PERSON, person(AUTHOR)), AT)


def test_an_act_that_asks_for_no_simulation_cannot_simulate(house):
    search = SeeAs(PERSON, STRANGER).search
    assert house.gate.perform(THE_HOLDER, Ordinary(PERSON, search.query), AT) is None
