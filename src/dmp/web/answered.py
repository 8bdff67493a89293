"""Whether a caller reads what he asked for: the kernel knows how much of an answer it still keeps for him."""

import math
import socket
import struct
import termios
from array import array
from fcntl import ioctl

from dmp.web.patience import Patience

_BYTES_ACKED = struct.Struct("@120xQ")
"""`tcpi_bytes_acked` in the `tcp_info` of Linux."""


class Reader:
    """The other end of one connection, as a reader of answers; looked at twice within `Patience.answer`."""

    def __init__(self, patience: Patience):
        """Nothing was answered yet."""
        self._window = patience.answer / 2
        self._least = patience.pace * self._window
        self._acked = self._owed = 0
        self._last = -math.inf
        self.look_at = math.inf
        """When to look next; infinite when there is nothing to see."""

    def answered(self, now: float) -> None:
        """An answer begins; a look that is due already keeps its time."""
        self._last = now
        if self.look_at == math.inf:
            self.look_at, self._owed = now + self._window, 0

    def stalled(self, now: float, bare: socket.socket | None) -> bool:
        """Look: whether what was owed at the last look has still not been read, nor enough of it since.

        What is owed at the first look may have left this very moment: it is judged at the second.
        """
        self.look_at = math.inf
        if bare is None or bare.family not in (socket.AF_INET, socket.AF_INET6):
            return False
        unsent = _unsent(bare)
        if not unsent:
            if self._last + self._window > now:  # an answer that began since may still be on its way here
                self.answered(self._last)
            return False
        acked = _acked(bare)
        if self._owed > acked and acked - self._acked < self._least:
            return True
        self._acked, self._owed, self.look_at = acked, acked + unsent, now + self._window
        return False


def _unsent(bare: socket.socket) -> int:
    """Octets that the kernel keeps because the other side has not acknowledged them."""
    count = array("i", [0])
    ioctl(bare.fileno(), termios.TIOCOUTQ, count)
    return count[0]


def _acked(bare: socket.socket) -> int:
    """Octets of ours that the other side has acknowledged since the connection was made."""
    told = bare.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _BYTES_ACKED.size)
    return int(_BYTES_ACKED.unpack(told)[0])
