"""People to whom things happen, over mutual TLS: see `sandboxes.py` for the services."""

import pytest

from dmp.sandbox.population import Person, people
from journey_builders import Story
from sandboxes import Sandbox

_population = people(7, 2000)
_adults = (one for one in _population if not one.guardians)
_children = (one for one in _population if one.guardians)


@pytest.fixture
def person() -> Person:
    """An adult who does not exist, another one for each test."""
    return next(_adults)


@pytest.fixture
def child() -> Person:
    """A minor with a guardian, another one for each test."""
    return next(_children)


@pytest.fixture
def story(strict: Sandbox, person: Person) -> Story:
    """An adult without record, on SQLite."""
    return Story(strict, person)


@pytest.fixture
def story_of_a_child(strict: Sandbox, child: Person) -> Story:
    """A minor without record, on SQLite."""
    return Story(strict, child)


@pytest.fixture
def story_on_both(served: Sandbox, person: Person) -> Story:
    """An adult without record, on each database in turn."""
    return Story(served, person)
