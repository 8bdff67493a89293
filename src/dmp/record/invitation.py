"""An invitation to a screening («invitation», SC-5): a message of the national insurer to the holder, no document."""

import re
from dataclasses import dataclass
from datetime import date, datetime

MOST_INVITATIONS = 60
"""Kept for one holder: the newest ones."""
NAME = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
"""The id that the insurer gives to an event."""
FIRST_DAY = date(2000, 1, 1)
"""Organised screening invites nobody before."""


@dataclass(frozen=True)
class Invitation:
    """One of them, kept sealed with the record: `name` is the insurer's, `day` that of its letter."""

    id: str
    name: str
    programme: str
    day: date
    received: datetime
