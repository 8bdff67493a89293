"""DTM: the times of XDS metadata, digits in UTC with the precision that was sent (xds-wire 4.5, DEC-111)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_SHAPE = re.compile(r"\d{4}(?:\d{2}(?:\d{2}(?:\d{2}(?:\d{2}(?:\d{2})?)?)?)?)?", re.ASCII)
_LOWEST = "00000101000000"


def is_dtm(text: str) -> bool:
    """Tell whether the text is a DTM of real ranges: 31 February is refused."""
    if not _SHAPE.fullmatch(text):
        return False
    try:
        lowest(text)
    except ValueError:
        return False
    return True


def lowest(text: str) -> datetime:
    """The first instant a DTM may mean, in UTC.

    Raises:
        ValueError: out of range.
    """
    digits = padded(text)
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    return datetime(year, month, day, int(digits[8:10]), int(digits[10:12]), int(digits[12:14]), tzinfo=UTC)


def padded(text: str) -> str:
    """The 14 digits of the first instant, for comparisons."""
    return text + _LOWEST[len(text) :]


def of(at: datetime) -> str:
    """The DTM of an instant, to the second."""
    utc = at.astimezone(UTC)
    return f"{utc.year:04d}{utc:%m%d%H%M%S}"


def from_hl7_ts(value: str) -> str:
    """Turn an HL7 V3 time into a DTM (DEC-111).

    With an offset: to UTC, precision kept. Without offset: Europe/Paris. A
    date stays a date. Fractions of a second are dropped.

    Raises:
        ValueError: not a time.
    """
    match = re.fullmatch(r"(\d{4,14})(?:\.\d+)?([+-]\d{4})?", value, re.ASCII)
    if match is None or not is_dtm(match[1]):
        raise ValueError("not an HL7 time")
    digits, offset = match[1], match[2]
    if len(digits) <= 8:
        return digits
    local = lowest(digits).replace(tzinfo=None)
    if offset:
        sign = 1 if offset[0] == "+" else -1
        minutes = sign * (int(offset[1:3]) * 60 + int(offset[3:5]))
        zoned = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    else:
        zoned = local.replace(tzinfo=PARIS)
    try:
        return of(zoned)[: len(digits)]
    except OverflowError as error:
        raise ValueError("a time before the first year or after the last") from error
