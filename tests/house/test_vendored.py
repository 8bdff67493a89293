"""Files of other projects: what is written down in `requirements/vendor.toml`, octet for octet, and nothing else."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from dmp.web.portal import static

HOME = Path(__file__).parents[2]
VENDORED = tomllib.loads((HOME / "requirements" / "vendor.toml").read_text(encoding="utf-8"))
PACKAGE = "src/dmp/web/static/vendor"
TESTS = "tests/browser/vendor"


def place_of(name: str) -> Path:
    return HOME / VENDORED[name].get("into", PACKAGE) / name


@pytest.mark.parametrize("name", VENDORED)
def test_each_file_is_what_was_looked_at(name):
    for path, sha256 in VENDORED[name]["files"].items():
        octets = (place_of(name) / Path(path).name).read_bytes()
        assert hashlib.sha256(octets).hexdigest() == sha256, path


@pytest.mark.parametrize("name", VENDORED)
def test_each_project_comes_with_its_licence(name):
    told = VENDORED[name]
    words = (place_of(name) / Path(told["license"]).name).read_text(encoding="utf-8")
    said = {"MIT": "MIT License", "0BSD": "Zero-Clause BSD", "MPL-2.0": "Mozilla Public License"}
    assert said[told["spdx"]] in words


@pytest.mark.parametrize("folder", [PACKAGE, TESTS])
def test_nothing_lies_there_that_is_not_written_down(folder):
    listed = {
        place_of(name) / Path(path).name
        for name, told in VENDORED.items()
        for path in (*told["files"], told["license"])
        if told.get("into", PACKAGE) == folder
    }
    assert {path for path in (HOME / folder).rglob("*") if path.is_file()} == listed


def test_the_pages_serve_no_other_file_than_these_and_ours():
    served = {Path("src/dmp/web/static") / path for parts in static._FILES.values() for path in parts}
    theirs = {path for path in served if "vendor" in path.parts}
    listed = {
        (place_of(name) / Path(path).name).relative_to(HOME)
        for name, told in VENDORED.items()
        if "into" not in told
        for path in told["files"]
    }
    assert theirs == listed
    ours = {path.relative_to(HOME) for path in (HOME / "src/dmp/web/static").glob("*") if path.is_file()}
    assert served - theirs == ours


def test_what_only_tests_use_is_no_part_of_the_package():
    only_tests = [name for name, told in VENDORED.items() if "into" in told]
    assert only_tests
    for name in only_tests:
        assert not place_of(name).is_relative_to(HOME / "src"), name
