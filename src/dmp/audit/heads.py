"""Signed tree heads: the state of all traces at a moment, each naming the one before (security 11.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from dmp.audit.canonical import timestamp
from dmp.audit.tree import Frontier

FIRST = bytes(32)
"""What the first head names as the one before."""

Sign = Callable[[bytes], bytes]
"""Ed25519: the octets to sign, the 64 octets of the signature."""


@dataclass(frozen=True)
class TreeHead:
    """Size and root of the tree, when it was sealed, and the digest of the head before."""

    size: int
    root: bytes
    at: datetime
    previous: bytes = FIRST

    def octets(self) -> bytes:
        """What is signed: five lines that anyone can write again from the four values."""
        lines = ("dmp-tree-head-1", str(self.size), self.root.hex(), timestamp(self.at), self.previous.hex())
        return "".join(f"{line}\n" for line in lines).encode("ascii")

    @property
    def digest(self) -> bytes:
        """What the next head names."""
        return sha256(self.octets()).digest()


@dataclass(frozen=True)
class SignedHead:
    """A head and its Ed25519 signature, 64 octets."""

    head: TreeHead
    signature: bytes


def seal(frontier: Frontier, at: datetime, previous: TreeHead | None, *, sign: Sign) -> SignedHead:
    """Sign the tree as it stands.

    Raises:
        ValueError: the tree has not grown since the head before; there is nothing to seal.
    """
    if frontier.size <= (previous.size if previous else 0):
        raise ValueError("the tree has not grown")
    head = TreeHead(frontier.size, frontier.root, at, previous.digest if previous else FIRST)
    return SignedHead(head, sign(head.octets()))
