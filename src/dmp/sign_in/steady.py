"""A clock that never goes back (security 13.8): what ends a code, a session or a wait must not be put off by one."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

DRIFT = timedelta(seconds=2)
"""How far the clock of the machine may be behind before that is a step and no correction of its pace."""


class SteadyClock:
    """The clock of the machine; when it is put back, the time goes on as if it had not been, in this process."""

    def __init__(self, clock: Callable[[], datetime], elapsed: Callable[[], float] = time.monotonic):
        """`elapsed` counts seconds and is never set."""
        self._clock, self._elapsed = clock, elapsed
        self._last, self._mark = clock(), elapsed()
        self._alone = threading.Lock()

    def __call__(self) -> datetime:
        """Now."""
        with self._alone:
            now, mark = self._clock(), self._elapsed()
            expected = self._last + timedelta(seconds=mark - self._mark)
            self._last, self._mark = (now if now >= expected - DRIFT else expected), mark
            return self._last
