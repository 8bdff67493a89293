"""Who asks what: picks a record, fills a request, judges the answer."""

import mmap
import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from dmp.bench.load import Check, Connection, Request
from dmp.bench.messages import message_ids
from dmp.bench.plan import Act, Plan
from dmp.bench.preparing import Deposited, Prepared

SUCCESS = b"ResponseStatusType:Success"
NEAR = 4096
"""The octets of an answer where it tells success."""


class Callers:
    """Chooses the next request of each caller; what was prepared is used up in turn, the rest is drawn.

    A doctor whose records are none has nothing to ask.
    """

    def __init__(self, prepared: Iterable[Prepared], plan: Plan, *, overhead: int):
        """`overhead` is what surrounds a document in the answer that brings it, in octets."""
        self._dice = random.Random(plan.seed)  # noqa: S311 - a benchmark, no secret
        self._messages = message_ids(random.Random())  # noqa: S311 - never the same twice, even with one seed
        self._overhead = overhead
        self._documents = plan.documents
        self._of_holder: dict[str, list[Prepared]] = defaultdict(list)
        self._lots: dict[str, list[tuple[memoryview, Deposited]]] = defaultdict(list)
        self._lengths: dict[str, int] = {}
        opened: dict[Path, memoryview] = {}
        for one in prepared:
            self._of_holder[one.holder].append(one)
            for lot in one.deposits:
                octets = opened[one.file] if one.file in opened else opened.setdefault(one.file, self._map(one.file))
                self._lots[one.holder].append((octets[lot.start : lot.end], lot))
        for lots in self._lots.values():
            self._dice.shuffle(lots)

    def _map(self, path: Path) -> memoryview:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def next(self, connection: Connection, act: Act) -> Request | None:
        """The next request of an act for the holder of a connection; None when no lot is left."""
        match act:
            case Act.SUBMIT:
                return self._submit(connection.holder)
            case Act.SEARCH:
                return self._search(connection.holder)
            case Act.READ:
                return self._read(connection.holder)

    def _submit(self, holder: str) -> Request | None:
        if not self._lots[holder]:
            return None
        octets, lot = self._lots[holder].pop()
        return Request(Act.SUBMIT, (octets,), succeeded, lot.unique_id)

    def _search(self, holder: str) -> Request | None:
        if not self._of_holder[holder]:
            return None
        one = self._dice.choice(self._of_holder[holder])
        return Request(Act.SEARCH, one.search.filled(next(self._messages)), self._found(one.record))

    def _read(self, holder: str) -> Request | None:
        if not self._of_holder[holder]:
            return None
        one = self._dice.choice(self._of_holder[holder])
        wanted = self._dice.choice(one.readable).encode()
        return Request(Act.READ, one.read.filled(next(self._messages), wanted), _brought(one.size + self._overhead))

    def _found(self, record: str) -> Check:
        """All the documents are told; once they were counted, an answer of the same length needs no second look."""

        def check(answer: memoryview) -> str:
            if self._lengths.get(record) == len(answer):
                return ""
            octets = bytes(answer)
            if SUCCESS not in octets[:NEAR]:
                return octets[:NEAR].decode(errors="replace")
            found = octets.count(b"ExtrinsicObject>")
            if found < self._documents:
                return f"{found} documents found, {self._documents} are there"
            self._lengths[record] = len(answer)
            return ""

        return check


def succeeded(answer: memoryview) -> str:
    """Look for success where it is told; else the beginning of the answer."""
    octets = bytes(answer[:NEAR])
    return "" if SUCCESS in octets else octets.decode(errors="replace")


def _brought(size: int) -> Check:
    def check(answer: memoryview) -> str:
        if len(answer) != size:
            return f"{len(answer)} octets, {size} expected: {bytes(answer[:NEAR]).decode(errors='replace')}"
        return "" if SUCCESS in bytes(answer[:NEAR]) else "no success is told"

    return check
