"""Since when a condition holds, and when a birth is awaited: what the rules of weeks count from (A03, A11)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from browser_builders import Browser
from dmp.record.choice import HealthChoice
from dmp.record.dtm import PARIS
from dmp.web.days import day
from own_pages_builders import Around
from own_space_builders import token_of

CHOICES, VACCINES = "/patient/sante/choix", "/patient/sante/vaccinations"
PREGNANT = {"service": "vaccination", "kind": "condition", "subject": "PREGNANT"}


def today() -> date:
    """As the pages see it: the day may have changed since these tests were collected."""
    return datetime.now(UTC).astimezone(PARIS).date()


def ago(weeks: int) -> str:
    return day(today() - timedelta(weeks=weeks))


def tell(browser: Browser, **fields: str) -> Browser:
    return browser.get(VACCINES).post(CHOICES, {**PREGNANT, "sure": "1", "token": token_of(browser), **fields})


def kept(around: Around) -> tuple[HealthChoice, ...]:
    with around.store.begin() as tx:
        return tx.personal.choices(tx.records.get("rec-1"))


@pytest.fixture
def anne(around: Around) -> Browser:
    around.open()
    return around.browser()


def test_the_form_asks_two_days_of_a_pregnancy_one_of_another_condition_and_none_of_an_organ(anne: Browser):
    def asked(**about: str) -> str:
        return anne.get(VACCINES).post(CHOICES, {**PREGNANT, "token": token_of(anne), **about}).page

    assert ('name="day"' in asked(), 'name="until"' in asked()) == (True, True)
    diabetes = asked(subject="DIABETES")
    assert ('name="day"' in diabetes, 'name="until"' in diabetes) == (True, False)
    assert 'name="day"' not in asked(service="screening", subject="CERVIX")


def test_weeks_are_counted_from_the_last_period(around: Around, anne: Browser):
    assert tell(anne, day=ago(34)).status == 303
    assert kept(around)[0].day == today() - timedelta(weeks=34)
    page = anne.get(VACCINES).page
    assert "Le début de la grossesse n’est pas connu" not in page
    assert f"depuis le {ago(34)}" in page


def test_weeks_are_counted_back_from_the_day_of_birth_that_is_awaited(around: Around, anne: Browser):
    assert tell(anne, until=day(today() + timedelta(weeks=7))).status == 303
    assert (kept(around)[0].day, kept(around)[0].until) == (None, today() + timedelta(weeks=7))
    assert f"depuis le {ago(34)}" in anne.get(VACCINES).page


def test_without_any_day_the_page_says_what_is_missing_and_where_to_tell_it(anne: Browser):
    assert tell(anne, kind="done", subject="A02", day="28/03/2024").status == 303
    assert tell(anne).status == 303
    assert "Le début de la grossesse n’est pas connu" in anne.get(VACCINES).page
    assert "Dire depuis quand" in anne.page
    assert tell(anne, day=ago(20)).status == 303
    assert "Dire depuis quand" not in anne.get(VACCINES).page


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("day", timedelta(days=1)),
        ("day", timedelta(weeks=-43)),
        ("day", "31/02/2026"),
        ("day", "01/01/0001"),
        ("day", "<script>alert(1)</script>"),
        ("until", timedelta(days=-1)),
        ("until", timedelta(weeks=45)),
        ("until", "31/12/9999"),
        ("until", "demain"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_what_was_typed_stays(
    around: Around, anne: Browser, field: str, told: str | timedelta
):
    told = told if isinstance(told, str) else day(today() + told)
    assert tell(anne, **{field: told}).status == 422
    assert f'id="{field}-error"' in anne.page
    assert "<script>alert" not in anne.page
    assert told.replace("<", "&lt;").replace(">", "&gt;") in anne.page
    assert kept(around) == ()


def test_two_days_that_contradict_each_other_are_refused(around: Around, anne: Browser):
    assert tell(anne, day=ago(34), until=day(today() + timedelta(weeks=30))).status == 422
    assert 'id="until-error"' in anne.page
    assert tell(anne, day=ago(34), until=day(today() + timedelta(weeks=8))).status == 303
    assert len(kept(around)) == 1


def test_another_condition_may_have_begun_long_ago_but_not_before_birth(around: Around, anne: Browser):
    assert tell(anne, subject="DIABETES", day="01/03/2001").status == 303
    assert tell(anne, subject="ASPLENIA", day="01/03/1950").status == 422
    assert [one.day for one in kept(around)] == [date(2001, 3, 1)]
