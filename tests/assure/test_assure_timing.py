"""`timing`, small; and what takes longer is found out (security 9.4)."""

import sys

import pytest
from assure_builders import figures, leg, short

from dmp.assure import timing
from dmp.record.visibility import Visibility


@pytest.mark.parametrize(
    ("some", "others", "area"),
    [
        ((1, 2, 3), (4, 5, 6), 1.0),
        ((4, 5, 6), (1, 2, 3), 1.0),
        ((1, 2, 3), (1, 2, 3), 0.5),
        ((7, 7), (7, 7, 7), 0.5),
        ((1, 4), (2, 3), 0.5),
        ((1, 2, 5), (3, 4), 2 / 3),
    ],
)
def test_the_area_tells_how_often_the_slower_one_is_guessed(some, others, area):
    assert timing.auc(some, others) == pytest.approx(area)


def test_one_call_that_is_held_up_weighs_no_more_than_any_other():
    calm, held_up = list(range(1000)), [*range(999), 1_000_000]
    assert timing.auc(calm, held_up) == pytest.approx(0.5, abs=0.001)


def test_every_way_is_timed_and_both_answers_are_of_one_size(tmp_path):
    """So few calls say nothing about the areas; the claim itself makes a thousand of each sort."""
    told = figures(timing.CLAIM, timing.play(leg(tmp_path, 15)))
    assert told["calls of each sort"].value == 15
    assert told["areas told"].value == (10 if sys.platform == "linux" else 5)
    assert {"AUC, time, retrieve (ITI-43) on sqlite", "AUC, time, search by uniqueId (ITI-18) on sqlite"} <= set(told)
    assert told["answers of another size"].value == 0


def test_documents_that_are_not_masked_at_all_are_told_by_time_and_by_size(tmp_path, monkeypatch):
    monkeypatch.setattr(timing, "HIDDEN", Visibility())
    fallen = short(timing.CLAIM, timing.play(leg(tmp_path, 60)))
    assert "answers of another size" in fallen
    assert any(name.startswith("AUC, ") for name in fallen)
