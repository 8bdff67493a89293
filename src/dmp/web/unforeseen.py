"""What the operator is told of an error that nobody foresaw: its kind and where it happened.

Never its text, which may hold data of somebody's record (security 5, house 3).
"""

import logging
import traceback
from pathlib import Path

from dmp.record.errors import StorageUnavailable
from dmp.web import metrics

LOG = logging.getLogger("dmp")
DEPTH = 8
_PARTS = {"blobs": "documents", "durable": "documents", "vault": "keys", "spool": "spool"}
"""Which part of the storage failed, from the module that told it; the others speak to the database."""


def report(error: Exception) -> None:
    """Tell the operator; the caller is told nothing of it."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, StorageUnavailable):
        part = next((p for f in reversed(frames) if (p := _PARTS.get(Path(f.filename).stem))), "database")
        metrics.STORAGE_ERRORS.labels(part).inc()
        facts = {"event": "storage-unavailable", "reason": str(error)}
        LOG.warning("the storage is not available: %s", error, extra={"facts": facts})
        return
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-DEPTH:])
    kind = type(error).__name__
    metrics.UNFORESEEN.inc()
    LOG.error(
        "unforeseen %s: %s", kind, places, extra={"facts": {"event": "unforeseen", "error": kind, "place": places}}
    )
