"""What the holder, his attending doctor and the desk decide of others, through the gate, on both engines (PT-10)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest

from dmp.actions.authorise import DONE, UNCHANGED, Authorise, BecomeAttending
from dmp.actions.care_team import DeclareCare, OpposeCare
from dmp.actions.consult_record import CheckRecord
from dmp.actions.decide_access import ChooseForEmergencies, HideEverything
from dmp.actions.decide_on_others import (
    BACK,
    AuthoriseOther,
    Block,
    ConfirmAttending,
    RemoveAttending,
    Unblock,
    Withdraw,
)
from dmp.actions.find_documents import SearchRecord
from dmp.audit.trace import Outcome
from dmp.gate import Gate
from dmp.record.actor import Caller, Facility, Holder, Mode, Operator, Professional, Representative
from dmp.record.entry import EntryStatus
from dmp.record.errors import AccessRefused, IncompleteRequest
from dmp.record.listed import Listed
from dmp.record.management import AuthorisationStatus
from dmp.record.patient import Guardian, IdentityTraits, PatientId, Sex
from dmp.record.people import Delegate, DelegateScope
from dmp.record.query import DocumentCriteria, FindDocuments, StoredQuery
from dmp.record.record import Oppositions, Record
from dmp.store.directory import Membership, team_key
from dmp.store.tx import Store
from rights_builders import POLICY
from store_builders import NOW, PERSON, a_record, an_entry, deposited, opened

DAY = timedelta(days=1)
CLINIC = Listed("structure", "1750000001", "CLINIQUE", sector="SA01")
INSURER = Listed("structure", "1750000002", "MUTUELLE", sector="SA23")
ALICE = Listed("professional", "899900000101", "Alice DURAND", profession="10", know_hows=("SM26",))
BOB = Listed("professional", "899900000102", "Bob PETIT", profession="10", know_hows=("SM26",))
NINA = Listed("professional", "899900000103", "Nina ROUX", profession="60")
WARD = team_key(CLINIC.id, "Cardiologie")
THE_HOLDER = Caller(Holder(PERSON))
THE_DESK = Caller(Operator("desk"))
PARENT = PatientId("255081416802538", PERSON.root)
SEARCH = StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset({EntryStatus.APPROVED}))))


def calling(person: Listed, **changes: object) -> Caller:
    facility = Facility(CLINIC.id, CLINIC.name, CLINIC.sector)
    actor = Professional(
        person.id, person.name, person.profession, "SM26" if person.profession == "10" else "", facility
    )
    return replace(Caller(actor, patient=PERSON), **changes)  # type: ignore[arg-type]


@dataclass
class House:
    """A gate on a store where everybody of these tests is known."""

    store: Store
    at: datetime = NOW
    made: int = 0

    def new_id(self) -> str:
        """Ids in the order of what they are for."""
        self.made += 1
        return str(uuid.UUID(int=self.made))

    def __call__(self, caller: Caller, action):
        gate = Gate(self.store, POLICY, new_id=self.new_id, release="test")
        return gate.perform(caller, action, self.at)

    def reads(self, caller: Caller) -> bool:
        try:
            return bool(self(caller, SearchRecord(PERSON, SEARCH)).entries)
        except AccessRefused:
            return False

    @property
    def record(self) -> Record:
        with self.store.begin() as tx:
            return tx.records.get("rec-1")

    def last_trace(self) -> tuple[object, tuple[str, ...]]:
        with self.store.begin() as tx:
            tx.records.get("rec-1")
            trace = max(tx.traces.of("rec-1"), key=lambda trace: trace.id)
        return trace.outcome, trace.rules


@pytest.fixture
def house(store: Store) -> House:
    opened(store, a_record())
    deposited(store, an_entry())
    with store.begin() as tx:
        members = [Membership(CLINIC.id, "Cardiologie", NINA.id, NOW - DAY, NOW + 3 * DAY)]
        tx.directory.load(
            [CLINIC, INSURER, ALICE, BOB, NINA], [(person.id, CLINIC.id) for person in (ALICE, BOB, NINA)]
        )
        tx.directory.load_teams(members)
    return House(store)


def refused(house: House, act: Callable[[], object]) -> str:
    """The sentence of a refusal, which leaves one trace and changes nothing."""
    before, traces = house.record, count(house)
    with pytest.raises((AccessRefused, IncompleteRequest)) as told:
        act()
    assert house.record == before
    assert count(house) == traces + 1
    assert house.last_trace()[0] is Outcome.REFUSED
    return str(told.value)


def count(house: House) -> int:
    with house.store.begin() as tx:
        tx.records.get("rec-1")
        return len(list(tx.traces.of("rec-1")))


# -- letting in


def test_the_holder_lets_somebody_in_for_a_year_and_takes_it_back(house: House):
    assert not house.reads(calling(ALICE))
    assert house(THE_HOLDER, AuthoriseOther(PERSON, ALICE.id)) == DONE
    (given,) = house.record.authorisations
    assert (given.by_holder, given.until) == (True, NOW + timedelta(days=365))
    assert house.reads(calling(ALICE))

    house.at += DAY
    assert house(THE_HOLDER, Withdraw(PERSON, ALICE.id)) == DONE
    assert not house.reads(calling(ALICE))
    assert house(THE_HOLDER, Withdraw(PERSON, ALICE.id)) == UNCHANGED


def test_a_structure_that_is_let_in_lets_in_who_works_there(house: House):
    house(THE_HOLDER, AuthoriseOther(PERSON, CLINIC.id, until=NOW + 10 * DAY))
    assert house.reads(calling(NINA))
    house.at = NOW + 10 * DAY
    assert not house.reads(calling(NINA))


def test_what_the_desk_writes_down_is_not_the_holders_own_act(house: House):
    house(THE_DESK, AuthoriseOther(PERSON, ALICE.id))
    assert not house.record.authorisations[0].by_holder
    house(THE_HOLDER, AuthoriseOther(PERSON, ALICE.id))
    assert house.record.authorisations[0].by_holder


def test_a_professional_passes_on_consent_for_another_one_and_shortens_nothing(house: House):
    house(calling(ALICE), Authorise(PERSON))
    house(THE_HOLDER, AuthoriseOther(PERSON, BOB.id))
    assert house(calling(ALICE), AuthoriseOther(PERSON, BOB.id, until=NOW + DAY)) == UNCHANGED
    given = house.record.authorisation_of(BOB.id)
    assert given is not None
    assert (given.until, given.by_holder) == (NOW + timedelta(days=365), True)


@pytest.mark.parametrize(
    ("subject", "until", "says"),
    [
        (ALICE.id, NOW, "déjà passée"),
        (ALICE.id, NOW + 366 * DAY, "365 jours au plus"),
        ("899900009999", None, "annuaire"),
        (INSURER.id, None, "La loi interdit"),
    ],
)
def test_an_authorisation_that_cannot_be_is_refused_in_french(house: House, subject, until, says):
    assert says in refused(house, lambda: house(THE_HOLDER, AuthoriseOther(PERSON, subject, until)))


# -- keeping out


def test_who_is_blocked_reads_no_more_and_reads_again_when_the_block_is_lifted(house: House):
    house(calling(ALICE), Authorise(PERSON))
    assert house(THE_HOLDER, Block(PERSON, ALICE.id)) == DONE
    assert not house.reads(calling(ALICE))
    assert not house.reads(calling(ALICE, mode=Mode.BREAK_GLASS, reason="inconscient"))
    assert "bloqué" in refused(house, lambda: house(THE_HOLDER, AuthoriseOther(PERSON, ALICE.id)))
    assert house(THE_HOLDER, Block(PERSON, ALICE.id)) == UNCHANGED

    assert house(THE_HOLDER, Unblock(PERSON, ALICE.id)) == BACK
    assert house.reads(calling(ALICE))


def test_a_structure_is_blocked_before_any_contact(house: House):
    house(THE_HOLDER, Block(PERSON, CLINIC.id))
    assert house(calling(NINA), CheckRecord(PERSON)).authorisation is AuthorisationStatus.FORBIDDEN
    assert not house.reads(calling(NINA, mode=Mode.BREAK_GLASS, reason="inconscient"))
    house(THE_HOLDER, Unblock(PERSON, CLINIC.id))
    assert house(THE_HOLDER, Unblock(PERSON, CLINIC.id)) == UNCHANGED


def test_the_attending_doctor_blocks_for_the_patient_and_not_himself(house: House):
    house(calling(ALICE), Authorise(PERSON))
    house(calling(ALICE), BecomeAttending(PERSON))
    assert "confirmé" in refused(house, lambda: house(calling(ALICE), Block(PERSON, BOB.id)))
    assert house(THE_HOLDER, ConfirmAttending(PERSON, ALICE.id)) == DONE
    assert house(calling(ALICE), Block(PERSON, BOB.id)) == DONE
    assert "vous-même" in refused(house, lambda: house(calling(ALICE), Block(PERSON, ALICE.id)))

    assert house(THE_HOLDER, RemoveAttending(PERSON, ALICE.id)) == DONE
    assert house.record.attending == ()
    assert house.reads(calling(ALICE)), "the ordinary authorisation stays"
    told = refused(house, lambda: house(THE_HOLDER, ConfirmAttending(PERSON, ALICE.id)))
    assert "ne s'est pas déclaré" in told


def test_a_delegate_withdraws_nobody_whom_the_record_has_as_attending_doctor(store: Store, house: House):
    delegate = Delegate(PARENT, "MERE FICTIF", DelegateScope.MANAGE, NOW, NOW + DAY)
    with store.begin() as tx:
        tx.records.change(replace(tx.records.get("rec-1"), delegates=(delegate,)), at=NOW)
    his = Caller(Representative(PARENT.number, "MERE FICTIF"), patient=PERSON)
    for doctor in (ALICE, BOB):
        house(calling(doctor), Authorise(PERSON))
    house(calling(ALICE), BecomeAttending(PERSON))

    refused(house, lambda: house(his, Withdraw(PERSON, ALICE.id)))
    assert house.last_trace()[1] == ("beyond-the-delegation",)
    assert house(his, Withdraw(PERSON, BOB.id)) == DONE
    assert house(THE_HOLDER, Withdraw(PERSON, ALICE.id)) == DONE
    assert house.record.attending == ()


def test_a_parent_is_not_told_whom_a_minor_let_in(store: Store, house: House):
    child = IdentityTraits("FICTIF", "ANNE", "ANNE", "2015-03-28", Sex.FEMALE)
    with store.begin() as tx:
        parents = (Guardian("MTH", "FICTIF", "MERE", identifier=PARENT),)
        tx.records.change(replace(tx.records.get("rec-1"), traits=child, guardians=parents), at=NOW)
    mother = Caller(Representative(PARENT.number, "MERE FICTIF"), patient=PERSON)
    house(calling(ALICE, secret=True), Authorise(PERSON))

    assert house(mother, Withdraw(PERSON, ALICE.id)) == DONE
    assert house(mother, Withdraw(PERSON, BOB.id)) == DONE, "as of somebody who was never let in"


# -- all at once


def test_hiding_everything_leaves_others_an_empty_answer_until_it_is_shown_again(house: House):
    house(calling(ALICE), Authorise(PERSON))
    assert house(THE_HOLDER, HideEverything(PERSON, hidden=True)) == DONE
    assert house(calling(ALICE), SearchRecord(PERSON, SEARCH)).entries == ()
    assert house.reads(THE_HOLDER)
    assert house(THE_HOLDER, HideEverything(PERSON, hidden=True)) == UNCHANGED
    house(THE_HOLDER, HideEverything(PERSON, hidden=False))
    assert house.reads(calling(ALICE))


def test_the_wishes_about_emergencies_hold_from_the_next_act_on(house: House):
    glass = calling(ALICE, mode=Mode.BREAK_GLASS, reason="inconscient")
    assert house.reads(glass)
    opposed = ChooseForEmergencies(PERSON, Oppositions(break_glass=True), reads_masked=True)
    assert house(THE_HOLDER, opposed) == DONE
    assert not house.reads(glass)
    assert house.record.emergency_reads_masked
    assert house(THE_HOLDER, opposed) == UNCHANGED


# -- the care team


def test_a_care_team_reads_once_the_person_was_told_and_as_long_as_she_does_not_object(house: House):
    declared = DeclareCare(PERSON, WARD, NOW.date(), NOW + 30 * DAY)
    assert not house.reads(calling(NINA))
    assert house(calling(ALICE), declared) == DONE
    assert house.reads(calling(NINA))
    assert house.last_trace()[1] == ("care-team",)
    assert house(calling(NINA), CheckRecord(PERSON)).authorisation is AuthorisationStatus.VALID
    assert not house.reads(calling(ALICE)), "she declared the team, and is not in it"

    assert house(THE_HOLDER, OpposeCare(PERSON, WARD, opposed=True)) == DONE
    assert not house.reads(calling(NINA))
    assert "opposé" in refused(house, lambda: house(calling(ALICE), declared))
    assert house(THE_HOLDER, OpposeCare(PERSON, WARD, opposed=True)) == UNCHANGED
    house(THE_HOLDER, OpposeCare(PERSON, WARD, opposed=False))
    assert house.reads(calling(NINA))


def test_a_team_is_worth_nothing_through_a_glass_that_the_person_opposed(house: House):
    house(calling(ALICE), DeclareCare(PERSON, WARD, NOW.date(), NOW + 30 * DAY))
    house(THE_HOLDER, ChooseForEmergencies(PERSON, Oppositions(break_glass=True), reads_masked=False))
    glass = calling(NINA, mode=Mode.BREAK_GLASS, reason="inconscient")
    assert not house.reads(glass)
    assert house(glass, CheckRecord(PERSON)).authorisation is AuthorisationStatus.NEVER_GIVEN
    assert house(calling(NINA), CheckRecord(PERSON)).authorisation is AuthorisationStatus.VALID


def test_who_left_the_team_reads_no_more(house: House):
    house(calling(ALICE), DeclareCare(PERSON, WARD, NOW.date(), NOW + 30 * DAY))
    house.at = NOW + 3 * DAY
    assert not house.reads(calling(NINA))


@pytest.mark.parametrize(
    ("team", "informed", "until", "says"),
    [
        (WARD, (NOW + DAY).date(), NOW + DAY, "informée avant"),
        (WARD, NOW.date(), NOW, "dans l'année"),
        (WARD, NOW.date(), NOW + 366 * DAY, "dans l'année"),
        (team_key(CLINIC.id, "Inconnue"), NOW.date(), NOW + DAY, "annuaire"),
        (team_key("1750000009", "Cardiologie"), NOW.date(), NOW + DAY, "annuaire"),
    ],
)
def test_a_care_team_that_cannot_be_declared_is_refused(house: House, team, informed, until, says):
    assert says in refused(house, lambda: house(calling(ALICE), DeclareCare(PERSON, team, informed, until)))


def test_membership_is_read_by_days_and_checked():
    told = {"structure": CLINIC.id, "team": " Soins  du jour ", "professional": NINA.id, "since": "2026-11-22"}
    line = Membership.read({**told, "until": "2026-11-23"})
    assert line.until is not None
    assert (line.since.isoformat(), line.until.isoformat()) == (
        "2026-11-22T00:00:00+01:00",
        "2026-11-24T00:00:00+01:00",
    )
    assert team_key(line.structure, line.team) == f"{CLINIC.id} Soins du jour"
    assert Membership.read(told).until is None
    with pytest.raises(ValueError, match="until"):
        Membership.read({**told, "until": "2026-11-20"})
    assert date(2026, 11, 22) == line.since.date()
