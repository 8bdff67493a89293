"""Prescriptions with numbers: every default is valid, every test names only what matters."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from dmp.record.facts import Concept
from dmp.record.prescription import Deed, Execution, Item, Prescription, number_of

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DAY = date(2026, 11, 22)


def a_number(which: int = 1) -> str:
    return number_of(which.to_bytes(15))


def an_item(name: str = "1", **changes: Any) -> Item:
    item = Item(name, Concept(text="Ramipril 5 mg"), "1 par jour", Decimal(30), "{tablet}", days=30, atc="C09AA05")
    return replace(item, **changes)


def a_prescription(*items: Item, **changes: Any) -> Prescription:
    """Signed, and without a number yet as far as the base knows."""
    told = Prescription("", a_number(), "", "", "", DAY, items or (an_item(),), signed=AT)
    return replace(told, **changes)


def an_execution(quantity: int | str = 30, **changes: Any) -> Execution:
    done = Execution(
        "e", AT, DAY, "1", Deed.DELIVERED, Decimal(quantity), "899900000909", "Odile PHARMA-TEST", "FINESS"
    )
    return replace(done, **changes)
