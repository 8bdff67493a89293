"""The access history in two worlds: what somebody may not know of leaves no line, no hole and no proof (LOG-5, AR-17).

The holder and who represents him may learn that a professional updated the
record, and on which day, while a document waits to be announced: those lines,
and no others, are put aside before the worlds are compared (DEC-30).
"""

import json
from collections.abc import Iterator

from dmp.actions.view_log import LogFile, TakeLog, ViewLog
from dmp.assure.two_worlds.asking import SERVICE_MADE
from dmp.assure.two_worlds.viewers import Seen
from dmp.assure.two_worlds.world import World
from dmp.record.actor import Caller, Holder, Representative
from dmp.record.errors import DmpError
from dmp.record.history import Kind, LogLine, LogPage, LogQuery
from dmp.record.history_words import Language, told
from dmp.store.sealing import seal_traces

QUERIES = {
    "history": LogQuery(),
    "what was read": LogQuery(kind=Kind.READING),
    "what was written": LogQuery(kind=Kind.WRITING),
    "emergencies": LogQuery(emergencies=True),
    "somebody": LogQuery(who="a"),
    "older lines": LogQuery(below=5),
}


def histories(seen: Seen, world: World, step: int) -> Iterator[tuple[str, bytes]]:
    """Every answer about the history that a viewer can get in one world, with what it is about."""
    for number, (label, query) in enumerate(QUERIES.items()):
        world.turn_to(step + number)
        yield label, _answered(world, seen, query)
    world.turn_to(step + len(QUERIES))
    seal_traces(world.store, world.at)
    yield "history to take away", _taken(world, seen)


def is_citizen(caller: Caller) -> bool:
    """Whether he has the pages of patients."""
    return isinstance(caller.actor, (Holder, Representative))


def is_told_vaguely(seen: Seen) -> bool:
    """Whether he may have lines of an update that is not announced yet: the worlds may differ by those (DEC-30)."""
    return is_citizen(seen.caller) and seen.viewer.awaits


def _answered(world: World, seen: Seen, query: LogQuery) -> bytes:
    if query.below is not None and is_told_vaguely(seen):
        return b"pages of his hold lines that the other world lacks"
    try:
        page: LogPage = world.perform(seen.caller, ViewLog(seen.scene.patient, query))
    except DmpError as error:
        return repr(error).encode()
    return f"{page.below} {[_spelt(line) for line in _compared(seen, page.lines)]}".encode()


def _taken(world: World, seen: Seen) -> bytes:
    """The lines, which of them are proven, and the texts; salts, hashes and places in the tree are each world's own."""
    try:
        file: LogFile = world.perform(seen.caller, TakeLog(seen.scene.patient))
    except DmpError as error:
        return repr(error).encode()
    lines = [_spelt(line) for line in _compared(seen, file.lines)]
    proven = [line.act is not None and line.act.id in file.sequences for line in _compared(seen, file.lines)]
    receipt = map(json.loads, file.receipt.splitlines())
    texts = [entry.get("text", "withheld") for entry in receipt if entry["type"] == "entry"]
    return SERVICE_MADE.sub(b"id", f"{lines} {proven} {sorted(texts)} {len(file.waiting)}".encode())


def _compared(seen: Seen, lines: tuple[LogLine, ...]) -> list[LogLine]:
    return [line for line in lines if line.act is not None or not is_told_vaguely(seen)]


def _spelt(line: LogLine) -> str:
    said = (told(line, language).sentence for language in Language)
    return f"{' / '.join(said)} {line.proof} {len(line.documents)}"
