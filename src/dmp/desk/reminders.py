"""A whole round of reminders at once, by several processes, as an operator commands it (RM-9)."""

import gc
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from dmp.desk.errands import Done
from dmp.desk.installation import Installation
from dmp.jobs.reminding import Share
from dmp.main import build_reminder, open_store
from dmp.settings import Settings


@dataclass(frozen=True)
class Part:
    """What one process does."""

    settings: Settings
    share: Share


@dataclass(frozen=True)
class Reminders(Installation):
    """The reminders of one installation."""

    def run(self, *, workers: int = 1) -> Done:
        """Look at every record whose day has come; the service goes on meanwhile, and does the same in its time.

        Raises:
            StorageUnavailable: the store cannot be used now; what is left waits.
        """
        parts = [Part(self.settings, Share(number, workers)) for number in range(workers)]
        if workers == 1:
            return Done(look(parts[0]))
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            return Done(sum(pool.map(work, parts), Counter[str]()))


def work(part: Part) -> Counter[str]:
    """Do one part, in a process of its own."""
    look_less_for_cycles()
    return look(part)


def look(part: Part) -> Counter[str]:
    """Look at every record of a share."""
    store = open_store(part.settings)
    try:
        return build_reminder(store, part.settings).run_due(most=sys.maxsize, share=part.share)
    finally:
        store.close()


def look_less_for_cycles() -> None:
    """Values hold no cycles (`worker.py`): what is there now stays for good, the rest is looked through less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
