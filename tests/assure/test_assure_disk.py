"""`disk`, small; and a service that says done when nothing was written is found out."""

import shutil

import pytest
from assure_builders import figures, leg, short

from dmp.assure import disk
from dmp.assure.claim import Engine
from dmp.client import CallRefused, DmpClient

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


@pytest.mark.parametrize(("engine", "least"), [(Engine.SQLITE, 20), (Engine.POSTGRESQL, 5)])
def test_failing_steps_lose_nothing_and_are_told(folder, engine, least):
    tally = disk.play(leg(folder, 8, engine=engine))
    assert set(short(disk.CLAIM, tally)) <= {"slowest recovery"}  # a machine that does other things may be slow
    assert figures(disk.CLAIM, tally)["steps of a deposit"].value >= least
    assert tally["told to come back"] > 0


def test_an_acknowledgement_of_what_was_not_written_is_found_out(folder, monkeypatch):
    submit = DmpClient.submit_lot

    def believe_it_done(self, patient, submission):
        try:
            return submit(self, patient, submission)
        except CallRefused:
            return ()

    monkeypatch.setattr(DmpClient, "submit_lot", believe_it_done)
    assert "lost" in short(disk.CLAIM, disk.play(leg(folder, 4)))
