"""Record values to octets and back, for the sealed columns."""

from datetime import UTC, datetime, timedelta

import msgspec

from dmp.record.entry import Association, DocumentEntry, Folder, SubmissionSet
from dmp.record.record import Record

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

pack = msgspec.msgpack.Encoder().encode
unpack_record = msgspec.msgpack.Decoder(Record).decode
unpack_entry = msgspec.msgpack.Decoder(DocumentEntry).decode
unpack_lot = msgspec.msgpack.Decoder(SubmissionSet).decode
unpack_link = msgspec.msgpack.Decoder(Association).decode
unpack_folder = msgspec.msgpack.Decoder(Folder).decode


def microseconds(at: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def instant(value: int) -> datetime:
    """The instant of a count of microseconds."""
    return _EPOCH + timedelta(microseconds=value)
