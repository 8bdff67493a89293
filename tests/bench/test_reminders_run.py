"""The benchmark of the reminders, small: every record is looked at, and what is due is told once."""

from dmp.bench.plan import Plan
from dmp.bench.reminding import nights


def test_a_night_is_measured_and_the_next_one_has_no_news(postgresql_database_url: str):
    plan = Plan(postgresql_database_url, records=120, workers=2, submissions=0)
    first, second = nights(plan, say=lambda _line: None)

    assert first.sound
    assert second.sound
    assert first.outcomes["reminder told"] == first.messages > 0
    assert second.outcomes == {"reminder nothing-new": 120}
    assert second.messages == first.messages
    assert all(octets > 0 for memory in (*first.memory, *second.memory) for octets in memory)
    assert any("records/s" in line for line in first.lines())
