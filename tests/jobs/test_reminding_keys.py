"""The service on its way through all records leaves no key in memory, and takes the place of none (RM-9)."""

import pytest

from dmp.actions.open_chart import OpenChart
from dmp.record.actor import Caller, Holder
from dmp.store.keys.seal_cache import SealCache
from dmp.store.tx import Store
from reminding_builders import House, a_finding, a_service, a_told_record
from store_builders import PERSON, a_record, opened

PATIENT = Caller(Holder(PERSON), patient=PERSON)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The records whose keys come to be kept."""
    names: list[str] = []
    keep = SealCache.keep
    monkeypatch.setattr(
        SealCache, "keep", lambda self, wrapped, seal: (names.append(seal.scope), keep(self, wrapped, seal))
    )
    return names


@pytest.fixture
def house(store: Store) -> House:
    opened(store, a_told_record(), *[a_record(key=f"rec-{n}", identifiers=()) for n in range(2, 8)])
    house = House(store, services=(a_service(a_finding()),))
    house.settle(*[f"rec-{n}" for n in range(1, 8)])
    return house


def test_a_round_of_reminders_keeps_no_key(house: House, kept: list[str]):
    assert house.run().total() == 7
    assert kept == []


def test_the_key_of_who_reads_stays(house: House, kept: list[str]):
    for _ in range(2):
        house.perform(PATIENT, OpenChart(PERSON))
        house.run()

    assert kept == ["rec-1"]
