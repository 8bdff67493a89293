"""The commands of the guides do what the guides say."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandboxes import Sandbox, sandboxes

HOUSE = Path(__file__).parents[2]
README = HOUSE / "README.md"
GUIDES = (HOUSE / "docs/guide/integrators.md", HOUSE / "docs/guide/operators.md")
PAGES = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")])
MOST_LINES = 30

_MARK = "<!-- run -->"
_RUNNABLE = re.compile(
    rf"{_MARK}\n```sh\n(?P<script>.*?)```\n(?:```text\n(?P<told>.*?)```\n)?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Snippet:
    """A script of a guide, and what the guide says it prints; `…` stands for anything."""

    script: str
    told: str

    def prints(self, output: str) -> bool:
        return re.fullmatch(re.escape(self.told).replace("…", ".*"), output) is not None


def snippets(guide: Path) -> list[Snippet]:
    text = guide.read_text(encoding="utf-8")
    found = [Snippet(match["script"], match["told"] or "") for match in _RUNNABLE.finditer(text)]
    assert len(found) == text.count(_MARK)
    return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandboxes(tmp_path_factory.mktemp("guides")) as start:
        yield start()


@pytest.fixture
def checkout(tmp_path: Path, served: Sandbox) -> Path:
    """A folder that looks like a checkout whose sandbox serves from `sandbox`, whatever made this environment."""
    targets = {"docs": HOUSE / "docs", "src": HOUSE / "src", "sandbox": served.folder, ".venv": Path(sys.prefix)}
    for name, target in targets.items():
        (tmp_path / name).symlink_to(target)
    (tmp_path / "dev").write_text('#!/bin/sh\nexec .venv/bin/dmp "$@"\n')
    (tmp_path / "dev").chmod(0o755)
    return tmp_path


def run(command: list[str], checkout: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DMP_", "SANDBOX"))}
    return subprocess.run(command, cwd=checkout, env=clean, capture_output=True, text=True, check=False)


def test_the_first_deposit_of_the_readme_takes_less_than_30_lines(checkout: Path):
    text = README.read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (opening,) = re.findall(r"^ {4}\./dev (open --dir sandbox \d{15})$", text, re.MULTILINE)
    assert len(script.splitlines()) < MOST_LINES
    opened = run([".venv/bin/dmp", *opening.split()], checkout)
    assert opened.stdout == "dmp: the record is open\n", opened.stderr
    (checkout / "first.py").write_text(script)
    said = run([".venv/bin/python", "first.py"], checkout)
    assert said.returncode == 0, said.stderr
    assert re.fullmatch(r"\d{14} Lettre de consultation \d{5} octets\n", said.stdout)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_runs_from_top_to_bottom(checkout: Path, guide: Path):
    """One shell for all, as a reader has: what a snippet sets, the next ones use."""
    written = snippets(guide)
    ends = "\nprintf '\\036'\n"
    script = "set -euo pipefail\n" + "".join(snippet.script + ends for snippet in written)
    said = run(["bash", "-c", script], checkout)
    outputs = said.stdout.split("\036")
    for snippet, output in zip(written, outputs, strict=False):
        assert snippet.prints(output), f"{snippet.script}\nsaid:\n{output}\ninstead of:\n{snippet.told}\n{said.stderr}"
    assert said.returncode == 0, said.stderr
    assert len(outputs) == len(written) + 1 > 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HOUSE).as_posix())
def test_every_link_inside_the_house_leads_somewhere(page: Path):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
