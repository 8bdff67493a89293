"""Screening and the pathway from the facts of published documents, which stay outside the project."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from dmp.documents.extraction import extract
from dmp.record.codes import Code
from dmp.record.patient import Sex
from dmp.services.chart import Chart, Person, Sheet
from dmp.services.pathway.already_done import Wanted, already_done
from dmp.services.pathway.comparing import shipped as comparable
from dmp.services.pathway.pathway import pathway_of
from dmp.services.pathway.rules import shipped as lanes
from dmp.services.screening.loading import shipped
from dmp.services.screening.state import State, Status
from dmp.services.screening.status import statuses
from dmp.wire.cda.document import open_document
from store_builders import an_entry

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "cda" / "TestContenuCDA-3-0"
pytestmark = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published CDA documents are not here")
LOINC = "2.16.840.1.113883.6.1"
CCAM = "1.2.250.1.215.300.1"


@cache
def sheet(name: str, day: str, form: str = "", act: str = "", number: int = 1) -> Sheet:
    """A published document, with the metadata that concern us."""
    events = (Code(act, CCAM),) if act else ()
    entry = replace(
        an_entry(number), service_start=day, event_codes=events, format_code=Code(form, "1.2.3"), title=name
    )
    return Sheet(entry, extract(open_document((PUBLISHED / name).read_bytes())))


def status(programme: str, birth: date, today: date, *sheets: Sheet) -> Status:
    chart = Chart(Person(Sex.FEMALE, birth), today, sheets)
    return next(one for one in statuses(chart, shipped()) if one.programme.id == programme)


def test_the_sheet_of_a_mammogram_with_an_abnormal_breast_opens_a_work_up():
    fin = sheet("CANCER-D2LM-FIN_2022.01.xml", "20210729", "urn:asip:ci-sis:d2lm-fin:2017", "QEQK004")
    found = status("breast", date(1965, 1, 1), date(2021, 8, 15), fin)
    assert (found.state, found.since) == (State.WORK_UP, date(2021, 7, 29))
    assert {exam.test.id for exam in found.exams} == {"mammography", "second_reading", "final_class"}


def test_the_sheet_of_a_deferred_work_up_is_its_own_work_up():
    fidd = sheet("CANCER-D2LM-FIDD_2022.01.xml", "20210729", "urn:asip:ci-sis:d2lm-fidd:2017", "QEQK004")
    found = status("breast", date(1965, 1, 1), date(2021, 10, 15), fidd)
    assert (found.state, found.reasons) == (State.WORK_UP, ())


def test_the_report_of_cervical_screening_gives_both_tests_and_those_before():
    report = sheet("BIO-CR-BIO_2024.01_DEP-CCU-tout-structuré.xml", "20240104")
    found = status("cervical", date(1985, 1, 1), date(2024, 1, 15), report)
    assert found.state is State.WORK_UP
    assert [(exam.test.id, exam.day.year) for exam in found.exams].count(("hpv", 2023)) == 1


def test_the_hearing_of_a_newborn_is_read_from_the_certificate_of_the_eighth_day():
    certificate = sheet("CSE-CS8_2025.01.xml", "20250104")
    found = status("newborn_hearing", date(2021, 4, 30), date(2021, 5, 15), certificate)
    assert found.concerns


def test_every_published_document_is_an_event_and_breaks_nothing():
    names = sorted(path.name for path in PUBLISHED.glob("*.xml"))
    sheets = tuple(sheet(name, "20240104", "", "", number) for number, name in enumerate(names, start=1))
    chart = Chart(Person(Sex.FEMALE, date(1979, 3, 28)), date(2025, 6, 1), sheets)
    paths = pathway_of(chart, lanes())
    assert {each.uuid for event in paths.events for each in event.evidence} == {one.uuid for one in sheets}
    assert statuses(chart, shipped())
    found = already_done(chart, Wanted("3016-3", LOINC), comparable())
    assert found.label.french == "TSH"
    assert {one.evidence.uuid for one in found.done} <= {one.uuid for one in sheets}
    assert found.done
