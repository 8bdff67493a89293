from dataclasses import replace

import pytest

from dmp.record.codes import Code
from dmp.record.criteria import Exclusions
from dmp.record.entry import ON_DEMAND, STABLE, Author, EntryStatus
from dmp.record.patient import PatientId
from dmp.record.query import ContentFilter, DocumentCriteria, FolderCriteria, FolderIds, LotIds, TimeRange, any_author
from dmp.record.visibility import MASKED, Visibility
from xds_builders import a_folder, a_lot, an_entry

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


def test_reference_ids_of_one_slot_are_alternatives_and_slots_add_up():
    entry = an_entry(reference_ids=("1^^^^a", "2^^^^b"))
    first, second, other = "1^^^^a", "2^^^^b", "1^^^^b"
    assert asked(reference_ids=(frozenset({first, other}), frozenset({second}))).holds(entry)
    assert not asked(reference_ids=(frozenset({first}), frozenset({other}))).holds(entry)
    assert not asked(reference_ids=(frozenset({first}),)).holds(an_entry())


@pytest.mark.parametrize(
    "excluded",
    [
        Exclusions(statuses=APPROVED),
        Exclusions(class_codes=frozenset({("10", "1.2.250.1.213.1.1.4.1")})),
        Exclusions(type_codes=frozenset({("11488-4", "2.16.840.1.113883.6.1"), ("x", "y")})),
        Exclusions(practice_settings=frozenset({("AMBULATOIRE", "1.2.250.1.213.1.1.4.9")})),
        Exclusions(facility_types=frozenset({("SA07", "1.2.250.1.71.4.2.4")})),
        Exclusions(formats=frozenset({("urn:ihe:iti:xds-sd:text:2008", "1.3.6.1.4.1.19376.1.2.3")})),
        Exclusions(event_codes=frozenset({("A", "1")})),
        Exclusions(confidentiality=frozenset({("N", "2.16.840.1.113883.5.25")})),
        Exclusions(confidentiality=frozenset({(MASKED.code, MASKED.system)})),
        Exclusions(authors=("%DUPONT%",)),
        Exclusions(object_types=frozenset({STABLE})),
    ],
)
def test_what_is_excluded_does_not_answer(excluded):
    entry = an_entry(event_codes=(Code("A", "1"), Code("B", "1")), visibility=Visibility(masked=True))
    assert asked().holds(entry)
    assert not asked(excluded=excluded).holds(entry)


def test_what_is_not_excluded_answers():
    nothing = frozenset({("x", "y")})
    excluded = Exclusions(frozenset({EntryStatus.DELETED}), *[nothing] * 7, ("%DURAND%",), frozenset({ON_DEMAND}))
    assert asked(excluded=excluded).holds(an_entry())


def test_folders_are_wanted_by_status_time_and_codes():
    folder = a_folder(last_update="20261122", codes=(Code("A", "1"), Code("B", "1")))
    a, b, c = ("A", "1"), ("B", "1"), ("C", "1")

    def holds(statuses=APPROVED, **criteria) -> bool:
        return FolderCriteria(ANYONE, statuses, **criteria).holds(folder)

    assert holds(updated=TimeRange("2026", "2027"), codes=(frozenset({a, c}), frozenset({b})))
    assert not holds(codes=(frozenset({a}), frozenset({c})))
    assert not holds(updated=TimeRange("20261123"))
    assert not holds(frozenset({EntryStatus.DEPRECATED}))


def test_a_filter_looks_at_type_format_and_confidentiality():
    entry = an_entry()
    code = entry.format_code
    assert ContentFilter().holds(entry)
    assert ContentFilter(formats=frozenset({(code.code, code.system)})).holds(entry)
    assert not ContentFilter(formats=frozenset({(code.code, "1")})).holds(entry)
    assert not ContentFilter(confidentiality=(frozenset({("R", "2.16.840.1.113883.5.25")}),)).holds(entry)
    assert not ContentFilter(object_types=frozenset({ON_DEMAND})).holds(entry)


def test_folders_and_lots_are_named_by_one_list():
    folder = a_folder(uuid="u", logical_id="l")
    named = [FolderIds(frozenset({"u"})), FolderIds(logical_ids=frozenset({"l"})), FolderIds(frozenset({"l"}))]
    assert [ids.holds(folder) for ids in named] == [True, True, False]
    assert FolderIds(unique_ids=frozenset({folder.unique_id})).holds(folder)
    lot = a_lot()
    assert LotIds(frozenset({lot.uuid})).holds(lot)
    assert LotIds(unique_ids=frozenset({lot.unique_id})).holds(lot)
    assert not LotIds(frozenset({lot.unique_id})).holds(lot)
