"""`corrupt` and `canary`, small; and a store that serves or tells what it should not is found out."""

import base64
from pathlib import Path

import pytest
from assure_builders import figures, leg, short

from dmp.assure import canary, corrupt
from dmp.assure.canaries import search
from dmp.client import CallRefused, DmpClient


def test_ten_flipped_bits_are_found_and_not_served(tmp_path):
    tally = corrupt.play(leg(tmp_path, 10))
    assert short(corrupt.CLAIM, tally) == []
    assert figures(corrupt.CLAIM, tally)["found by the checker, without the keys"].value == 10


def test_an_altered_document_that_is_served_is_found_out(tmp_path, monkeypatch):
    read = DmpClient.read

    def read_anyhow(self, patient, unique_id):
        try:
            return read(self, patient, unique_id)
        except CallRefused:
            return b"altered"

    monkeypatch.setattr(DmpClient, "read", read_anyhow)
    assert set(short(corrupt.CLAIM, corrupt.play(leg(tmp_path, 3)))) == {"refused to readers", "served"}


def test_the_words_of_two_people_are_found_nowhere(tmp_path):
    tally = canary.play(leg(tmp_path, 28))
    assert short(canary.CLAIM, tally) == []
    assert figures(canary.CLAIM, tally)["words"].value == 28


def test_an_identifier_in_a_log_is_found_out(tmp_path, monkeypatch):
    def careless(one, _hospital):
        with (tmp_path / "sandbox" / "service.log").open("a") as log:
            log.write(f"refused: {one.person.patient.number}\n")

    monkeypatch.setattr(canary, "_misuse", careless)
    tally = canary.play(leg(tmp_path, 14))
    assert short(canary.CLAIM, tally) == ["found at rest"]
    assert "found: INS, as it is, in sandbox/service.log" in tally.notes


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
