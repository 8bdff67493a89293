"""The pages of prescriptions that have a number: shown by the holder, cancelled by their author."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files

import pytest

from dmp.actions.dispense import CancelPrescription, Dispense, Handed
from dmp.actions.numbered import ByNumber
from dmp.actions.prescribe import Prescribe
from dmp.main import build_gate
from dmp.record.actor import Caller, Facility, Professional
from dmp.record.people import Delegate, DelegateScope
from dmp.record.prescription import Deed
from dmp.store.tx import Store
from dmp.web.chart.prescription_pages import CANCEL, MINE, WRITTEN
from dmp.web.chart.prescription_view import picture
from own_pages_builders import CHILD_TRAITS, DAY, GUARDIAN, MERE, NOW, PAUL, SON, Around
from prescription_builders import a_number, a_prescription, an_item
from professional_builders import DOCTOR, Rooms, peopled
from store_builders import PERSON

NUMBER = a_number(99)
PHARMACIST = Professional("899900000901", "Odile PHARMA-TEST", "21", "", Facility("17", "P", "SA33"))
HOSTILE = "<script>alert(1)</script> ]]> &amp; \u202e 'quoted\""


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return peopled(sqlite_store)


@pytest.fixture
def rooms(loop, store) -> Rooms:
    return Rooms(loop, store)


def perform(where: Rooms | Around, by: Professional, act, *, secret: bool = False):
    gate = build_gate(where.store, where.settings)
    return gate.perform(Caller(by, patient=PERSON, secret=secret), act, datetime.now(UTC))


def prescribed(where: Rooms | Around, *, secret: bool = False, **changes):
    told = a_prescription(an_item(repeats=1), **{"number": NUMBER, **changes})
    return perform(where, DOCTOR, Prescribe(PERSON, told), secret=secret)


def delivered(where: Rooms | Around, quantity: int = 20, **changes):
    handed = Handed("1", Deed.DELIVERED, Decimal(quantity), **changes)
    return perform(where, PHARMACIST, Dispense(ByNumber(NUMBER), (handed,)))


@pytest.fixture
def ready(rooms: Rooms) -> Rooms:
    prescribed(rooms)
    return rooms


def test_a_code_can_be_scanned_in_every_theme_and_on_paper():
    drawn = picture(NUMBER)
    assert "viewBox" in drawn
    assert not re.search(r"<svg[^>]* (?:width|height)=", drawn), "the style sheet says how large it is"
    style = files("dmp.web.static").joinpath("portal.css").read_text(encoding="utf-8")
    assert re.search(r"\.scan svg \{[^}]*background: #fff", style), "black on a dark page is read by no scanner"


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def test_its_author_sees_it_in_the_open_record_and_cancels_the_rest(ready: Rooms):
    delivered(ready)
    author = ready.in_record(DOCTOR).get(WRITTEN)
    assert "Ramipril 5 mg" in author.page
    assert "<svg" not in main_of(author.page)

    author.submit(CANCEL, number=NUMBER, reason="Toux sèche")
    page = author.follow().page
    assert "C’est annulé : ce qui restait ne peut plus être délivré." in page
    assert "annulé : 40 comprimés" in page
    assert "Toux sèche" in page
    assert "Délivré 20 comprimés" in page
    assert CANCEL not in page


def test_what_is_over_already_is_not_cancelled_and_the_page_says_so(ready: Rooms):
    author = ready.in_record(DOCTOR).get(WRITTEN)
    delivered(ready, 60)

    author.submit(CANCEL, number=NUMBER)
    assert author.status == 422
    assert "Rien n’a été annulé" in author.page
    assert "Entièrement délivrée" in author.page


def test_what_is_written_about_it_is_shown_as_text(ready: Rooms):
    delivered(ready, 1, lot=HOSTILE, reason=HOSTILE)
    author = ready.in_record(DOCTOR).get(WRITTEN)
    author.submit(CANCEL, number=NUMBER, reason=HOSTILE)

    page = author.follow().page
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") == 3


def test_the_holder_sees_the_code_and_the_number(around: Around):
    around.open()
    prescribed(around)

    page = around.browser().get(MINE).page
    assert picture(NUMBER) in page
    assert NUMBER in page
    assert "À délivrer" in page


def test_the_holder_sees_what_was_cancelled_and_why(around: Around):
    around.open()
    prescribed(around)
    delivered(around, 30)
    perform(around, DOCTOR, CancelPrescription(NUMBER, "Toux sèche"))

    page = main_of(around.browser().get(MINE).page)
    assert "Annulée" in page
    assert "Toux sèche" in page
    assert "annulé : 30 comprimés" in page
    assert "Délivré 30 comprimés" in page
    assert "<svg" not in page
    assert NUMBER not in page


def test_a_delegate_sees_the_prescription_without_the_number(around: Around):
    until = NOW + 100 * DAY
    for scope in DelegateScope:
        if scope is DelegateScope.READ:
            around.open(delegates=(Delegate(SON, "Paul FICTIF", scope, NOW - DAY, until),))
            prescribed(around)
        around.change(delegates=(Delegate(SON, "Paul FICTIF", scope, NOW - DAY, until),))

        page = around.browser(PAUL, PERSON).get(MINE).page
        assert "Ramipril 5 mg" in page
        assert "n’est donné qu’au titulaire du dossier" in page
        assert NUMBER not in page
        assert "<svg" not in main_of(page)


def test_who_represents_a_minor_goes_to_the_pharmacy_but_not_with_a_secret_one(around: Around):
    around.open(traits=CHILD_TRAITS, guardians=(GUARDIAN,))
    prescribed(around)
    prescribed(around, secret=True, number=a_number(98))

    parent = around.browser(MERE, PERSON).get(MINE).page
    assert picture(NUMBER) in parent
    assert a_number(98) not in parent
    assert a_number(98) in around.browser().get(MINE).page
