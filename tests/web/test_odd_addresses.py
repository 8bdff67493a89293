"""What anybody may write into an address or a field, and that no page of ours does: an answer, never a breakdown."""

import pytest

from browser_builders import a_loop
from deposit_builders import Doors, with_people


@pytest.fixture(scope="module")
def loop():
    with a_loop() as made:
        yield made


@pytest.fixture
def doors(loop, sqlite_store) -> Doors:
    return Doors(loop, with_people(sqlite_store))


@pytest.mark.parametrize("query", ["a&" * 500, "family=x&" * 500, "page=" + "9" * 5000, "done=%ff%00", "=&=&"])
def test_an_address_with_odd_choices_is_the_page_without_them(doors: Doors, query):
    assert doors.anne().get(f"/patient/documents?{query}").status == 200


@pytest.mark.parametrize("until", ["31/12/9999", "9999-12-31"])
def test_the_last_of_all_days_is_no_day_to_search_by(doors: Doors, until):
    anne = doors.anne().get("/historique").submit("/historique", until=until)
    assert (anne.status, "Cette date n’existe pas" in anne.page) == (422, True)


def test_the_first_of_all_days_is_one(doors: Doors):
    assert doors.anne().get("/historique").submit("/historique", since="01/01/0001").status == 200
