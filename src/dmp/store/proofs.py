"""What proves single traces under the newest signed head, read in the time of a few rows (security 11.5).

A tree of a billion leaves is never read: heads keep the roots of the complete
subtrees that they saw, one at least in every thousand leaves; what lies between
is hashed from one block of leaves.
"""

from collections.abc import Mapping

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dmp.audit.heads import SignedHead, TreeHead
from dmp.audit.tree import Frontier, leaf_hash, node_hash
from dmp.store import statements
from dmp.store.lane import Lane
from dmp.store.packing import instant
from dmp.store.vault import Vault

BLOCK = 10
"""Level of the subtrees that are hashed from their leaves: 1,024, more than lie between two heads (security 11.3)."""


class Proofs:
    """The signed tree inside one transaction: it only grows, so that whatever is read of it agrees."""

    def __init__(self, lane: Lane, vault: Vault):
        """Read on a lane."""
        self._lane = lane
        self._vault = vault
        self._blocks: dict[int, list[bytes]] = {}
        self._roots: dict[tuple[int, int], bytes] = {}

    @property
    def public_key(self) -> bytes:
        """The key that heads are signed with, 32 octets."""
        return self._vault.heads.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def newest_head(self) -> SignedHead | None:
        """The newest head; None while nothing is sealed."""
        rows = self._lane.read(statements.NEWEST_HEAD)
        if not rows:
            return None
        size, at, root, previous, signature = rows[0]
        return SignedHead(TreeHead(size, bytes(root), instant(at), bytes(previous)), bytes(signature))

    def places(self, record: str, *, below: int) -> Mapping[str, int]:
        """The sequences of the traces of a record in the tree of that size, by the id of the trace."""
        rows = self._lane.read(statements.READ_PLACES, key=record, size=below)
        return dict(rows)

    def place(self, record: str, trace: str) -> int | None:
        """The sequence of one trace; None while it waits to be sealed."""
        rows = self._lane.read(statements.READ_PLACE, key=record, named=trace)
        return rows[0][0] if rows else None

    def subtree(self, level: int, index: int) -> bytes:
        """The root of a complete subtree (`audit.tree.Subtree`)."""
        if level <= BLOCK:
            return self._in_block(level, index)
        if (level, index) not in self._roots:
            self._roots[level, index] = self._from_heads(level, index)
        return self._roots[level, index]

    def _in_block(self, level: int, index: int) -> bytes:
        start = index << level
        number = start >> BLOCK
        if number not in self._blocks:
            first = number << BLOCK
            rows = self._lane.read(statements.READ_LEAVES, first=first, last=first + (1 << BLOCK) - 1)
            self._blocks[number] = [leaf_hash(sequence, bytes(committed)) for sequence, committed in rows]
        offset = start - (number << BLOCK)
        leaves = self._blocks[number][offset : offset + (1 << level)]
        return Frontier().grown(leaves).root if level else leaves[0]

    def _from_heads(self, level: int, index: int) -> bytes:
        """A left subtree is a peak of every tree that ends before its right neighbour is complete."""
        if index % 2 == 0:
            end = (index + 1) << level
            rows = self._lane.read(statements.FIND_FRONTIER, least=end, most=end + (1 << level) - 1)
            if rows:
                frontier = Frontier.read(bytes(rows[0][0]))
                return frontier.peaks[(frontier.size >> (level + 1)).bit_count()]
        return node_hash(self.subtree(level - 1, 2 * index), self.subtree(level - 1, 2 * index + 1))
