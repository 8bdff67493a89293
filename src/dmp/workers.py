"""The supervisor: binds the addresses, starts one worker per core, and sees that they live (stack 19).

Each worker is a process of its own, started afresh, so that a restart runs the
release that is installed then. The supervisor holds the listening sockets: as
long as it lives, no caller is refused a connection. SIGTERM and SIGINT end the
service, SIGHUP renews the workers one after the other. A worker whose
supervisor is gone stops by itself.
"""

import logging
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from dmp import __version__, journal
from dmp.listeners import Listeners
from dmp.settings import Settings, to_environment
from dmp.web.acceptor import Crowd, leave_table
from dmp.web.metrics import FOLDER

READY, REFUSED = b"ready\n", b"refused "
"""What a worker says to its supervisor."""
STARTING = 120.0
"""Seconds that a worker has to get ready."""
YOUNG = 30.0
"""A worker that dies younger than this is restarted after a pause, longer each time."""
PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
ENDING = 5.0
"""Seconds beyond the grace of the settings after which a worker that does not end is killed."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class StartRefused(Exception):
    """The first workers could not start; the message says why."""


@dataclass(frozen=True)
class Task:
    """What a worker is given: its number, and file descriptors that the supervisor left open for it."""

    number: int
    workers: int
    listeners: dict[str, int]
    control: int
    """A socket to the supervisor: we say when we are ready, its end tells us to stop."""
    table: int
    """How many connections each worker has."""

    @property
    def descriptors(self) -> tuple[int, ...]:
        """All of them."""
        return (*self.listeners.values(), self.control, self.table)


@dataclass(eq=False)
class Worker:
    """One process, as its supervisor sees it."""

    number: int
    process: subprocess.Popen[bytes]
    control: socket.socket
    since: float
    ready: bool = False
    ending_by: float | None = None
    """When it is killed, once it was told to stop."""
    said: bytes = b""


@dataclass
class Supervisor:
    """The workers of one service."""

    settings: Settings
    listeners: Listeners
    when_ready: Callable[[], None]
    folder: Path
    """Where the figures of the workers are, removed at the end."""
    table: int
    """The file of the table of connections."""
    _workers: list[Worker] = field(default_factory=list)
    _deaths: Counter[int] = field(default_factory=Counter[int])
    _due: dict[int, float] = field(default_factory=dict)
    """When to start a worker of a number that died."""
    _to_renew: deque[Worker] = field(default_factory=deque)
    _successor: Worker | None = None
    _announced: bool = False
    _stopping: bool = False
    _refused: str = ""
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self) -> None:
        """Serve until a signal ends it.

        Raises:
            StartRefused: the first workers could not start.
        """
        with self._woken_by_signals():
            self._due = dict.fromkeys(range(self.count), 0.0)
            while self._workers or not self._stopping:
                self._start_due()
                for key, _ in self._selector.select(self._pause()):
                    self._heard(key.data)
                self._bury()
                self._kill_the_late()
                self._renew()
        if self._refused:
            raise StartRefused(self._refused)

    @property
    def count(self) -> int:
        """How many workers there should be."""
        return worker_count(self.settings)

    # -- what happens

    def _heard(self, source: Worker | socket.socket) -> None:
        if isinstance(source, Worker):
            self._listen_to(source)
            return
        for number in source.recv(64):
            if number in (signal.SIGTERM, signal.SIGINT):
                self.stop()
            elif number == signal.SIGHUP and not self._stopping:
                journal.note("renewing", workers=self.count)
                self._to_renew = deque(self._workers)

    def _listen_to(self, worker: Worker) -> None:
        """Take what a worker says; its end is seen when it is buried."""
        piece = worker.control.recv(4096)
        worker.said += piece
        if not piece:
            self._selector.unregister(worker.control)
        if not worker.ready and READY in worker.said:
            worker.ready = True
            if not self._announced and sum(w.ready for w in self._workers) == self.count:
                self._announced = True
                self.when_ready()

    def _bury(self) -> None:
        """See which workers have ended, and what that means."""
        for worker in [worker for worker in self._workers if worker.process.poll() is not None]:
            self._workers.remove(worker)
            with suppress(KeyError):
                self._selector.unregister(worker.control)
            with suppress(BlockingIOError):
                worker.said += worker.control.recv(4096)
            worker.control.close()
            self._forget_figures(worker.process.pid)
            if worker.ending_by is None and not self._stopping:
                self._died(worker)

    def _died(self, worker: Worker) -> None:
        if worker is self._successor:
            journal.note("renewal-abandoned", level=logging.ERROR, worker=worker.number, reason=_reason(worker))
            self._successor = None
            self._to_renew.clear()
            return
        if not self._announced:
            self._refused = _reason(worker)
            self.stop()
            return
        number, ended = worker.number, worker.process
        lived = time.monotonic() - worker.since
        self._deaths[number] = self._deaths[number] + 1 if lived < YOUNG else 1
        pause = PAUSES[min(self._deaths[number], len(PAUSES)) - 1]
        facts = {"worker": number, "pid": ended.pid, "status": ended.returncode, "seconds": pause}
        journal.note("worker-died", level=logging.ERROR, **facts)
        leave_table(self.table, number)
        if self._successor is None or self._successor.number != number:
            self._due[number] = time.monotonic() + pause

    def _kill_the_late(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            late = worker.ending_by is not None and now > worker.ending_by
            if late or (not worker.ready and now - worker.since > STARTING):
                worker.process.kill()

    # -- what is done

    def stop(self) -> None:
        """Tell every worker to end; `run` returns when they have."""
        if not self._stopping:
            journal.note("stopping", workers=len(self._workers))
        self._stopping = True
        for worker in self._workers:
            self._end(worker)

    def _end(self, worker: Worker) -> None:
        if worker.ending_by is None:
            worker.ending_by = time.monotonic() + self.settings.grace_time + ENDING
            worker.process.terminate()

    def _renew(self) -> None:
        """Replace the workers one after the other: the old one ends when the new one is ready."""
        while self._to_renew and self._to_renew[0] not in self._workers:
            # It ended, as told or by itself: on to the next.
            self._to_renew.popleft()
            self._successor = None
        if self._stopping or not self._to_renew:
            return
        if self._successor is None:
            self._successor = self._start(self._to_renew[0].number)
        elif self._successor.ready:
            self._end(self._to_renew[0])

    def _start_due(self) -> None:
        now = time.monotonic()
        for number in [number for number, due in self._due.items() if due <= now and not self._stopping]:
            del self._due[number]
            self._start(number)

    def _start(self, number: int) -> Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            task = Task(number, self.count, self.listeners.descriptors, theirs.fileno(), self.table)
            process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
                [sys.executable, "-m", "dmp.worker", msgspec.json.encode(task).decode()],
                env=self._environment(),
                pass_fds=task.descriptors,
            )
        ours.setblocking(False)
        worker = Worker(number, process, ours, time.monotonic())
        self._workers.append(worker)
        self._selector.register(ours, selectors.EVENT_READ, worker)
        return worker

    def _environment(self) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("DMP_")}
        return others | to_environment(self.settings) | {FOLDER: str(self.folder)}

    def _forget_figures(self, pid: int) -> None:
        """What a dead process has now is nothing; what it has counted stays counted."""
        for path in self.folder.glob(f"gauge_live*_{pid}.db"):
            path.unlink(missing_ok=True)

    def _pause(self) -> float | None:
        """Until something is due; None to wait for a signal or a word of a worker."""
        ends = [worker.ending_by for worker in self._workers if worker.ending_by is not None]
        starts = [worker.since + STARTING for worker in self._workers if not worker.ready]
        due = min([*ends, *starts, *(() if self._stopping else self._due.values())], default=None)
        return None if due is None else max(0.01, due - time.monotonic())

    @contextmanager
    def _woken_by_signals(self) -> Iterator[None]:
        reading, writing = socket.socketpair()
        writing.setblocking(False)
        for number in _SIGNALS:  # for good: whoever says twice that we should end does not cut the end short
            signal.signal(number, lambda _number, _frame: None)
        signal.set_wakeup_fd(writing.fileno())
        self._selector.register(reading, selectors.EVENT_READ, reading)
        try:
            yield
        finally:
            # The end of the interpreter gives signals back what they do by default, but to those that are ignored.
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            signal.set_wakeup_fd(-1)
            self._selector.close()
            reading.close()
            writing.close()


def _reason(worker: Worker) -> str:
    """Why a worker did not start: its own words, or how it ended."""
    _, told, reason = worker.said.partition(REFUSED)
    if told:
        return reason.decode().strip()
    return f"a worker ended with status {worker.process.returncode} before it was ready"


def worker_count(settings: Settings) -> int:
    """How many workers the settings ask for; by default one for each core that we may use."""
    return settings.workers or len(os.sched_getaffinity(0))


def supervise(settings: Settings, *, when_ready: Callable[[], None]) -> None:
    """Serve an installation with its workers until a signal ends it.

    Raises:
        StartRefused: the first workers could not start.
        InvalidSetting: an address cannot be listened on.
    """
    listeners = Listeners.bound(settings)
    journal.note("starting", release=__version__, workers=worker_count(settings), port=settings.port)
    folder = Path(tempfile.mkdtemp(prefix="dmp-figures-"))
    try:
        with _table(worker_count(settings)) as table:
            Supervisor(settings, listeners, when_ready, folder, table).run()
    finally:
        listeners.close()
        shutil.rmtree(folder, ignore_errors=True)
    journal.note("ended")


@contextmanager
def _table(workers: int) -> Iterator[int]:
    """The table of connections, in a file without a name."""
    with tempfile.TemporaryFile() as file:
        file.truncate(Crowd.size(workers))
        for number in range(workers):
            leave_table(file.fileno(), number)
        yield file.fileno()
