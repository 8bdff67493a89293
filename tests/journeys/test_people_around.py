"""Acts on the people around a holder, on both engines: each leaves one trace under the identity of who acted."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from dmp.actions.choose_notices import ChooseNotices
from dmp.actions.consult_record import CheckRecord, ReadIdentity
from dmp.actions.delegates import LONGEST, MOST, PAST, LeaveDelegation, NameDelegate, RevokeDelegate
from dmp.actions.find_documents import SearchRecord
from dmp.actions.heirs import AskAsHeir, DecideOnHeir, ListHeirs, OpposeHeirs
from dmp.actions.list_people import ListPeople
from dmp.actions.read_documents import ReadDocuments
from dmp.actions.record_life import ChangeIdentity, CloseRecord, ReopenRecord
from dmp.actions.representatives import DeclareGuardian, DeclareProtection, EndRepresentation
from dmp.audit.trace import Trace, Who
from dmp.gate import Gate
from dmp.record.account import Account
from dmp.record.actor import Caller, Holder, Operator, Representative
from dmp.record.entry import EntryStatus
from dmp.record.errors import AccessRefused, DmpError, IncompleteRequest, RecordClosed, RecordNotFound
from dmp.record.management import Device, IdentityChange, MessageHeader, MessageId
from dmp.record.notice import NoticeWishes
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId, Sex
from dmp.record.people import (
    Delegate,
    DelegateScope,
    HeirAnswer,
    HeirMotive,
    HeirQuality,
    Measure,
    Protection,
)
from dmp.record.query import DocumentCriteria, FindDocuments, StoredQuery
from dmp.record.record import ClosingReason, Record, RecordState
from dmp.record.visibility import Visibility
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Store
from rights_builders import POLICY
from store_builders import NIR, NOW, PERSON, an_entry, deposited, opened
from store_builders import uuid as uuid_of

DAY = timedelta(days=1)
SON = PatientId("180017511199991", NIR)
CHILD = PatientId("215037511199992", NIR)
MOTHER = PatientId("255017511199993", NIR)
NOBODY = PatientId("260017511199994", NIR)
ADULT = IdentityTraits("FICTIF", "ANNE", "ANNE", "1979-03-28", Sex.FEMALE)
MINOR = replace(ADULT, birth_date="2015-03-28")
GUARDIAN = Guardian("MTH", "FICTIF", "MERE", Contact(telecoms=(("", "mailto:mere@example.org"),)), MOTHER)
THE_HOLDER = Caller(Holder(PERSON), patient=PERSON)
THE_SON = Caller(Representative(SON.number, "FICTIF PAUL"), patient=PERSON)
THE_MOTHER = Caller(Representative(MOTHER.number, "FICTIF MERE"), patient=PERSON)
THE_DESK = Caller(Operator("claude"), reason="livret de famille du 2026-11-02")
SEARCH = SearchRecord(PERSON, StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset({EntryStatus.APPROVED})))))


@dataclass
class House:
    """A service on a store, with a clock that is set by hand."""

    store: Store
    at: datetime = NOW

    def __call__(self, caller: Caller, action):
        gate = Gate(self.store, POLICY, new_id=lambda: str(uuid.uuid4()), release="test")
        return gate.perform(caller, action, self.at)

    @property
    def record(self) -> Record:
        with self.store.begin() as tx:
            return tx.records.get("rec-1")

    def traces(self, key: str = "rec-1") -> list[Trace]:
        with self.store.begin() as tx:
            if key != NO_RECORD:
                tx.records.get(key)
            return list(tx.traces.of(key))

    def refused(self, caller: Caller, action, kind: type[DmpError] = IncompleteRequest, key: str = "rec-1") -> str:
        """Refused, with one trace and nothing changed; gives what is told."""
        before, traces = self.record, {trace.id for trace in self.traces(key)}
        with pytest.raises(kind) as told:
            self(caller, action)
        assert self.record == before
        (last,) = (trace for trace in self.traces(key) if trace.id not in traces)
        assert (last.outcome, last.who.kind) == ("refused", Who.of(caller).kind)
        return str(told.value)

    def rules_of(self, caller: Caller, action) -> tuple[str, ...]:
        """What the one trace of an act says of who did it, and by which rules."""
        traces = {trace.id for trace in self.traces()}
        self(caller, action)
        (last,) = (trace for trace in self.traces() if trace.id not in traces)
        assert (last.outcome, last.who) == ("done", Who.of(caller))
        return last.rules


def an_account(person: PatientId, name: str) -> Account:
    return Account(str(uuid.uuid4()), person, name, person.number)


@pytest.fixture
def house(store: Store) -> House:
    """The record of an adult, with two documents of which one is masked, and people who have accounts."""
    hidden = {uuid_of(2): Visibility(masked=True)}
    opened(store, Record("rec-1", (PERSON,), opened=NOW, traits=ADULT, visibility=hidden))
    deposited(store, an_entry(1), an_entry(2))
    with store.begin() as tx:
        for person, name in (
            (SON, "FICTIF Paul"),
            (CHILD, "FICTIF Lou"),
            (MOTHER, "FICTIF Mère"),
            (PERSON, "FICTIF Anne"),
        ):
            tx.accounts.add(an_account(person, name))
    return House(store)


def naming(
    person: PatientId = SON, name: str = "Fictif", *, scope=DelegateScope.READ, until=NOW + 30 * DAY
) -> NameDelegate:
    return NameDelegate(PERSON, person, name, scope, until)


def becomes(house: House, change: Callable[[Record], Record]) -> None:
    with house.store.begin() as tx:
        tx.records.change(change(tx.records.get("rec-1")), at=house.at)


# -- delegates


def test_a_delegate_acts_under_his_own_name_until_the_day_and_not_after(house):
    named = house(THE_HOLDER, naming(until=NOW + 30 * DAY))
    assert named == Delegate(SON, "FICTIF Paul", DelegateScope.READ, NOW, NOW + 30 * DAY)
    house.at = NOW + 30 * DAY - timedelta(microseconds=1)
    assert len(house(THE_SON, SEARCH).entries) == 2
    assert house.rules_of(THE_SON, SEARCH) == ("delegate-of-the-holder",)

    house.at = NOW + 30 * DAY
    with pytest.raises(RecordNotFound):
        house(THE_SON, SEARCH)
    house(THE_HOLDER, replace(naming(), until=house.at + DAY))
    assert [each.until for each in house.record.delegates] == [NOW + 30 * DAY, NOW + 31 * DAY]


def test_a_delegation_is_taken_back_at_once_by_the_holder_by_the_desk_or_given_up(house):
    for number, (caller, action) in enumerate(
        (
            (THE_HOLDER, RevokeDelegate(PERSON, SON.number)),
            (THE_DESK, RevokeDelegate(PERSON, SON.number)),
            (THE_SON, LeaveDelegation(PERSON)),
        )
    ):
        house.at = NOW + number * DAY
        house(THE_HOLDER, naming())
        assert house(THE_SON, CheckRecord(PERSON)).found
        house(caller, action)
        with pytest.raises(RecordNotFound):
            house(THE_SON, SEARCH)
        assert [each.until for each in house.record.delegates][-1] == house.at
    assert house.refused(THE_HOLDER, RevokeDelegate(PERSON, SON.number)).startswith("Cette personne n'est pas déléguée")


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (naming(until=NOW), "La date de fin est déjà passée"),
        (naming(until=NOW - DAY), "La date de fin est déjà passée"),
        (naming(until=NOW + LONGEST + timedelta(seconds=1)), "Une délégation dure au plus deux ans"),
        (naming(CHILD), "Un délégué doit être majeur"),
        (naming(PERSON), "Cette personne est le titulaire du dossier"),
        (naming(NOBODY), "Aucun compte ne répond à ce numéro et à ce nom"),
        (naming(SON, "Durand"), "Aucun compte ne répond à ce numéro et à ce nom"),
        (naming(SON, "Fictif Durand"), "Aucun compte ne répond à ce numéro et à ce nom"),
        (naming(SON, " "), "Aucun compte ne répond à ce numéro et à ce nom"),
        (naming(CHILD, "Durand"), "Aucun compte ne répond à ce numéro et à ce nom"),
    ],
)
def test_a_delegate_who_cannot_be_is_refused_in_french(house, action, told):
    assert house.refused(THE_HOLDER, action).startswith(told)


def test_a_delegate_is_named_once_and_not_by_a_minor_nor_too_many(house):
    house(THE_HOLDER, naming())
    assert house.refused(THE_HOLDER, naming(scope=DelegateScope.MANAGE)).startswith("Cette personne est déjà déléguée")
    ten = tuple(replace(house.record.delegates[0], person=PatientId(str(number), NIR)) for number in range(MOST))
    becomes(house, lambda record: replace(record, delegates=ten))
    assert house.refused(THE_HOLDER, naming()).startswith("Il y a déjà dix délégués")
    becomes(house, lambda record: replace(record, traits=MINOR))
    assert house.refused(THE_HOLDER, naming()).startswith("Un mineur ne désigne pas de délégué")


def test_an_account_that_is_closed_or_a_record_that_says_a_minor_makes_no_delegate(house):
    opened(house.store, Record("rec-2", (SON,), opened=NOW, traits=replace(MINOR, birth_date="2009-01")))
    assert house.refused(THE_HOLDER, naming()) == "Un délégué doit être majeur."
    with house.store.begin() as tx:
        account = tx.accounts.of_person(MOTHER)
        tx.accounts.change(replace(account, closed=True))
    assert house.refused(THE_HOLDER, naming(MOTHER)).startswith("Aucun compte")


def test_only_the_last_former_delegates_stay_named(house):
    former = tuple(
        Delegate(PatientId(str(number), NIR), "X", DelegateScope.READ, NOW - 90 * DAY, NOW - number * DAY)
        for number in range(PAST + 5)
    )
    becomes(house, lambda record: replace(record, delegates=former))
    house(THE_HOLDER, naming())
    assert [each.person.number for each in house.record.delegates] == [*map(str, range(PAST)), SON.number]


@pytest.mark.parametrize("scope", list(DelegateScope))
def test_beyond_his_scope_a_delegate_is_refused_in_french_with_one_trace(house, scope):
    house(THE_HOLDER, naming(scope=scope))
    for action in (
        CloseRecord(PERSON, ClosingReason.PATIENT_REQUEST),
        replace(naming(MOTHER), patient=PERSON),
        RevokeDelegate(PERSON, SON.number),
        ChooseNotices(PERSON, NoticeWishes()),
        ListPeople(PERSON),
        OpposeHeirs(PERSON, opposed=True),
    ):
        house.at += timedelta(seconds=1)
        told = house.refused(THE_SON, action, AccessRefused)
        assert told == "Le titulaire ne vous a pas confié ce droit : lui seul peut élargir votre délégation."


def test_records_that_were_written_before_are_still_read(house):
    from dmp.store.packing import pack, unpack_record

    assert unpack_record(pack({"key": "old", "identifiers": [PERSON]})) == Record("old", (PERSON,))


# -- legal representatives


def test_a_second_parent_is_declared_on_proof_and_acts(house):
    becomes(house, lambda record: replace(record, traits=MINOR))
    no_proof = replace(THE_DESK, reason=" ")
    assert house.refused(no_proof, DeclareGuardian(PERSON, GUARDIAN)).startswith("Indiquez la pièce")
    for refused, told in (
        (replace(GUARDIAN, identifier=None), "Le numéro du représentant"),
        (replace(GUARDIAN, identifier=PERSON), "Le titulaire ne se représente pas"),
    ):
        assert house.refused(THE_DESK, DeclareGuardian(PERSON, refused)).startswith(told)
    house(THE_DESK, DeclareGuardian(PERSON, GUARDIAN))
    assert len(house(THE_MOTHER, SEARCH).entries) == 2
    house(THE_DESK, DeclareGuardian(PERSON, replace(GUARDIAN, given="MARIE")))
    assert [guardian.given for guardian in house.record.guardians] == ["MARIE"]
    becomes(house, lambda record: replace(record, traits=ADULT))
    assert house.refused(THE_DESK, DeclareGuardian(PERSON, GUARDIAN)).startswith("Le titulaire est majeur")


def test_authority_that_was_withdrawn_ends_at_once_and_comes_back_by_the_desk_alone(house):
    becomes(house, lambda record: replace(record, traits=MINOR, guardians=(GUARDIAN,)))
    house(THE_DESK, EndRepresentation(PERSON, MOTHER.number))
    with pytest.raises(RecordNotFound):
        house(THE_MOTHER, SEARCH)
    father = replace(GUARDIAN, relationship="FTH", identifier=NOBODY)
    house(THE_DESK, a_change(guardians=(GUARDIAN, father)))
    assert house.record.guardians == (father,)
    house.refused(THE_DESK, a_change(guardians=(GUARDIAN,)))
    assert house.refused(THE_DESK, EndRepresentation(PERSON, MOTHER.number)).startswith(
        "Cette personne ne représente pas"
    )
    house(THE_DESK, DeclareGuardian(PERSON, GUARDIAN))
    assert len(house(THE_MOTHER, SEARCH).entries) == 2


def test_who_protects_an_adult_acts_by_the_kind_of_measure_and_its_dates(house):
    measure = Protection(SON, "FICTIF Paul", Measure.GUARDIANSHIP, NOW, NOW + 90 * DAY)
    house(THE_DESK, DeclareProtection(PERSON, replace(measure, measure=Measure.CURATORSHIP)))
    with pytest.raises(RecordNotFound):
        house(THE_SON, SEARCH)
    house(THE_DESK, DeclareProtection(PERSON, measure))
    assert house.record.protections == (measure,)
    assert house.rules_of(THE_SON, SEARCH) == ("representative-of-the-holder",)
    house(THE_DESK, EndRepresentation(PERSON, SON.number))
    with pytest.raises(RecordNotFound):
        house(THE_SON, SEARCH)


@pytest.mark.parametrize(
    ("protection", "told"),
    [
        (Protection(PERSON, "X", Measure.GUARDIANSHIP, NOW, NOW + DAY), "Le titulaire ne se représente pas"),
        (Protection(CHILD, "X", Measure.GUARDIANSHIP, NOW, NOW + DAY), "La personne chargée de la mesure doit"),
        (Protection(SON, "X", Measure.GUARDIANSHIP, NOW - DAY, NOW), "La date de fin est déjà passée"),
        (Protection(SON, "X", Measure.GUARDIANSHIP, NOW + 2 * DAY, NOW + DAY), "La date de fin est déjà passée"),
        (Protection(SON, "X", Measure.GUARDIANSHIP, NOW, NOW + 9000 * DAY), "Une mesure dure au plus vingt ans"),
    ],
)
def test_a_measure_that_cannot_be_is_refused_in_french(house, protection, told):
    assert house.refused(THE_DESK, DeclareProtection(PERSON, protection)).startswith(told)


def a_change(**told) -> ChangeIdentity:
    header = MessageHeader(MessageId("1.2", "3"), "20261122093000", Device("1.2"))
    return ChangeIdentity(PERSON, IdentityChange(header, (PERSON,), **told))


# -- heirs


def asking(**changes) -> AskAsHeir:
    return replace(AskAsHeir(PERSON, SON, "", HeirQuality.HEIR, HeirMotive.MEMORY), **changes)


def test_an_heir_asks_is_granted_reads_what_was_hidden_from_nobody_and_is_stopped(house):
    house(THE_DESK, a_change(deceased=True))
    assert (house.record.state, house.record.closure.reason) == (RecordState.CLOSED, ClosingReason.DEATH)
    assert house(THE_SON, asking()) is None
    assert house(THE_SON, asking()) is None
    (asked,) = house(THE_DESK, ListHeirs(PERSON)).requests
    assert (asked.person, asked.name, asked.answer) == (SON, "FICTIF PAUL", HeirAnswer.WAITING)
    house.refused(THE_SON, SEARCH, RecordNotFound)

    granted = house(THE_DESK, DecideOnHeir(PERSON, SON.number, NOW + 30 * DAY))
    assert (granted.operator, granted.proof) == ("claude", THE_DESK.reason)
    assert [entry.unique_id for entry in house(THE_SON, SEARCH).entries] == [an_entry(1).unique_id]
    ids = (an_entry(1).unique_id, an_entry(2).unique_id)
    read = house(THE_SON, ReadDocuments(PERSON, ids))
    assert [document is not None for document in read] == [True, False]
    assert house.rules_of(THE_SON, SEARCH) == ("heir-of-the-holder",)
    house.refused(THE_SON, ReadIdentity(PERSON), AccessRefused)
    with pytest.raises(RecordClosed):
        house(THE_HOLDER, SEARCH)

    house(THE_DESK, DecideOnHeir(PERSON, SON.number, None))
    house.refused(THE_SON, SEARCH, RecordNotFound)
    assert [request.answer for request in house.record.heirs] == [HeirAnswer.REFUSED]


def test_what_is_asked_of_the_living_of_nobody_or_of_who_objected_gets_the_same_answer_and_opens_nothing(house):
    house(THE_HOLDER, OpposeHeirs(PERSON, opposed=True))
    assert house(THE_SON, asking()) is None
    assert house.record.heirs == ()
    assert house(THE_SON, asking(patient=NOBODY)) is None
    assert [trace.who.person for trace in house.traces(NO_RECORD)] == [SON.number]
    house(THE_DESK, CloseRecord(PERSON, ClosingReason.DEATH))
    assert house(THE_SON, asking()) is None
    assert house(THE_DESK, ListHeirs(PERSON)).opposed
    assert (
        house.refused(THE_DESK, DecideOnHeir(PERSON, SON.number, NOW + DAY))
        == "Le défunt s'y est opposé de son vivant."
    )


def test_an_heir_asks_for_himself_and_an_operator_decides_on_proof_within_a_year(house):
    house(THE_DESK, CloseRecord(PERSON, ClosingReason.DEATH))
    assert house.refused(THE_MOTHER, asking()).startswith("Chacun fait cette demande pour lui-même")
    assert house.refused(THE_DESK, asking()).startswith("Indiquez le nom")
    assert house.refused(THE_DESK, DecideOnHeir(PERSON, SON.number, None)) == "Cette personne n'a rien demandé."
    house(THE_DESK, asking(name="FICTIF Paul"))
    for until in (NOW, NOW - DAY, NOW + 400 * DAY):
        told = house.refused(THE_DESK, DecideOnHeir(PERSON, SON.number, until))
        assert told.startswith("L'accès prend fin dans l'année")
    no_proof = replace(THE_DESK, reason="")
    assert house.refused(no_proof, DecideOnHeir(PERSON, SON.number, NOW + DAY)).startswith("Indiquez la pièce")
    house.refused(THE_HOLDER, DecideOnHeir(PERSON, SON.number, NOW + DAY), AccessRefused)


def test_the_access_of_heirs_ends_when_the_record_is_opened_again_for_the_living(house):
    house(THE_DESK, CloseRecord(PERSON, ClosingReason.DEATH))
    house(THE_SON, asking())
    house(THE_DESK, DecideOnHeir(PERSON, SON.number, NOW + DAY))
    house(THE_HOLDER, ReopenRecord(PERSON, NOW))
    assert not house.record.deceased
    house.refused(THE_SON, SEARCH, RecordNotFound)
    house(THE_DESK, CloseRecord(PERSON, ClosingReason.DEATH))
    house.refused(THE_SON, SEARCH, RecordNotFound)


# -- the list


def test_the_holder_his_representatives_and_the_desk_see_who_acts_in_the_record(house):
    house(THE_HOLDER, naming())
    becomes(house, lambda record: replace(record, guardians=(GUARDIAN,)))
    people = house(THE_HOLDER, ListPeople(PERSON))
    assert [each.name for each in people.delegates] == ["FICTIF Paul"]
    assert (people.guardians, people.protections, people.withdrawals) == ((GUARDIAN,), (), ())
    assert house(THE_DESK, ListPeople(PERSON)) == people
