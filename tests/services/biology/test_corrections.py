"""Corrected reports (BIO-1): which lines changed, which came, which went, and that only the new value counts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dmp.record.facts import Concept, Failure, Quantity
from dmp.services.biology.corrections import compared
from dmp.services.biology.lines import Mark
from dmp.services.biology.readings import readings_of
from dmp.services.biology.trend import series
from result_builders import packaged, report, result, results, versions

SPAN = ("19610504", "20261122")
BOUNDS = {"low": "4.0", "high": "6.0", "range_unit": "%"}
POTASSIUM, CRP = result("2823-3", "4.1", "mmol/L"), result("1988-5", "5", "mg/L")
GERM = {"isolate": Concept(text="Escherichia coli")}


def corrected(first, second):
    """What a chart says of a report that was corrected."""
    former, now = versions(first, second)
    return results(now, replaced=[former])


def line_of(found, key):
    (line,) = found.group(key).lines
    return line


def of_removed(found):
    return [one.former.words for one in found.removed]


def test_a_value_that_changed_says_what_it_was_and_the_others_say_nothing():
    found = corrected([result(value="9.9"), POTASSIUM], [result(value="7.9"), POTASSIUM])
    changed, same = line_of(found, "hba1c"), line_of(found, "potassium")
    assert (changed.shown, changed.marks, changed.corrected.former.words) == (Decimal("7.9"), {Mark.CORRECTED}, "9.9 %")
    assert (same.marks, same.corrected) == (set(), None)
    assert found.removed == ()


def test_a_line_that_is_new_and_one_that_is_gone_are_told():
    found = corrected([POTASSIUM, result()], [CRP, result()])
    added = line_of(found, "crp")
    assert (added.marks, added.corrected) == ({Mark.ADDED}, None)
    assert line_of(found, "hba1c").marks == set()
    assert found.group("potassium") is None
    assert of_removed(found) == ["4.1 mmol/L"]


def test_a_removed_result_leads_to_the_report_that_took_it_back():
    former, now = versions([POTASSIUM, result()], [result()])
    (gone,) = results(now, replaced=[former]).removed
    assert (gone.report.uuid, gone.former.sheet.uuid) == (now.uuid, former.uuid)


def test_only_the_new_value_is_a_point_of_the_curve():
    former, now = versions([result(value="9.9")], [result(value="7.9")])
    older = report(result(value="7.0", when="20250105"))
    found = series(results(now, older, replaced=[former]).groups[0])
    assert [line.shown for line in found.points] == [Decimal("7.0"), Decimal("7.9")]
    assert found.left_out == ()


@pytest.mark.parametrize(
    "was",
    [
        {"interpretation": ("H",)},
        {"low": "4.0", "high": "8.0", "range_unit": "%"},
        {"comment": "Échantillon hémolysé"},
        {"quantity": Quantity("7.0", "%", "<")},
        {"quantity": Quantity("70", "%")},
        {"status": "aborted"},
        {"when": "202601041000"},
    ],
)
def test_whatever_is_said_of_a_value_is_a_correction(was):
    line = line_of(corrected([result(**{**BOUNDS, **was})], [result(**BOUNDS)]), "hba1c")
    assert line.marks == {Mark.CORRECTED}
    assert line.corrected.former.words


@pytest.mark.parametrize(
    "was", [{"value": "7.00"}, {"status": "active"}, {"code": "59261-8", "value": "53", "unit": "mmol/mol"}]
)
def test_the_same_said_otherwise_is_no_correction(was):
    line = line_of(corrected([result(**was)], [result()]), "hba1c")
    assert line.marks == set()


def test_a_test_that_was_only_asked_for_is_added_and_never_taken_back():
    asked = result("2823-3", quantity=Quantity(), mood="RQO")
    assert line_of(corrected([asked, CRP], [POTASSIUM, CRP]), "potassium").marks == {Mark.ADDED}
    assert corrected([asked, CRP], [CRP]).removed == ()


def test_of_two_values_of_one_minute_the_one_that_stayed_is_not_the_one_that_changed():
    twice = [result(value="7.0"), result(value="9.9")]
    lines = corrected(twice, [result(value="8.0"), result(value="7.0")]).group("hba1c").lines
    told = {line.words: line.corrected and line.corrected.former.words for line in lines}
    assert told == {"8.0 %": "9.9 %", "7.0 %": None}


def test_a_result_of_an_antibiogram_says_what_it_was():
    first = result("28-1", "8", "mg/L", interpretation=("S",), **GERM)
    other = result("29-9", "2", "mg/L", interpretation=("S",), **GERM)
    found = corrected([first, other], [replace(first, interpretation=("R",))])
    (line,) = found.cultures[0].antibiotics
    assert line.reading.corrected is Mark.CORRECTED
    assert line.reading.former.flag.value == "S"
    assert of_removed(found) == ["2 mg/L"]


def test_a_correction_stays_told_where_another_laboratory_says_the_same_value():
    former, now = versions([result(value="9.9")], [result(value="7.9")])
    copy = report(result(value="7.9"))
    (line,) = results(copy, now, replaced=[former]).groups[0].lines
    assert len(line.sources) == 2
    assert line.marks == {Mark.CORRECTED}
    assert line.corrected.former.words == "9.9 %"


def test_a_corrected_line_is_still_one_in_another_unit():
    former, now = versions([result(value="9.9")], [result(value="7.9")])
    older = report(result("59261-8", "53", "mmol/mol", "20250105"))
    found = series(results(now, older, replaced=[former]).groups[0], unit=packaged().units.read("mmol/mol"))
    assert found.points[1].marks == {Mark.CORRECTED, Mark.CONVERTED}
    assert found.points[1].corrected.former.words == "9.9 %"


def test_a_chart_without_the_former_version_says_nothing_of_it():
    _former, now = versions([result(value="9.9")], [result(value="7.9")])
    assert results(now).groups[0].lines[0].marks == set()


def test_a_former_version_that_says_nothing_in_entries_is_told_of_as_a_whole():
    former, now = versions([], [result(value="7.9")])
    found = results(now, replaced=[former])
    assert line_of(found, "hba1c").marks == {Mark.OF_CORRECTED_REPORT}


@pytest.mark.parametrize("which", [0, 1])
def test_a_version_of_which_something_could_not_be_read_took_nothing_back(which):
    both = list(versions([result(), POTASSIUM], [result()]))
    failed = replace(both[which].facts, failures=(Failure("/ClinicalDocument/entry[2]", "no value"),))
    both[which] = replace(both[which], facts=failed)
    found = results(both[1], replaced=[both[0]])
    assert found.removed == ()
    assert line_of(found, "hba1c").marks == {Mark.OF_CORRECTED_REPORT}


def test_thousands_of_lines_of_one_minute_are_compared_in_time():
    sheet = report(*(result(value=f"{number}.1") for number in range(4000)))
    readings = readings_of(sheet, packaged(), SPAN)
    lines, gone = compared(readings, readings[::-1])
    assert len(lines) == 4000
    assert gone == []
