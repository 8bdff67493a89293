"""HL7 V3 times: instants become DTM, birth dates stay the partial dates that they are."""

import re
from contextlib import suppress

from dmp.record import dtm
from dmp.wire.hl7v3.node import Node

_DIGITS = re.compile(r"[0-9]{4,14}(\.[0-9]+)?([+-][0-9]{4})?")
_BIRTH = re.compile(r"([0-9]{4})([0-9]{2})?([0-9]{2})?([0-9]{2,}(\.[0-9]+)?([+-][0-9]{4})?)?")


def instant(node: Node) -> str:
    """The DTM of a TS, or of the start of an interval (DEC-111).

    Raises:
        IncompleteRequest: no value, or one that is not a time.
    """
    holder = node if node.get("value") else node.find("low") or node
    value = holder.demand("value")
    if _DIGITS.fullmatch(value):
        with suppress(ValueError, OverflowError):
            return dtm.from_hl7_ts(value)
    raise holder.refusal("not an HL7 time", "value")


def partial_date(value: str) -> str | None:
    """The partial ISO date of a TS, lunar days and months as they stand (ID-2); None when it is no date.

    A time of day is left out: a birth date has no zone.
    """
    match = _BIRTH.fullmatch(value)
    return "-".join(filter(None, match.groups()[:3])) if match else None


def from_partial_date(date: str) -> str:
    """The TS of a partial ISO date."""
    return date.replace("-", "")
