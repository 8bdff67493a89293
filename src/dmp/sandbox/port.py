"""Ports of loopback."""

import errno
import os
import socket
import sys
from collections import deque

from dmp.sandbox.trouble import Trouble

LOOPBACK = "127.0.0.1"
KEPT = 64
"""Ports that this process keeps for itself at once: many more than are told before the first of them is listened on."""

_kept: deque[int] = deque()
"""Descriptors of the sockets that keep the ports, the oldest first."""


def free_port() -> int:
    """A port of loopback that nobody listens on, and that is given to nobody else meanwhile.

    On Linux a socket stays bound to it, and does not listen: whoever sets SO_REUSEADDR,
    as servers do, may listen there beside it, while the kernel gives the port to no other
    search for a free one, of this process or another, and to no outgoing connection.
    Elsewhere the port is free when it is told, and may be taken before it is used.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, 0))
        port = int(probe.getsockname()[1])
        if sys.platform == "linux":
            _kept.append(probe.detach())
    while len(_kept) > KEPT:
        os.close(_kept.popleft())
    return port


def check_port(port: int) -> None:
    """Make sure that a port can be listened on.

    Raises:
        Trouble: it is taken, or not for us.
    """
    with socket.socket() as probe:
        # As the server will: what a former service left to fade away is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "is taken" if taken else f"cannot be used ({error.strerror})"
            raise Trouble(f"port {port} {why}: choose another one, such as {free_port()}", option="--port") from error
