"""Note an address that refused a message for good, through the gate as any other act (RM-7)."""

from dataclasses import dataclass

from dmp.actions.action import Perform
from dmp.actions.reach import JOB, NoteRefusal
from dmp.record.errors import AccessRefused, RecordClosed, RecordNotFound
from dmp.record.notice import Address


@dataclass(frozen=True)
class Refusals:
    """What is done of refusals, through the gate."""

    perform: Perform

    def note(self, record: str, address: Address, message: str) -> None:
        """Note it; of a record that is closed or gone, nothing is left to stop."""
        try:
            self.perform(JOB, NoteRefusal(record, address, message))
        except (AccessRefused, RecordClosed, RecordNotFound):
            return
