"""Records opened by themselves, six weeks after a notice, unless the person opposed (LC-5, R.1111-40)."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from dmp.actions.open_informed import OpposeOpening
from dmp.actions.open_record import OpenRecord
from dmp.actions.record_life import CloseRecord
from dmp.gate import Gate
from dmp.jobs.openings import Opener
from dmp.record.actor import Caller, Holder, Operator
from dmp.record.errors import AccessRefused, RecordExists
from dmp.record.opening import Informed, opening_due
from dmp.record.patient import Contact
from dmp.record.record import ClosingReason, Record, Regime
from dmp.store import schema
from dmp.store.opening_queue import OpeningQueue
from dmp.store.tx import Store
from notice_builders import ADULT, CHILD, MAIL
from rights_builders import POLICY
from store_builders import PERSON, SOMEBODY_ELSE, a_record, at_once, opened

TOLD = date(2026, 9, 1)
DUE = datetime(2026, 10, 13, 22, tzinfo=UTC)
"""Midnight in Paris after the six weeks."""
DESK = Caller(Operator("desk"))


@dataclass
class House:
    store: Store
    at: datetime = DUE

    def perform(self, caller, action):
        gate = Gate(self.store, POLICY, new_id=lambda: str(uuid.uuid4()), release="test")
        return gate.perform(caller, action, self.at)

    def run(self) -> dict[str, int]:
        return dict(Opener(OpeningQueue(self.store), self.perform, lambda: self.at).run_due())

    def tell(self, *people: Informed) -> None:
        with self.store.begin() as tx:
            for each in people:
                tx.openings.note(each)

    def record(self, patient=PERSON) -> Record | None:
        with self.store.begin() as tx:
            return tx.records.of(patient)

    def counts(self) -> list[tuple[str, str, int]]:
        with self.store.begin() as tx:
            return tx.openings.counts()


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


ANNE = Informed(PERSON, TOLD, ADULT, Contact(telecoms=(("", f"mailto:{MAIL}"),)))


def test_a_record_is_opened_six_weeks_after_the_notice_and_not_a_day_before(house: House):
    assert opening_due(TOLD) == DUE
    house.tell(ANNE)
    house.at = DUE - timedelta(seconds=1)
    assert house.run() == {}
    house.at = DUE
    assert house.run() == {"opening opened": 1}

    record = house.record()
    assert record is not None
    assert (record.traits, record.contact, record.linked_to_portal, record.consent) == (ADULT, ANNE.contact, True, None)
    assert house.counts() == []
    assert house.run() == {}


def test_the_person_is_told_that_the_record_is_open(house: House):
    house.tell(ANNE)
    house.run()
    with house.store.connection() as connection:
        assert [row.kind for row in connection.execute(select(schema.job))] == ["notice"]


def test_who_opposed_gets_no_record_until_he_consents(house: House):
    house.tell(ANNE)
    house.perform(DESK, OpposeOpening(PERSON))
    house.perform(DESK, OpposeOpening(PERSON))
    assert house.run() == {"opening opposed": 1}
    assert house.record() is None

    with pytest.raises(AccessRefused, match="s'est opposée"):
        house.perform(DESK, OpenRecord((PERSON,), Regime.OPT_OUT, ADULT))
    # Nobody else opens on line; the opponent does, with his consent (LC-5).
    with pytest.raises(AccessRefused):
        house.perform(Caller(Holder(SOMEBODY_ELSE)), OpenRecord((SOMEBODY_ELSE,), Regime.OPT_OUT, consent=DUE))
    house.perform(Caller(Holder(PERSON)), OpenRecord((PERSON,), Regime.OPT_OUT, ADULT, consent=DUE))
    assert house.record() is not None
    with house.store.begin() as tx:
        assert tx.openings.opposed(PERSON) is None


def test_the_register_holds_a_keyed_hash_and_a_date_alone(house: House):
    house.perform(DESK, OpposeOpening(PERSON))
    with house.store.connection() as connection:
        (row,) = connection.execute(select(schema.opponent)).all()
    assert set(row._mapping) == {"token", "at"}
    assert PERSON.number.encode() not in bytes(row.token)


def test_a_record_that_is_there_joins_and_a_closed_one_stays_closed(house: House):
    opened(house.store, a_record(traits=ADULT))
    house.tell(ANNE)
    assert house.run() == {"opening joined": 1}
    record = house.record()
    assert record is not None
    assert record.linked_to_portal

    with pytest.raises(RecordExists):
        house.perform(DESK, OpposeOpening(PERSON))
    house.perform(Caller(Holder(PERSON)), CloseRecord(PERSON, ClosingReason.PATIENT_REQUEST))
    house.tell(ANNE)
    assert house.run() == {"opening closed": 1}
    assert house.counts() == []


def test_what_cannot_be_opened_is_set_aside_and_tried_again_when_it_is_loaded_anew(house: House):
    house.tell(Informed(PERSON, TOLD, CHILD), Informed(SOMEBODY_ELSE, TOLD, ADULT))
    assert house.run() == {"failed: opening-incomplete-request": 1, "opening opened": 1}
    assert house.counts() == [("refused", "incomplete-request", 1)]
    assert house.run() == {}
    house.tell(ANNE)
    assert house.run() == {"opening opened": 1}


def test_workers_that_meet_open_a_record_once(house: House):
    house.tell(ANNE)
    outcomes = at_once(house.run, house.run, house.run)
    total = [word for each in outcomes for word in each]  # type: ignore[attr-defined]
    assert total.count("opening opened") == 1
    assert set(total) <= {"opening opened", "opening gone", "opening joined"}
