"""Claims are tried in legs, told in one line, taken up again, and written down."""

import json
import socket

import pytest

from dmp.assure import command
from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.run import Wanted, assure
from dmp.sandbox.trouble import Trouble


class Dice:
    """A claim that throws dice, and is cut after `most` legs."""

    def __init__(self, most: int = 100, wrong: int = 0):
        self.most, self.wrong = most, wrong
        self.played: list[tuple[int, int, Engine]] = []

    def play(self, leg: Leg) -> Tally:
        if len(self.played) == self.most:
            raise KeyboardInterrupt
        self.played.append((leg.number, leg.size, leg.engine))
        counter = Counter()
        for _ in range(leg.size):
            counter.add("thrown")
        counter.add("eyes", sum(leg.dice("throws").randint(1, 6) for _ in range(leg.size)))
        counter.measure("highest", leg.number)
        for _ in range(self.wrong):
            counter.wrong("cocked", "a die <fell> off the table")
        return counter.tally()

    def claim(self) -> Claim:
        return Claim(
            "dice",
            "Dice fall on the table.",
            "throws",
            count=10,
            leg=4,
            play=self.play,
            judge=lambda total: [
                Figure("throws", total["thrown"], least=1),
                Figure("eyes", total["eyes"]),
                Figure("cocked", total["cocked"], most=0),
            ],
            source="none",
            engines=(Engine.SQLITE, Engine.POSTGRESQL),
        )


def wanted(dice: Dice, folder, *, seed=7, program="dmp 1", count=0) -> Wanted:
    return Wanted([dice.claim()], folder, seed, count, program=program)


def test_the_count_is_cut_in_legs_that_take_the_engines_in_turn(tmp_path):
    dice = Dice()
    assert assure(wanted(dice, tmp_path), say=lambda _: None)
    assert dice.played == [(0, 4, "sqlite"), (1, 4, "postgresql"), (2, 2, "sqlite")]


def test_one_line_tells_figures_seed_and_machine_but_no_host(tmp_path):
    told = []
    assure(wanted(Dice(), tmp_path), say=told.append)
    assert told[0].startswith("dice: 10 throws, ")
    assert "| seed 7 | sqlite + postgresql, " in told[0]
    assert " cores, " in told[0]
    assert socket.gethostname() not in "".join(told)


def test_the_same_seed_gives_the_same_figures_and_another_seed_others(tmp_path):
    lines = {}
    for seed in (7, 7, 8):
        told = []
        assure(wanted(Dice(), tmp_path, seed=seed), say=told.append)
        lines.setdefault(seed, set()).add(told[0].partition(" |")[0])
    assert len(lines[7]) == 1
    assert lines[7] != lines[8]


def test_a_claim_that_falls_short_says_so_and_why(tmp_path):
    told = []
    assert not assure(wanted(Dice(wrong=1), tmp_path), say=told.append)
    assert told[0].startswith("FALLS SHORT dice: 10 throws, ")
    assert told[1] == "  3 times: cocked: a die <fell> off the table"
    (page,) = tmp_path.glob("*.html")
    assert "a die &lt;fell&gt; off the table" in page.read_text()


def test_a_run_that_was_cut_is_taken_up_where_it_stopped(tmp_path):
    cut, whole, told = Dice(most=2), Dice(), []
    with pytest.raises(KeyboardInterrupt):
        assure(wanted(cut, tmp_path), say=told.append)
    assure(wanted(whole, tmp_path), say=told.append)
    assert [number for number, _, _ in cut.played] == [0, 1]
    assert [number for number, _, _ in whole.played] == [2]
    assert told[0].startswith("dice: 10 throws, ")


@pytest.mark.parametrize("change", [{"seed": 8}, {"count": 11}, {"program": "dmp 2"}])
def test_what_was_done_with_another_seed_count_or_program_does_not_count(tmp_path, change):
    again = Dice()
    with pytest.raises(KeyboardInterrupt):
        assure(wanted(Dice(most=2), tmp_path), say=lambda _: None)
    assure(wanted(again, tmp_path, **change), say=lambda _: None)
    assert [number for number, _, _ in again.played] == [0, 1, 2]


def test_a_run_that_ended_leaves_no_state(tmp_path):
    assure(wanted(Dice(), tmp_path), say=lambda _: None)
    again = Dice()
    assure(wanted(again, tmp_path), say=lambda _: None)
    assert len(again.played) == 3


def test_the_report_is_a_page_and_the_same_as_json(tmp_path):
    assure(wanted(Dice(), tmp_path), say=lambda _: None)
    (page,) = tmp_path.glob("assurance-*.html")
    told = json.loads(page.with_suffix(".json").read_text())
    assert told["held"] is True
    assert told["program"] == "dmp 1"
    (claim,) = told["claims"]
    assert (claim["name"], claim["held"], claim["seed"], claim["count"]) == ("dice", True, 7, 10)
    assert claim["replay"] == "./dev assure dice --seed 7 --count 10"
    assert claim["figures"][2] == {"name": "cocked", "value": 0, "unit": "", "least": None, "most": 0, "held": True}
    assert "Dice fall on the table." in page.read_text()
    assert "<script" not in page.read_text()


def test_a_figure_knows_its_bounds():
    assert Figure("lost", 0, most=0).held
    assert not Figure("lost", 1, most=0).held
    assert not Figure("found", 699, least=700, most=700).held
    assert str(Figure("documents", 12_345)) == "12,345 documents"
    assert str(Figure("slowest", 0.4567, "s")) == "slowest 0.46 s"
    assert Figure("found", 7, least=700, most=700).bounds == "exactly 700"
    assert Figure("goodput", 93.5, "%", least=90).bounds == "at least 90"


def test_tallies_add_up_and_keep_the_worst():
    total = Tally({"a": 1}, {"worst": 2.0}, ("one",)) + Tally({"a": 2, "b": 1}, {"worst": 1.0}, ("two",))
    assert (total["a"], total["b"], total["worst"], total["unknown"]) == (3, 1, 2.0, 0)
    assert total.notes == ("one", "two")


def test_names_and_options_that_are_wrong_are_told(tmp_path):
    with pytest.raises(Trouble, match="no claim 'kil'; the claims are: once, kill, "):
        command.chosen(["kil"])
    with pytest.raises(Trouble, match="a count is for one claim"):
        command.run(command.Typed(count=3, folder=tmp_path), say=print)
    with pytest.raises(Trouble, match="sqlite or postgresql, not oracle"):
        command.run(command.Typed(["log"], engine="oracle", folder=tmp_path), say=print)


def test_every_claim_has_a_name_a_promise_and_a_source():
    claims = command.chosen([])
    assert len({claim.name for claim in claims}) == len(claims)
    for claim in claims:
        assert claim.promise.endswith(".")
        assert claim.source
        assert claim.count >= claim.leg > 0 or claim.count > 0
