"""Traces, trees and sealed logs for the tests of the audit; the key is a test key."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dmp.audit.export import Disclosure, Entry, Leaf, write_log, write_receipt
from dmp.audit.heads import SignedHead, seal
from dmp.audit.trace import Outcome, Touched, Trace, Who
from dmp.audit.tree import Frontier, commitment, leaf_hash, subtrees
from dmp.record.actor import Caller, ClientSystem, Facility, Mode, Professional

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def a_caller() -> Caller:
    doctor = Professional("899900000101", "PERSON Test", "10", "SM26", Facility("1750000001", "Hôpital", "SA01"))
    client = ClientSystem("Logiciel", "2.1", "HOMOLOGATION-1", "serial-7")
    return Caller(doctor, Mode.BREAK_GLASS, "inconscient", client=client, assertion="_vihf-1", message="urn:uuid:m")


def a_trace(number: int = 0, word: str = "") -> Trace:
    return Trace(
        id=f"trace-{number}",
        at=NOW + timedelta(seconds=number),
        who=Who.of(a_caller()),
        verb="TD3.2",
        record="record-1",
        outcome=Outcome.DONE,
        transaction="ITI-43",
        touched=(Touched("urn:uuid:1", "1.2.3", "11", "1750000001"),),
        rules=("break-glass",),
        policy="2024-09-25+00000000",
        detail=word,
        software="dmp 0.1.0",
    )


@dataclass
class Log:
    """A log as a service would build it: every `step` leaves a head; every third text is disclosed in exports."""

    size: int
    step: int = 10
    key: Ed25519PrivateKey = KEY
    word: str = ""
    """Differs from leaf `fork` on: two logs with different words are two histories."""
    fork: int = 0
    leaves: list[Leaf] = field(default_factory=list)
    disclosures: list[Disclosure] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)

    def __post_init__(self) -> None:
        frontier = Frontier()
        for sequence in range(self.size):
            salt = sha256(b"salt %d" % sequence).digest()
            text = a_trace(sequence, self.word if sequence >= self.fork else "").text()
            told = Disclosure(salt, text)
            self.disclosures.append(told)
            committed = commitment(salt, text)
            self.leaves.append(Leaf(sequence, committed, told if sequence % 3 == 0 else None))
            frontier = frontier.grown([leaf_hash(sequence, committed)])
            if frontier.size % self.step == 0 or frontier.size == self.size:
                previous = self.heads[-1].head if self.heads else None
                self.heads.append(seal(frontier, NOW + timedelta(seconds=sequence), previous, sign=self.key.sign))

    def hashes(self) -> list[bytes]:
        return [leaf_hash(leaf.sequence, leaf.commitment) for leaf in self.leaves]

    def exported(self) -> list[bytes]:
        return list(write_log(public(self.key), self.leaves, self.heads, exported_at=NOW))

    def receipt(self, sequences: list[int], sizes: list[int]) -> list[bytes]:
        heads = [signed for signed in self.heads if signed.head.size in sizes]
        entries = [Entry(sequence, self.disclosures[sequence]) for sequence in sequences]
        subtree = subtrees(self.hashes()[: heads[-1].head.size])
        return list(write_receipt(public(self.key), entries, heads, subtree, exported_at=NOW))
