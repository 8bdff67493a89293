"""How long something takes to this process alone: what it waits for a core that others keep busy is not counted."""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_TASKS = Path("/proc/self/task")


def _in_queues() -> float:
    """Seconds that the threads of this process have waited for a core until now."""
    waited = 0
    for task in _TASKS.iterdir() if _TASKS.is_dir() else ():
        with suppress(OSError, IndexError, ValueError):
            waited += int((task / "schedstat").read_text().split()[1])
    return waited / 1e9


@dataclass
class Stopwatch:
    """Runs from its making on."""

    _begun: float = field(default_factory=time.perf_counter)
    _waited: float = field(default_factory=_in_queues)

    @property
    def seconds(self) -> float:
        """Seconds until now, less those in which a thread was ready and had no core.

        Where threads take turns, as they do in answering one request, that is
        how long it takes on an idle machine. The kernel tells the waits where
        it keeps them (Linux, schedstat); elsewhere none is taken off.
        """
        taken = time.perf_counter() - self._begun
        return max(0.0, taken - (_in_queues() - self._waited))
