"""Notices that are told to who asked for them: first access, new document, blocked attempt, roles (PT-9)."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from dmp.actions.authorise import Authorise, BecomeAttending, LeaveAttending
from dmp.actions.consult_record import CheckRecord
from dmp.actions.decide_on_others import ConfirmAttending
from dmp.actions.find_documents import SearchRecord
from dmp.actions.submit_documents import SubmitDocuments
from dmp.documents.intake import Examination
from dmp.gate import Gate
from dmp.record.actor import Caller, Holder, Operator
from dmp.record.entry import EntryStatus
from dmp.record.errors import AccessRefused
from dmp.record.notice import Frequency, Message, NoticeWishes
from dmp.record.profile import dmp
from dmp.record.query import DocumentCriteria, FindDocuments, StoredQuery
from dmp.record.submission import Submission
from dmp.record.visibility import Visibility
from dmp.store import schema
from dmp.store.jobs import Jobs
from dmp.store.tx import Store
from notice_builders import a_childs_record, a_doctor_calling, a_reachable_record, in_glass
from rights_builders import POLICY
from store_builders import NOW, PERSON, opened
from xds_builders import LETTER, a_lot, a_member, an_entry

ASKED = NoticeWishes(Frequency.IMMEDIATE)
DOCTOR, ANOTHER = a_doctor_calling(), a_doctor_calling("899900000102")
SEARCH = SearchRecord(PERSON, StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset({EntryStatus.APPROVED})))))


@dataclass
class House:
    """A gate on a store, and what it left to be told."""

    store: Store
    at: datetime = NOW

    def __call__(self, caller: Caller, *acts) -> None:
        gate = Gate(self.store, POLICY, new_id=lambda: str(uuid.uuid4()), release="test")
        for act in acts:
            gate.perform(caller, act, self.at)

    def told(self) -> list[str]:
        """The notices that wait, by what they say; each is told of once."""
        return sorted(self._taken())

    def _taken(self) -> Iterator[str]:
        jobs = Jobs(self.store)
        while job := jobs.take("w1", self.at):
            assert job.payload is not None
            if job.kind == "notice":
                yield msgspec.json.decode(job.payload, type=Message).text
            jobs.end(job, "sent", self.at)

    def rows(self) -> int:
        with self.store.connection() as connection:
            return len(connection.execute(select(schema.reader)).all())


def house_of(store: Store, **changes) -> House:
    opened(store, a_reachable_record(notices=ASKED, **changes))
    return House(store)


def a_deposit(number: int = 1, marks: Visibility | None = None) -> SubmitDocuments:
    described = an_entry(unique_id=f"1.2.250.1.999.1.{number}", visibility=marks or Visibility())
    lot = a_lot(unique_id=f"1.2.250.1.999.4.{number}")
    submission = Submission(lot, (described,), (a_member(),), {described.uuid: LETTER})
    return SubmitDocuments(PERSON, submission, Examination(dmp()), "1.2.250.1.999.3")


# -- first access


def test_the_first_access_of_each_professional_is_told_once_for_good(store: Store):
    house = house_of(store)
    house(DOCTOR, Authorise(PERSON), CheckRecord(PERSON))
    assert house.told() == [], "a test of existence is no access"
    house(DOCTOR, SEARCH, SEARCH)
    assert house.told() == ["first-access"]
    house.at += timedelta(days=100)
    house(ANOTHER, Authorise(PERSON), SEARCH)
    house(DOCTOR, SEARCH)
    assert house.told() == ["first-access"]


def test_who_did_not_ask_costs_no_row_and_is_told_nothing(store: Store):
    opened(store, a_reachable_record())
    house = House(store)
    house(DOCTOR, Authorise(PERSON), SEARCH, a_deposit())
    assert (house.told(), house.rows()) == ([], 0)


def test_a_secret_connection_is_told_to_nobody(store: Store):
    opened(store, a_childs_record(notices=ASKED))
    house = House(store)
    secret = replace(DOCTOR, secret=True)
    house(secret, Authorise(PERSON), SEARCH, a_deposit())
    assert (house.told(), house.rows()) == ([], 0)


def test_an_emergency_is_told_as_such_alone(store: Store):
    house = house_of(store)
    house(in_glass(), SEARCH)
    assert house.told() == ["emergency-access"]


# -- new document


def test_a_new_document_is_told_once_for_a_lot_and_not_of_ones_own(store: Store):
    house = house_of(store)
    house(DOCTOR, a_deposit(), a_deposit())
    assert house.told() == ["new-document"]
    house(Caller(Holder(PERSON)), a_deposit(2))
    assert house.told() == []


@pytest.mark.parametrize("day", [0, 20])
def test_a_document_hidden_from_the_patient_is_not_told_of(store: Store, day: int):
    house = house_of(store)
    house(DOCTOR, a_deposit(marks=Visibility(hidden_from_patient_since=NOW - timedelta(days=day))))
    assert house.told() == []


def test_a_document_hidden_from_representatives_is_not_told_to_them(store: Store):
    opened(store, a_childs_record(notices=ASKED))
    house = House(store)
    house(DOCTOR, a_deposit(marks=Visibility(hidden_from_guardians=True)))
    assert house.told() == []
    house(DOCTOR, a_deposit(2, Visibility(masked=True)))
    assert house.told() == ["new-document", "new-document"], "to each parent: a mask is for professionals"


# -- attempts, roles


def test_the_attempt_of_somebody_blocked_is_told_once_a_day(store: Store):
    house = house_of(store, blocked=frozenset({"899900000101"}))
    for _ in range(2):
        with pytest.raises(AccessRefused):
            house(DOCTOR, SEARCH)
    assert house.told() == ["blocked-attempt"]
    house.at += timedelta(days=1)
    with pytest.raises(AccessRefused):
        house(DOCTOR, SEARCH)
    assert house.told() == ["blocked-attempt"]


def test_a_role_that_others_change_is_told_and_ones_own_decision_is_not(store: Store):
    house = house_of(store)
    house(DOCTOR, Authorise(PERSON), BecomeAttending(PERSON))
    assert house.told() == ["attending-declared"]
    house(Caller(Holder(PERSON)), ConfirmAttending(PERSON, "899900000101"))
    assert house.told() == []
    house(DOCTOR, LeaveAttending(PERSON))
    assert house.told() == ["attending-changed"]
    house.at += timedelta(days=1)
    house(DOCTOR, BecomeAttending(PERSON))
    house(Caller(Operator("desk")), ConfirmAttending(PERSON, "899900000101"))
    assert house.told() == ["attending-changed", "attending-declared"]
