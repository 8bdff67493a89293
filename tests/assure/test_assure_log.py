"""`log`, small; and a verifier that misses something is found out."""

from assure_builders import figures, leg, short

from dmp.assure import log
from dmp.audit import verify_traces


def test_every_tampering_of_a_small_run_is_found(tmp_path):
    tally = log.play(leg(tmp_path, 55))
    assert short(log.CLAIM, tally) == []
    assert figures(log.CLAIM, tally)["found"].value == 55


def test_a_verifier_that_does_not_compare_with_an_earlier_copy_misses_some(tmp_path, monkeypatch):
    monkeypatch.setattr(verify_traces, "compare", lambda _current, _earlier: None)
    tally = log.play(leg(tmp_path, 55))
    assert short(log.CLAIM, tally) == ["found"]
    assert {note.split(",")[0] for note in tally.notes} >= {"missed: fork", "missed: old_copy"}


def test_a_verifier_that_refuses_everything_does_not_pass_either(tmp_path, monkeypatch):
    monkeypatch.setattr(verify_traces, "is_signed", lambda *_: False)
    assert short(log.CLAIM, log.play(leg(tmp_path, 11))) == ["untouched log accepted"]
