"""What a pharmacist typed is read field by field: products by their codes, quantities and days as people write them."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from dmp.record.facts import NOTHING
from dmp.record.prescription import Deed
from dmp.web.chart.counter_form import Typed, read_typed
from dmp.web.portal.forms import Form

KNOWN: Any = SimpleNamespace(
    medicine=lambda cis: SimpleNamespace(label="RAMIPRIL TEST 5 mg, comprimé") if cis == "60001234" else None,
    presentation=lambda cip: SimpleNamespace(label="RAMIPRIL TEST 5 mg") if cip == "3400930012345" else None,
)


def typed(thesaurus: Any = None, **fields: str) -> Typed:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return read_typed(Form({"deed-1": "delivered", "quantity-1": "30", **named}), thesaurus)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("30", "30"),
        ("1,5", "1.5"),
        (" 2 ", "2"),
        ("1e3", "1000"),
        ("", None),
        ("x", None),
        ("NaN", None),
        ("Infinity", None),
        ("1_0", None),
        ("٣", None),
    ],
)
def test_a_quantity_is_read_as_people_write_it(text: str, quantity: str | None):
    found = typed(quantity_1=text)

    assert found.handed[0].quantity == Decimal(quantity or 0)
    assert ("quantity-1" in found.errors) is (quantity is None)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("60001234", "60001234", "RAMIPRIL TEST 5 mg, comprimé"),
        ("34009 300 12345", "3400930012345", "RAMIPRIL TEST 5 mg"),
        ("Ramipril 5 mg", "", "Ramipril 5 mg"),
        ("5 mg", "", "5 mg"),
    ],
)
def test_another_product_is_named_by_its_code_or_its_words(text: str, code: str, words: str):
    (handed,) = typed(KNOWN, product_1=text).handed

    assert (handed.product.code, handed.product.words) == (code, words)


def test_a_code_that_no_medicine_has_is_said_at_its_field():
    assert set(typed(KNOWN, product_1="69999999").errors) == {"product-1"}
    assert typed(None, product_1="69999999").errors == {}, "without a database nobody can tell"


def test_without_another_product_it_is_that_of_the_line():
    (handed,) = typed(KNOWN, product_1=" ").handed

    assert handed.product == NOTHING


@pytest.mark.parametrize(("text", "day"), [("", ""), ("31/01/2026", "2026-01-31"), ("2026-01-31", "2026-01-31")])
def test_a_day_is_read_as_people_or_browsers_write_it(text: str, day: str):
    found = typed(day=text)

    assert (found.day.isoformat() if found.day else "", found.errors) == (day, {})


@pytest.mark.parametrize("text", ["demain", "31/02/2026", "2026", "1/1/99999"])
def test_what_is_no_day_is_said_at_its_field(text: str):
    assert set(typed(day=text).errors) == {"day"}


def test_what_is_refused_needs_no_quantity_and_lines_of_nothing_say_nothing():
    found = typed(deed_1="refused", quantity_1="x", reason_1="Doute", deed_2="", quantity_2="x", deed_3="given")

    assert [(each.item, each.deed, each.reason) for each in found.handed] == [("1", Deed.REFUSED, "Doute")]
    assert found.errors == {}
