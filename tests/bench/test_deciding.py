"""The rights are timed for every caller that the page names, in processor time."""

from typer.testing import CliRunner

from dmp.bench import deciding
from dmp.cli import app


def test_what_is_timed_is_told_with_its_unit(monkeypatch):
    monkeypatch.setattr(deciding, "CHUNKS", 2)
    lines = CliRunner().invoke(app, ["bench", "decide"]).stdout.splitlines()
    assert len(lines) == len(deciding.ASKED) + 1
    assert all(" µs (least " in line for line in lines[:-1])
    assert lines[-1].startswith("decisions on 500 documents: ")
    assert " ms (least " in lines[-1]
