"""The published examples as charts: every vaccine of them is on the card, or beside it with the reason."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dmp.documents.extraction import facts_of
from dmp.services.chart import Sheet
from dmp.services.vaccination import rulebook
from dmp.services.vaccination.doses import History, Unusable, history_of
from dmp.services.vaccination.evaluate import evaluate
from dmp.web.chart.vaccination_view import view
from vaccination_builders import a_chart, a_sheet

PUBLISHED = Path(__file__).parents[3].parent / "shared" / "data" / "cda"
TODAY = date(2025, 12, 1)
BORN = date(1970, 5, 1)

pytestmark = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published examples are not here")


def _sheet(name: str) -> Sheet:
    (file,) = PUBLISHED.rglob(name)
    return replace(a_sheet(), facts=facts_of(file.read_bytes()))


def _history(sheet: Sheet) -> History:
    book = rulebook.shipped()
    return history_of(a_chart(BORN, TODAY, sheet), book.on(TODAY), book.valences)


def test_the_history_document_gives_its_doses_and_keeps_the_one_with_a_year():
    history = _history(_sheet("VAC_2023.01.xml"))
    assert [(dose.day, sorted(dose.antigens)) for dose in history.doses] == [
        (date(2009, 9, 28), ["T"]),
        (date(2021, 4, 9), ["MenA", "MenC"]),
    ]
    assert [(one.written, one.unusable) for one in history.unusable] == [("1975", Unusable.PARTIAL_DAY)]


def test_the_certificate_of_a_child_tells_valences_without_days():
    history = _history(_sheet("CSE-CS24_2025.01.xml"))
    assert history.doses == ()
    assert {one.unusable for one in history.unusable} == {Unusable.NO_DAY}
    known = frozenset().union(*(one.valence.antigens for one in history.unusable))
    assert known >= {"D", "T", "P", "aP", "Hib", "HepB", "Pneumo", "MenB", "Measles", "Rota", "TB"}


def test_every_published_document_with_a_vaccine_makes_a_page():
    pages = 0
    for file in sorted(PUBLISHED.rglob("*.xml")):
        sheet = replace(a_sheet(), facts=facts_of(file.read_bytes()))
        if not sheet.facts.immunizations:
            continue
        chart = a_chart(BORN, TODAY, sheet)
        seen, history = view(chart), evaluate(chart).history
        shown = [record for dose in history.doses for record in dose.records]
        told = len(shown) + len(history.unusable) + len(history.refusals) + len(history.planned)
        unknown = [one for one in sheet.facts.immunizations if one.stated == "unknown"]
        assert told + len(unknown) == len(sheet.facts.immunizations)
        assert len(seen.card) == len(history.doses)
        pages += 1
    assert pages >= 10
