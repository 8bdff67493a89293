"""How far a run is: one line that renews itself on a terminal, one line a minute elsewhere."""

import sys
import time
from typing import TextIO

EVERY = 60.0
"""Seconds between two lines where nobody watches."""
FRESH = 0.2
"""Seconds between two changes of a line that somebody watches."""


class Progress:
    """Tells of one claim how many of its count are done."""

    def __init__(self, name: str, count: int, counted: str, *, stream: TextIO = sys.stderr):
        """Nothing is done yet."""
        self._name, self._count, self._counted = name, count, counted
        self._stream = stream
        self._watched = stream.isatty()
        self._begun = self._told = time.monotonic()
        self._width = 0

    def at(self, done: int) -> None:
        """Say how many are done, when it is time to say something."""
        now = time.monotonic()
        if now - self._told < (FRESH if self._watched else EVERY):
            return
        self._told = now
        text = f"{self._name}: {done:,} of {self._count:,} {self._counted}, {now - self._begun:,.0f} s"
        self._say(text)

    def clear(self) -> None:
        """Leave the line to what comes next."""
        if self._watched and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0

    def _say(self, text: str) -> None:
        if self._watched:
            self._stream.write("\r" + text.ljust(self._width))
            self._width = len(text)
        else:
            self._stream.write(f"dmp: {text}\n")
        self._stream.flush()
