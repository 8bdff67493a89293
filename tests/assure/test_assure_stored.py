"""`corrupt` and `canary`, small; and a store that serves or tells what it should not is found out."""

import base64
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from assure_builders import SEED, figures, leg, short

from dmp.assure import canary, corrupt, corrupt_rows
from dmp.assure.canaries import search
from dmp.assure.canary_people import PER_PERSON
from dmp.client import CallRefused, DmpClient
from dmp.sandbox.population import people


def test_ten_flipped_bits_are_found_and_not_served(tmp_path):
    tally = corrupt.play(leg(tmp_path, 10))
    assert short(corrupt.CLAIM, tally) == []
    assert figures(corrupt.CLAIM, tally)["found by the checker, without the keys"].value == 10


def test_what_rows_say_anyhow_is_found_out(tmp_path, monkeypatch):
    """As if a bit changed nothing: all is shown as before, and the checker finds nothing."""
    monkeypatch.setattr(corrupt_rows, "flip_rows", lambda _store, _dice: {"a row"})
    assert set(short(corrupt.CLAIM, corrupt.play(leg(tmp_path, 2)))) == {
        "rows found by the checker",
        "shown from such rows",
    }


def test_an_altered_document_that_is_served_is_found_out(tmp_path, monkeypatch):
    read = DmpClient.read

    def read_anyhow(self, patient, unique_id):
        try:
            return read(self, patient, unique_id)
        except CallRefused:
            return b"altered"

    monkeypatch.setattr(DmpClient, "read", read_anyhow)
    assert set(short(corrupt.CLAIM, corrupt.play(leg(tmp_path, 3)))) == {"refused to readers", "served"}


def test_every_word_about_somebody_is_found_nowhere(folder):
    tally = canary.play(leg(folder, PER_PERSON))
    assert short(canary.CLAIM, tally) == []
    assert figures(canary.CLAIM, tally)["words"].value == PER_PERSON == 35


@pytest.mark.parametrize(
    ("place", "said", "note"),
    [
        ("sandbox/service.log", "refused: {}", "found: INS, as it is, in sandbox/service.log"),
        ("taken/backup/20261122T093000.000000Z.dmpb", "{}", "found: INS, as it is, in taken/backup/"),
        ("taken/metrics", 'calls{{who="{}"}} 1', "found: INS, as it is, in taken/metrics"),
    ],
)
def test_an_identifier_that_is_left_somewhere_is_found_out(folder, monkeypatch, place, said, note):
    def careless(leg, service, marked, counter):
        file = leg.folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as stream:
            stream.write(said.format(marked[0].patient.number) + "\n")

    monkeypatch.setattr(canary, "entrust", careless)
    monkeypatch.setattr(canary, "take_away", lambda _leg, _service: None)
    tally = canary.play(leg(folder, 1))
    assert short(canary.CLAIM, tally) == ["found at rest"]
    assert any(one.startswith(note) for one in tally.notes)


def test_a_file_that_lost_its_name_and_a_process_that_may_dump_are_found_out(folder, monkeypatch):
    monkeypatch.setattr(canary, "take_away", lambda _leg, _service: None)
    monkeypatch.setattr(canary, "entrust", lambda *_: None)
    monkeypatch.setattr(canary, "_limits", lambda _: iter(["Max core file size       unlimited  unlimited  bytes"]))
    with TemporaryFile(dir=folder) as nameless:
        nameless.write(people(SEED, 1)[0].patient.number.encode())
        nameless.flush()
        monkeypatch.setattr(canary, "_nameless", lambda _: [Path(f"/proc/self/fd/{nameless.fileno()}")])
        tally = canary.play(leg(folder, 1))
    assert short(canary.CLAIM, tally) == ["found at rest", "processes that may leave their memory in a file"]


def test_a_service_that_drops_what_it_was_told_proves_nothing(folder, monkeypatch):
    monkeypatch.setattr(canary, "take_away", lambda _leg, _service: None)
    monkeypatch.setattr(DmpClient, "find", lambda *_: ())
    assert "not stored" in short(canary.CLAIM, canary.play(leg(folder, 1)))


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        (b"..WORDWORDWORD..", "as it is"),
        (b"..wordwordword..", "in small letters"),
        ("..WORDWORDWORD..".encode("utf-16-le"), "UTF-16"),
        (b"WORDWORDWORD".hex().encode(), "hexadecimal"),
        (base64.b64encode(b"<a>WORDWORDWORD</a>"), "base64"),
        (base64.b64encode(b"<ab>WORDWORDWORD</ab>"), "base64"),
        (base64.b64encode(b"<abc>WORDWORDWORD</abc>"), "base64"),
        (bytes.fromhex("d2a5a19b3a4ae5c22e5a9ba4d5a1bd32f2a2a0ab3fe19cb4ac6f8ba5d1ed1b34"), ""),
    ],
)
def test_a_word_is_found_however_it_is_written(tmp_path, written, spelling):
    file = Path(tmp_path / "file")
    file.write_bytes(b"\0" * 100 + written + b"\0" * 100)
    found = {seen.spelling for seen in search([file], [("word", "WORDWORDWORD")])}
    assert found == ({spelling} if spelling else set())
