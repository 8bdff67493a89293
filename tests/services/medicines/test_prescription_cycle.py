"""The rules of a prescription that has a number: its state, and what stands in the way of each act."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dmp.record.facts import Concept
from dmp.record.prescription import Deed, Item, Prescription, number_of, read_number
from dmp.services.medicines.cycle import (
    against_cancelling,
    against_delivery,
    against_deposit,
    cycle_of,
    deliverable,
    may_be_written,
    state_of,
)
from dmp.services.medicines.durations import read_durations
from dmp.services.rule_set import SHIPPED
from dmp.services.tables import BrokenTable
from prescription_builders import AT, DAY, a_number, a_prescription, an_execution, an_item

RULES = cycle_of(SHIPPED)
MORPHINE = {"product": Concept(text="Morphine 10 mg"), "atc": "N02AA01", "days": 28, "quantity": Decimal(56)}
DEPOSITED = a_prescription(deposited=AT)


def state(prescription: Prescription, today: date = DAY) -> str:
    return state_of(prescription, today, RULES).value


def deposit(*items: Item, others: tuple[Prescription, ...] = (), **changes: Any) -> list[str]:
    return [each.code for each in against_deposit(a_prescription(*items, **changes), others, RULES)]


def deliver(prescription: Prescription = DEPOSITED, today: date = DAY, **changes: Any) -> list[str]:
    done = an_execution(**{"day": today, **changes})
    return [each.code for each in against_delivery(prescription, done, today, RULES)]


def with_done(*quantities: int, of: Prescription = DEPOSITED) -> Prescription:
    return replace(of, executions=tuple(an_execution(each) for each in quantities))


RENEWED = a_prescription(an_item(repeats=2), deposited=AT)


@pytest.mark.parametrize(
    ("prescription", "today", "expected"),
    [
        (a_prescription(signed=None), DAY, "draft"),
        (a_prescription(), DAY, "signed"),
        (DEPOSITED, DAY, "deposited"),
        (with_done(10), DAY, "partly_dispensed"),
        (with_done(30), DAY, "dispensed"),
        (with_done(30, of=RENEWED), DAY, "partly_dispensed"),
        (with_done(30, 30, 30, of=RENEWED), DAY, "dispensed"),
        (replace(DEPOSITED, cancelled=AT), DAY, "cancelled"),
        (replace(with_done(10), cancelled=AT), DAY, "cancelled"),
        (DEPOSITED, date(2027, 2, 22), "deposited"),
        (DEPOSITED, date(2027, 2, 23), "expired"),
        (with_done(10), date(2027, 11, 22), "partly_dispensed"),
        (with_done(10), date(2027, 11, 23), "expired"),
        (with_done(30), date(2028, 1, 1), "dispensed"),
    ],
)
def test_the_state_follows_from_what_was_done(prescription: Prescription, today: date, expected: str):
    assert state(prescription, today) == expected


def test_a_line_is_never_delivered_above_quantity_and_renewals():
    assert deliver(quantity=Decimal(30)) == []
    assert deliver(quantity=Decimal(31)) == ["too-much"]
    assert deliver(with_done(60, of=RENEWED), quantity=Decimal(30)) == []
    assert deliver(with_done(60, of=RENEWED), quantity=Decimal("30.5")) == ["too-much"]


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity", "1E+9"])
def test_a_quantity_that_is_none_is_refused(quantity: str):
    assert deliver(quantity=Decimal(quantity)) == ["quantity"]
    assert "quantity" in deposit(an_item(quantity=Decimal(quantity)))


def test_nothing_is_delivered_of_what_is_over():
    assert deliver(replace(DEPOSITED, cancelled=AT)) == ["cancelled"]
    assert deliver(with_done(30)) == ["dispensed"]
    assert deliver(today=date(2027, 2, 26)) == ["expired"]
    assert deliver(item="9") == ["no-such-line"]


@pytest.mark.parametrize(("late", "expected"), [(0, []), (3, []), (4, ["day"]), (-1, ["day"])])
def test_a_delivery_is_written_down_within_three_days(late: int, expected: list[str]):
    today = DAY + timedelta(days=20)

    assert deliver(today=today) == []
    assert deliver(day=today - timedelta(days=late), today=today) == expected


@pytest.mark.parametrize(
    ("today", "day", "expected"),
    [
        (date(2027, 2, 22), date(2027, 2, 22), []),
        (date(2027, 2, 23), date(2027, 2, 22), []),
        (date(2027, 2, 25), date(2027, 2, 22), []),
        (date(2027, 2, 23), date(2027, 2, 23), ["day-expired"]),
        (date(2027, 2, 25), date(2027, 2, 23), ["day-expired"]),
        (date(2027, 2, 25), date(2027, 2, 21), ["day"]),
        (date(2027, 2, 26), date(2027, 2, 22), ["expired"]),
        (date(2027, 2, 22), date(2027, 2, 23), ["day"]),
    ],
)
def test_a_delivery_is_judged_at_its_day_even_when_it_is_written_later(today: date, day: date, expected: list[str]):
    assert deliver(today=today, day=day) == expected
    shown = may_be_written(DEPOSITED, today, RULES)
    assert shown is (expected != ["expired"]), "the page has a form as long as some day is left to tell"


def test_an_operator_says_how_many_days_later_a_delivery_may_be_written():
    one = replace(RULES, parameters=replace(RULES.parameters, late_writing=1))

    def told(late: int) -> list[str]:
        done = an_execution(day=DAY + timedelta(days=20 - late))
        return [each.code for each in against_delivery(DEPOSITED, done, DAY + timedelta(days=20), one)]

    assert (told(1), told(2)) == ([], ["day"])


def test_no_day_that_is_told_brings_back_what_was_cancelled_or_delivered_meanwhile():
    today, before = DAY + timedelta(days=5), DAY + timedelta(days=4)

    assert deliver(replace(DEPOSITED, cancelled=AT), today, day=before) == ["cancelled"]
    assert deliver(with_done(30), today, day=before) == ["dispensed"]


def test_a_refusal_has_a_day_that_may_be_told_too():
    refusal = {"deed": Deed.REFUSED, "quantity": Decimal(0), "reason": "Doute"}

    assert deliver(**refusal, today=DAY + timedelta(days=1), day=DAY) == []
    assert deliver(**refusal, today=DAY + timedelta(days=9), day=DAY) == ["day"]
    assert deliver(**refusal, today=DAY, day=DAY + timedelta(days=9)) == ["day"]


def test_what_is_adapted_or_refused_has_a_reason_and_what_is_refused_no_quantity():
    assert deliver(deed=Deed.ADAPTED) == ["reason-missing"]
    assert deliver(deed=Deed.ADAPTED, reason="Rupture de stock") == []
    assert deliver(deed=Deed.REFUSED, quantity=Decimal(0)) == ["reason-missing"]
    assert deliver(deed=Deed.REFUSED, quantity=Decimal(0), reason="Doute") == []
    assert deliver(deed=Deed.REFUSED, reason="Doute") == ["quantity"]


def test_what_is_not_signed_or_empty_gets_no_number():
    assert deposit() == []
    assert deposit(signed=None) == ["not-signed"]
    assert deposit(deposited=AT) == ["has-a-number"]
    assert deposit(items=()) == ["no-lines"]
    assert deposit(an_item("1"), an_item("1")) == ["line-twice"]
    assert deposit(an_item(product=Concept())) == ["no-product"]
    assert deposit(an_item(days=200, repeats=1)) == ["duration"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (MORPHINE, []),
        (MORPHINE | {"days": 29}, ["too-long"]),
        (MORPHINE | {"days": 0}, ["duration-missing"]),
        (MORPHINE | {"days": 14, "repeats": 1}, ["not-renewable"]),
        (MORPHINE | {"restriction": "narcotic_7", "days": 8}, ["too-long"]),
        (MORPHINE | {"restriction": "narcotic_8"}, ["unknown-restriction"]),
        ({"atc": "N05CF01", "days": 28}, []),
        ({"atc": "N05CF01", "days": 14, "repeats": 2}, ["too-long"]),
        ({"atc": "N05BA12", "days": 84}, []),
        ({"atc": "N05BA12", "days": 85}, ["too-long"]),
    ],
)
def test_narcotics_hypnotics_and_anxiolytics_have_their_durations(changes: dict[str, Any], expected: list[str]):
    assert deposit(an_item(**changes)) == expected


def test_a_narcotic_overlaps_no_other_of_the_same_prescriber_unless_he_says_so():
    before = a_prescription(an_item(**MORPHINE), deposited=AT, written=DAY - timedelta(days=27))

    assert deposit(an_item(**MORPHINE), others=(before,)) == ["overlap"]
    assert deposit(an_item(**MORPHINE, overlap_stated=True), others=(before,)) == []
    assert deposit(an_item(**MORPHINE), others=(replace(before, cancelled=AT),)) == []
    assert deposit(an_item(**MORPHINE), others=(replace(before, written=DAY - timedelta(days=28)),)) == []


@pytest.mark.parametrize(("late", "left"), [(0, 56), (3, 56), (4, 48), (27, 2), (28, 0), (60, 0)])
def test_a_narcotic_that_is_delivered_late_loses_the_days_that_passed(late: int, left: int):
    prescription = a_prescription(an_item(**MORPHINE), deposited=AT)

    found = deliverable(prescription, prescription.items[0], DAY + timedelta(days=late), RULES)
    assert found == Decimal(left)


@pytest.mark.parametrize(("late", "given", "left"), [(2, 10, 46), (20, 8, 8), (20, 16, 0)])
def test_the_days_that_a_narcotic_lost_do_not_come_back_once_it_is_delivered_in_part(late: int, given: int, left: int):
    begun = DAY + timedelta(days=late)
    done = an_execution(given, day=begun)
    prescription = a_prescription(an_item(**MORPHINE), deposited=AT, executions=(done,))

    on = begun + timedelta(days=5)
    assert deliverable(prescription, prescription.items[0], on, RULES) == Decimal(left)
    assert deliver(prescription, on, quantity=Decimal(left + 1)) == ["days-lost" if late > 3 else "too-much"]


def test_a_narcotic_that_was_fetched_in_time_loses_nothing_by_being_written_later():
    prescription = a_prescription(an_item(**MORPHINE), deposited=AT)
    in_time, today = DAY + timedelta(days=3), DAY + timedelta(days=5)

    assert deliver(prescription, today, day=in_time, quantity=Decimal(56)) == []
    assert deliver(prescription, today, day=today, quantity=Decimal(56)) == ["days-lost"]
    elsewhere = replace(prescription, executions=(an_execution(10, day=today),))
    assert deliver(elsewhere, today, day=in_time, quantity=Decimal(46)) == [], (
        "the first day counts, whoever writes first"
    )


def test_another_product_takes_the_place_of_none_that_is_not_substitutable_unless_it_is_adapted():
    fixed = a_prescription(an_item(not_substitutable="MTE"), deposited=AT)
    other = {"product": Concept(text="Ramipril Test 5 mg")}

    assert deliver(**other) == []
    assert deliver(fixed) == []
    assert deliver(fixed, **other) == ["not-substitutable"]
    assert deliver(fixed, **other, deed=Deed.ADAPTED, reason="Rupture, vu avec le prescripteur") == []
    assert deliver(fixed, **other, deed=Deed.ADAPTED) == ["reason-missing"]


def test_a_narcotic_is_not_delivered_for_days_that_were_delivered_for_already():
    before = a_prescription(an_item(**MORPHINE), deposited=AT, written=DAY - timedelta(days=27), number="before")
    given = replace(before, executions=(an_execution(56, day=before.written),))
    now = a_prescription(an_item(**MORPHINE), deposited=AT)

    def told(prescription: Prescription, other: Prescription, day: date = DAY) -> list[str]:
        done = an_execution(28, day=day)
        return [each.code for each in against_delivery(prescription, done, day, RULES, (other,))]

    assert told(now, given) == ["covered"]
    assert told(now, given, DAY + timedelta(days=1)) == [], "the last day is included, the next one is free"
    assert told(now, before) == [], "nothing of it was delivered"
    assert told(now, replace(given, items=(an_item(),))) == [], "another medicine"
    assert told(a_prescription(an_item(**MORPHINE, overlap_stated=True), deposited=AT), given) == []
    assert told(a_prescription(an_item(), deposited=AT), replace(given, items=(an_item(),))) == [], "no narcotic"


def test_a_prescription_is_cancelled_while_something_is_left():
    def obstacles(prescription: Prescription) -> list[str]:
        return [each.code for each in against_cancelling(prescription, DAY, RULES)]

    assert obstacles(DEPOSITED) == obstacles(with_done(10)) == []
    assert obstacles(with_done(30)) == ["dispensed"]
    assert obstacles(replace(DEPOSITED, cancelled=AT)) == ["cancelled"]
    assert obstacles(a_prescription()) == ["signed"]


def test_a_number_is_read_however_it_is_written():
    number = number_of(bytes(range(200, 215)))

    assert len(number) == 29
    for text in (number, number.lower(), number.replace("-", " "), f"DMP-RX:{number}", number.replace("0", "O")):
        assert read_number(text) == number
    assert read_number("") == read_number("DMP") == read_number(number[:-1]) == ""


def test_a_number_with_one_wrong_letter_is_none():
    number = a_number(123456789)
    wrong = [number[:place] + "Z" + number[place + 1 :] for place in range(len(number)) if number[place] not in "-Z"]

    assert not any(map(read_number, wrong))


def test_a_number_is_made_of_enough_chance():
    with pytest.raises(ValueError, match="15 octets"):
        number_of(b"12345678")


def test_broken_rules_on_durations_are_refused():
    text = Path("src/dmp/services/medicines/durations.toml").read_text("utf-8")

    for old, new in (("most_days = 7", "most_days = 0"), ("renewals = 0", ""), ('"recalled"', '"sure"')):
        with pytest.raises(BrokenTable, match=r"mine, line \d+, restrictions narcotic_7"):
            read_durations(text.replace(old, new, 1), "mine")
    with pytest.raises(BrokenTable, match="mine, restrictions"):
        read_durations('version = "1"', "mine")
