"""Ports of loopback."""

import errno
import socket

from dmp.sandbox.trouble import Trouble

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


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
