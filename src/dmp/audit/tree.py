"""The Merkle tree of traces, after RFC 6962 and RFC 9162, with the sequence inside each leaf (security 11.3).

Trees are described by the roots of their complete subtrees. A `Frontier` holds
those of one tree, enough to append to it and to know its root; a `Subtree`
look-up gives any of them, enough to prove things about it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
SALT_SIZE = 32

Subtree = Callable[[int, int], bytes]
"""Root of the complete subtree of `2 ** level` leaves, by level and by index among those of its level."""


class InvalidProof(ValueError):
    """A path that cannot belong to a proof of this size: too long, too short, or positions out of range."""


def commitment(salt: bytes, text: bytes) -> bytes:
    """Bind a text without telling it: only who is given the salt can check, or guess, what was committed.

    Raises:
        ValueError: the salt has not 32 octets.
    """
    if len(salt) != SALT_SIZE:
        raise ValueError("a salt has 32 octets")
    return sha256(b"\x02" + salt + text).digest()


def leaf_hash(sequence: int, committed: bytes) -> bytes:
    """Hash of a leaf: its sequence on 8 octets, big-endian, then the commitment."""
    return sha256(b"\x00" + sequence.to_bytes(8, "big") + committed).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Node:
    """The root of a complete subtree, as it may be kept for proofs."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True)
class Frontier:
    """A tree as its `peaks`: the roots of its complete subtrees, the largest first, one per bit of `size`."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self.peaks:
            return EMPTY_ROOT
        *others, root = self.peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root

    def grown(self, leaves: Iterable[bytes], kept: list[Node] | None = None) -> "Frontier":
        """The tree with more leaf hashes: on average one inner node for each.

        The inner nodes that became complete are added to `kept`, for whoever
        stores them to prove things later without reading all the leaves.
        """
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            peak, level, count = leaf, 0, size
            while count & 1:
                peak = node_hash(peaks.pop(), peak)
                level, count = level + 1, count >> 1
                if kept is not None:
                    kept.append(Node(level, count, peak))
            peaks.append(peak)
            size += 1
        return Frontier(size, tuple(peaks))

    def octets(self) -> bytes:
        """The frontier as octets, to be stored."""
        return self.size.to_bytes(8, "big") + b"".join(self.peaks)

    @staticmethod
    def read(octets: bytes) -> "Frontier":
        """Read what `octets` wrote.

        Raises:
            ValueError: not as many peaks as the size wants.
        """
        size, rest = int.from_bytes(octets[:8], "big"), octets[8:]
        if len(octets) < 8 or len(rest) != 32 * size.bit_count():
            raise ValueError("not a frontier")
        return Frontier(size, tuple(rest[start : start + 32] for start in range(0, len(rest), 32)))


def subtrees(leaves: Sequence[bytes]) -> Subtree:
    """The look-up for a tree whose leaf hashes are all at hand."""
    kept: list[Node] = []
    Frontier().grown(leaves, kept)
    inner = {(node.level, node.index): node.hash for node in kept}

    def look_up(level: int, index: int) -> bytes:
        return leaves[index] if level == 0 else inner[level, index]

    return look_up


def inclusion_path(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """The hashes that lead from a leaf to the root of the tree of that size, from the leaf up (RFC 9162, 2.1.3).

    Raises:
        InvalidProof: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise InvalidProof("no such leaf")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(_range_hash(middle, stop, subtree))
            stop = middle
        else:
            path.append(_range_hash(start, middle, subtree))
            start = middle
    return tuple(reversed(path))


def consistency_path(old: int, new: int, subtree: Subtree) -> tuple[bytes, ...]:
    """The hashes that show that the tree of size `new` begins with that of size `old` (RFC 9162, 2.1.4).

    Raises:
        InvalidProof: the sizes are not in order.
    """
    if not 0 <= old <= new:
        raise InvalidProof("sizes out of order")
    if old in (0, new):
        return ()
    path: list[bytes] = []
    start, stop, whole = 0, new, True
    while stop != old:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(_range_hash(middle, stop, subtree))
            stop = middle
        else:
            path.append(_range_hash(start, middle, subtree))
            start, whole = middle, False
    if not whole:
        path.append(_range_hash(start, stop, subtree))
    return tuple(reversed(path))


def is_included(leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check that a leaf hash is at its place in the tree of that size and root."""
    if not 0 <= index < size:
        return False
    node, place, last = leaf, index, size - 1
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(step, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, step)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def is_consistent(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Check that the tree (size, root) `new` only appended to `old`."""
    old_size, new_size = old[0], new[0]
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not path and old[1] == new[1]
    if old_size == 0:
        return not path and old[1] == EMPTY_ROOT
    return _appends(old, new, path)


def _appends(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """The algorithm of RFC 9162, 2.1.4.2, for sizes that differ."""
    steps = list(path) if old[0] & (old[0] - 1) else [old[1], *path]
    if not steps:
        return False
    place, last = old[0] - 1, new[0] - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_node = new_node = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_node, new_node = node_hash(step, old_node), node_hash(step, new_node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new_node = node_hash(new_node, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old_node == old[1] and new_node == new[1]


def _split(width: int) -> int:
    """The largest power of two below the width."""
    return 1 << (width - 1).bit_length() - 1


def _range_hash(start: int, stop: int, subtree: Subtree) -> bytes:
    """The root of the leaves from start to stop; start is always a multiple of what it is split in."""
    width = stop - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return subtree(level, start >> level)
    middle = start + _split(width)
    return node_hash(_range_hash(start, middle, subtree), _range_hash(middle, stop, subtree))
