"""`power`, small; and a disk that says it is safe when it is not loses something, so that the claim can fail."""

import os
import shutil
from pathlib import Path

import pytest
from assure_builders import leg, short, strike_once_something_is_acknowledged

from dmp.assure import power, working
from dmp.assure.claim import Engine
from dmp.assure.database import NoDatabase
from dmp.assure.disks import NoDisk, disk
from dmp.assure.faults import Faults
from dmp.assure.service import NotServed

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a file system takes root")


@pytest.fixture(autouse=True)
def short_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The clients work for less than a second; skips where nothing can be mounted."""
    monkeypatch.setattr(working, "LONGEST", 0.8)
    probe = tmp_path / "probe"
    probe.mkdir()
    try:
        with disk(probe, size=2**25):
            pass
    except NoDisk as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("engine", list(Engine))
def test_a_power_cut_loses_nothing(folder, engine):
    tally = power.play(leg(folder, 1, engine=engine))
    assert short(power.CLAIM, tally) == []
    assert tally["acknowledged"] > 0


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
@pytest.mark.parametrize("engine", list(Engine))
def test_a_disk_that_lies_about_what_is_safe_loses_something(folder, monkeypatch, engine):
    strike_once_something_is_acknowledged(monkeypatch)
    faults = Faults(folder, [folder / "nowhere"])
    faults.lie()
    try:
        tally = power.play(leg(folder, 1, engine=engine), faults.environment)
    except (NoDatabase, NotServed):  # what is left is not even a database
        return
    assert "lost" in short(power.CLAIM, tally)
