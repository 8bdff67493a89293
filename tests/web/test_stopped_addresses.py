"""An address that takes no messages any more: shown to its owner, masked, and put right by him (RM-7)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from browser_builders import Browser
from dmp.record.notice import Address, Channel, Unreachable
from dmp.record.patient import Contact
from dmp.record.people import DelegateScope
from dmp.store.tx import Store
from dmp.web.days import day
from own_space_builders import ADULT, MAIL, NOW, PHONE, Doors, delegated, sent
from store_builders import a_record

SETTINGS, ADDRESS = "/patient/reglages", "/patient/reglages/adresse"
OLD = "vieille@example.org"
GONE = Unreachable(Address(Channel.EMAIL, OLD), ("m1", "m2"), NOW)
HOME_PHONE = ("H", "tel:0145678900")
TELECOMS = (HOME_PHONE, ("", f"mailto:{OLD}"))
WORDS = "ne reçoit plus nos messages"


@pytest.fixture
def doors(loop, sqlite_store: Store) -> Callable[..., Doors]:
    def made(**changes) -> Doors:
        known = {"traits": ADULT, "contact": Contact(telecoms=TELECOMS), "unreachable": (GONE,)}
        return Doors(loop, sqlite_store, changes.pop("record", None) or a_record(**{**known, **changes}))

    return made


def kept(house: Doors):
    with house.store.begin() as tx:
        record = tx.records.get("rec-1")
        return record.unreachable, record.contact.telecoms


def test_the_page_says_which_address_and_since_when_and_shows_it_to_nobody_whole(doors):
    page = doors().holder().get(SETTINGS).page
    assert WORDS in page
    assert "v•••@…" in page
    assert day(NOW) in page
    assert OLD not in page
    assert MAIL not in page


def test_the_home_says_that_messages_no_longer_come(doors):
    assert "Nos messages n’arrivent plus" in doors().holder().get("/patient").page


@pytest.mark.parametrize(
    "changes",
    [
        {"unreachable": ()},
        {"unreachable": (Unreachable(GONE.address, ("m1",), NOW),)},
        {"contact": Contact(telecoms=(HOME_PHONE,))},
    ],
)
def test_nothing_is_said_of_an_address_that_is_not_certain_or_no_longer_there(doors, changes):
    anne = doors(**changes).holder()
    assert WORDS not in anne.get(SETTINGS).page
    assert "Nos messages n’arrivent plus" not in anne.get("/patient").page


def test_he_says_that_it_is_right_and_it_is_tried_again(doors):
    house = doors()
    anne = house.holder().get(SETTINGS)
    anne.submit(ADDRESS).follow()
    assert "enregistré" in anne.page
    assert WORDS not in anne.page
    assert kept(house) == ((), TELECOMS)


@pytest.mark.parametrize(("place", "told"), [("0", ("", f"mailto:{MAIL}")), ("1", ("MC", f"tel:{PHONE}"))])
def test_an_address_that_codes_go_to_takes_its_place(doors, place, told):
    house = doors()
    anne = house.holder().get(SETTINGS)
    assert "Utiliser à la place" in anne.page
    anne.submit(ADDRESS, instead=place).follow()
    assert kept(house) == ((), (told, HOME_PHONE))


@pytest.mark.parametrize(
    "odd", [{"place": "7"}, {"seen": "9"}, {"instead": "99"}, {"instead": "<script>"}, {"place": "²"}]
)
def test_what_no_form_offers_changes_nothing_and_says_so(doors, odd):
    house = doors()
    anne = sent(house.holder(), ADDRESS, **{"place": "0", "seen": "1", **odd})
    assert (anne.status, "regardez-les de nouveau" in anne.page) == (422, True)
    assert "<script>" not in anne.page
    assert kept(house) == ((GONE,), TELECOMS)


def test_who_signed_in_long_ago_signs_in_again_first(doors):
    house = doors()
    assert sent(house.holder(signed_in=timedelta(minutes=20)), ADDRESS, place="0", seen="1").status == 403
    assert kept(house)[0] == (GONE,)


@pytest.mark.parametrize("who", ["acting", "doctor"])
def test_nobody_else_sees_it_nor_changes_it(doors, who: str):
    house = doors(record=delegated(DelegateScope.MANAGE, contact=Contact(telecoms=TELECOMS), unreachable=(GONE,)))
    other: Browser = getattr(house, who)()
    assert WORDS not in other.get(SETTINGS).page
    assert "Nos messages" not in other.get("/patient").page
    assert sent(other, ADDRESS, place="0", seen="1").status in (303, 403)
    assert kept(house)[0] == (GONE,)
