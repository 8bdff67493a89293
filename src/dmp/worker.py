"""One process that answers, started by the supervisor: `python -m dmp.worker TASK`, settings in the environment."""

import gc
import logging
import mmap
import resource
import signal
import socket
import sys

import msgspec

from dmp import __version__, journal
from dmp.listeners import Listeners
from dmp.main import make_server
from dmp.record.errors import DmpError
from dmp.settings import InvalidSetting, from_environment
from dmp.web import server
from dmp.web.acceptor import Crowd
from dmp.workers import READY, REFUSED, Task

REFUSED_STATUS = 3
"""Exit status of a process that could not start; its reason went to the supervisor."""


def main(text: str) -> int:
    """Serve until told to stop; returns the exit status."""
    task = msgspec.json.decode(text, type=Task)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    journal.configure(worker=task.number)
    _raise_limit_of_descriptors()
    with socket.socket(fileno=task.control) as control:
        try:
            served = _server(task, control)
        except (DmpError, InvalidSetting, OSError) as error:
            reason = " ".join(str(error).split())
            journal.note("start-refused", level=logging.ERROR, reason=reason)
            control.sendall(REFUSED + reason.encode() + b"\n")
            return REFUSED_STATUS
        served.run()
    journal.note("stopped")
    return 0


def _server(task: Task, control: socket.socket) -> server.Server:
    table = mmap.mmap(task.table, Crowd.size(task.workers))

    def ready() -> None:
        # What is there now stays for good: it need not be looked through again and again.
        gc.collect()
        gc.freeze()
        # Values hold no cycles: looking for them as often as Python does costs up to a twentieth of a reading.
        gc.set_threshold(20_000, 20, 50)
        journal.note("started", release=__version__)
        control.sendall(READY)

    outside = server.Outside(ready, Crowd(table, task.number), told_to_stop=control.fileno())
    return make_server(
        from_environment(),
        when_ready=ready,
        listeners=Listeners.inherited(task.listeners),
        outside=outside,
        seals=task.number == 0,
    )


def _raise_limit_of_descriptors() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
