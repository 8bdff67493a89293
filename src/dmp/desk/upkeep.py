"""What keeps a service whole: sweep, check, back up, restore (security 13.2, 13.4, 13.9)."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dmp.actions.projected import READING
from dmp.desk.installation import Installation
from dmp.in_force import kept_in_force
from dmp.main import now
from dmp.projecting import project, project_without_pdf
from dmp.record.dtm import PARIS
from dmp.store.backup import backup, prune
from dmp.store.check import Report, check
from dmp.store.check_record import Fault
from dmp.store.lead_upkeep import complete_leads
from dmp.store.rebuild import rebuild
from dmp.store.restore import Restored, restore, verify
from dmp.store.sweep import sweep

TOLD_EVERY = 5.0
"""Seconds between two lines of progress."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Upkeep(Installation):
    """The storage of one installation."""

    def sweep(self) -> str:
        """Remove the blobs that no row names since an hour."""
        with self._store() as store:
            return sweep(store, now()).sentence

    def check(self, *, read_blobs: bool, after: str, progress: Say, read_facts: bool = False) -> Report:
        """Verify what must always be true, while the service runs; with `read_facts`, read what documents say again.

        What this release does not follow of the rules that are kept is a fault as well.
        """
        with self._store() as store:
            report = check(
                store,
                read_blobs=read_blobs,
                reader=READING,
                reading=project_without_pdf if read_facts else None,
                after=after,
                progress=_now_and_then(progress),
            )
            kept, left_out = kept_in_force(store)
        if kept is not None:  # one that does not open is told already
            told = ((f"{one.file}, {one.place}", f"rules not followed: {one.reason}") for one in left_out)
            report.faults += [Fault("", place, reason) for place, reason in told]
        return report

    def leads(self) -> str:
        """Give records the leads that they lack, while the service runs."""
        with self._store() as store:
            return f"dmp: {complete_leads(store)} records lacked what leads to them"

    def rebuild_facts(self, *, after: str, progress: Say) -> str:
        """Read every document again, while the service runs."""
        with self._store() as store:
            rebuilt = rebuild(store, project, after=after, tell=_now_and_then(progress))
            if not after:
                with store.begin() as tx:
                    tx.unread.replace(rebuilt.unread, now().astimezone(PARIS).date())
        return rebuilt.sentence

    def backup(self, destination: Path, *, keep: int | None) -> Iterator[str]:
        """Back up, then forget all but the newest; nothing is forgotten when a blob could not be copied."""
        with self._store() as store:
            taken = backup(store, destination, keys=self.settings.keys, at=now())
        yield taken.sentence
        if keep is not None and not taken.without:
            files, blobs = prune(destination, keys=self.settings.keys, keep=keep)
            yield f"dmp: {files} older backups and {blobs} blobs that they alone named are forgotten"

    def restore(self, source: Path) -> Restored:
        """Restore into this installation, which is empty, and verify it."""
        with self._store() as store:
            return restore(store, source, keys=self.settings.keys)

    def verify(self, source: Path) -> Restored:
        """Read a backup whole, and restore nothing."""
        return verify(source, keys=self.settings.keys)


def told(report: Report) -> Iterator[str]:
    """A table of what was counted, then the faults: random ids, which name nobody."""
    width = max(map(len, report.counts), default=0)
    for name, count in report.counts.items():
        yield f"{name:{width}}  {count:>12,}"
    yield from map(_told_fault, report.faults)
    yield "dmp: sound" if report.sound else f"dmp: NOT sound: {len(report.faults)} faults"


def _told_fault(fault: Fault) -> str:
    where = " ".join(f"{name} {value}" for name, value in (("record", fault.record), ("", fault.subject)) if value)
    return f"{where}: {fault.what}" if where else fault.what


def _now_and_then(say: Say) -> Callable[[str, Counter[str]], None]:
    last = time.monotonic()

    def tell(record: str, counts: Counter[str]) -> None:
        nonlocal last
        if time.monotonic() - last >= TOLD_EVERY:
            last = time.monotonic()
            say(f"dmp: {counts['records']:,} records, {_documents(counts):,} documents; goes on with --from {record}")

    return tell


def _documents(counts: Counter[str]) -> int:
    return sum(counts[name] for name in ("documents", "same", "renewed", "new"))
