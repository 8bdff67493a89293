"""Reports over time: corrected ones, duplicates, laboratories that change, germs, and everything that may be wrong."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from dmp.record.codes import Code
from dmp.record.entry import Author, EntryStatus
from dmp.record.facts import Concept, Quantity, Stated
from dmp.services.biology.lines import Mark
from dmp.services.biology.readings import LOINC, Doubt, Flag
from dmp.services.biology.results import in_unit, units_of
from dmp.services.biology.trend import Direction, series, trend_of
from dmp.services.biology.units import UnitNotSupported
from result_builders import entry, only, packaged, report, result, results, versions

BOUNDS = {"low": "4.0", "high": "6.0", "range_unit": "%"}


def _values(group):
    return [f"{line.comparator}{line.shown}" for line in group.lines]


# -- six reports with mixed units, a corrected one and a duplicate (Done when 4)


def _six_reports():
    former, corrected = versions(
        [result(value="9.9", when="202503010800", **BOUNDS)], [result(value="7.9", when="202503010800", **BOUNDS)]
    )
    first = result("59261-8", "64", "mmol/mol", "202403010800", low="20", high="42", range_unit="mmol/mol")
    return former, [
        report(first, laboratory="CH des Charmes"),
        report(result("17856-6", "7.6", "%", "202409010800", low="4.0", high="5.7", range_unit="%")),
        corrected,
        report(result("4548-4", "<4.5", "%", "202506010800", quantity=Quantity("4.5", "%", "<"), **BOUNDS)),
        report(result("59261-8", "53", "mmol/mol", "202509010800")),
        report(result("4548-4", "7.0", "%", "202509010800", **BOUNDS), laboratory="Hôpital, copie"),
    ]


def test_six_reports_with_mixed_units_a_corrected_one_and_a_duplicate_give_the_right_points_unit_and_band():
    former, six = _six_reports()
    group = results(*six, replaced=(former,)).groups[0]
    found = series(group)
    assert found.unit.text == "%"
    assert [(line.when[:8], f"{line.comparator}{line.shown}", len(line.sources)) for line in found.points] == [
        ("20240301", "8.0", 1),
        ("20240901", "7.6", 1),
        ("20250301", "7.9", 1),
        ("20250601", "<4.5", 1),
        ("20250901", "7.0", 2),
    ]
    bands = [(line.band.low, line.band.high) for line in found.points]
    assert bands[0] == (Decimal("3.9816"), Decimal("5.99416"))
    assert bands[1:] == [(4, Decimal("5.7")), (4, 6), (4, 6), (4, 6)]
    assert [line.flag for line in found.points] == [Flag.HIGH, Flag.HIGH, Flag.HIGH, Flag.NONE, Flag.HIGH]
    assert [line.corrected and line.corrected.former.words for line in found.points] == [
        None,
        None,
        "9.9 %",
        None,
        None,
    ]
    assert Mark.CORRECTED in found.points[2].marks
    assert found.left_out == ()


def test_the_order_in_which_documents_stand_changes_nothing():
    former, six = _six_reports()
    there = results(*six, replaced=(former,))
    back = results(*reversed(six), replaced=(former,))
    assert [_values(group) for group in there.groups] == [_values(group) for group in back.groups]


def test_the_six_reports_can_be_read_in_moles_with_their_bands():
    _former, six = _six_reports()
    group = results(*six).groups[0]
    moles = in_unit(group, packaged().units.read("mmol/mol"))
    assert _values(moles) == ["53", "<26", "63", "60", "64"]
    assert (moles.lines[-1].band.low, moles.lines[-1].band.high) == (20, 42)
    assert [unit.text for unit in units_of(group)] == ["%", "mmol/mol"]
    with pytest.raises(UnitNotSupported):
        in_unit(group, packaged().units.read("g/L"))


# -- what counts


def test_a_former_version_that_stands_among_the_others_says_nothing_of_its_own():
    former, corrected = versions([result(value="9.9")], [result(value="7.9")])
    assert _values(only(former, corrected)) == ["7.9"]
    assert _values(only(corrected, former)) == ["7.9"]


@pytest.mark.parametrize("status", [EntryStatus.DEPRECATED, EntryStatus.DELETED, EntryStatus.ARCHIVED])
def test_what_is_withdrawn_gives_no_result(status):
    assert results(report(result(), status=status)).groups == ()


# -- duplicates


def test_one_value_of_three_documents_is_one_line_with_three_sources():
    group = only(report(result()), report(result()), report(result(value="7.00")))
    assert [len(line.sources) for line in group.lines] == [3]


def test_a_value_that_stands_twice_in_one_document_has_one_source():
    group = only(report(result(), result()))
    assert [len(line.sources) for line in group.lines] == [1]


def test_words_fold_as_words():
    said = {"quantity": Quantity(), "value": Concept(text="Négatif")}
    group = only(report(result(**said)), report(result(**{**said, "value": Concept(text="négatif ")})))
    assert [len(line.sources) for line in group.lines] == [2]


def test_what_has_no_day_folds_with_nothing():
    assert len(only(report(result(when="")), report(result(when=""))).lines) == 2


# -- what is seen beside a value


def test_a_change_of_laboratory_and_of_method_is_marked_on_the_later_value():
    one = report(result(when="20250101", method=Concept("A")), laboratory="Port")
    other = report(result(when="20250201", method=Concept("B")), laboratory="Gare")
    same = report(result(when="20250301", method=Concept("B")), laboratory="Gare")
    marks = [line.marks for line in only(one, other, same).lines]
    assert marks == [set(), {Mark.OTHER_LABORATORY, Mark.OTHER_METHOD}, set()]


def test_a_flag_that_was_sent_is_never_replaced_by_a_comparison():
    line = only(report(result(value="7.0", interpretation=("N",), **BOUNDS))).lines[0]
    assert (line.flag, line.computed) == (Flag.NORMAL, False)
    assert Mark.FLAG_DIFFERS in line.marks


def test_a_flag_of_the_bounds_says_that_it_was_computed():
    line = only(report(result(value="7.0", **BOUNDS))).lines[0]
    assert (line.flag, line.computed) == (Flag.HIGH, True)


def test_bounds_of_another_report_are_compared_with_nothing():
    lines = only(report(result(when="20250101", **BOUNDS)), report(result(when="20250201"))).lines
    assert (lines[0].flag, lines[0].band) == (Flag.NONE, None)


@pytest.mark.parametrize(
    ("comparator", "value", "expected"),
    [
        ("<", "4.0", Flag.LOW),
        ("<", "5.0", Flag.NONE),
        (">", "6.0", Flag.HIGH),
        (">", "5.0", Flag.NONE),
        ("<=", "3", Flag.LOW),
    ],
)
def test_a_limit_is_compared_only_where_it_is_certain(comparator, value, expected):
    line = only(report(result(quantity=Quantity(value, "%", comparator), **BOUNDS))).lines[0]
    assert line.flag is expected


def test_bounds_the_wrong_way_round_are_shown_and_not_used():
    line = only(report(result(value="7.0", low="6", high="4", range_unit="%"))).lines[0]
    assert (line.band, line.flag, line.bounds) == (None, Flag.NONE, "6 – 4 %")


def test_a_document_of_the_patient_is_marked():
    own = entry(class_code=Code("90", "1.2.250.1.213.1.1.4.1"))
    assert Mark.DECLARED in only(report(result(), entry=own)).lines[0].marks


# -- whatever may be sent


@pytest.mark.parametrize(
    "fact",
    [
        result(quantity=Quantity("1E+999999999", "%")),
        result(quantity=Quantity("9" * 500, "%")),
        result(quantity=Quantity("NaN", "%")),
        result(quantity=Quantity("7.0", "%" * 500)),
        result(quantity=Quantity("", "", "", "1", "2")),
        result(quantity=Quantity("", "%", "", "", "5")),
        result(when="99999999999999"),
        result(when="\x00"),
        result(concept=Concept()),
        result(concept=Concept("", "", "", "", null="UNK")),
        result(concept=Concept("<b>", "<i>", "<script>")),
        result(low="x", high="y", range_unit="z"),
        result(interpretation=("", "ZZZ", "h ")),
        result(status="nullified"),
        result(mood="RQO"),
        result(stated=Stated.ABSENT),
        result(isolate=Concept(text="Escherichia coli")),
        result(when="00010101"),
    ],
)
def test_nothing_that_is_sent_breaks_the_results_or_is_lost(fact):
    found = results(report(fact))
    for group in found.groups:
        trend_of(group)
    assert sum(len(group.lines) for group in found.groups) + len(found.cultures) == 1


def test_what_is_cancelled_asked_for_or_denied_is_shown_and_does_not_count():
    given = [
        ("nullified", "EVN", Stated.PRESENT),
        ("active", "RQO", Stated.PRESENT),
        ("completed", "EVN", Stated.ABSENT),
    ]
    facts = [replace(result(), status=status, mood=mood, stated=stated) for status, mood, stated in given]
    doubts = [only(report(fact)).lines[0].doubt for fact in facts]
    assert doubts == [Doubt.CANCELLED, Doubt.NOT_DONE, Doubt.DENIED]


def test_a_number_in_words_with_its_unit_is_a_number():
    fact = result("1988-5", quantity=Quantity(), value=Concept(text="<1.0 mg/L"))
    line = only(report(fact)).lines[0]
    assert (line.comparator, line.shown, line.doubt) == ("<", Decimal("1.0"), None)
    for text in ("1.0", "environ 1.0 mg/L", "1.0 mg/L ?", "1.0 croix", "1/2 mg/L"):
        assert only(report(result("1988-5", quantity=Quantity(), value=Concept(text=text)))).lines[0].value is None


# -- codes that no file knows


def test_an_unknown_code_has_its_own_line_in_the_unit_of_its_newest_value():
    coded = {"concept": Concept("99999-9", LOINC, "Chose [Masse/Volume] Sérum ; Numérique")}
    group = only(
        report(result(value="1.5", unit="g/L", when="20240101", **coded)),
        report(result(value="900", unit="mg/L", **coded)),
    )
    assert (group.label[0], group.unit.text, _values(group)) == ("Chose", "mg/L", ["900", "1500"])


def test_an_unknown_code_is_not_converted_between_moles_and_grams():
    coded = {"concept": Concept("99999-9", LOINC, "Chose")}
    group = only(
        report(result(value="1.5", unit="mmol/L", when="20240101", **coded)),
        report(result(value="900", unit="mg/L", **coded)),
    )
    assert [line.doubt for line in group.lines] == [None, Doubt.UNIT_UNKNOWN]


def test_the_same_code_of_two_systems_is_two_things():
    found = results(report(result(concept=Concept("123", "1.2.3", "A")), result(concept=Concept("123", "1.2.4", "B"))))
    assert len(found.groups) == 2


def test_a_translation_in_loinc_names_the_analyte():
    local = Concept("GLY", "1.2.3", "Glyc", translations=(Code("2345-7", LOINC, "Glucose"),))
    assert only(report(result(concept=local, value="0.9", unit="g/L"))).key == "glucose"


def test_groups_stand_in_chapters_and_those_without_by_the_specialty_of_the_report():
    blood = Concept("18723-7", LOINC, "Hématologie")
    found = results(report(result("99999-9", specialty=blood), result("2823-3", "4", "mmol/L"), result("99998-9")))
    assert [(group.key.split("|")[0], group.chapter) for group in found.groups] == [
        ("potassium", "salts"),
        ("99999-9", "haematology"),
        ("99998-9", "others"),
    ]


# -- trends


@pytest.mark.parametrize(
    ("before", "last", "expected"),
    [
        ("7.0", "8.0", Direction.UP),
        ("8.0", "7.0", Direction.DOWN),
        ("7.0", "7.1", Direction.STEADY),
        ("<5", "8.0", Direction.UP),
        ("8.0", "<5", Direction.DOWN),
        ("<5", "<5", Direction.UNKNOWN),
        ("<5", "4", Direction.UNKNOWN),
        (">9", "8", Direction.DOWN),
    ],
)
def test_the_direction_says_only_what_is_certain(before, last, expected):
    def given(text, when):
        return report(result(quantity=Quantity(text.lstrip("<>"), "%", text[0] if text[0] in "<>" else ""), when=when))

    assert trend_of(only(given(before, "20250101"), given(last, "20250201"))).direction is expected


def test_least_and_most_leave_out_limits_and_what_is_unlikely():
    group = only(
        *(report(result(value=value, when=f"2025010{day}")) for day, value in enumerate(("7", "70", "9", "<4"), 1))
    )
    trend = trend_of(group)
    assert (trend.count, trend.least, trend.most) == (3, 7, 9)


def test_a_period_holds_both_its_days_and_everything_without_a_day():
    group = only(*(report(result(when=when)) for when in ("20250101", "20250201", "20250301", "2025")))
    found = series(group, date(2025, 1, 1), date(2025, 2, 1))
    assert [line.when for line in found.points] == ["20250101", "20250201"]
    assert [line.doubt for line in found.left_out] == [Doubt.NO_DATE]


def test_nothing_older_stands_for_a_newer_value_that_is_in_doubt():
    group = only(
        report(result(when="20250101")), report(result(when="20250201")), report(result(value="41", when="20250301"))
    )
    trend = trend_of(group)
    assert (group.last.shown, group.last.doubt) == (41, Doubt.IMPLAUSIBLE)
    assert (trend.count, trend.direction) == (2, Direction.UNKNOWN)


def test_a_value_of_tomorrow_or_without_a_day_is_never_the_last_one():
    group = only(
        report(result(when="20250101")),
        report(result(value="9", when="20991231")),
        report(result(value="8", when="2025")),
    )
    assert group.last.when == "20250101"


# -- germs


def _germ(code, flag, germ="Escherichia coli", **others):
    return result(code, "", "", "202501010800", interpretation=(flag,), isolate=Concept(text=germ), **others)


def test_an_antibiogram_stands_under_its_germ():
    found = results(report(_germ("18928-2", "S"), _germ("28-1", "R"), _germ("28-1", "S", "Proteus mirabilis")))
    assert found.groups == ()
    assert [(one.germ, [line.flag.value for line in one.antibiotics], one.resistances) for one in found.cultures] == [
        ("Escherichia coli", ["S", "R"], 1),
        ("Proteus mirabilis", ["S"], 0),
    ]


def test_two_strains_of_one_germ_are_never_one_antibiogram():
    found = results(report(_germ("28-1", "S"), _germ("28-1", "R")))
    assert [[line.flag.value for line in one.antibiotics] for one in found.cultures] == [["S"], ["R"]]


def test_the_same_culture_of_two_documents_is_one_with_two_sources():
    found = results(report(_germ("28-1", "S")), report(_germ("28-1", "S")))
    assert [len(one.sources) for one in found.cultures] == [2]


def test_a_laboratory_that_is_not_named_is_the_structure_of_the_author():
    named = report(
        result(),
        entry=entry(authors=(Author(institutions=("Clinique du Lac^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1",)),)),
    )
    assert only(named).lines[0].laboratory == "Clinique du Lac"
