"""`fuzz`, `bomb` and `slow`, small; and a service that fails, swells or waits is found out."""

from dataclasses import dataclass
from random import Random

import pytest
from assure_builders import figures, leg, short
from lxml import etree

from dmp.assure import bomb, fuzz, slow
from dmp.assure.bombs import BOMBS
from dmp.assure.claim import Counter
from dmp.assure.fuzz_inputs import Input, is_well_formed
from dmp.assure.inside import Answer, Request
from dmp.assure.mutations import change_octets, change_tree

GIVEN = Input("soap", Request("registry", b"<x/>", "application/soap+xml"), well_formed=True)
FAULT = (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code>'
    "<e:Value>e:{}</e:Value></e:Code></e:Fault></e:Body></e:Envelope>"
)


def test_four_hundred_inputs_break_nothing(tmp_path):
    tally = fuzz.play(leg(tmp_path, 400))
    assert short(fuzz.CLAIM, tally) == []
    told = figures(fuzz.CLAIM, tally)
    assert told["inputs"].value == 400
    assert told["over TLS"].value == 8
    assert told["accepted"].value > 40
    assert {name for name in tally.sums if name.startswith("in ")} == {"in soap", "in multipart", "in saml", "in cda"}


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (Answer(200, b""), set()),
        (Answer(400, FAULT.format("Sender").encode()), set()),
        (Answer(500, FAULT.format("VersionMismatch").encode()), set()),
        (Answer(500, FAULT.format("MustUnderstand").encode()), set()),
        (Answer(500, FAULT.format("Receiver").encode()), {"5xx"}),
        (Answer(500, b"not even XML"), {"5xx"}),
        (Answer(503, FAULT.format("VersionMismatch").encode()), {"5xx"}),
        (Answer(302, b""), {"odd"}),
        (Answer(400, b"Traceback (most recent call last)"), {"odd"}),
    ],
)
def test_an_answer_of_ours_is_told_from_one_of_the_two(answer, wrong):
    counter = Counter()
    fuzz.judge_answer(GIVEN, lambda _: answer, counter)
    assert set(counter.tally().sums) & {"5xx", "odd", "hangs"} == wrong


@dataclass
class Watch:
    """Time that passes as the test says, and a stopwatch of it."""

    passed: list[float]
    begun: float = 0.0

    def perf_counter(self) -> float:
        return sum(self.passed)

    def started(self) -> "Watch":
        return Watch(self.passed, self.perf_counter())

    @property
    def seconds(self) -> float:
        return self.perf_counter() - self.begun


@pytest.mark.parametrize(("second", "hangs"), [(fuzz.HANG + 0.1, 1), (0.0, 0)])
def test_an_input_that_hangs_twice_is_a_hang_and_once_is_not(monkeypatch, second, hangs):
    times, counter, watch = iter((fuzz.HANG + 0.1, second)), Counter(), Watch([])
    monkeypatch.setattr(fuzz, "time", watch)
    monkeypatch.setattr(fuzz, "Stopwatch", watch.started)

    def slow(_request):
        watch.passed.append(next(times))
        return Answer(200, b"")

    fuzz.judge_answer(GIVEN, slow, counter)
    assert counter.tally()["hangs"] == hangs


def test_changes_of_structure_stay_well_formed_and_are_replayed_by_the_seed():
    made = []
    for _ in range(2):
        dice, root = Random(5), etree.fromstring(b"<a><b c='d'>e</b><f><g/></f></a>")  # noqa: S311
        for _ in range(50):
            change_tree(root, dice)
        made.append(etree.tostring(root))
    assert made[0] == made[1]
    assert is_well_formed(made[0])
    assert not is_well_formed(b"<a>")
    assert {change_octets(b"--boundary\r\nx", Random(n)) for n in range(40)} > {b"", b"--boundary\nx"}  # noqa: S311


def test_there_are_forty_bombs_of_different_names():
    assert len(BOMBS) == len({one.name for one in BOMBS}) == 40


def test_the_first_bombs_are_refused_in_time_and_memory(tmp_path):
    assert short(bomb.CLAIM, bomb.play(leg(tmp_path, 3))) == []


def test_a_bomb_that_swells_lasts_or_is_taken_is_found_out():
    counter = Counter()
    bomb.judge_burst(BOMBS[0], bomb.Burst(Answer(200, b""), 1.5, 80.0), counter)
    assert short(bomb.CLAIM, counter.tally()) == ["wrong answers", "slowest", "most memory"]


def test_six_slow_clients_are_sent_away(tmp_path):
    tally = slow.play(leg(tmp_path, 6))
    told = figures(slow.CLAIM, tally)
    assert told["slow clients"].value == 6
    assert told["never closed"].held
    assert told["last closed after"].held


def test_a_client_that_is_left_or_a_pace_that_doubles_is_found_out():
    counter = Counter()
    counter.add("slow")
    counter.wrong("left", "one")
    counter.measure("usual p95", 0.02)
    counter.measure("p95 meanwhile", 0.05)
    assert short(slow.CLAIM, counter.tally()) == ["never closed", "p95 meanwhile"]
