"""Participation of a territory: small cells say nothing (SC-9)."""

from datetime import date

from dmp.services.screening.indicators import Counted, counted, participation
from dmp.services.screening.loading import shipped
from dmp.services.screening.status import statuses
from sheet_builders import a_chart


def _people(done: int, not_done: int, cell: str = "75") -> list[Counted]:
    return [Counted("breast", cell, rank < done) for rank in range(done + not_done)]


def test_a_share_is_told_of_enough_people():
    [told] = participation(_people(30, 20), 11)
    assert (told.people, told.done, told.share) == (50, 30, 0.6)


def test_ten_who_took_part_are_not_told():
    [told] = participation(_people(10, 90), 11)
    assert (told.people, told.done, told.share) == (None, None, None)


def test_ten_who_did_not_are_not_told_either():
    [told] = participation(_people(90, 10), 11)
    assert told.people is None


def test_each_cell_is_told_by_itself():
    told = participation([*_people(30, 20), *_people(5, 5, "48")], 11)
    assert [(one.cell, one.people) for one in told] == [("48", None), ("75", 50)]


def test_who_is_excluded_does_not_count():
    chart = a_chart({
        "sex": "F", "birth": date(1963, 2, 1), "today": date(2025, 6, 1), "documents": [{"problems": ["icd10:C50.1"]}]
    })  # fmt: skip
    told = [counted(status, "75") for status in statuses(chart, shipped())]
    assert told[0] is None
    assert told[1] == Counted("colorectal", "75", done=False)


def test_a_test_within_the_interval_counts_as_done():
    chart = a_chart({
        "sex": "F", "birth": date(1963, 2, 1), "today": date(2027, 4, 30),
        "documents": [{"day": "20250501", "events": ["ccam:QEQK004"]}],
    })  # fmt: skip
    assert counted(statuses(chart, shipped())[0], "75") == Counted("breast", "75", done=True)
