"""What the operator is told of an error that nobody foresaw: its kind and where it happened.

Never its text, which may hold data of somebody's record (security 5, house 3).
"""

import logging
import traceback
from pathlib import Path

from dmp.record.errors import StorageUnavailable

LOG = logging.getLogger("dmp")
DEPTH = 8


def report(error: Exception) -> None:
    """Tell the operator; the caller is told nothing of it."""
    if isinstance(error, StorageUnavailable):
        LOG.warning("the storage is not available: %s", error)
        return
    frames = traceback.extract_tb(error.__traceback__)[-DEPTH:]
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    LOG.error("unforeseen %s: %s", type(error).__name__, places)
