"""Duplicates grouped: each with its reason, nothing dropped."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp.record.entry import Author, DocumentEntry, EntryStatus
from dmp.record.visibility import Visibility
from dmp.services.duplicates import Alike, grouped
from sheet_builders import a_sheet

REPORT = {"type": "34112-3", "class": "10", "day": "20250110", "place": "CH A", "title": "Compte rendu de séjour"}


def entry(number: int, **told) -> DocumentEntry:
    return a_sheet(number, {**REPORT, **told}).entry


def reasons(*entries: DocumentEntry) -> list[list[str]]:
    """The reasons of each group, in order; and nothing is lost."""
    groups = grouped(entries)
    told = [group.first.uuid for group in groups] + [copy.entry.uuid for group in groups for copy in group.copies]
    assert sorted(told) == sorted(one.uuid for one in entries)
    return [[str(copy.why) for copy in group.copies] for group in groups]


def test_the_same_octets_are_one_report():
    assert reasons(entry(1, hash="a" * 40), entry(2, hash="a" * 40, title="Autre", place="Cabinet B")) == [
        ["same-octets"]
    ]


def test_the_same_id_is_one_report():
    assert reasons(entry(1, unique_id="1.2.3"), entry(2, unique_id="1.2.3", title="Autre", place="B")) == [["same-id"]]


def test_the_same_words_of_one_author_on_one_day_are_one_report():
    assert reasons(entry(1), entry(2)) == [["same-words"]]


def by_another(number: int, **told) -> DocumentEntry:
    made = entry(number, **told)
    return replace(made, authors=(replace(made.authors[0], person="899900000202^MARTIN^Paul", institutions=()),))


def test_case_accents_and_signs_of_a_title_do_not_matter():
    assert reasons(entry(1), entry(2, title="COMPTE-RENDU DE SEJOUR")) == [["same-words"]]


@pytest.mark.parametrize("title", ["Compte rendu de séjour (2)", "Consultation d’anesthésie", "Compte rendu du séjour"])
def test_two_reports_of_one_author_on_one_day_with_other_titles_are_two(title):
    assert reasons(entry(1), entry(2, title=title)) == [[], []]


def test_left_and_right_are_two_reports():
    assert reasons(entry(1, title="Radiographie du genou droit"), entry(2, title="Radiographie du genou gauche")) == [
        [],
        [],
    ]


def test_the_same_title_at_two_hours_is_two_reports_and_without_an_hour_is_one():
    morning, evening = entry(1, day="20250110080000"), entry(2, day="20250110170000")
    assert reasons(morning, evening) == [[], []]
    assert reasons(morning, entry(3)) == [["same-words"]]


def test_a_title_that_says_what_it_is_about_is_enough_for_two_authors():
    told = {"title": "Radiographie du genou droit"}
    assert reasons(entry(1, **told), by_another(2, **told)) == [["same-words"]]


@pytest.mark.parametrize("title", ["Compte rendu de séjour", "Ordonnance", "Consultation de cardiologie", ""])
def test_a_title_of_many_documents_is_not(title):
    assert reasons(entry(1, title=title), by_another(2, title=title)) == [[], []]


def test_the_name_of_the_patient_in_a_title_tells_nothing_of_the_document():
    named = replace(entry(1, title="Lettre DUPONT Jeanne"), source_patient_info=("PID-5|DUPONT^Jeanne^^^^^L",))
    other = replace(by_another(2, title="Lettre DUPONT Jeanne"), source_patient_info=named.source_patient_info)
    assert reasons(named, other) == [[], []]


def test_a_hospital_a_doctor_and_the_scan_of_the_patient_are_one_report():
    told = {"title": "Radiographie du genou droit"}
    scan = entry(3, type="DOCPAT03", title="radiographie genou droit", place="moi")
    assert reasons(scan, by_another(2, **told), entry(1, **told)) == [["same-words", "scan"]]


def test_pages_of_a_scan_are_not_copies_of_each_other():
    pages = [entry(number, type="DOCPAT03", title=f"Compte rendu page {number}") for number in (2, 3)]
    assert reasons(entry(1, title="Compte rendu page 2"), *pages) == [["scan"], []]


def test_another_day_is_another_report():
    assert reasons(entry(1), entry(2, day="20250111")) == [[], []]


def test_a_scan_of_the_patient_goes_with_what_it_is_a_copy_of():
    assert reasons(entry(2, type="DOCPAT03", title="compte rendu de sejour scanné", place="moi"), entry(1)) == [
        ["scan"]
    ]


def test_the_one_of_the_professional_comes_first():
    scan = entry(1, type="DOCPAT03", created="20200101")
    [group] = grouped([scan, entry(2)])
    assert group.first.uuid == entry(2).uuid
    assert group.copies[0].why is Alike.SCAN


def test_a_scan_of_another_kind_stands_alone():
    assert reasons(entry(1), entry(2, type="DOCPAT05")) == [[], []]


@pytest.mark.parametrize(
    "changes", [{"visibility": Visibility(masked=True)}, {"status": EntryStatus.ARCHIVED}], ids=["masked", "archived"]
)
def test_two_that_are_hidden_differently_are_never_put_together(changes):
    assert reasons(entry(1, hash="a" * 40), replace(entry(2, hash="a" * 40), **changes)) == [[], []]


def test_a_document_without_a_day_is_like_none_by_its_title():
    assert reasons(entry(1, day="2024-13"), entry(2, day="2024-13", title="Compte rendu du séjour")) == [[], []]


def test_hidden_since_another_day_is_hidden_differently():
    since = Visibility(hidden_from_patient_since=datetime(2025, 1, 1, tzinfo=UTC))
    assert reasons(entry(1), replace(entry(2), visibility=since)) == [[], []]


def test_thousands_of_one_day_do_not_take_forever():
    entries = [entry(number, title=f"Document {number} {number * 7919 % 1000}") for number in range(1, 1200)]
    began = time.process_time()
    groups = grouped(entries)
    assert sum(1 + len(group.copies) for group in groups) == len(entries)
    assert time.process_time() - began < 5


def test_thousands_of_one_title_and_day_by_other_authors_do_not_take_forever():
    one = entry(1, title="Bilan")
    entries = [
        replace(one, uuid=f"urn:{n}", unique_id=f"1.2.{n}", hash=f"{n:040x}", authors=(Author(person=f"{n}^X"),))
        for n in range(1, 2000)
    ]
    began = time.process_time()
    assert len(grouped(entries)) == len(entries)
    assert time.process_time() - began < 5
