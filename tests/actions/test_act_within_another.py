"""An act within another one: its rights are asked too, and the one trace of both is with the record of both."""

from dataclasses import dataclass

import pytest

from dmp.access.policy import load_policy
from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.list_people import ListPeople
from dmp.actions.own_settings import ViewSettings
from dmp.gate import Gate
from dmp.main import new_id
from dmp.record.actor import Caller, Holder, Representative
from dmp.record.errors import AccessRefused
from dmp.record.patient import Guardian, IdentityTraits, Sex
from dmp.record.people import People
from dmp.record.verb import Verb
from dmp.store.tx import Store, Tx
from store_builders import NOW, PERSON, SOMEBODY_ELSE, a_record, another_record, opened

CHILD = IdentityTraits("DURAND", "ANNE", "ANNE", "2019-05-02", Sex.FEMALE)
FATHER = Guardian("FTH", "DURAND", "PAUL", identifier=SOMEBODY_ELSE)


@dataclass(frozen=True)
class Within:
    """Asks who acts for somebody, and does another act on the way."""

    inner: ListPeople | ViewSettings
    verb = Verb.LIST_PEOPLE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        return Scope(tx.records.of(PERSON), (Ask(self.verb),))

    def apply(self, turn: Turn) -> object:
        return turn.also(self.inner)


@pytest.fixture
def gate(sqlite_store: Store) -> Gate:
    opened(sqlite_store, a_record(traits=CHILD, guardians=(FATHER,)))
    return Gate(sqlite_store, load_policy(), new_id, "test")


def of_father() -> Caller:
    return Caller(Representative(SOMEBODY_ELSE.number, "Paul DURAND"), patient=PERSON)


def test_an_act_within_another_one_is_done_where_its_rights_are_given(gate: Gate):
    found = gate.perform(Caller(Holder(PERSON), patient=PERSON), Within(ListPeople(PERSON)), NOW)

    assert isinstance(found, People)
    assert found.guardians == (FATHER,)


def test_an_act_within_another_one_is_refused_to_whom_it_would_be_refused_alone(gate: Gate):
    gate.perform(of_father(), ListPeople(PERSON), NOW)

    with pytest.raises(AccessRefused):
        gate.perform(of_father(), Within(ViewSettings(PERSON)), NOW)


def test_an_act_on_another_record_is_never_done_within_one(gate: Gate):
    """It would leave no trace with that record."""
    opened(gate.store, another_record())

    with pytest.raises(ValueError, match="another record"):
        gate.perform(Caller(Holder(PERSON), patient=PERSON), Within(ListPeople(SOMEBODY_ELSE)), NOW)
