"""«Réglages» in a browser: choices shown as they stand, addresses masked, a new one proven by a code (PT-3, PT-9)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from browser_builders import Browser
from dmp.jobs.courier import Courier
from dmp.notices.words import Words
from dmp.record.job import JobKind
from dmp.record.notice import Address, Channel, Frequency, Message, NoticeWishes
from dmp.record.people import DelegateScope
from dmp.record.record import ClosingReason, Closure, Oppositions, RecordState
from dmp.store.jobs import Jobs
from dmp.store.tx import Store
from dmp.web.patient.settings_pages import masked
from own_space_builders import ADULT, ANNE, MAIL, NOW, PHONE, Doors, delegated, of_a_child, sent
from store_builders import PERSON, a_record

SETTINGS, CONTACT, CODE = "/patient/reglages", "/patient/reglages/contact", "/patient/reglages/contact/code"
NEW = {"kind": "email", "canal": "neuve@example.org", "how": "AJOUT"}


@pytest.fixture
def told(monkeypatch) -> list[tuple[tuple[Address, ...], str]]:
    """Where codes are sent, and the codes."""
    messages: list[tuple[tuple[Address, ...], str]] = []

    def send(_courier: Courier, addresses: tuple[Address, ...], words: Words) -> None:
        found = re.search(r"[0-9]{6}", words.sms)
        messages.append((addresses, found[0] if found else ""))

    monkeypatch.setattr(Courier, "send", send)
    return messages


@pytest.fixture
def doors(loop, sqlite_store: Store, told) -> Callable[..., Doors]:
    return lambda record=None: Doors(loop, sqlite_store, record or a_record(traits=ADULT))


def channels(house: Doors) -> tuple[Address, ...]:
    with house.store.begin() as tx:
        account = tx.accounts.of_person(PERSON)
        assert account is not None
        return account.channels


def waiting(house: Doors) -> list[tuple[str, str]]:
    """The notices that wait to be sent: which, and where."""
    jobs, found = Jobs(house.store), []
    while (job := jobs.take("test", datetime.now(UTC))) is not None:
        if job.kind is JobKind.NOTICE:
            message = msgspec.json.decode(job.payload or b"", type=Message)
            found += [(message.text, address.to) for address in message.addresses]
    return sorted(found)


def test_the_page_shows_what_is_chosen_and_never_a_whole_address(doors):
    wishes = NoticeWishes(Frequency.DAILY, Channel.SMS)
    house = doors(a_record(traits=ADULT, notices=wishes, oppositions=Oppositions(break_glass=True)))
    page = house.holder().get(SETTINGS).page
    assert 'value="daily" checked' in page
    assert 'value="sms" checked' in page
    assert "accès refusé" in page
    assert "j•••@…" in page
    assert "06 •• •• •• 12" in page
    assert MAIL not in page
    assert "example.org" not in page
    assert PHONE[-8:] not in page
    for link in ("/moyens", "/sessions", "/affichage", "/patient/urgences", "/patient/copie", "/patient/fermer"):
        assert f'href="{link}"' in page


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (Address(Channel.EMAIL, "a@b.fr"), "a•••@…"),
        (Address(Channel.SMS, "+33712345699"), "07 •• •• •• 99"),
        (Address(Channel.SMS, "+32470123456"), "+32 •• •• 56"),
    ],
)
def test_an_address_is_masked(address, shown):
    assert masked(address) == shown


def test_notices_are_chosen_and_shown_anew(doors):
    anne = doors().holder().get(SETTINGS)
    assert 'value="none" checked' in anne.page
    anne.submit(SETTINGS, frequency="immediate", channel="sms").follow()
    assert "enregistré" in anne.page
    assert 'value="immediate" checked' in anne.page


@pytest.mark.parametrize("typed", [{"frequency": "often", "channel": "sms"}, {"frequency": "daily"}])
def test_an_answer_that_is_none_is_asked_again(doors, typed):
    anne = doors().holder().get(SETTINGS)
    anne.submit(SETTINGS, **typed)
    assert (anne.status, "Choisissez une réponse" in anne.page) == (422, True)
    assert 'value="none" checked' in anne.get(SETTINGS).page


def test_a_new_address_is_used_once_its_code_was_typed(doors, told):
    house = doors()
    anne = house.holder().get(CONTACT)
    assert MAIL not in anne.page
    anne.submit(CONTACT, **NEW).follow()
    ((where, code),) = told
    assert where == (Address(Channel.EMAIL, "neuve@example.org"),)
    assert len(channels(house)) == 2
    anne.submit(CODE, code="000000" if code != "000000" else "111111")
    assert (anne.status, "pas le bon" in anne.page) == (422, True)
    anne.submit(CODE, code=code).follow()
    assert "C’est changé" in anne.page
    assert channels(house)[-1].to == "neuve@example.org"


def test_a_replaced_address_is_gone_and_the_session_goes_on_alone(doors, told):
    house = doors()
    anne, elsewhere = house.holder(), house.holder()
    former = anne.cookies["__Host-dmp-session"][0]
    anne.get(CONTACT).submit(CONTACT, **{**NEW, "how": "MODIFICATION"}).follow()
    anne.submit(CODE, code=told[-1][1]).follow()
    assert anne.status == 200
    assert anne.cookies["__Host-dmp-session"][0] != former
    assert [one.to for one in channels(house)] == ["neuve@example.org", PHONE]
    assert elsewhere.get(SETTINGS).status == 303, "other sessions end"


def test_the_old_addresses_and_the_new_one_are_told(doors, told):
    house = doors()
    anne = house.holder().get(CONTACT).submit(CONTACT, **NEW).follow()
    anne.submit(CODE, code=told[-1][1])
    assert waiting(house) == [("channel-changed", to) for to in (PHONE, MAIL, "neuve@example.org")]


def test_an_address_is_no_longer_used_but_the_last_one_stays(doors):
    house = doors()
    anne = house.holder().get(CONTACT)
    anne.submit(CONTACT, place="0").follow()
    assert [one.to for one in channels(house)] == [PHONE]
    assert 'name="place"' not in anne.page
    sent(anne, CONTACT, place="0", seen="1")
    assert (anne.status, "Rien n’a changé" in anne.page) == (422, True)


@pytest.mark.parametrize(
    "typed", [{"place": "7", "seen": "2"}, {"place": "-1", "seen": "2"}, {"place": "0"}, {"place": "0", "seen": "3"}]
)
def test_a_place_that_was_not_seen_removes_nothing(doors, typed):
    house = doors()
    anne = sent(house.holder(), CONTACT, **typed)
    assert anne.status == 422
    assert len(channels(house)) == 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({**NEW, "canal": "pas une adresse"}, "canal"),
        ({**NEW, "kind": "sms"}, "canal"),
        ({**NEW, "kind": "pigeon"}, "canal"),
        ({**NEW, "how": "SUPPRESSION"}, "how"),
    ],
)
def test_what_is_no_address_gets_no_code(doors, told, typed, field):
    anne = doors().holder().get(CONTACT)
    anne.submit(CONTACT, **typed)
    assert (anne.status, f'id="{field}-error"' in anne.page, told) == (422, True, [])


def test_an_address_that_is_known_is_told_so(doors, told):
    anne = doors().holder().get(CONTACT).submit(CONTACT, **{**NEW, "canal": MAIL}).follow()
    anne.submit(CODE, code=told[-1][1])
    assert (anne.status, "vont déjà à cette adresse" in anne.page) == (422, True)


def test_a_code_is_tried_five_times_and_used_once(doors, told):
    house = doors()
    anne = house.holder().get(CONTACT).submit(CONTACT, **NEW).follow()
    code = told[-1][1]
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(4):
        assert "pas le bon" in anne.submit(CODE, code=wrong).page
    anne.submit(CODE, code=wrong)
    assert "n’est plus en cours" in anne.page
    sent(anne, CODE, code=code)
    assert len(channels(house)) == 2


def test_a_code_serves_no_other_session(doors, told):
    house = doors()
    anne, other = house.holder().get(CONTACT), house.holder()
    anne.submit(CONTACT, **NEW)
    other.cookies["__Host-dmp-contact"] = anne.cookies["__Host-dmp-contact"]
    sent(other, CODE, code=told[-1][1])
    assert (other.status, "n’est plus en cours" in other.page) == (422, True)
    assert len(channels(house)) == 2


def test_codes_are_not_sent_without_end(doors, told):
    anne = doors().holder()
    for _ in range(5):
        assert sent(anne, CONTACT, **NEW).status == 303
    sent(anne, CONTACT, **NEW)
    assert (anne.status, "Trop de codes" in anne.page, len(told)) == (429, True, 5)


@pytest.mark.parametrize("fields", [NEW, {"place": "0", "seen": "2"}])
def test_a_session_of_a_while_ago_changes_no_address(doors, told, fields):
    house = doors()
    anne = sent(house.holder(signed_in=timedelta(minutes=16)), CONTACT, **fields)
    assert (anne.status, told, len(channels(house))) == (403, [], 2)


REFUSED: list[Callable] = [of_a_child, *(lambda scope=scope: delegated(scope) for scope in DelegateScope)]


@pytest.mark.parametrize("record", REFUSED, ids=["representative", *DelegateScope])
def test_nobody_who_acts_for_the_holder_sees_or_changes_the_settings(doors, told, record):
    house = doors(record())
    paul: Browser = house.acting().get(SETTINGS)
    assert "lui appartiennent" in paul.page
    assert "•••" not in paul.page
    assert paul.get(CONTACT).status == 403
    assert sent(paul, SETTINGS, frequency="daily", channel="sms").status == 403
    assert sent(paul, CONTACT, place="0", seen="2").status == 403
    assert sent(paul, CONTACT, **NEW).status == 303, "to an address of his own, which changes nothing yet"
    assert sent(paul, CODE, code=told[-1][1]).status == 403
    assert [one.to for one in channels(house)] == [MAIL, PHONE]


def test_a_professional_has_no_such_page(doors):
    claire = doors().doctor()
    for path in (SETTINGS, CONTACT, CODE):
        claire.get(path)
        assert claire.answer is not None
        assert (claire.status, claire.answer.headers["location"]) == (303, "/")


def test_the_settings_of_a_closed_record_lead_to_its_own_page(doors):
    closure = Closure(NOW, ClosingReason.PATIENT_REQUEST)
    anne = doors(a_record(traits=ADULT, state=RecordState.CLOSED, closure=closure)).holder().get(SETTINGS).follow()
    assert "Votre dossier est fermé" in anne.page


def test_who_signs_in_by_a_provider_alone_has_no_address_to_change(doors, told):
    house = doors()
    anne = house.holder()
    secret = anne.cookies["__Host-dmp-session"][0]
    desk = house.portal.reception.desk
    session = desk.one(secret)
    assert session is not None
    anne.cookies["__Host-dmp-session"] = (desk.renewed(secret, replace(session, account="")), True)
    sent(anne, CONTACT, **NEW)
    assert (anne.status, "pas de compte" in anne.page, told) == (422, True, [])
    assert ANNE.channels == channels(house)


def test_who_holds_no_record_still_settles_how_he_signs_in(doors):
    paul = doors().without_record().get(SETTINGS)
    assert (paul.status, "pas de dossier à vous" in paul.page, 'href="/moyens"' in paul.page) == (200, True, True)
