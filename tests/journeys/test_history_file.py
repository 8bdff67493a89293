"""The history to take away: the stand-alone program proves every line of it, and nothing in it tells what is hidden."""

import io
import json
from contextlib import redirect_stdout
from datetime import timedelta
from itertools import product

import pytest

from dmp.actions.view_log import LogFile, TakeLog
from dmp.audit import verify_traces
from dmp.audit.tree import inclusion_path, leaf_hash, subtrees
from dmp.record.actor import Caller
from dmp.record.history import Proof
from dmp.store.sealing import seal_traces
from history_builders import (
    AT,
    ATTENDING,
    NURSE,
    SECRET,
    STRANGER,
    THE_HOLDER,
    THE_MOTHER,
    UNSAID,
    Scene,
    a_scene,
    calling,
)
from store_builders import PERSON


@pytest.fixture
def scene(store) -> Scene:
    return a_scene(store)


def taken(scene: Scene, caller: Caller, *, at=None) -> LogFile:
    return scene.gate.perform(caller, TakeLog(PERSON), at or scene.at)


def entries(file: LogFile) -> list[dict]:
    lines = map(json.loads, file.receipt.splitlines())
    return [line for line in lines if line["type"] == "entry"]


def verdict(file: LogFile, folder, key: bytes) -> tuple[int, str]:
    path, said = folder / "receipt.jsonl", io.StringIO()
    path.write_bytes(file.receipt)
    with redirect_stdout(said):
        code = verify_traces.main([str(path), "--key", key.hex()])
    return code, said.getvalue()


def public_key(scene: Scene) -> bytes:
    with scene.store.begin() as tx:
        return tx.proofs.public_key


def test_every_line_of_the_holder_is_proven_to_somebody_who_trusts_nobody(scene, tmp_path):
    letter = scene.submit("Lettre")
    scene.read(letter, by=calling(NURSE))
    scene.read(letter, by=calling(STRANGER))
    seal_traces(scene.store, scene.at)
    file = taken(scene, THE_HOLDER)

    assert len(entries(file)) == len(file.lines) == 3
    assert file.waiting == frozenset()
    code, said = verdict(file, tmp_path, public_key(scene))
    assert (code, said.splitlines()[1].split(",")[0]) == (0, "OK: 3 traces")
    spoilt = LogFile(file.lines, file.receipt.replace(b'"sequence":1', b'"sequence":2', 1), {})
    assert verdict(spoilt, tmp_path, public_key(scene))[0] == 1


def test_texts_are_disclosed_once_nothing_can_wait_to_be_announced_in_them(scene, tmp_path):
    letter = scene.submit("Lettre")
    scene.read(letter, by=calling(NURSE))
    seal_traces(scene.store, scene.at)

    young, old = taken(scene, THE_HOLDER), taken(scene, THE_HOLDER, at=AT + timedelta(days=40))
    assert ["text" in entry for entry in entries(young)] == [False, False]
    assert ["text" in entry for entry in entries(old)][:2] == [True, True]
    assert json.loads(entries(old)[1]["text"])["who"]["name"] == "Paul MARTIN"
    for file in (young, old):
        assert verdict(file, tmp_path, public_key(scene))[0] == 0


def test_what_is_not_sealed_yet_is_told_to_be_provable_soon(scene):
    assert taken(scene, THE_HOLDER).receipt == b""
    scene.submit("Lettre")
    seal_traces(scene.store, scene.at)
    scene.find(calling(NURSE))
    file = taken(scene, THE_HOLDER)
    assert [line.act.doer.name for line in file.lines if line.act and line.act.id in file.waiting] == ["Paul MARTIN"]
    assert len(file.waiting) == 1


@pytest.mark.parametrize("caller", [THE_HOLDER, THE_MOTHER, calling(ATTENDING), calling(NURSE)])
def test_whether_a_text_is_disclosed_never_depends_on_what_is_hidden(scene, caller):
    """Of one lot, one act, one reading: with and without a secret beside the letter."""
    letter = scene.submit("Lettre", "Annexe")
    hidden = scene.submit("Grave", visibility=SECRET if caller is THE_MOTHER else UNSAID)
    scene.read(letter, by=calling(NURSE))
    scene.read(letter, hidden, by=calling(NURSE))
    seal_traces(scene.store, scene.at)
    for days in (0, 20, 40):
        lines = taken(scene, caller, at=scene.at + timedelta(days=days)).lines
        alone, beside = [line for line in lines if line.act and line.act.verb == "TD3.2"][-2:]
        assert alone.proof is beside.proof


def test_no_octet_of_a_receipt_names_what_its_bearer_may_not_know_of(scene):
    letter = scene.submit("Lettre")
    hidden = scene.submit("Grave", visibility=UNSAID)
    secret = scene.submit("Secret", visibility=SECRET)
    for caller in (THE_HOLDER, THE_MOTHER, calling(NURSE)):
        scene.read(letter, hidden, secret, by=caller)
        scene.read(hidden, by=caller)
    seal_traces(scene.store, scene.at)
    holder, mother = taken(scene, THE_HOLDER), taken(scene, THE_MOTHER)
    for file in (holder, mother):
        told = file.receipt + repr(file.lines).encode()
        assert hidden.encode() not in told
    assert secret.encode() not in mother.receipt + repr(mother.lines).encode()
    assert b"Secret" not in repr(mother.lines).encode()
    assert len(holder.lines) == 9


def test_a_vague_line_has_no_place_in_the_tree(scene):
    scene.submit("Grave", visibility=UNSAID)
    seal_traces(scene.store, scene.at)
    file = taken(scene, THE_HOLDER)
    assert [line.proof for line in file.lines] == [Proof.NONE]
    assert entries(file) == []
    assert file.waiting == frozenset()


def test_paths_through_many_heads_are_those_of_the_whole_tree(scene):
    """Over two blocks of leaves, sealed in uneven steps: each subtree as if all leaves were at hand."""
    for number in range(2300):
        scene.gate.note_refusal(None, None, RuntimeError(), AT)
        if number % 97 == 0:
            seal_traces(scene.store, AT + timedelta(seconds=number))
    seal_traces(scene.store, AT + timedelta(days=1))
    with scene.store.begin() as tx:
        head = tx.proofs.newest_head()
        assert head is not None
        size = head.head.size
        leaves = [leaf_hash(n, c) for n, c in _leaves(scene)]
        assert len(leaves) == size > 2048
        whole = subtrees(leaves)
        for index, end in product((0, 1, 1023, 1024, 2047, size - 1), (size,)):
            assert inclusion_path(index, end, tx.proofs.subtree) == inclusion_path(index, end, whole)


def _leaves(scene: Scene):
    from sqlalchemy import select

    from dmp.store import schema

    with scene.store.connection() as connection:
        leaf = schema.leaf.c
        return [
            (n, bytes(c)) for n, c in connection.execute(select(leaf.sequence, leaf.commitment).order_by(leaf.sequence))
        ]
