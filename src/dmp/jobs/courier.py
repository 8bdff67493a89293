"""Messages that cannot wait for the queue of jobs: a one-time code is worth nothing minutes later (security 9.1).

They leave at once, in threads of their own, so that whoever asked waits for no
server and the time of the answer tells nothing. A code is written nowhere: one
that cannot be sent is tried again for half a minute, then dropped, and the
person asks for another one.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dmp import journal
from dmp.jobs.delivery import Sender
from dmp.jobs.runner import Failed
from dmp.notices.words import Words
from dmp.record.notice import Address, Channel

AGAIN = (0.5, 3.0, 10.0, 20.0)
"""Seconds before each try."""
MOST = 32
"""Messages on their way in one process; beyond, one is dropped rather than kept waiting."""


@dataclass(frozen=True)
class Courier:
    """Sends at once, by the first channel of somebody that this service has."""

    senders: Mapping[Channel, Sender]
    new_name: Callable[[], str]
    pause: Callable[[float], None] = time.sleep
    _places: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(MOST))

    def send(self, addresses: tuple[Address, ...], words: Words) -> None:
        """Have it sent, and return; a message to nobody costs as much, until then (security 9.4)."""
        if not self._places.acquire(blocking=False):
            journal.note("message-not-sent", level=logging.WARNING, reason="too-many")
        else:
            # Nobody waits for it, not even the end of the process.
            work = (addresses, words, self.new_name())
            threading.Thread(target=self._send, args=work, name="courier", daemon=True).start()

    def _send(self, addresses: tuple[Address, ...], words: Words, name: str) -> None:
        address = next((one for one in addresses if one.channel in self.senders), None)
        try:
            said = "channel-not-set" if address is None else self._tried(address, words, name)
            if said and addresses:
                journal.note("message-not-sent", level=logging.WARNING, reason=said)
        except Exception as error:  # a process edge: nobody waits for this thread
            journal.note("message-not-sent", level=logging.ERROR, error=type(error).__name__)
        finally:
            self._places.release()

    def _tried(self, address: Address, words: Words, name: str) -> str:
        """Send it, trying again; gives why it was not sent, in one word."""
        said = ""
        for before in AGAIN:
            self.pause(before)
            try:
                self.senders[address.channel].send(address.to, words, name=name)
                return ""
            except Failed as failed:
                said = failed.said
                if not failed.again:
                    break
        return said
