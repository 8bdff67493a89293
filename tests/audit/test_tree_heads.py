"""A head binds size, root, time and the head before; whoever has the public key can check it."""

from dataclasses import replace

import pytest

from audit_builders import KEY, NOW, Log
from dmp.audit.export import write_log
from dmp.audit.heads import FIRST, TreeHead, seal
from dmp.audit.tree import Frontier


def test_what_is_signed_is_five_lines_that_anyone_can_write_again():
    head = TreeHead(3, b"\xab" * 32, NOW, b"\x01" * 32)
    lines = ["dmp-tree-head-1", "3", "ab" * 32, "2026-03-02T09:00:00.000000Z", "01" * 32, ""]
    assert head.octets() == "\n".join(lines).encode()


def test_each_head_names_the_one_before_and_is_signed_with_the_key_of_the_service():
    heads = Log(25).heads
    assert [signed.head.size for signed in heads] == [10, 20, 25]
    assert heads[0].head.previous == FIRST
    assert heads[2].head.previous == heads[1].head.digest
    for signed in heads:
        KEY.public_key().verify(signed.signature, signed.head.octets())


def test_changing_anything_of_a_head_changes_its_digest():
    head = Log(10).heads[0].head
    others = [replace(head, size=11), replace(head, root=FIRST), replace(head, previous=b"\x01" * 32)]
    assert head.digest not in {other.digest for other in others}


def test_a_tree_that_has_not_grown_is_not_sealed_again():
    frontier = Frontier().grown([bytes(32)])
    first = seal(frontier, NOW, None, sign=KEY.sign)
    for tree, before in ((Frontier(), None), (frontier, first.head)):
        with pytest.raises(ValueError, match="grown"):
            seal(tree, NOW, before, sign=KEY.sign)


def test_a_log_is_not_exported_with_fewer_leaves_than_a_head_covers():
    log = Log(20)
    with pytest.raises(ValueError, match="fewer"):
        list(write_log(bytes(32), log.leaves[:19], log.heads, exported_at=NOW))
