"""Imported by Python itself when this folder is on its path: samples what a service does with its processor time.

Every 2 ms it looks where each thread is, and gives that place the processor
time that the thread used since the last look: threads that wait weigh nothing.
What C code does counts for the Python function that called it. The sums go to
a file of the folder that BENCH_SAMPLES names, twice a second.
"""

import json
import os
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

STEP = 0.002
WRITE_EVERY = 250
"""Looks between two writings."""


class Sampler(threading.Thread):
    """Watches the threads of this process."""

    def __init__(self, folder: Path):
        """Write into this folder."""
        super().__init__(name="sampler", daemon=True)
        self._file = folder / f"{os.getpid()}.json"
        self._used: dict[int, int] = {}
        self._own: defaultdict[str, int] = defaultdict(int)
        self._total: defaultdict[str, int] = defaultdict(int)
        self._rooms: defaultdict[str, int] = defaultdict(int)

    def run(self) -> None:  # type: ignore[override]
        """Look, for ever."""
        while True:
            for _ in range(WRITE_EVERY):
                time.sleep(STEP)
                self._look()
            self._write()

    def _look(self) -> None:
        frames = sys._current_frames()
        for thread in threading.enumerate():
            frame = frames.get(thread.ident or 0)
            if frame is not None and thread is not self and (spent := self._spent(thread.native_id or 0)) > 0:
                self._note(frame, spent)

    def _spent(self, native: int) -> int:
        """Nanoseconds of processor time since the last look; 0 at the first one."""
        try:
            used = int(Path(f"/proc/self/task/{native}/schedstat").read_text().split()[0])
        except (OSError, IndexError):
            return 0
        before = self._used.get(native, used)
        self._used[native] = used
        return used - before

    def _note(self, frame: FrameType, spent: int) -> None:
        place: FrameType | None = frame
        self._own[_name(frame)] += spent
        met, room = set[str](), ""
        while place is not None:
            name = _name(place)
            room = room or _room(name)
            if name not in met:
                met.add(name)
                self._total[name] += spent
            place = place.f_back
        self._rooms[room or "the server around it"] += spent

    def _write(self) -> None:
        told = {"own": self._own, "total": self._total, "rooms": self._rooms}
        temporary = self._file.with_suffix(".part")
        temporary.write_text(json.dumps(told))
        temporary.rename(self._file)


def _name(frame: FrameType) -> str:
    """Module and function, the path cut where the packages begin."""
    path = frame.f_code.co_filename.replace("\\", "/")
    for root in ("/site-packages/", "/src/", "/lib/python3"):
        path = path.rpartition(root)[2]
    return f"{path.removesuffix('.py').replace('/', '.')}:{frame.f_code.co_qualname}"


def _room(name: str) -> str:
    """The room of ours that a function is in, in two words or three; empty when it is not ours."""
    if not name.startswith("dmp."):
        return ""
    return ".".join(name.partition(":")[0].split(".")[:3])


def _start() -> None:
    Sampler(Path(os.environ["BENCH_SAMPLES"])).start()


if "BENCH_SAMPLES" in os.environ:
    _start()
    os.register_at_fork(after_in_child=_start)
