"""The home says that a health reminder is new, and leads to its four answers (RM-1, RM-4); nothing after the end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from browser_builders import Browser
from dmp.actions.health_choices import WriteChoice
from dmp.actions.remind import JOB, Reminding, RemindOfHealth, mark_of
from dmp.record.actor import Holder
from dmp.record.choice import ChoiceKind
from dmp.record.dtm import PARIS
from dmp.record.errors import RecordClosed
from dmp.record.notice import Channel, Frequency, NoticeWishes
from dmp.record.patient import Contact
from dmp.record.people import Delegate, DelegateScope
from dmp.record.record import ClosingReason, Closure, RecordState
from dmp.services.service import Service
from dmp.store import schema
from own_pages_builders import CHILD_TRAITS, DAY, GUARDIAN, MERE, NOW, PAUL, SON, Around, content
from own_space_builders import token_of
from reminding_builders import a_finding, a_service
from store_builders import PERSON

HOME, VACCINES, CHOICES = "/patient", "/patient/sante/vaccinations", "/patient/sante/choix"
NEW = "Vous avez un nouveau rappel de santé"
TODAY = NOW.astimezone(PARIS).date()
FOUND = a_finding("A02", due=TODAY, service="vaccination", folded=("T", "D", "P"))
VACCINATION = a_service(FOUND)
SOON = a_service(replace(FOUND, stage="soon", outside=False))
MAIL = Contact(telecoms=(("", "mailto:anne@example.org"),))
WANTED = NoticeWishes(Frequency.IMMEDIATE, Channel.EMAIL)


def look(around: Around, service: Service = VACCINATION, days: int = 0) -> Reminding:
    """What the round of the night does, so many days from now."""
    at, services = NOW + timedelta(days=days), (service,)
    with around.store.begin() as tx:
        tx.looks.again("rec-1", TODAY, rules=mark_of(services, at.astimezone(PARIS).date()))
    return around.gate.perform(JOB, RemindOfHealth("rec-1", services), at)


def messages(around: Around) -> int:
    with around.store.connection() as connection:
        return connection.execute(select(func.count()).select_from(schema.job)).scalar_one()


def choose(anne: Browser, kind: str, **fields: str) -> Browser:
    told = {"service": "vaccination", "kind": kind, "subject": "A02", "sure": "1", "token": token_of(anne)}
    return anne.get(VACCINES).post(CHOICES, {**told, **fields})


@pytest.mark.parametrize("service", [VACCINATION, SOON])
@pytest.mark.parametrize("frequency", list(Frequency))
def test_a_new_reminder_is_on_the_home_whatever_messages_its_holder_wants(around, frequency: Frequency, service):
    around.open(notices=NoticeWishes(frequency), contact=MAIL)
    assert NEW not in around.browser().get(HOME).page
    look(around, service)
    page = content(around.browser().get(HOME).page)
    assert NEW in page
    assert f'href="{VACCINES}"' in page
    assert (messages(around) > 0) is (frequency is not Frequency.NONE and service is VACCINATION)


def test_by_default_nothing_leaves_the_space(around: Around):
    around.open(contact=MAIL)
    assert look(around) is Reminding.UNASKED
    assert messages(around) == 0
    assert NEW in around.browser().get(HOME).page


def test_who_asks_for_messages_afterwards_is_told_of_what_is_due_still(around: Around):
    around.open(contact=MAIL)
    look(around)
    around.change(notices=WANTED)
    assert look(around) is Reminding.TOLD


def test_the_banner_names_no_disease_and_no_vaccine(around: Around):
    around.open()
    look(around)
    page = content(around.browser().get(HOME).page)
    banner = page.partition('aria-labelledby="reminder"')[2].partition("</section>")[0]
    assert "rappel" in banner
    assert not any(word in banner.lower() for word in ("tétanos", "a02", "diphtérie", " ans"))


def test_it_goes_when_the_thing_is_no_longer_due_and_after_a_month(around: Around):
    around.open()
    look(around, days=-40)
    assert NEW not in around.browser().get(HOME).page
    look(around, a_service(replace(FOUND, stage="overdue")))
    assert NEW in around.browser().get(HOME).page
    look(around, a_service())
    assert NEW not in around.browser().get(HOME).page


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("done", {"day": f"{TODAY:%d/%m/%Y}"}),
        ("declined", {}),
        ("snoozed", {"months": "3"}),
        ("snoozed", {"months": "0"}),
    ],
)
def test_each_of_the_four_answers_ends_it_at_once(around: Around, kind: str, fields: dict[str, str]):
    around.open()
    look(around)
    anne = around.browser()
    assert choose(anne, kind, **fields).status == 303
    assert NEW not in anne.get(HOME).page


def test_an_answer_about_something_else_or_of_before_leaves_it(around: Around):
    around.open()
    around.act(Holder(PERSON), WriteChoice(PERSON, "vaccination", ChoiceKind.DECLINED, "A02"), at=NOW - 2 * DAY)
    look(around)
    anne = around.browser()
    choose(anne, "declined", subject="A06")
    assert NEW in anne.get(HOME).page


def test_the_page_offers_the_four_answers_and_each_can_be_taken_back(around: Around):
    around.open()
    anne = around.browser()
    assert choose(anne, "done", subject="A06", day="01/10/2020").status == 303
    page = anne.get(VACCINES).page
    for words in ("déjà fait ailleurs", "Me le rappeler plus tard", "Ne plus me le rappeler", "Pas pour moi"):
        assert words in page
    choose(anne, "snoozed", months="0")
    page = anne.get(VACCINES).page
    assert "Vous ne voulez plus de rappel." in page
    assert "Reprendre les rappels" in page
    with around.store.begin() as tx:
        stop = next(one for one in tx.personal.choices(tx.records.get("rec-1")) if one.kind is ChoiceKind.SNOOZED)
    assert stop.until is None
    choose(anne, "take-back", choice=stop.id)
    assert "Vous ne voulez plus de rappel." not in anne.get(VACCINES).page


def test_a_childs_reminder_is_on_the_home_of_who_represents_her_and_of_no_delegate(around: Around):
    delegate = Delegate(SON, "Paul FICTIF", DelegateScope.MANAGE, NOW - DAY, NOW + 100 * DAY)
    around.open(traits=CHILD_TRAITS, guardians=(GUARDIAN,), delegates=(delegate,))
    look(around)
    assert "Un nouveau rappel de santé attend" in around.browser(MERE, PERSON).get(HOME).page
    assert "rappel de santé" not in content(around.browser(PAUL, PERSON).get(HOME).page)


def test_after_death_or_closure_there_is_neither_message_nor_banner(around: Around):
    around.open(notices=WANTED, contact=MAIL, deceased=True)
    assert look(around) is Reminding.OVER
    closure = Closure(NOW - DAY, ClosingReason.PATIENT_REQUEST)
    around.change(deceased=False, state=RecordState.CLOSED, closure=closure)
    with pytest.raises(RecordClosed):
        look(around)
    assert messages(around) == 0
    assert NEW not in around.browser().get(HOME).page


def test_who_objects_to_messages_gets_none_at_any_stage(around: Around):
    around.open(notices=NoticeWishes(Frequency.NONE), contact=MAIL)
    for number, stage in enumerate(("due", "overdue", "again-1", "again-2", "again-3")):
        assert look(around, a_service(replace(FOUND, stage=stage)), days=90 * number) is Reminding.UNASKED
    assert messages(around) == 0
