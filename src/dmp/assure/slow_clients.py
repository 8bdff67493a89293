"""Clients that hold a connection and hardly use it, each kind in its own way; nothing of ours helps them."""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

TINY_WINDOW = 4096
"""Octets that a client who never reads lets into its own buffer."""
ESTABLISHED = "01"
CLIENT_HELLO = bytes.fromhex("1603010200010001fc0303")
"""How every TLS connection begins: header of a record, of a message of 508 octets, and a version."""


class Kind(StrEnum):
    """Where a client stops."""

    SILENT = "connects and says nothing"
    GREETING = "sends its TLS greeting drop by drop"
    HANDSHAKE = "shakes hands and says nothing"
    HEAD = "sends its headers drop by drop"
    BODY = "sends its body drop by drop"
    DEAF = "never reads its answer"


@dataclass(frozen=True)
class Target:
    """The service, and what is needed to be one of its callers."""

    port: int
    tls: ssl.SSLContext
    request: Callable[[], tuple[bytes, bytes]]
    """Head and body of a fresh request whose answer is larger than what buffers hold."""


class SlowClient:
    """One connection; `drip` is called each second, until the service has closed it."""

    def __init__(self, kind: Kind, target: Target):
        """Connect, and go as far as this kind goes."""
        self.kind = kind
        self._waiting = bytearray()
        bare = socket.socket()
        if kind is Kind.DEAF:
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TINY_WINDOW)
        bare.settimeout(20)
        bare.connect(("127.0.0.1", target.port))
        self.since = time.monotonic()
        self.port: int = bare.getsockname()[1]
        self._socket = bare
        if kind is Kind.GREETING:
            self._waiting += CLIENT_HELLO * 50
        elif kind is not Kind.SILENT:
            self._socket = target.tls.wrap_socket(bare, server_hostname="localhost")
            self._begin(target)
        self._socket.settimeout(0.05)

    def _begin(self, target: Target) -> None:
        if self.kind is Kind.HANDSHAKE:
            return
        head, body = target.request()
        if self.kind is Kind.HEAD:
            self._waiting += head
        elif self.kind is Kind.BODY:
            self._socket.sendall(head)
            self._waiting += body
        else:
            self._socket.sendall(head + body)

    def drip(self) -> None:
        """Send one octet more, if this kind sends any."""
        if self._waiting:
            with suppress(OSError):
                self._socket.send(self._waiting[:1])
                del self._waiting[:1]

    def close(self) -> None:
        """End it from here."""
        with suppress(OSError):
            self._socket.close()


def open_ports(port: int) -> set[int]:
    """The ports of the callers whom a listener on loopback still holds (Linux).

    Seen from the side of the service: one that never reads cannot see that it was given up.
    """
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, *_ = line.split()
        if state == ESTABLISHED and int(local.rpartition(":")[2], 16) == port:
            found.add(int(remote.rpartition(":")[2], 16))
    return found
