"""`log`: whatever is done to an exported log of traces, the stand-alone verifier finds it (T-LOG, security 11)."""

import io
from collections.abc import Sequence
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.service import installed
from dmp.assure.tampering import TAMPERINGS, Copies, Lines
from dmp.audit import verify_traces
from dmp.main import build_gate, open_store
from dmp.record.errors import InvalidMessage
from dmp.settings import Settings
from dmp.store.sealing import export_log, seal_traces

EXPORTS, TRACES = 8, 10
"""How often the log is exported as it grows, and how many traces are left before each time."""


def play(leg: Leg) -> Tally:
    """Leave traces in an installation, export its log as it grows, tamper with the newest export."""
    with installed(leg) as settings:
        copies, public = grown(settings, forger=leg.dice("forger").randbytes(32))
    verifier, counter = Verifier(leg.folder, public), Counter()
    counter.add("untouched", verifier.accepts(copies.log, copies.older[-1]))
    dice, kinds = leg.dice("tamperings"), list(TAMPERINGS)
    for number in range(leg.size):
        tamper = kinds[number % len(kinds)]
        tampered = tamper(dice, copies)
        while b"".join(tampered) == b"".join(copies.log):
            tampered = tamper(dice, copies)
        counter.add("tried")
        if verifier.accepts(tampered, copies.log if TAMPERINGS[tamper] else None):
            counter.wrong("missed", f"{tamper.__name__}, number {number}")
        else:
            counter.add("found")
        leg.advance(number + 1)
    return counter.tally()


def grown(settings: Settings, *, forger: bytes) -> tuple[Copies, bytes]:
    """Every export of a log that grows, and the public key of its heads; `forger` is the seed of a key."""
    begun, exports = datetime.now(UTC), list[Lines]()
    with closing(open_store(settings)) as store:
        gate = build_gate(store, settings)
        for minute in range(EXPORTS):
            at = begun + timedelta(minutes=minute)
            for _ in range(TRACES):
                gate.note_refusal(None, None, InvalidMessage("nothing came", element="body"), at)
            seal_traces(store, at)
            exports.append(list(export_log(store, at=at)))
        heads, key = store.vault.heads, Ed25519PrivateKey.from_private_bytes(forger)
    copies = Copies(exports[-1], exports[:-1], heads.sign, key.sign, key.public_key().public_bytes_raw())
    return copies, heads.public_key().public_bytes_raw()


@dataclass(frozen=True)
class Verifier:
    """The stand-alone program, called as its command line calls it."""

    folder: Path
    key: bytes

    def accepts(self, log: Sequence[bytes], earlier: Sequence[bytes] | None) -> bool:
        """Whether it finds nothing wrong; `earlier` is the copy that somebody kept."""
        path, older = self.folder / "log.jsonl", self.folder / "earlier.jsonl"
        path.write_bytes(b"".join(log))
        command = [str(path), "--key", self.key.hex()]
        if earlier is not None:
            older.write_bytes(b"".join(earlier))
            command += ["--earlier", str(older)]
        with redirect_stdout(io.StringIO()):
            return verify_traces.main(command) == 0


def judge(total: Tally) -> list[Figure]:
    """All of them found, and the log itself still accepted."""
    tried = total["tried"]
    return [
        Figure("tamperings", tried),
        Figure("found", total["found"], least=tried, most=tried),
        Figure("untouched log accepted", total["untouched"], least=1),
    ]


CLAIM = Claim(
    name="log",
    promise="Whoever edits, deletes, inserts, reorders, cuts, forks or rolls back the exported access log is found out "
    "by a program of a few hundred lines that needs no network and shares no code with the service.",
    counted="tamperings",
    count=700,
    leg=700,
    play=play,
    judge=judge,
    source="T-LOG (security 14), security 11.3 to 11.5",
    engines=(Engine.SQLITE,),
)
