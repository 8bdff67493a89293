"""`worlds`: reminders say and keep the same in both; a service that reads what is hidden is found out (RM-2, RM-5)."""

import random

import pytest
from assure_builders import SEED

from dmp.access import decide, document_rules
from dmp.assure import worlds
from dmp.assure.two_worlds.reminding import Look, is_reminded, looks, prepare
from dmp.assure.two_worlds.scene import Scene
from dmp.assure.two_worlds.viewers import VIEWERS, Seen, play

PEOPLE = worlds.adults(SEED, 40)
HEARERS = {viewer.name: viewer for viewer in VIEWERS if viewer.name in ("holder", "representative")}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with worlds.worlds(tmp_path_factory.mktemp("worlds")) as both:
        yield both


def played(pair, name: str, number: int) -> tuple[list[Look], list[Look]]:
    """A scene in which something is hidden from whom the messages are for, and the looks in both worlds."""
    dice = random.Random(f"{name} {number}")  # noqa: S311 - a seed to repeat a failure with
    seen: Seen = play(Scene(pair, PEOPLE[pair.scenes], dice), HEARERS[name])
    assert is_reminded(seen)
    prepare(seen, 3000)
    first, second = [list(looks(seen, world, 3001)) for world in pair.all]
    return first, second


@pytest.mark.parametrize("name", HEARERS)
def test_what_is_hidden_changes_no_reminder(pair, name: str):
    told = 0
    for number in range(6):
        first, second = played(pair, name, number)
        assert first == second
        assert len(first) >= 4
        told += sum(len(look.messages) for look in first)
    assert told, "nobody was reminded of anything: this proves nothing"


@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        ("holder", {document_rules.hidden_from_the_patient}),
        ("representative", {document_rules.hidden_from_representatives, document_rules.hidden_from_the_patient}),
    ],
)
def test_a_service_that_reads_what_is_hidden_is_found_out(tmp_path, monkeypatch, name: str, ignored: set):
    rules = tuple(rule for rule in decide.DOCUMENT_REFUSALS if rule not in ignored)
    monkeypatch.setattr(decide, "DOCUMENT_REFUSALS", rules)
    with worlds.worlds(tmp_path) as careless:
        assert any(first != second for first, second in (played(careless, name, number) for number in range(8)))
