from dataclasses import replace

import pytest

from dmp.record.codes import Code
from dmp.record.entry import Author, EntryStatus
from dmp.record.patient import PatientId
from dmp.record.query import DocumentCriteria, TimeRange, any_author
from dmp.record.visibility import MASKED, Visibility
from xds_builders import an_entry

ANYONE = PatientId("1", "1.2.3")
APPROVED = frozenset({EntryStatus.APPROVED})


def asked(**criteria) -> DocumentCriteria:
    return DocumentCriteria(ANYONE, APPROVED, **criteria)


@pytest.mark.parametrize(
    ("value", "inside"),
    [("20260101", True), ("2026", True), ("20251231235959", False), ("20260131235959", True), ("202602", False)],
)
def test_the_lower_bound_is_inside_and_the_upper_one_outside(value, inside):
    assert TimeRange("20260101", "20260201").holds(value) is inside


def test_an_open_range_holds_everything_and_a_bounded_one_no_missing_value():
    assert TimeRange().holds("")
    assert not TimeRange("2026", "").holds("")
    assert not TimeRange("", "2026").holds("")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("8999^DUPONT^ANNE", True),
        ("%^DUPONT^%", True),
        ("8999^DUPON_^ANNE", True),
        ("%dupont%", False),
        ("DUPONT", False),
        ("8999.DUPONT.ANNE", False),
        ("%(a+)+$%", False),
    ],
)
def test_an_author_pattern_is_sql_like_on_the_whole_text_and_nothing_else(pattern, found):
    assert any_author((pattern,), (Author("8999^DUPONT^ANNE"),)) is found


def test_codes_of_one_slot_are_alternatives_and_slots_add_up():
    entry = replace(an_entry(), event_codes=(Code("A", "1"), Code("B", "1")))
    a, b, c = ("A", "1"), ("B", "1"), ("C", "1")
    assert asked(event_codes=(frozenset({a, c}), frozenset({b}))).holds(entry)
    assert not asked(event_codes=(frozenset({a}), frozenset({c}))).holds(entry)


def test_a_code_of_another_scheme_is_another_code():
    entry = an_entry()
    code = entry.type_code
    assert asked(type_codes=frozenset({(code.code, code.system)})).holds(entry)
    assert not asked(type_codes=frozenset({(code.code, "1.2.3")})).holds(entry)


def test_the_visibility_codes_can_be_searched():
    masked = replace(an_entry(), visibility=Visibility(masked=True))
    wanted = (frozenset({(MASKED.code, MASKED.system)}),)
    assert asked(confidentiality=wanted).holds(masked)
    assert not asked(confidentiality=wanted).holds(an_entry())


def test_only_the_statuses_asked_for_answer():
    archived = replace(an_entry(), status=EntryStatus.ARCHIVED)
    assert not asked().holds(archived)
    assert DocumentCriteria(ANYONE, frozenset({EntryStatus.ARCHIVED})).holds(archived)
