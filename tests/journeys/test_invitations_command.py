"""`dmp invitations load`: the file of the insurer, checked whole, each event once, nobody named (SC-5)."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dmp.cli import app
from dmp.desk.invitations import LONGEST_LINE, Invitations
from dmp.record.errors import IncompleteRequest
from journey_builders import Story


@pytest.fixture
def opened(story: Story) -> Story:
    words = ["record", "open", story.patient.number, "--consent", "--dir", str(story.sandbox.folder)]
    assert CliRunner().invoke(app, words).exit_code == 0
    return story


def a_line(story: Story, **changes: object) -> dict[str, object]:
    return {
        "id": f"CNAM-{story.patient.number}",
        "ins": story.patient.number,
        "programme": "breast",
        "day": "2026-03-01",
        **changes,
    }


def a_file(folder: Path, *lines: object) -> Path:
    path = folder / "invitations.jsonl"
    path.write_text(
        "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines) + "\n", encoding="utf-8"
    )
    return path


def kept(story: Story) -> list[str]:
    with story.sandbox.store.begin() as tx:
        record = tx.records.of(story.patient)
        assert record is not None
        return [one.programme for one in tx.personal.invitations(record)]


def load(story: Story, file: Path, operator: str = "anne") -> str:
    words = ["invitations", "load", str(file), "--operator", operator, "--dir", str(story.sandbox.folder)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.exception
    return result.stdout.strip()


def test_a_file_is_loaded_and_counted_and_sent_twice_it_counts_once(opened: Story, tmp_path: Path):
    file = a_file(tmp_path, a_line(opened), "", a_line(opened, id="CNAM-2", programme="colorectal"))
    assert load(opened, file) == "dmp: 2 invitations: kept 2"
    assert load(opened, file) == "dmp: 2 invitations: known 2"
    assert kept(opened) == ["breast", "colorectal"]


def test_a_file_of_another_system_is_read_as_well(opened: Story, tmp_path: Path):
    file = a_file(tmp_path, a_line(opened))
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load(opened, file) == "dmp: 1 invitations: kept 1"


def test_what_can_be_read_only_once_is_said_to_be_no_file(opened: Story, tmp_path: Path):
    class Pipe(type(tmp_path)):
        def open(self, *args, **told):
            found = super().open(*args, **told)
            self.unlink()
            Path(self).touch()
            return found

    with pytest.raises(IncompleteRequest) as refused:
        Invitations(opened.sandbox.settings, "anne").load(Pipe(a_file(tmp_path, a_line(opened))))
    assert refused.value.element == "file"
    assert kept(opened) == []


def test_whoever_has_no_record_is_counted_and_not_named(story: Story, tmp_path: Path):
    said = load(story, a_file(tmp_path, a_line(story)))
    assert said == "dmp: 1 invitations: not-kept 1"
    assert story.patient.number not in said


def test_each_invitation_leaves_one_trace_of_the_operator(opened: Story, tmp_path: Path):
    with opened.one_trace() as seen:
        load(opened, a_file(tmp_path, a_line(opened)), operator="Anne Durand")
    assert (seen.trace.verb, seen.trace.who.kind, seen.trace.who.person) == ("health-invite", "operator", "Anne Durand")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ins": "1"}, "ins"),
        ({"ins": "<script>"}, "ins"),
        ({"programme": "astrology"}, "programme"),
        ({"day": "2999-01-01"}, "day"),
        ({"day": "soon"}, "each line holds"),
        ({"id": "x y"}, "id"),
        ({"id": 7}, "each line holds"),
        ({"text": "Madame, vous êtes malade"}, "each line holds"),
    ],
)
def test_one_wrong_line_stops_the_whole_file_and_is_named(opened: Story, tmp_path: Path, changes, named: str):
    file = a_file(tmp_path, a_line(opened), a_line(opened, **changes))
    with pytest.raises(IncompleteRequest, match=named) as refused:
        Invitations(opened.sandbox.settings, "anne").load(file)
    assert refused.value.element == "line 2"
    assert kept(opened) == []


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        '"text"',
        "[" * 900,
        "x" * (LONGEST_LINE + 5),
        '{"id": "a", "id": "b", "ins": "1", "day": "2"}',
        "\\ud800",
    ],
)
def test_what_is_no_line_of_ours_is_named_by_its_number(opened: Story, tmp_path: Path, line: str):
    with pytest.raises(IncompleteRequest) as refused:
        Invitations(opened.sandbox.settings, "anne").load(a_file(tmp_path, a_line(opened), "", line))
    assert refused.value.element == "line 3"
    assert kept(opened) == []


def test_who_hands_it_over_gives_a_name(opened: Story, tmp_path: Path):
    with pytest.raises(IncompleteRequest) as refused:
        Invitations(opened.sandbox.settings, "  ").load(a_file(tmp_path, a_line(opened)))
    assert refused.value.element == "operator"


@pytest.mark.parametrize("words", [("nobody", "a@example.org"), ("nobody", "soon"), ("", "0612345678")])
def test_a_message_that_came_back_is_known_by_its_id(story: Story, words: tuple[str, str]):
    result = CliRunner().invoke(app, ["job", "refused", *words, "--dir", str(story.sandbox.folder)])
    assert isinstance(result.exception, IncompleteRequest)
