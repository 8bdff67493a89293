"""`mask`, small; and a service that goes on showing what was masked is found out."""

from assure_builders import figures, leg, short

from dmp.assure import mask
from dmp.assure.claim import Engine
from dmp.client import DmpClient


def test_a_mask_is_in_force_at_once(tmp_path):
    tally = mask.play(leg(tmp_path, 12, engine=Engine.POSTGRESQL))
    assert short(mask.CLAIM, tally) == []
    assert figures(mask.CLAIM, tally)["answers looked at"].value == 12 * 2 * mask.ASKED


def test_a_mask_that_comes_late_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(DmpClient, "mask", lambda _self, _patient, _entry: None)
    assert "stale" in short(mask.CLAIM, mask.play(leg(tmp_path, 2, engine=Engine.POSTGRESQL)))
