"""Medicines from the facts of published documents, which stay outside the project."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dmp.documents.extraction import facts_of
from dmp.record.patient import Sex
from dmp.services.chart import Chart, Person, Sheet
from dmp.services.medicines.lines import LineState, Tie
from dmp.services.medicines.treatment import Basis
from dmp.services.medicines.treatments import reconciled
from medicine_builders import sheet

PUBLISHED = Path(__file__).parents[4] / "shared/data/cda/TestContenuCDA-3-0"
pytestmark = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published CDA documents are not here")


def published(name: str, kind: str, day: str, number: int) -> Sheet:
    return replace(sheet({"kind": kind, "day": day}, number), facts=facts_of((PUBLISHED / name).read_bytes()))


def a_chart(*sheets: Sheet, today: date = date(2023, 12, 20)) -> Chart:
    return Chart(Person(Sex.FEMALE, date(1979, 3, 4)), today, sheets)


PRESCRIPTION = ("eP-MED-DM_2024.01_PosoStruct.xml", "prescription", "20231201", 1)
DELIVERY = ("eDISP-MED_2024.01.xml", "delivery", "20231202", 2)
SUMMARY = ("VSM_1.4_2022.01.xml", "summary", "20231101", 3)
LETTER = ("LDL-SES_2022.01.xml", "letter", "20231110", 4)


def test_the_published_delivery_meets_its_line_by_the_id_of_the_line_alone():
    found = reconciled(a_chart(published(*DELIVERY), published(*PRESCRIPTION)))

    paracetamol = next(each for each in found.treatments if "paracetamol" in each.product.substances)
    assert paracetamol.ties == (Tie.BY_IDENT,)
    (line,) = paracetamol.lines
    assert (line.state, line.substituted, line.renewable, str(line.left)) == (
        LineState.PARTLY_DISPENSED,
        True,
        True,
        "6",
    )


@pytest.mark.parametrize(("today", "covered"), [(date(2023, 12, 6), True), (date(2023, 12, 7), False)])
def test_the_steps_of_the_published_prescription_say_until_when_it_is_taken(today: date, covered: bool):
    """2 days from 1 December, then 4 days from the 3rd: the last day is the 6th; renewed, it would go on."""
    whole = published(*PRESCRIPTION)
    lines = tuple(replace(line, repeats=0) for line in whole.facts.prescriptions if len(line.steps) == 2)
    found = reconciled(a_chart(replace(whole, facts=replace(whole.facts, prescriptions=lines)), today=today))

    (treatment,) = found.treatments
    assert (Basis.COVERED in treatment.bases) is covered


def test_a_line_whose_id_was_copied_stays_a_line_of_its_own():
    found = reconciled(a_chart(published(*DELIVERY), published(*PRESCRIPTION)))

    magistral = next(each for each in found.treatments if "magistrale" in each.product.label)
    assert [each.state for each in magistral.lines] == [LineState.PRESCRIBED]


def test_the_published_summary_lists_current_treatments():
    found = reconciled(a_chart(published(*SUMMARY)))

    assert sorted(each.product.label.split()[0] for each in found.current) == ["COUMADINE", "PLAVIX"]


def test_what_the_published_letter_says_was_given_in_the_stay_is_not_current():
    found = reconciled(a_chart(published(*LETTER), today=date(2020, 1, 10)))

    assert [each.product.label.split()[0] for each in found.current] == ["LEPONEX"]


@pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*.xml")), ids=lambda path: path.stem)
def test_every_published_document_gives_a_list(path: Path):
    whole = replace(sheet({"kind": "summary", "day": "20230101"}, 1), facts=facts_of(path.read_bytes()))

    found = reconciled(a_chart(whole))
    told = len(whole.facts.medications) + len(whole.facts.prescriptions) + len(whole.facts.dispensations)
    assert len(found.treatments) <= told
    assert all(each.evidence for each in found.treatments)
