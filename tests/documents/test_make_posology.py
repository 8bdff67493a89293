"""How a medicine is taken, step by step: written in amounts and times, read back as it was told (cda 3.3)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_facts import facts, names, needs_published

from dmp.documents.dispensation.make import dispensation
from dmp.documents.medical_summary.make import Summary, medical_summary
from dmp.documents.patient_summary.make import patient_summary
from dmp.documents.prescription.make import Order, prescription
from dmp.record.facts import Ceiling, DoseStep, Facts, Quantity, Rhythm
from maker_builders import a_context, find, parsed
from making_builders import HOSTILE, a_source, a_told_delivery, a_told_line, a_told_treatment, told_by

TABLET = "{tablet}"
ONE = Quantity("1", TABLET)
THRICE = DoseStep(ONE, "1 cp", (Rhythm(Quantity("8", "h"), words="3 fois/j"),), "20231201", length=Quantity("2", "d"))
TWICE = DoseStep(ONE, "1 cp", (Rhythm(Quantity("12", "h"), words="2 fois/j"),), "20231203", length=Quantity("4", "d"))
FALLING = (THRICE, TWICE)
MOST = Ceiling(Quantity("4", TABLET), Quantity("1", "d"))


def a_falling_treatment(**changes: Any):
    base = a_told_treatment(schedule="1 cp, 3 fois/j; 1 cp, 2 fois/j", per_day="", steps=FALLING, ceiling=MOST)
    return replace(base, **changes)


def read_again(steps: tuple[DoseStep, ...], **changes: Any):
    told = a_told_treatment(dose=Quantity(), schedule="", per_day="", steps=steps, **changes)
    (read,) = told_by(patient_summary(a_context(), Facts(medications=(told,)))).medications
    return read


def test_a_dose_that_falls_is_written_step_by_step_as_published_prescriptions_write_it():
    root = parsed(patient_summary(a_context(), Facts(medications=(a_falling_treatment(),))))

    (whole,) = find(root, "//c:entry/c:substanceAdministration")
    assert "1.3.6.1.4.1.19376.1.5.3.1.4.8" in find(whole, "c:templateId/@root")
    assert find(whole, "c:doseQuantity | c:effectiveTime[c:period]") == []
    assert find(whole, "c:entryRelationship[@typeCode='COMP']/c:sequenceNumber/@value") == ["1", "2"]
    steps = "c:entryRelationship/c:substanceAdministration[c:templateId/@root='1.2.250.1.213.1.1.3.83.1']"
    assert find(whole, f"{steps}/c:effectiveTime/c:comp/c:low/@value") == ["20231201", "20231203"]
    assert find(whole, f"{steps}/c:effectiveTime/c:comp/c:width/@value") == ["2", "4"]
    assert find(whole, f"{steps}/c:effectiveTime/c:comp/c:period/@value") == ["8", "12"]
    assert find(whole, f"{steps}/c:doseQuantity/c:low/@value") == ["1", "1"]
    assert find(whole, "c:maxDoseQuantity/c:numerator/@value") == ["4"]


def test_its_steps_are_read_back_wherever_they_are_written():
    told = a_falling_treatment()
    line = a_told_line(schedule=told.schedule, per_day="", steps=FALLING, ceiling=MOST)
    delivery = a_told_delivery(schedule=told.schedule, per_day="", steps=FALLING)

    (summed,) = told_by(medical_summary(a_context(), Summary(medications=(told,)))).medications
    (planned,) = told_by(patient_summary(a_context(), Facts(medications=(replace(told, mood="INT"),)))).medications
    (ordered,) = told_by(prescription(a_context(), Order((line,)))).prescriptions
    (handed,) = told_by(dispensation(a_context(), (delivery,))).dispensations

    for read in (summed, planned, ordered, handed):
        assert (read.steps, read.schedule) == (FALLING, told.schedule)
    assert (summed.ceiling, planned.ceiling, ordered.ceiling) == (MOST, MOST, MOST)
    assert summed.dose == Quantity("1", TABLET)


def test_people_read_each_step_with_its_days():
    octets = patient_summary(a_context(), Facts(medications=(a_falling_treatment(),)))

    (cell,) = find(parsed(octets), "//c:td[contains(., '3 fois/j')]")
    said = [words for words in (" ".join(one.split()) for one in cell.itertext()) if words]
    assert said == [
        "au plus 4 comprimé par jour",
        *("Palier 1 :", "1 cp", "à partir du 01/12/2023", "pendant 2 jours", "3 fois/j"),
        *("Palier 2 :", "1 cp", "à partir du 03/12/2023", "pendant 4 jours", "2 fois/j"),
        "si besoin",
    ]


@pytest.mark.parametrize(
    ("rhythm", "kind"),
    [
        (Rhythm(event="HS"), "EIVL_TS"),
        (Rhythm(Quantity("1", "d")), "PIVL_TS"),
        (Rhythm(Quantity("3", "fois la semaine"), words="le lundi"), "PIVL_TS"),
        (Rhythm(words="selon l’INR"), "PIVL_TS"),
    ],
)
def test_a_rhythm_is_a_period_or_an_event_of_the_day(rhythm: Rhythm, kind: str):
    step = DoseStep(Quantity("20", "mg"), "", (rhythm,))
    told = a_told_treatment(dose=step.dose, schedule="", per_day="", steps=(step,))
    octets = patient_summary(a_context(), Facts(medications=(told,)))

    xsi = "{http://www.w3.org/2001/XMLSchema-instance}type"
    (time,) = find(parsed(octets), "//c:entry/c:substanceAdministration/c:effectiveTime[@operator]")
    assert time.get(xsi) == kind
    assert told_by(octets).medications[0].steps == (step,)


def test_bedtime_is_told_in_words_to_who_reads():
    octets = patient_summary(
        a_context(), Facts(medications=(a_told_treatment(steps=(DoseStep(Quantity("1"), "", (Rhythm(event="HS"),)),)),))
    )
    assert "Au coucher" in octets.decode()


def test_an_event_that_the_set_lacks_is_kept_as_words():
    (step,) = read_again((DoseStep(Quantity("1"), "", (Rhythm(event="A LA SELLE"),)),)).steps
    assert step.rhythms == (Rhythm(words="A LA SELLE"),)


def test_steps_of_which_one_has_days_alone_are_read_back():
    told = (THRICE, DoseStep(Quantity("1", TABLET), "1 cp", start="20231207"), DoseStep(words="puis arrêt"))
    assert read_again(told).steps == told


def test_several_rhythms_of_one_step_stay_together():
    meals = (Rhythm(event="ACM"), Rhythm(event="ACV"))
    assert read_again((DoseStep(Quantity("1", TABLET), "", meals),)).steps == (
        DoseStep(Quantity("1", TABLET), "", meals),
    )


AMOUNTS = st.builds(Quantity, st.decimals(1, 99, places=1).map(str), st.sampled_from(["", "mg", TABLET, "mL"]))
RANGES = st.builds(Quantity, low=st.just("1"), high=st.just("2"), unit=st.just(TABLET))
BOUNDS = st.builds(Quantity, st.just("3"), st.just("mg"), st.sampled_from(["<", "<=", ">"]))
WORDS = st.sampled_from(["", "un quart, dissous", "1 cp / jour", "« demi »"])
DAYS = st.sampled_from(["", "2023", "20231201", "202312011430"])
SPANS = st.builds(Quantity, st.integers(1, 99).map(str), st.sampled_from(["d", "wk", "h"]))
RHYTHMS = st.one_of(
    st.builds(Rhythm, SPANS, words=WORDS),
    st.builds(Rhythm, event=st.sampled_from(["HS", "WAKE", "ACM"])),
)
ENDS = st.one_of(st.tuples(DAYS, st.just(Quantity())), st.tuples(st.just(""), SPANS))


@st.composite
def steps(draw: Any) -> DoseStep:
    dose = draw(st.one_of(AMOUNTS, RANGES, BOUNDS, st.just(Quantity())))
    end, length = draw(ENDS)
    rhythms = draw(st.lists(RHYTHMS, min_size=1, max_size=3))
    return DoseStep(dose, draw(WORDS), tuple(rhythms), draw(DAYS), end, length)


@settings(max_examples=150, deadline=None)
@given(st.lists(steps(), min_size=1, max_size=4).map(tuple))
def test_whatever_the_steps_they_are_read_back(told: tuple[DoseStep, ...]):
    assert read_again(told).steps == told


@pytest.mark.parametrize("words", [HOSTILE, "\x00\x07￾", "a" * 5000, "  ", "9" * 200, "-1", "1e9"])
def test_hostile_steps_break_nothing(words: str):
    amount = Quantity(words, words, words, words, words)
    step = DoseStep(amount, words, (Rhythm(amount, words, words), Rhythm(amount, "", words)), words, words, amount)
    told = (a_told_treatment(steps=(step, step), ceiling=Ceiling(amount, amount)),)
    other = (a_told_treatment(source=a_source(40), steps=(step,)),)

    assert told_by(patient_summary(a_context(), Facts(medications=(*told, *other)))).medications


@needs_published
@pytest.mark.parametrize("name", [name for name in names() if facts(name).medications or facts(name).prescriptions])
def test_published_posologies_keep_their_steps_and_their_limit(name: str):
    told = facts(name)

    summed = told_by(patient_summary(a_context(), Facts(medications=told.medications)))
    assert sorted(map(_posology, summed.medications)) == sorted(map(_posology, told.medications))
    if told.prescriptions:
        ordered = told_by(prescription(a_context(), Order(told.prescriptions)))
        assert list(map(_posology, ordered.prescriptions)) == list(map(_posology, told.prescriptions))


@needs_published
def test_a_published_delivery_keeps_its_steps():
    name = next(name for name in names() if name.endswith("eDISP-MED_2024.01.xml"))
    told = facts(name).dispensations

    read = told_by(dispensation(a_context(), told)).dispensations
    assert any(one.steps for one in told)
    assert [one.steps for one in read] == [one.steps for one in told]


def _posology(fact: Any) -> str:
    return repr((fact.steps, fact.ceiling))
