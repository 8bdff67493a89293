"""What a viewer may not see changes nothing of what he is told: two worlds, one answer (security 7, DEC-10)."""

import random
from collections.abc import Iterator

import pytest

from dmp.sandbox.population import people
from world_builders import Scene, Worlds, ask, worlds
from world_probes import Questions
from world_scenes import VIEWERS, play

PAIRS = 20
"""Pairs of worlds for each viewer."""
WRITES = 6
"""Writing questions asked in one pair, of all there are."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    with worlds(tmp_path_factory.mktemp("worlds")) as both:
        yield both


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: viewer.name)
def test_two_worlds_that_differ_by_hidden_things_answer_alike(pair, viewer):
    for seed in range(PAIRS):
        dice = random.Random(f"{viewer.name} {seed}")
        scene = Scene(pair, _SOMEBODY[pair.scenes], dice)
        seen = play(scene, viewer)
        questions = Questions(seen)
        writes = list(questions.writes())
        kept = sorted(dice.sample(range(len(writes)), min(WRITES, len(writes))))
        for number, probe in enumerate([*questions.reads(), *[writes[index] for index in kept]], start=1000):
            counts = [world.count_traces() for world in pair.all]
            first, second = [ask(world, seen.caller, probe, number) for world in pair.all]
            assert first == second, f"{viewer.name} {seed}: {probe.label}"
            assert [world.count_traces() for world in pair.all] == [count + 1 for count in counts], probe.label


_SOMEBODY = [person for person in people(11, 2000) if not person.guardians]
