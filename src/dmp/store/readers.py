"""Who has read a record since its holder wants to know of first accesses (PT-9): a keyed hash for each."""

from sqlalchemy import bindparam, delete, select

from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.statements import Prepared, into
from dmp.store.vault import Vault

_reader = schema.reader.c
FIND_READER = Prepared(
    select(_reader.token).where(_reader.record == bindparam("key"), _reader.token == bindparam("named"))
)
ADD_READER = into(schema.reader)
DROP_READERS = Prepared(delete(schema.reader).where(_reader.record == bindparam("key")))
_LENGTH = 16


class Readers:
    """The readers known inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault

    def is_new(self, record: str, person: str) -> bool:
        """Tell whether somebody reads a record for the first time, and keep it; two at once end as a conflict."""
        token = self._vault.digest(f"reader {record} {person}")[:_LENGTH]
        if self._lane.read(FIND_READER, key=record, named=token):
            return False
        self._batch.add(ADD_READER, {"record": record, "token": token})
        return True


def drop_readers(batch: Batch, record: str) -> None:
    """Forget everybody who read a record."""
    batch.add(DROP_READERS, {"key": record})
