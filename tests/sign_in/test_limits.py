"""How long who failed waits; and a clock that never goes back."""

from datetime import UTC, datetime, timedelta

import pytest

from dmp.sign_in.limits import ACCOUNT, places
from dmp.sign_in.steady import SteadyClock

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 30), (6, 60), (9, 480), (10, 900), (11, 900), (1000, 900)]
)
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(failures: int, seconds: int):
    assert ACCOUNT.wait(failures, AT, AT) == timedelta(seconds=seconds)


def test_a_wait_goes_by_and_a_clock_put_back_does_not_prolong_it():
    assert ACCOUNT.wait(5, AT, AT + timedelta(seconds=20)) == timedelta(seconds=10)
    assert ACCOUNT.wait(5, AT, AT + timedelta(seconds=30)) == timedelta(0)
    assert ACCOUNT.wait(5, AT, AT - timedelta(days=1)) == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("192.0.2.7", ["address 192.0.2.7", "network 192.0.2.0/24"]),
        ("::ffff:192.0.2.7", ["address 192.0.2.7", "network 192.0.2.0/24"]),
        ("2001:db8:1:2:3::4", ["address 2001:db8:1:2::/64", "network 2001:db8:1::/48"]),
        ("", ["address "]),
    ],
)
def test_an_address_counts_with_its_network(address: str, names: list[str]):
    assert [name for name, _ in places(address)] == names


def test_time_goes_on_when_the_clock_is_put_back():
    wall, ran = [AT], [0.0]
    clock = SteadyClock(lambda: wall[0], lambda: ran[0])
    wall[0], ran[0] = AT + timedelta(seconds=10), 10.0
    assert clock() == AT + timedelta(seconds=10)
    wall[0], ran[0] = AT - timedelta(hours=1), 15.0
    assert clock() == AT + timedelta(seconds=15)
    wall[0], ran[0] = AT - timedelta(hours=1) + timedelta(seconds=5), 20.0
    assert clock() == AT + timedelta(seconds=20)
    wall[0], ran[0] = AT + timedelta(hours=2), 25.0
    assert clock() == AT + timedelta(hours=2)
