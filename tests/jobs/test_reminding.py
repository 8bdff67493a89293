"""The round of the reminders: whose day has come, whoever works on it, whatever breaks (RM-9)."""

from collections import Counter
from datetime import timedelta

import pytest

from dmp.jobs.reminding import Reminder, Share
from dmp.jobs.runner import is_trouble
from dmp.record.dtm import PARIS
from dmp.record.errors import StorageUnavailable
from dmp.record.patient import PatientId
from dmp.services.chart import Chart
from dmp.store.look_queue import LookQueue
from dmp.store.tx import Store
from reminding_builders import AT_45, House, a_finding, a_service, a_told_record, morning
from store_builders import NIR, at_once, opened

KEYS = [f"rec-{number}" for number in range(12)]


def someone(number: int) -> PatientId:
    return PatientId(f"27903512151{number:04d}", NIR)


@pytest.fixture
def house(store: Store) -> House:
    """Twelve records, in each of which something is due."""
    opened(store, *[a_told_record(key=key, identifiers=(someone(n),)) for n, key in enumerate(KEYS)])
    house = House(store, services=(a_service(a_finding()),))
    house.settle(*KEYS)
    return house


def test_every_record_whose_day_has_come_is_looked_at_once(house: House):
    assert house.run() == {"reminder told": 12}
    assert len(house.left()) == 12
    assert house.run() == {}


def test_a_turn_ends_and_the_next_one_goes_on(house: House):
    assert house.run(most=5) == {"reminder told": 5}
    assert house.run(most=5) == {"reminder told": 5}
    assert house.run(most=5) == {"reminder told": 2}


def test_a_day_later_nothing_is_told_again(house: House):
    house.run()
    house.at += timedelta(days=7)
    assert house.run() == {"reminder nothing-new": 12}
    assert len(house.left()) == 12


def test_workers_that_meet_tell_each_thing_once(house: House):
    outcomes = at_once(house.run, house.run, house.run)
    assert all(isinstance(each, Counter) for each in outcomes), outcomes
    assert sum((each for each in outcomes), Counter())["reminder told"] == 12  # type: ignore[misc]
    assert len(house.left()) == 12


def test_workers_that_share_the_records_leave_none_and_meet_nowhere(house: House):
    counts = [house.run(share=Share(number, 3)) for number in range(3)]
    assert sum(counts, Counter()) == {"reminder told": 12}
    assert all(count.total() for count in counts)


def test_a_round_that_was_interrupted_sends_nothing_twice(house: House):
    looks = 0

    def perform(caller, action):
        nonlocal looks
        looks += 1
        if looks == 6:
            raise KeyboardInterrupt
        return house.perform(caller, action)

    with pytest.raises(KeyboardInterrupt):
        Reminder(LookQueue(house.store), perform, lambda: house.at, house.services).run_due()
    assert house.run() == {"reminder told": 7}
    assert len(house.left()) == 12


def test_a_look_that_breaks_waits_until_tomorrow_and_the_others_go_on(house: House):
    def breaks(chart: Chart):
        raise ValueError("somebody's secret")

    broken, house.services = house.services, (a_service(reminders=breaks),)
    assert house.run(most=1) == {"failed: reminder-ValueError": 1}
    house.services = broken
    assert house.run() == {"reminder told": 11}
    house.at += timedelta(days=1)
    house.settle(*[key for key in KEYS if house.day_of(key) == house.at.date()])
    assert house.run() == {"reminder told": 1}


def test_what_is_noted_of_a_failure_names_nobody(house: House):
    (said,) = House(house.store, services=(a_service(reminders=lambda _chart: 1 / 0),)).run(most=1)  # type: ignore[arg-type]
    assert said == "failed: reminder-ZeroDivisionError"
    assert is_trouble(said)


def test_a_damaged_record_does_not_stop_the_round(house: House):
    with house.store.connection() as connection:
        connection.exec_driver_sql("UPDATE record SET sealed = wrapped WHERE record = 'rec-0'")
    assert house.run() == {"failed: reminder-StorageUnavailable": 1, "reminder told": 11}
    assert house.run() == {}


def test_a_store_that_is_gone_ends_the_round(house: House):
    class Gone(LookQueue):
        def put_off(self, record, day):  # noqa: ARG002
            raise StorageUnavailable("away")

    def perform(caller, action):
        raise StorageUnavailable("away")

    with pytest.raises(StorageUnavailable):
        Reminder(Gone(house.store), perform, lambda: house.at, house.services).run_due()


def test_a_new_record_is_looked_at_on_a_day_of_its_own(store: Store):
    opened(store, a_told_record())
    house = House(store, at=morning(AT_45), services=(a_service(a_finding()),))
    house.run()
    for day in range(31):
        house.at = morning(AT_45 + timedelta(days=day))
        house.run()
    assert len(house.left()) == 1
    assert house.left()[0].astimezone(PARIS).date() <= AT_45 + timedelta(days=30)
