"""`worlds`: the access history tells nothing of what is hidden; one that does is found out (LOG-5, AR-17)."""

from assure_builders import leg, short

from dmp.access import log_rules
from dmp.assure import worlds
from dmp.assure.two_worlds.asking import Endpoint, Make
from dmp.assure.two_worlds.changing import UPDATE, updates
from dmp.assure.two_worlds.viewers import VIEWERS, Seen

CITIZENS = tuple(viewer for viewer in VIEWERS if viewer.name in ("holder", "representative"))


def test_a_history_that_tells_of_what_is_hidden_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(log_rules._View, "_of_unknown", lambda *_: log_rules.Sight.WHOLE)
    monkeypatch.setattr(worlds, "VIEWERS", CITIZENS)
    tally = worlds.play(leg(tmp_path, 28))
    assert short(worlds.CLAIM, tally) == ["answers that differ"]
    assert any("history" in note for note in tally.notes)


def several_changes(seen: Seen) -> list[tuple[Endpoint, Make]]:
    """Nothing but changes: of all questions together too few happen to be refused at a hidden document."""
    return [(UPDATE, make) for make in updates(seen)] * 2


def test_a_history_that_tells_which_change_was_refused_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(log_rules, "CHANGES", frozenset())
    monkeypatch.setattr("dmp.actions.view_log._verb", lambda trace: trace.verb)
    monkeypatch.setattr(worlds, "VIEWERS", VIEWERS[:2])
    monkeypatch.setattr(worlds, "questions", several_changes)
    tally = worlds.play(leg(tmp_path, 140))
    assert "answers that differ" in short(worlds.CLAIM, tally)
