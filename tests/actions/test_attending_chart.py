"""Who looks at a chart as the attending doctor: whom the holder confirmed, at his ordinary work (DEC-1, VSM-2)."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.actions.open_chart import OpenChart
from dmp.gate import Gate
from dmp.record.actor import Actor, Caller, Facility, Holder, Mode
from dmp.record.record import Attending, Authorisation
from dmp.store.tx import Store
from own_pages_builders import DOCTOR
from rights_builders import POLICY
from store_builders import NOW, PERSON, a_record, opened

OTHER = replace(DOCTOR, id="899900000902")
CENTRE = Facility("690000002", "SAMU FICTIF", "SA05")
LET_IN = tuple(Authorisation(who.id, NOW, NOW + timedelta(days=300), who.id) for who in (DOCTOR, OTHER))


def is_attending(store: Store, who: Actor = DOCTOR, *, confirmed: bool = True, **how) -> bool:
    role = Attending(DOCTOR.id, NOW - timedelta(days=9), confirmed=confirmed)
    opened(store, a_record(authorisations=LET_IN, attending=(role,)))
    policy = replace(POLICY, regulation_centres=frozenset({CENTRE.id}))
    gate = Gate(store, policy, new_id=lambda: str(uuid.uuid4()), release="test")
    return gate.perform(Caller(who, patient=PERSON, **how), OpenChart(PERSON, ()), NOW).attending


def test_the_doctor_whom_the_holder_confirmed_is(sqlite_store: Store):
    assert is_attending(sqlite_store)


def test_the_doctor_who_only_declared_himself_is_not(sqlite_store: Store):
    assert not is_attending(sqlite_store, confirmed=False)


@pytest.mark.parametrize("who", [OTHER, Holder(PERSON)], ids=["another doctor", "the holder"])
def test_nobody_else_is(sqlite_store: Store, who: Actor):
    assert not is_attending(sqlite_store, who)


def test_in_break_glass_he_is_not(sqlite_store: Store):
    assert not is_attending(sqlite_store, mode=Mode.BREAK_GLASS, reason="inconscient")


def test_in_a_regulation_centre_he_is_not(sqlite_store: Store):
    assert not is_attending(sqlite_store, replace(DOCTOR, facility=CENTRE), mode=Mode.EMERGENCY_DISPATCH)
