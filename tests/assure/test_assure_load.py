"""`load` falls short when too little is answered, or too late; floods of several moments are one."""

import pytest
from assure_builders import figures, short

from dmp.assure import load
from dmp.assure.claim import Tally
from dmp.assure.overload import Offered, p99

GOOD = {"peak": 100.0, "goodput at 2": 95.0, "goodput at 10": 85.0, "p99 at 2": 0.5, "p99 at 10": 1.9}


def test_a_service_that_keeps_its_peak_holds_the_claim():
    assert short(load.CLAIM, Tally(worst=GOOD)) == []
    told = figures(load.CLAIM, Tally(worst=GOOD))
    assert (told["goodput at 2x"].least, told["goodput at 10x"].least) == (90.0, 80.0)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"peak": 0.0}, "peak"),
        ({"goodput at 2": 89.9}, "goodput at 2x"),
        ({"goodput at 10": 79.9}, "goodput at 10x"),
        ({"p99 at 10": 2.1}, "accepted p99 at 10x"),
    ],
)
def test_too_little_or_too_late_falls_short(changed: dict[str, float], named: str):
    assert short(load.CLAIM, Tally(worst=GOOD | changed)) == [named]


def test_a_wrong_answer_falls_short():
    assert short(load.CLAIM, Tally(sums={"wrong": 1}, worst=GOOD)) == ["wrong answers"]


def test_two_floods_add_up_and_what_came_too_late_is_no_good():
    flood = Offered(2.0, answered=[0.1, 2.5], refused=[0.01])
    flood += Offered(2.0, answered=[0.2], wrong=["HTTP 500"], held_back=3)
    assert flood.calls == 8
    assert flood.goodput(2.0) == 0.5
    assert Offered().goodput(2.0) == 0.0
    assert p99(flood.answered) == 2.5
