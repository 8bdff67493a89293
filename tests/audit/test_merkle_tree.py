"""The tree is that of RFC 6962: checked against its published shape and an independent library."""

import random
import time
from hashlib import sha256

import pytest
from pymerkle import InmemoryTree

from dmp.audit.tree import (
    EMPTY_ROOT,
    Frontier,
    InvalidProof,
    Node,
    commitment,
    consistency_path,
    inclusion_path,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    subtrees,
)

SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100]


def commitments(count):
    return [sha256(b"%d" % number).digest() for number in range(count)]


def leaves(count):
    return [leaf_hash(number, committed) for number, committed in enumerate(commitments(count))]


def the_library_tree(count):
    """The same leaves in pymerkle, which adds the 0x00 itself."""
    tree = InmemoryTree(algorithm="sha256")
    for number, committed in enumerate(commitments(count)):
        tree.append_entry(number.to_bytes(8, "big") + committed)
    return tree


def test_the_empty_tree_has_the_root_of_the_rfc():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Frontier().root == EMPTY_ROOT


def test_leaves_nodes_and_commitments_are_hashed_as_they_are_written_down():
    assert leaf_hash(1, b"c") == sha256(b"\x00" + b"\x00\x00\x00\x00\x00\x00\x00\x01" + b"c").digest()
    assert node_hash(b"l", b"r") == sha256(b"\x01lr").digest()
    assert commitment(b"s" * 32, b"text") == sha256(b"\x02" + b"s" * 32 + b"text").digest()


@pytest.mark.parametrize("salt", [b"", b"s" * 31, b"s" * 33])
def test_a_salt_of_another_size_could_be_taken_for_text_and_is_refused(salt):
    with pytest.raises(ValueError, match="32"):
        commitment(salt, b"text")


def test_a_tree_of_three_leaves_has_the_shape_of_the_rfc():
    a, b, c = leaves(3)
    assert Frontier().grown([a, b, c]).root == node_hash(node_hash(a, b), c)


def test_roots_are_those_of_the_library_at_every_size():
    tree, frontier = the_library_tree(130), Frontier()
    for size, leaf in enumerate(leaves(130), start=1):
        frontier = frontier.grown([leaf])
        assert frontier.root == tree.get_root(size)


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_paths_are_those_of_the_library_and_lead_to_the_root(size):
    hashes, tree = leaves(size), the_library_tree(size)
    subtree, root = subtrees(hashes), tree.get_root(size)
    for index in range(size):
        path = inclusion_path(index, size, subtree)
        theirs = tree.prove_inclusion(index + 1, size)
        assert path == tuple(theirs.path[1:])
        assert is_included(hashes[index], index=index, size=size, path=path, root=root)


@pytest.mark.parametrize("new", SIZES)
def test_consistency_paths_link_every_older_root_of_the_library(new):
    hashes, tree = leaves(new), the_library_tree(new)
    subtree = subtrees(hashes)
    for old in range(1, new + 1):
        path = consistency_path(old, new, subtree)
        assert is_consistent((old, tree.get_root(old)), (new, tree.get_root(new)), path)
    assert is_consistent((0, EMPTY_ROOT), (new, tree.get_root(new)), consistency_path(0, new, subtree))


def test_the_paths_of_the_seven_leaf_tree_are_those_drawn_in_the_rfc():
    hashes = leaves(7)
    a, b, c, d, e, f, j = hashes
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, left = node_hash(i, j), node_hash(g, h)
    subtree = subtrees(hashes)
    assert inclusion_path(0, 7, subtree) == (b, h, k)
    assert inclusion_path(3, 7, subtree) == (c, g, k)
    assert inclusion_path(4, 7, subtree) == (f, j, left)
    assert inclusion_path(6, 7, subtree) == (i, left)
    assert consistency_path(3, 7, subtree) == (c, d, g, k)
    assert consistency_path(4, 7, subtree) == (k,)
    assert consistency_path(6, 7, subtree) == (i, j, left)


def test_a_proof_altered_in_any_way_proves_nothing():
    rng, hashes = random.Random(1), leaves(77)  # noqa: S311
    subtree, root = subtrees(hashes), Frontier().grown(hashes).root
    for _ in range(300):
        index, old = rng.randrange(77), rng.randrange(1, 77)
        path = list(inclusion_path(index, 77, subtree))
        link = list(consistency_path(old, 77, subtree))
        before = Frontier().grown(hashes[:old]).root
        for steps in (path, link):
            place = rng.randrange(len(steps))
            steps[place : place + 1] = rng.choice([[], [bytes(32)], [steps[place]] * 2])
        assert not is_included(hashes[index], index=index, size=77, path=path, root=root)
        assert not is_consistent((old, before), (77, root), link)


def test_a_proof_for_another_place_or_size_proves_nothing():
    hashes = leaves(20)
    subtree, root = subtrees(hashes), Frontier().grown(hashes).root
    path = inclusion_path(6, 20, subtree)
    for index, size in ((5, 20), (7, 20), (-1, 20), (20, 20), (6, 6), (6, 0)):
        assert not is_included(hashes[6], index=index, size=size, path=path, root=root)
    link = consistency_path(7, 20, subtree)
    seventh = Frontier().grown(hashes[:7]).root
    assert is_consistent((7, seventh), (20, root), link)
    for old, new in (
        ((6, seventh), (20, root)),
        ((20, root), (7, seventh)),
        ((7, seventh), (20, seventh)),
        ((-1, root), (20, root)),
    ):
        assert not is_consistent(old, new, link)
    assert not is_consistent((20, root), (20, seventh), ())
    assert not is_consistent((0, root), (20, root), ())
    assert not is_consistent((8, seventh), (20, root), ())


def test_paths_are_asked_for_what_is_there():
    subtree = subtrees(leaves(4))
    for index in (-1, 4):
        with pytest.raises(InvalidProof):
            inclusion_path(index, 4, subtree)
    with pytest.raises(InvalidProof):
        consistency_path(5, 4, subtree)


def test_a_frontier_is_stored_and_read_back_and_grows_as_if_it_had_never_left():
    hashes = leaves(77)
    frontier = Frontier.read(Frontier().grown(hashes[:45]).octets())
    assert frontier.grown(hashes[45:]) == Frontier().grown(hashes)
    for octets in (b"", b"short", frontier.octets()[:-1], frontier.octets() + bytes(32)):
        with pytest.raises(ValueError, match="frontier"):
            Frontier.read(octets)


def test_the_nodes_that_become_complete_are_handed_out_once_each():
    hashes, kept = leaves(100), []
    Frontier().grown(hashes[:37], kept).grown(hashes[37:], kept)
    assert len({(node.level, node.index) for node in kept}) == len(kept) == 50 + 25 + 12 + 6 + 3 + 1
    assert Node(1, 0, node_hash(hashes[0], hashes[1])) == kept[0]


def test_a_hundred_thousand_leaves_are_sealed_in_a_moment():
    hashes = leaves(100_000)
    start = time.thread_time()
    frontier = Frontier().grown(hashes)
    elapsed = time.thread_time() - start
    assert frontier.size == 100_000
    assert elapsed < 3
