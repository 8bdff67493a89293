"""Send the messages of the outbox to people, by the first of their channels that this service has (PT-9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec

from dmp.jobs.runner import Failed
from dmp.notices.words import Words, words_of
from dmp.record.job import Job
from dmp.record.notice import Address, Channel, Message

SENT, NO_CHANNEL, NOT_SET = "sent", "no-channel", "channel-not-set"
"""What comes of a notice: sent; the person has no address; he has one, of a channel that this service has not."""


class Sender(Protocol):
    """One channel. A message that is sent again bears the same name: who receives it may drop the second."""

    def send(self, address: str, words: Words, *, name: str) -> None:
        """Send it, and return once the other side has taken it.

        Raises:
            Failed: it was not taken; `gone` where the address is known to be none.
        """
        ...


NoteGone = Callable[[str, Address, str], None]
"""Notes of a record that an address refused a message for good, by the name of the message (RM-7)."""


@dataclass(frozen=True)
class Delivery:
    """The channels of a service; `portal` is where a message says to look."""

    senders: Mapping[Channel, Sender]
    portal: str
    note_gone: NoteGone

    def deliver(self, job: Job, payload: bytes) -> str:
        """Send one message; where an address is none, by the next one of the person.

        Raises:
            Failed: no channel took it.
        """
        message = msgspec.json.decode(payload, type=Message)
        if not message.addresses:
            return NO_CHANNEL
        refusal: Failed | None = None
        for address in message.addresses:
            sender = self.senders.get(address.channel)
            if sender is None:
                continue
            try:
                sender.send(address.to, words_of(message.text, self.portal), name=job.id)
            except Failed as failed:
                if not failed.gone:
                    raise
                refusal = failed
                self.note_gone(job.record, address, job.id)
            else:
                return SENT
        if refusal is not None:
            raise refusal
        return NOT_SET
