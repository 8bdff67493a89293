"""The rules in force: what an operator's folder says, once it was accepted whole; what each process works by.

A folder is taken at the start of the service, or by `dmp rules install`. It is
checked as a whole and kept in the database, so that every worker of every
machine comes to work by it within a minute, and that a broken one changes
nothing, after a restart either (docs/adr/0039).
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

from dmp import journal
from dmp.record.errors import StorageUnavailable
from dmp.record.oversight import RefusalLine
from dmp.services import RULE_SETS
from dmp.services.rule_set import SHIPPED, RefusedRules, Rules, Texts, digest_of, read_rules, read_what_holds
from dmp.services.tables import BrokenTable
from dmp.store.rule_editions import EditionState, KeptEdition, Said, UnreadableEdition
from dmp.store.tx import Conflict, Store, Tx
from dmp.web import metrics

LOOK_EVERY = 60.0
"""Seconds after which a process asks whether the rules changed."""
LARGEST = 4_000_000
"""Octets of one file."""
MOST_FILES = 100
ATTEMPTS = 3
Given = TypeVar("Given")


class Outcome(StrEnum):
    """What became of a folder."""

    TAKEN = "taken"
    SAME = "same"
    """It is in force already."""
    FORMER = "former"
    """It was in force before: only an operator brings it back, no restart does."""


def texts_of(folder: Path) -> Texts:
    """The files of a folder, by their names in it; names that begin with a dot are not looked at.

    Raises:
        RefusedRules: there is no such folder, or something in it cannot be read, is too large, or is no text.
    """
    if not os.path.isdir(folder):  # noqa: PTH112 - of a folder that may not be entered, Path raises
        raise RefusedRules([BrokenTable(_readable(folder), "folder", "there is no such folder")])
    found, faults = dict[str, str](), list[BrokenTable]()
    for path in _paths(folder):
        name = _readable(path.relative_to(folder))
        try:
            found[name] = _text(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            faults.append(BrokenTable(name, "file", f"cannot be read: {reason}"))
        if len(found) + len(faults) > MOST_FILES:
            raise RefusedRules([BrokenTable(_readable(folder), "folder", f"more than {MOST_FILES} files")])
    if faults:
        raise RefusedRules(faults)
    return found


def _paths(folder: Path) -> Iterator[Path]:
    """Whatever is no folder, and what cannot be looked into: links to folders are not followed, nor passed over."""
    unread: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=lambda error: unread.append(Path(error.filename))):
        inside = sorted(name for name in folders if not name.startswith("."))
        folders[:] = [name for name in inside if not Path(place, name).is_symlink()]
        yield from (Path(place, name) for name in inside if name not in folders)
        yield from (Path(place, name) for name in sorted(names) if not name.startswith("."))
    yield from unread


def _readable(path: Path) -> str:
    """A name as it can be told and kept, whatever its octets are."""
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")


def _text(path: Path) -> str:
    """What a file says.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no file, too large, or no text: a pipe would be waited for without end.
    """
    if not path.is_file():
        raise ValueError("is no file, or a link to a folder")
    with path.open("rb") as file:
        octets = file.read(LARGEST + 1)
    if len(octets) > LARGEST:
        raise ValueError(f"is too large: more than {LARGEST} octets")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("is no text in UTF-8") from error


def checked(folder: Path) -> tuple[Texts, Rules]:
    """A folder and what it says; nothing is changed.

    Raises:
        RefusedRules: something is wrong with it.
    """
    texts = texts_of(folder)
    return texts, read_rules(texts, RULE_SETS)


def take(store: Store, folder: Path | None, *, by: str, at: datetime, again: bool = True) -> Outcome:
    """Bring the rules of a folder into force; without a folder, those of this release.

    Without `again`, what was in force before stays out of force: a machine that
    starts with an old folder must not undo what an operator installed since.

    Raises:
        RefusedRules: the folder is broken; that is kept, and what was in force stays.
        StorageUnavailable: the database cannot be used.
    """
    try:
        texts = checked(folder)[0] if folder is not None else {}
    except RefusedRules as refused:
        _keep(partial(_refuse, store, refused, by, at))
        raise
    return _keep(partial(_take, store, texts, by, at, again=again))


def _take(store: Store, texts: Texts, by: str, at: datetime, *, again: bool) -> Outcome:
    digest = digest_of(texts)
    with store.begin() as tx:
        if digest == _digest_in_force(tx):
            return Outcome.SAME
        # An empty folder at a start may be a disk that is not there yet: the rules of the release were in force before.
        if not again and (not texts or tx.rule_editions.was_taken(digest)):
            return Outcome.FORMER
        tx.rule_editions.add(EditionState.TAKEN, digest, Said(by, texts), at)
    return Outcome.TAKEN


def _digest_in_force(tx: Tx) -> str | None:
    """None where what is kept does not open: no folder is the same, so that to install it again mends it."""
    try:
        now = tx.rule_editions.newest(EditionState.TAKEN)
    except UnreadableEdition:
        return None
    return now.digest if now is not None else digest_of({})


def _refuse(store: Store, refused: RefusedRules, by: str, at: datetime) -> None:
    """Keep why, once: a service that starts again and again with one broken folder says it once."""
    said = Said(by, refusals=tuple(RefusalLine(one.file, one.place, one.reason) for one in refused.faults))
    digest = digest_of({"refusal": str(refused)})
    with store.begin() as tx:
        try:
            newest = tx.rule_editions.newest()
        except UnreadableEdition:
            newest = None
        if newest is None or newest.digest != digest:
            tx.rule_editions.add(EditionState.REFUSED, digest, said, at)


def _keep(work: Callable[[], Given]) -> Given:
    for _ in range(ATTEMPTS):
        try:
            return work()
        except Conflict:
            continue
    raise StorageUnavailable("others brought rules each time")


def take_at_start(store: Store, folder: Path | None, at: datetime) -> None:
    """Take the folder of the settings, if any; a broken one does not keep the service from starting."""
    if folder is None:
        return
    try:
        outcome = take(store, folder, by="start", at=at, again=False)
    except RefusedRules as refused:
        metrics.RULES_REFUSED.inc()
        _note("rules-refused", refused.faults)
        return
    if outcome is not Outcome.SAME:
        level = logging.INFO if outcome is Outcome.TAKEN else logging.WARNING
        journal.note(f"rules-{outcome.value}", level=level)


def kept_in_force(store: Store) -> tuple[KeptEdition | None, tuple[BrokenTable, ...]]:
    """The edition that should be in force, if there is one and it opens, and what of it this release does not follow.

    Raises:
        StorageUnavailable: the database cannot be used.
    """
    try:
        with store.begin() as tx:
            kept = tx.rule_editions.newest(EditionState.TAKEN)
    except UnreadableEdition as unreadable:
        return None, (_told(unreadable),)
    return (kept, rules_of(kept)[1]) if kept is not None else (None, ())


def _told(unreadable: UnreadableEdition) -> BrokenTable:
    reason = "does not open: altered, damaged, or kept by another release; `dmp rules install` keeps them anew"
    return BrokenTable(f"edition {unreadable.number}", "in the database", reason)


def rules_of(kept: KeptEdition) -> tuple[Rules, tuple[BrokenTable, ...]]:
    """What an edition says, read once in this process, and what of it this release refuses, unlike that which took it.

    Of a set that is refused, the files of this release count.
    """
    return _read(tuple(sorted(kept.said.texts.items())))


@lru_cache(maxsize=2)
def _read(texts: tuple[tuple[str, str], ...]) -> tuple[Rules, tuple[BrokenTable, ...]]:
    return read_what_holds(dict(texts), RULE_SETS)


_NEVER = float("-inf")


@dataclass
class InForce:
    """The rules that one process works by: looked at now and then, the same object as long as nothing changed."""

    store: Store
    clock: Callable[[], float] = time.monotonic
    _rules: Rules = SHIPPED
    _number: int = 0
    _unread: int = 0
    """The edition that does not open, which was told."""
    _next: float = _NEVER
    _alone: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> Rules:
        """Those in force now, as far as this process knows."""
        first = self._next == _NEVER
        if self.clock() >= self._next and self._alone.acquire(blocking=first):
            try:
                if self.clock() >= self._next:
                    self._look_and_tell()
                    self._next = self.clock() + LOOK_EVERY
            except StorageUnavailable:
                pass  # the act that asked will say so itself, and the next one looks again
            finally:
                self._alone.release()
        return self._rules

    def _look_and_tell(self) -> None:
        """An edition that does not open leaves what this process works by; it is told once, and tried again."""
        try:
            self._look()
        except UnreadableEdition as unreadable:
            if unreadable.number != self._unread:
                self._unread = unreadable.number
                _note("rules-unread", (_told(unreadable),))

    def _look(self) -> None:
        with self.store.begin() as tx:
            number = tx.rule_editions.number()
            if number == self._number:
                return
            kept = tx.rule_editions.newest(EditionState.TAKEN)
        if kept is None:
            return
        self._rules, faults = rules_of(kept)
        self._number = kept.number
        _note("rules-unread", faults)


def _note(event: str, faults: Iterable[BrokenTable]) -> None:
    for fault in faults:
        journal.note(event, level=logging.ERROR, place=f"{fault.file}, {fault.place}", reason=fault.reason)
