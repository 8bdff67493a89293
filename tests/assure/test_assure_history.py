"""`history`, small; and a history that loses lines is found out (T-EDGE)."""

from assure_builders import figures, leg, short

from dmp.assure import history
from dmp.record import history as lines


def test_the_patients_see_as_many_accesses_as_crossed_the_edge(tmp_path):
    tally = history.play(leg(tmp_path, 60))
    assert (short(history.CLAIM, tally), tally.notes) == ([], ())
    assert figures(history.CLAIM, tally)["lines shown to the patients"].value >= 60


def test_a_history_that_loses_lines_is_found_out(tmp_path, monkeypatch):
    whole = lines.LogQuery.wants

    def half(self, line: lines.LogLine) -> bool:
        """By the act's own id: by the second, a fast run of one second would lose nothing."""
        return whole(self, line) and line.act.id[-1] in "02468ace"

    monkeypatch.setattr(history, "IN_TIME", 0.1)
    monkeypatch.setattr(lines.LogQuery, "wants", half)
    assert "difference" in short(history.CLAIM, history.play(leg(tmp_path, 40)))
