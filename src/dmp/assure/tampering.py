"""Ways to tamper with an exported log of traces: what somebody who holds the file, or the key, could try (T-LOG)."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from dmp.audit.heads import Sign, TreeHead, seal
from dmp.audit.tree import Frontier, leaf_hash

Lines = list[bytes]


@dataclass(frozen=True)
class Copies:
    """The log as it is, earlier exports of it, and two signatures: that of the service, and a forger's."""

    log: Lines
    older: Sequence[Lines]
    insider: Sign
    forger: Sign
    forgers_key: bytes
    """The public key of the forger, 32 octets."""


def edit(dice: Random, copies: Copies) -> Lines:
    """One member of one line takes another value, spelt as it should be."""
    place = dice.randrange(1, len(copies.log))
    members = _read(copies.log[place])
    name = dice.choice(sorted(set(members) - {"type"}))
    value = members[name]
    if isinstance(value, int):
        members[name] = value + dice.choice([-1, 1, 7])
    else:
        at = dice.randrange(len(value))
        members[name] = value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1 :]
    return [*copies.log[:place], _spelt(members), *copies.log[place + 1 :]]


def delete(dice: Random, copies: Copies) -> Lines:
    """A line is gone, or a run of lines, before the last head."""
    place = dice.randrange(1, len(copies.log) - 1)
    count = dice.choice([1, 1, 2, 5])
    return [*copies.log[:place], *copies.log[min(place + count, len(copies.log) - 1) :]]


def delete_and_renumber(dice: Random, copies: Copies) -> Lines:
    """A leaf is gone and those after it are renumbered, as a careful forger would."""
    gone = dice.choice(_places(copies.log, "leaf"))
    tampered = []
    for place, line in enumerate(copies.log):
        members = _read(line)
        if place > gone and members["type"] == "leaf":
            members["sequence"] -= 1
        if place != gone:
            tampered.append(_spelt(members))
    return tampered


def insert(dice: Random, copies: Copies) -> Lines:
    """A line too many: a copy of another one, or an invented leaf."""
    place = dice.randrange(1, len(copies.log) + 1)
    invented = _spelt({"type": "leaf", "sequence": place - 1, "commitment": dice.randbytes(32).hex()})
    return [*copies.log[:place], dice.choice([dice.choice(copies.log), invented]), *copies.log[place:]]


def reorder(dice: Random, copies: Copies) -> Lines:
    """Two lines change places."""
    one, two = dice.sample(range(len(copies.log)), 2)
    tampered = list(copies.log)
    tampered[one], tampered[two] = tampered[two], tampered[one]
    return tampered


def swap_contents(dice: Random, copies: Copies) -> Lines:
    """Two leaves change places and keep their numbers."""
    one, two = dice.sample(_places(copies.log, "leaf"), 2)
    first, second = _read(copies.log[one]), _read(copies.log[two])
    first["sequence"], second["sequence"] = second["sequence"], first["sequence"]
    tampered = list(copies.log)
    tampered[one], tampered[two] = _spelt(second), _spelt(first)
    return tampered


def truncate(dice: Random, copies: Copies) -> Lines:
    """The end is cut off, at any octet: at the end of a head only an earlier copy can tell."""
    octets = b"".join(copies.log)
    return [octets[: dice.randrange(len(octets))]]


def truncate_at_a_head(dice: Random, copies: Copies) -> Lines:
    """The end is cut off right after a head: what is left is a perfect, shorter log."""
    return copies.log[: dice.choice(_places(copies.log, "head")[:-1]) + 1]


def fork(dice: Random, copies: Copies) -> Lines:
    """Another history from some leaf on, signed with the right key: somebody inside."""
    return list(_sealed_again(dice, copies.log, copies.insider))


def resign(dice: Random, copies: Copies) -> Lines:
    """Another history, sealed again by somebody who has not the key, perhaps under a key of his own."""
    tampered = list(_sealed_again(dice, copies.log, copies.forger))
    if dice.random() < 0.5:
        tampered[0] = _spelt({**_read(tampered[0]), "public_key": copies.forgers_key.hex()})
    return tampered


def old_copy(dice: Random, copies: Copies) -> Lines:
    """An export of some time ago is shown as if it were today's."""
    return list(dice.choice(copies.older))


Tampering = Callable[[Random, Copies], Lines]

TAMPERINGS: Mapping[Tampering, bool] = {
    edit: False,
    delete: False,
    delete_and_renumber: False,
    insert: False,
    reorder: False,
    swap_contents: False,
    resign: False,
    truncate: True,
    truncate_at_a_head: True,
    fork: True,
    old_copy: True,
}
"""What is done to the log, and whether it takes the copy that a witness holds to find it (security 11.4)."""


def _sealed_again(dice: Random, log: Lines, sign: Sign) -> Iterator[bytes]:
    """The log with other leaves from some leaf on, and heads that fit them."""
    fork_at = dice.randrange(len(_places(log, "leaf")))
    frontier, previous = Frontier(), None
    for line in log:
        members = _read(line)
        if members["type"] == "leaf":
            if members["sequence"] >= fork_at:
                members = {"type": "leaf", "sequence": members["sequence"], "commitment": dice.randbytes(32).hex()}
            committed = bytes.fromhex(str(members["commitment"]))
            frontier = frontier.grown([leaf_hash(int(members["sequence"]), committed)])
        elif members["type"] == "head":
            signed = seal(frontier, datetime.fromisoformat(members["at"]), previous, sign=sign)
            previous = signed.head
            members |= _changed(previous, signed.signature)
        yield _spelt(members)


def _changed(head: TreeHead, signature: bytes) -> dict[str, str]:
    return {"root": head.root.hex(), "previous": head.previous.hex(), "signature": signature.hex()}


def _places(log: Lines, kind: str) -> list[int]:
    return [place for place, line in enumerate(log) if _read(line)["type"] == kind]


def _read(line: bytes) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(line)
    return members


def _spelt(members: dict[str, Any]) -> bytes:
    return json.dumps(members, sort_keys=True, separators=(",", ":")).encode() + b"\n"
