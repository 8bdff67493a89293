"""What is proposed for a medical summary, and when one is overdue (VSM-1 to VSM-3); a computed patient summary."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dmp.record.codes import Code
from dmp.record.entry import Author, Deposit, DocumentEntry, EntryStatus
from dmp.record.facts import (
    Ceiling,
    Concept,
    DoseStep,
    Facts,
    Failure,
    Immunization,
    Medication,
    PrescriptionLine,
    Problem,
    Quantity,
    Stated,
)
from dmp.record.professional import professional_xcn
from dmp.record.visibility import Visibility
from dmp.services.chart import Chart, Person, Sheet
from dmp.services.synthesis.blocks import blocks_of
from dmp.services.synthesis.patient_summary import summary_of
from dmp.services.synthesis.proposal import Proposal, former_of, overdue, proposal
from making_builders import (
    a_source,
    a_told_allergy,
    a_told_device,
    a_told_kinship,
    a_told_line,
    a_told_problem,
    a_told_result,
    a_told_treatment,
    a_told_vaccine,
)
from store_builders import an_entry

TODAY = date(2026, 3, 2)
SYNTH = Code("SYNTH", "1.2.250.1.213.1.1.4.12", "Synthèse")
DOCTOR, OTHER = "899900000011", "899900000022"


def a_sheet(number: int, made: str, doctor: str = OTHER, /, kind: Code | None = None, **facts: object) -> Sheet:
    """A document of a day, by a doctor."""
    author = Author(professional_xcn(doctor, "EXEMPLE", "Camille").text, ())
    changes = {"type_code": kind} if kind is not None else {}
    entry = an_entry(number, creation_time=f"{made}090000", service_start=made, authors=(author,), **changes)
    return Sheet(entry, Facts(**facts))


def a_chart(*sheets: Sheet, **changes: object) -> Chart:
    return replace(Chart(Person(), TODAY, tuple(sheets)), **changes)


def masked(sheet: Sheet) -> Sheet:
    return replace(sheet, entry=replace(sheet.entry, visibility=Visibility(masked=True)))


def words(found: Proposal, part: str) -> list[str]:
    """The lines of a section, as they are read."""
    return [line.what[0] for one in found.parts if one.name == part for line in one.lines]


def entry_of(sheet: Sheet) -> DocumentEntry:
    return sheet.entry


def test_each_line_has_its_sources_and_none_is_chosen():
    found = proposal(a_chart(a_sheet(1, "20260101", problems=(a_told_problem(),))))

    (line,) = found.parts[0].lines
    assert [one.uuid for one in line.evidence] == [an_entry(1).uuid]
    assert not line.masked
    assert not line.kept
    assert found.chosen(()) == ()


def test_one_problem_of_two_documents_is_one_line_with_both_sources():
    again = a_told_problem(source=a_source(2), start="20190101")
    chart = a_chart(a_sheet(2, "20260201", problems=(again,)), a_sheet(1, "20260101", problems=(a_told_problem(),)))

    (line,) = proposal(chart).parts[0].lines

    assert len(line.evidence) == 2


def test_what_is_over_is_proposed_as_history():
    over = a_told_problem(clinical_status="resolved", end="20200101")

    found = proposal(a_chart(a_sheet(1, "20260101", problems=(over,))))

    assert words(found, "problems") == []
    assert words(found, "history") == ["Diabète sucré de type 2"]
    (line,) = found.parts[1].lines
    assert isinstance(line.fact, Problem)
    assert line.fact.history


def test_what_is_stated_absent_is_never_proposed_as_present():
    denied = replace(a_told_problem(), stated=Stated.ABSENT)

    assert words(proposal(a_chart(a_sheet(1, "20260101", problems=(denied,)))), "problems") == []


def test_what_was_there_before_the_last_summary_and_is_not_in_it_is_not_proposed_again():
    summary = a_sheet(3, "20260115", DOCTOR, kind=SYNTH, allergies=(a_told_allergy(),))
    before = a_sheet(1, "20260101", problems=(a_told_problem(),))
    after = a_sheet(4, "20260201", family=(a_told_kinship(),))

    found = proposal(a_chart(after, summary, before))

    assert found.last == entry_of(summary)
    assert words(found, "problems") == []
    assert words(found, "allergies") == ["amoxicilline"]
    assert words(found, "family") == ["Anémie à hématies falciformes (Mère)"]
    kept = {line.what[0]: line.kept for part in found.parts for line in part.lines}
    assert kept == {"amoxicilline": True, "Anémie à hématies falciformes (Mère)": False}


def test_a_line_from_a_masked_document_says_so():
    chart = a_chart(
        masked(a_sheet(2, "20260201", allergies=(a_told_allergy(),))),
        a_sheet(1, "20260101", problems=(a_told_problem(),)),
    )

    told = {line.what[0]: line.masked for part in proposal(chart).parts for line in part.lines}

    assert told == {"amoxicilline": True, "Diabète sucré de type 2": False}


@pytest.mark.parametrize(("end", "proposed"), [("20300101", True), ("", True), ("20260302", True), ("20260301", False)])
def test_a_treatment_is_proposed_while_it_goes_on(end: str, *, proposed: bool):
    treatment = a_told_treatment(end=end)

    found = proposal(a_chart(a_sheet(1, "20260101", medications=(treatment,))))

    assert bool(words(found, "medications")) is proposed


def test_a_line_of_a_prescription_is_proposed_as_a_treatment_and_once():
    chart = a_chart(
        a_sheet(2, "20260201", prescriptions=(a_told_line(end=""),)),
        a_sheet(1, "20260101", medications=(a_told_treatment(),)),
    )

    (line,) = proposal(chart).parts[-1].lines
    alone = proposal(a_chart(a_sheet(2, "20260201", prescriptions=(a_told_line(end=""),))))

    assert type(line.fact) is Medication
    (other,) = alone.parts[-1].lines
    assert not isinstance(other.fact, PrescriptionLine)
    assert other.fact.mood == "EVN"


def test_devices_are_proposed_as_points_to_watch():
    assert words(proposal(a_chart(a_sheet(1, "20260101", devices=(a_told_device(),)))), "devices") == [
        "STIMULATEUR CARDIAQUE IMPLANTABLE"
    ]


def test_a_key_names_the_same_line_whatever_else_the_record_holds():
    sheet = a_sheet(1, "20260101", problems=(a_told_problem(),))
    key = proposal(a_chart(sheet)).parts[0].lines[0].key
    more = proposal(a_chart(a_sheet(2, "20260201", allergies=(a_told_allergy(),)), sheet))

    (line,) = more.chosen((key,))

    assert line.what[0] == "Diabète sucré de type 2"


def test_a_key_of_no_line_is_refused():
    with pytest.raises(LookupError):
        proposal(a_chart()).chosen(("0" * 20,))


# -- one summary for each doctor, once a year


def test_the_former_summary_is_that_of_the_same_doctor_in_force():
    own = a_sheet(1, "20250101", DOCTOR, kind=SYNTH)
    others = a_sheet(2, "20260101", OTHER, kind=SYNTH)
    replaced = a_sheet(3, "20260201", DOCTOR, kind=SYNTH)
    replaced = replace(replaced, entry=replace(replaced.entry, status=EntryStatus.DEPRECATED))

    assert former_of(a_chart(replaced, others, own), DOCTOR) == own.entry
    assert former_of(a_chart(others), DOCTOR) is None


@pytest.mark.parametrize(
    ("made", "late"),
    [("20250302", False), ("20250301", True), ("20260301", False), ("20200229", True)],
    ids=["365 days", "366 days", "yesterday", "leap day"],
)
def test_a_summary_is_overdue_after_a_year(made: str, *, late: bool):
    chart = a_chart(a_sheet(1, made, DOCTOR, kind=SYNTH))

    assert (overdue(chart, DOCTOR) is not None) is late


def test_the_summary_of_somebody_else_does_not_count():
    found = overdue(a_chart(a_sheet(1, "20260201", OTHER, kind=SYNTH)), DOCTOR)

    assert found is not None
    assert found.last is None


# -- a computed patient summary


def test_a_patient_summary_tells_each_thing_once():
    again = a_told_problem(source=a_source(2), start="20190101")
    chart = a_chart(
        a_sheet(2, "20260201", problems=(again,), allergies=(a_told_allergy(),)),
        a_sheet(1, "20260101", problems=(a_told_problem(),), allergies=(a_told_allergy(source=a_source(9)),)),
    )

    told = summary_of(chart)

    assert (len(told.problems), len(told.allergies)) == (1, 1)


def test_a_statement_of_none_stands_only_where_nothing_contradicts_it():
    none = a_told_allergy(agent=Concept("no-known-allergies", "2.16.840.1.113883.5.1150.1"), stated=Stated.ABSENT)

    alone = summary_of(a_chart(a_sheet(1, "20260101", allergies=(none,))))
    both = summary_of(a_chart(a_sheet(1, "20260101", allergies=(none, a_told_allergy()))))

    assert [one.stated for one in alone.allergies] == [Stated.ABSENT]
    assert [one.agent.words for one in both.allergies] == ["amoxicilline"]


def test_old_results_and_planned_vaccines_stay_out_of_a_patient_summary():
    old = a_told_result(start="20200101")
    new = a_told_result(start="20260101", concept=Concept("718-7", "2.16.840.1.113883.6.1", "Hémoglobine"))
    planned = a_told_vaccine(mood="INT")

    told = summary_of(a_chart(a_sheet(1, "20260101", results=(old, new), immunizations=(planned, a_told_vaccine()))))

    assert [one.concept.code for one in told.results] == ["718-7"]
    assert [one.mood for one in told.immunizations] == ["EVN"]


def test_odd_days_and_figures_break_nothing():
    odd = Immunization(a_source(1), Concept(text="Vaccin"), "2024-13", rank="-1", dose=Quantity("x", "y z"))
    drug = a_told_treatment(end="99999999", start="19")

    chart = a_chart(a_sheet(1, "20260101", immunizations=(odd,), medications=(drug,)))

    assert summary_of(chart).immunizations == (odd,)
    assert words(proposal(chart), "medications") == ["GLUCOPHAGE 500 mg, comprimé"]


def put_in(sheet: Sheet, day: int) -> Sheet:
    """Deposited on a day of February 2026."""
    deposit = Deposit(datetime(2026, 2, day, tzinfo=UTC), "someone", "1750000001", "DIRECTE")
    return replace(sheet, entry=replace(sheet.entry, deposit=deposit))


def test_an_old_letter_that_came_after_the_last_summary_is_proposed_with_the_day_of_the_care():
    summary = put_in(a_sheet(3, "20260115", DOCTOR, kind=SYNTH, allergies=(a_told_allergy(),)), 1)
    late = put_in(a_sheet(1, "20240312", problems=(a_told_problem(),)), 9)

    found = proposal(a_chart(summary, late))

    assert words(found, "problems") == ["Diabète sucré de type 2"]
    assert [line.told for part in found.parts for line in part.lines if part.name == "problems"] == ["12/03/2024"]


def test_what_was_put_in_before_the_last_summary_is_not_unless_it_was_made_later():
    summary = put_in(a_sheet(3, "20260115", DOCTOR, kind=SYNTH), 5)
    before = put_in(a_sheet(1, "20240312", problems=(a_told_problem(),)), 4)
    meanwhile = put_in(a_sheet(2, "20260116", allergies=(a_told_allergy(),)), 4)

    found = proposal(a_chart(meanwhile, summary, before))

    assert (words(found, "problems"), words(found, "allergies")) == ([], ["amoxicilline"])


def test_documents_without_structure_stand_beside_those_of_before_left_out():
    summary = put_in(a_sheet(3, "20260115", DOCTOR, kind=SYNTH, allergies=(a_told_allergy(),)), 1)
    scan, known = put_in(a_sheet(1, "20240312"), 9), put_in(a_sheet(2, "20240101"), 1)

    found = proposal(a_chart(summary, scan, known))

    assert [sheet.uuid for sheet in found.beside] == [scan.uuid]
    assert [sheet.uuid for sheet in proposal(a_chart(scan, known)).beside] == [scan.uuid, known.uuid]


def test_the_last_summary_itself_stands_beside_where_it_has_no_structure():
    summary = a_sheet(3, "20260115", DOCTOR, kind=SYNTH)

    assert [sheet.uuid for sheet in proposal(a_chart(summary)).beside] == [summary.uuid]


def test_what_cannot_be_read_is_named_of_whatever_day():
    damaged = a_sheet(1, "20240312", failures=(Failure("", "damaged"),))
    summary = a_sheet(3, "20260115", DOCTOR, kind=SYNTH, allergies=(a_told_allergy(),))

    found = proposal(a_chart(summary, damaged))

    assert [sheet.uuid for sheet in found.unread] == [damaged.uuid]
    assert found.beside == ()


def test_what_an_allergy_is_clinically_stands_beside_it_once():
    rash = Concept("L50.0", "2.16.840.1.113883.6.3", "Urticaire")
    told = a_told_allergy(description=rash, reactions=(rash, Concept(text="Malaise")))

    (block,) = [one for one in blocks_of(a_chart(a_sheet(1, "20260101", allergies=(told,)))) if one.name == "allergies"]

    assert ("Urticaire, Malaise", "Urticaire, Malaise") in block.lines[0].beside


def test_a_treatment_keeps_its_steps_and_its_limit_in_the_summary():
    steps = (DoseStep(Quantity("2", "{tablet}"), length=Quantity("3", "d")), DoseStep(Quantity("1", "{tablet}")))
    most = Ceiling(Quantity("4", "{tablet}"), Quantity("1", "d"))
    line = a_told_line(steps=steps, ceiling=most)

    (read,) = summary_of(a_chart(a_sheet(1, "20260101", prescriptions=(line,)))).medications

    assert (read.steps, read.ceiling) == (steps, most)
