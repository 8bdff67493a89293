"""What tests of several pages share: a loop that the portal is called in, and browsers of those around a record."""

from collections.abc import Iterator

import pytest

from browser_builders import a_loop
from own_pages_builders import Around, around_elsewhere, the_settings
from shelf_builders import Doors, filled, the_record


@pytest.fixture(scope="module")
def loop():
    with a_loop() as made:
        yield made


@pytest.fixture
def around(loop, sqlite_store) -> Around:
    """The record of Anne, and everybody who may stand before it."""
    return Around(loop, sqlite_store, the_settings())


@pytest.fixture
def other(loop, sqlite_template, tmp_path) -> Iterator[Around]:
    """The same in another service."""
    with around_elsewhere(loop, sqlite_template, tmp_path) as found:
        yield found


@pytest.fixture
def open_doors(loop, sqlite_store):
    """Doors to a record made as the test says."""

    def made(*more, **changes) -> Doors:
        return Doors(loop, filled(sqlite_store, the_record(**changes), *more))

    return made
