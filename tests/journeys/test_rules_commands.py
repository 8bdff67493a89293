"""Rules on the command line: checked without a change, brought into force, told; a broken folder ends with 1."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dmp import in_force
from dmp.cli import app
from dmp.main import now, open_store
from dmp.sandbox.folder import SandboxOptions, prepare
from dmp.sandbox.serve import ready
from dmp.services.rule_set import SHIPPED
from dmp.services.screening.loading import RULES as SCREENING
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Store

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


def test_a_refused_folder_and_rules_that_do_not_open_are_listed_and_fail_the_check(home: Path, rules: Path):
    assert run("install", rules, "--dir", home).exit_code == 0
    write(rules, "x")
    assert run("install", rules, "--dir", home).exit_code == 1
    listed = run("list", "--dir", home).output
    assert "the last folder was refused on " in listed
    assert "dmp: refused: screening/programmes.toml, as a whole: " in listed
    assert "kept and not followed" not in listed
    assert checked(home).exit_code == 0, "what is in force is sound"

    damage(home)
    assert "dmp: kept and not followed: edition " in run("list", "--dir", home).output
    result = checked(home)
    assert result.exit_code == 1
    assert "the rules of this edition do not open" in result.output

    assert run("install", "--shipped", "--dir", home).exit_code == 0
    listed = run("list", "--dir", home).output
    assert "not followed" not in listed
    assert "refused" not in listed


def test_the_check_names_what_this_release_does_not_read_of_the_rules_that_are_kept(home: Path, monkeypatch):
    with opened(home) as store, monkeypatch.context() as patched:
        patched.setattr(in_force, "checked", lambda _folder: ({PROGRAMMES.name: "x"}, SHIPPED))
        in_force.take(store, home, by="test", at=now())
    result = checked(home)
    assert result.exit_code == 1
    assert "screening/programmes.toml, as a whole: rules not followed: " in result.output
    assert "this release, not own" in run("list", "--dir", home).output
    assert run("install", "--shipped", "--dir", home).exit_code == 0
    assert "rules not followed" not in checked(home).output


def checked(home: Path) -> Result:
    return CliRunner().invoke(app, ["check", "--dir", str(home)])


@contextmanager
def opened(home: Path) -> Iterator[Store]:
    settings, _ = prepare(home, SandboxOptions(0), at=now())
    store = open_store(settings)
    yield store
    store.close()


def damage(home: Path) -> None:
    """Change what is sealed of the rules in force, as a bad disk does."""
    with opened(home) as store, store.connection() as connection:
        connection.exec_driver_sql("UPDATE rule_edition SET sealed = zeroblob(64) WHERE state = 'taken'")


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
