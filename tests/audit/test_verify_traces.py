"""The stand-alone verifier accepts what the service exports, and names the first line that is not proven."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from audit_builders import KEY, OTHER_KEY, Log, public
from dmp.audit import verify_traces
from dmp.audit.verify_traces import main

SOURCE = Path(verify_traces.__file__)
TRUSTED = ["--key", public(KEY).hex()]


@pytest.fixture
def verify(tmp_path, capsys):
    """Write lines to a file, verify it, and give the exit status and the words."""

    def run(lines, *options, earlier=None):
        path = tmp_path / "current.jsonl"
        path.write_bytes(b"".join(lines))
        more = []
        if earlier is not None:
            older = tmp_path / "older.jsonl"
            older.write_bytes(b"".join(earlier))
            more = ["--earlier", str(older)]
        status = main([str(path), *options, *more])
        return status, capsys.readouterr().out

    return run


def changed(line, **members):
    """A line with other members, spelt as the format asks."""
    whole = {name: value for name, value in (json.loads(line) | members).items() if value is not None}
    return json.dumps(whole, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def test_the_verifier_imports_nothing_but_the_standard_library():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    roots = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert roots <= sys.stdlib_module_names


def test_the_file_alone_runs_as_a_command_far_from_the_package(tmp_path):
    script, export = tmp_path / "verify_traces.py", tmp_path / "log.jsonl"
    script.write_bytes(SOURCE.read_bytes())
    export.write_bytes(b"".join(Log(25).exported()))
    command = [sys.executable, "-I", str(script), str(export), *TRUSTED]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "OK : 25 traces, 9 textes, 3 têtes signées, jusqu'au 2026-03-02T09:00:24.000000Z." in done.stdout
    assert "OK: 25 traces, 9 texts, 3 signed heads, up to 2026-03-02T09:00:24.000000Z." in done.stdout


@pytest.mark.parametrize("size", [1, 2, 7, 10, 33, 64])
def test_what_the_service_exports_is_accepted_whole(verify, size):
    assert verify(Log(size).exported(), *TRUSTED)[0] == 0


def test_without_a_trusted_key_its_fingerprint_is_told_for_comparison(verify):
    status, words = verify(Log(5).exported())
    assert status == 0
    assert words.count("56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c") == 2


def test_a_log_signed_with_another_key_is_only_found_by_who_knows_the_right_one(verify):
    forged = Log(25, key=OTHER_KEY).exported()
    assert verify(forged)[0] == 0
    status, words = verify(forged, *TRUSTED)
    assert status == 1
    assert "ligne 1 : la clé n'est pas celle du service." in words
    assert "line 1: the key is not the one of the service." in words


def test_the_first_broken_line_is_named_in_both_languages(verify):
    lines = Log(25).exported()
    lines[4] = changed(lines[4], text=json.loads(lines[4])["text"].replace("ITI-43", "ITI-18"))
    status, words = verify(lines, *TRUSTED)
    assert status == 1
    assert "ligne 5 : le texte n'est pas celui qui a été scellé." in words
    assert "line 5: the text is not the one that was sealed." in words


LOG = Log(25).exported()
BROKEN_LOGS = {
    "an empty file": [],
    "no header": LOG[1:],
    "an unknown format": [changed(LOG[0], format="dmp-traces-2"), *LOG[1:]],
    "no head": LOG[:5],
    "an unsealed leaf at the end": LOG[:-1],
    "a leaf twice": [*LOG[:3], *LOG[2:]],
    "a leaf missing": [*LOG[:3], *LOG[4:]],
    "two leaves exchanged": [*LOG[:3], LOG[4], LOG[3], *LOG[5:]],
    "a head missing": [line for line in LOG if b'"size":20' not in line],
    "a head twice": [*LOG, LOG[-1]],
    "an extra member": [*LOG[:2], changed(LOG[2], note="x"), *LOG[3:]],
    "a text without salt": [LOG[0], changed(LOG[1], salt=None), *LOG[2:]],
    "a salt without text": [LOG[0], changed(LOG[1], text=None), *LOG[2:]],
    "a text that is not ASCII": [LOG[0], changed(LOG[1], text="é"), *LOG[2:]],
    "a sequence that is a text": [LOG[0], changed(LOG[1], sequence="0"), *LOG[2:]],
    "a sequence that is true": [*LOG[:2], changed(LOG[2], sequence=True), *LOG[3:]],
    "a sequence below zero": [LOG[0], changed(LOG[1], sequence=-1), *LOG[2:]],
    "a sequence out of all measure": [LOG[0], changed(LOG[1], sequence=10**30), *LOG[2:]],
    "a commitment in capitals": [*LOG[:2], LOG[2].replace(LOG[2][15:78], LOG[2][15:78].upper()), *LOG[3:]],
    "a commitment too short": [*LOG[:2], changed(LOG[2], commitment="00"), *LOG[3:]],
    "a type unknown": [*LOG[:2], changed(LOG[2], type="leaves"), *LOG[3:]],
    "a type missing": [*LOG[:2], changed(LOG[2], type=None), *LOG[3:]],
    "a second header": [*LOG[:2], *LOG],
    "a space more": [*LOG[:2], LOG[2].replace(b'":"', b'": "', 1), *LOG[3:]],
    "a member twice": [*LOG[:2], LOG[2].replace(b"{", b'{"sequence":1,', 1), *LOG[3:]],
    "an empty line": [*LOG[:2], b"\n", *LOG[2:]],
    "a line that is no object": [*LOG[:2], b"[]\n", *LOG[2:]],
    "octets that are no text": [*LOG[:2], b"\xff\xfe\n", *LOG[2:]],
    "nesting without end": [*LOG[:2], b"[" * 200_000 + b"\n", *LOG[2:]],
    "no end of line at the end": [*LOG[:-1], LOG[-1][:-1]],
    "half a line at the end": [*LOG[:-1], LOG[-1][:40]],
    "a time that is none": [changed(LOG[0], exported_at="yesterday"), *LOG[1:]],
    "a head for another time": [*LOG[:-1], changed(LOG[-1], at="2026-03-02T09:00:25.000000Z")],
    "a head of nothing": [LOG[0], changed(LOG[-1], size=0), *LOG[1:]],
    "a head after another one": [*LOG[:-1], changed(LOG[-1], previous="00" * 32)],
}


@pytest.mark.parametrize("fault", BROKEN_LOGS)
def test_a_log_with_a_fault_is_refused(verify, fault):
    status, words = verify(BROKEN_LOGS[fault], *TRUSTED)
    assert status == 1
    assert words.startswith("ÉCHEC")


def test_what_an_earlier_copy_saw_is_asked_for_again(verify):
    newer, older = Log(50).exported(), Log(20).exported()
    assert verify(newer, *TRUSTED, earlier=older)[0] == 0
    assert verify(newer, *TRUSTED, earlier=newer)[0] == 0
    status, words = verify(older, *TRUSTED, earlier=newer)
    assert status == 1
    assert "old copy, or cut short: 50 traces were already sealed" in words


def test_a_fork_signed_with_the_right_key_is_found_with_an_earlier_copy(verify):
    forked, older = Log(50, word="other", fork=17).exported(), Log(20).exported()
    assert verify(forked, *TRUSTED)[0] == 0
    status, words = verify(forked, *TRUSTED, earlier=older)
    assert status == 1
    assert "line 20: trace that differs in the earlier file." in words


def test_two_heads_signed_for_one_size_are_found(verify):
    older, newer = Log(20, step=20), Log(20, step=10)
    status, words = verify(newer.exported(), *TRUSTED, earlier=older.exported())
    assert status == 1
    assert "two heads signed for one size" in words


def test_a_head_that_was_signed_and_is_no_longer_there_is_missed(verify):
    status, words = verify(Log(50, step=25).exported(), *TRUSTED, earlier=Log(20, step=20).exported())
    assert status == 1
    assert "a head that was signed is missing" in words


def test_a_fault_of_the_earlier_copy_is_said_of_the_earlier_copy(verify):
    status, words = verify(Log(50).exported(), *TRUSTED, earlier=Log(20).exported()[:-1])
    assert status == 1
    assert "older.jsonl" in words


# -- receipts

LONG = Log(50)
RECEIPT = LONG.receipt([0, 7, 33, 49], [20, 40, 50])


def test_a_receipt_is_proven_by_itself(verify):
    status, words = verify(RECEIPT, *TRUSTED)
    assert status == 0
    assert "OK : 4 traces, 4 textes, 3 têtes signées" in words


@pytest.mark.parametrize("size", [1, 2, 3, 10, 31, 50])
def test_every_trace_of_every_tree_can_be_put_in_a_receipt(verify, size):
    log = Log(size)
    assert verify(log.receipt(list(range(size)), [size]), *TRUSTED)[0] == 0


BROKEN_RECEIPTS = {
    "a text changed": [*RECEIPT[:-1], changed(RECEIPT[-1], text="{}")],
    "a salt changed": [*RECEIPT[:-1], changed(RECEIPT[-1], salt="00" * 32)],
    "another place": [*RECEIPT[:-1], changed(RECEIPT[-1], sequence=48)],
    "a path cut": [*RECEIPT[:-1], changed(RECEIPT[-1], path=json.loads(RECEIPT[-1])["path"][1:])],
    "a path that is a text": [*RECEIPT[:-1], changed(RECEIPT[-1], path="x")],
    "a path of numbers": [*RECEIPT[:-1], changed(RECEIPT[-1], path=[1])],
    "an entry twice": [*RECEIPT, RECEIPT[-1]],
    "entries exchanged": [*RECEIPT[:-2], RECEIPT[-1], RECEIPT[-2]],
    "no head": [RECEIPT[0], *RECEIPT[-4:]],
    "a link missing": [line for line in RECEIPT if b'"new":40' not in line],
    "a link at the end missing": RECEIPT[:3],
    "a link for other heads": [*RECEIPT[:3], changed(RECEIPT[3], old=10), *RECEIPT[4:]],
    "a link changed": [*RECEIPT[:3], changed(RECEIPT[3], path=["00" * 32]), *RECEIPT[4:]],
    "a link empty": [*RECEIPT[:3], changed(RECEIPT[3], path=[]), *RECEIPT[4:]],
    "heads exchanged": [RECEIPT[0], RECEIPT[2], RECEIPT[1], *RECEIPT[3:]],
    "a head after the entries": [*RECEIPT, RECEIPT[1]],
    "a leaf of a log": [*RECEIPT, LOG[1]],
}


@pytest.mark.parametrize("fault", BROKEN_RECEIPTS)
def test_a_receipt_with_a_fault_is_refused(verify, fault):
    assert verify(BROKEN_RECEIPTS[fault], *TRUSTED)[0] == 1


def test_receipts_follow_one_another_and_logs_confirm_them(verify):
    first, log = LONG.receipt([0, 7], [20]), LONG.exported()
    assert verify(RECEIPT, *TRUSTED, earlier=first)[0] == 0
    assert verify(log, *TRUSTED, earlier=RECEIPT)[0] == 0
    assert verify(RECEIPT, *TRUSTED, earlier=log)[0] == 0
    assert verify(RECEIPT, *TRUSTED, earlier=Log(20).exported())[0] == 0


def test_a_receipt_that_nothing_links_to_the_one_already_held_is_refused(verify):
    status, words = verify(LONG.receipt([0], [50]), *TRUSTED, earlier=LONG.receipt([0], [20]))
    assert status == 1
    assert "nothing links this receipt to the known head of 20 traces" in words


def test_a_receipt_of_a_forked_log_is_refused_by_who_holds_an_earlier_one(verify):
    forked = Log(50, word="other", fork=17)
    held = LONG.receipt([0, 18], [20])
    assert verify(forked.receipt([0, 18], [20, 50]), *TRUSTED)[0] == 0
    assert verify(forked.receipt([0, 18], [20, 50]), *TRUSTED, earlier=held)[0] == 1
    assert verify(forked.receipt([0], [20, 50]), *TRUSTED, earlier=held)[0] == 1
    assert verify(forked.exported(), *TRUSTED, earlier=held)[0] == 1
    assert verify(LONG.receipt([0], [20]), *TRUSTED, earlier=RECEIPT)[0] == 1


def test_files_that_cannot_be_used_are_told_apart_from_files_that_lie(tmp_path, capsys):
    assert main([str(tmp_path / "nothing")]) == 2
    assert "unusable" in capsys.readouterr().out
    for key in ("00", "zz" * 32):
        with pytest.raises(SystemExit) as stop:
            main([str(tmp_path), "--key", key])
        assert stop.value.code == 2
