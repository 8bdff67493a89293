"""Rules on the command line: checked without a change, brought into force, told; a broken folder ends with 1."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dmp.cli import app
from dmp.main import now, open_store
from dmp.sandbox.folder import SandboxOptions, prepare
from dmp.sandbox.serve import ready
from dmp.services.screening.loading import RULES as SCREENING
from dmp.store.traces import NO_RECORD

PROGRAMMES = SCREENING.files[0]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox that nothing serves."""
    folder = tmp_path_factory.mktemp("home")
    ready(folder, SandboxOptions(0))
    return folder


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder with programmes of one's own."""
    return write(tmp_path, PROGRAMMES.text().replace("FR-2025.1", "MAISON.7"))


def write(folder: Path, text: str) -> Path:
    path = folder / PROGRAMMES.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["rules", *map(str, arguments)])


def test_a_sound_folder_is_checked_and_nothing_changes(home: Path, rules: Path):
    result = run("check", rules)
    assert result.exit_code == 0, result.output
    assert "1 files, 1 rule sets, sound" in result.output
    assert "MAISON.7" not in run("list", "--dir", home).output


def test_a_broken_folder_is_named_line_by_line_and_ends_with_1(home: Path, rules: Path):
    write(rules, PROGRAMMES.text().replace('id = "colonoscopy"\n', "", 1))
    (rules / "screening" / "other.toml").write_text("", encoding="utf-8")
    for command, said in (("check", "nothing was changed"), ("install", "the rules in force stay")):
        result = run(command, rules, *(("--dir", home) if command == "install" else ()))
        assert result.exit_code == 1
        assert "screening/other.toml, file: no rules have this name" in result.output
        assert "screening/programmes.toml, line " in result.output
        assert said in result.output
    assert "FR-2025.1" in run("list", "--dir", home).output


def test_a_folder_is_brought_into_force_with_a_trace_and_ours_come_back(home: Path, rules: Path):
    result = run("install", rules, "--dir", home)
    assert result.exit_code == 0, result.output
    assert "within a minute" in result.output
    listed = run("list", "--dir", home).output
    assert "own since" in listed
    assert "screening/programmes.toml MAISON.7" in listed
    assert "in force already" in run("install", rules, "--dir", home).output
    assert traced(home) == ["rules-taken"]
    assert run("install", "--shipped", "--dir", home).exit_code == 0
    assert "MAISON.7" not in run("list", "--dir", home).output


def test_without_a_folder_the_setting_is_asked_for(home: Path):
    result = run("install", "--dir", home)
    assert "DMP_RULES is not set" in str(result.exception)


def traced(home: Path) -> list[str]:
    """What the traces of no record say."""
    settings, _ = prepare(home, SandboxOptions(0), at=now())
    store = open_store(settings)
    with store.begin() as tx:
        found = [trace.verb for trace in tx.traces.of(NO_RECORD)]
    store.close()
    return found
