"""What the operator reads on standard error: one line of JSON per event, and nobody's identity in it.

Redaction comes first: of a line only the keys of `KNOWN` are left, texts of
ours are cut, and long runs of digits, as identifiers have them, are blanked.
What the libraries log keeps its level, its place and the kind of its error,
never its text: that may hold what a caller sent (security 5.7, house 3).
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.stdlib import ProcessorFormatter

NAME = "dmp"
KNOWN = frozenset(
    {"at", "level", "event", "request", "worker", "pid", "status", "signal", "seconds", "release", "schema", "port"}
    | {"workers", "error", "place", "reason", "library", "count"}
)
"""Every key that a line may have."""
LONGEST = 600
_EVENT = re.compile(r"[a-z]+(-[a-z]+)*")
_DIGITS = re.compile(r"[0-9][0-9 .]{6,}[0-9]")

_log = logging.getLogger(NAME)

request_bound = bound_contextvars
"""`with request_bound(request=ID)`: the lines of this task bear the id of its request."""


def note(event: str, *, level: int = logging.INFO, **facts: str | float) -> None:
    """Write one line; `event` is a few small words joined by hyphens, the facts bear names of `KNOWN`."""
    _log.log(level, "%s", event, extra={"facts": {"event": event, **facts}})


def configure(stream: TextIO = sys.stderr, *, worker: int | None = None) -> None:
    """Send everything that is logged in this process to `stream`, as lines of JSON."""
    told = {} if worker is None else {"worker": worker}
    formatter = ProcessorFormatter(
        foreign_pre_chain=[_facts, merge_contextvars, _with(told), redacted],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _log.setLevel(logging.INFO)
    logging.captureWarnings(True)


def _facts(_logger: object, level: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take the place of the text: what `note` was given, or where a library's line comes from."""
    record: logging.LogRecord = line["_record"]
    facts: Mapping[str, Any] | None = getattr(record, "facts", None)
    if facts is None:
        place = f"{Path(record.pathname).name}:{record.lineno} {record.funcName}"
        kind = record.exc_info[0] if record.exc_info else None
        facts = {"event": "library", "library": record.name, "place": place}
        facts |= {"error": kind.__name__} if kind else {}
    kept = {name: value for name, value in line.items() if name.startswith("_")}
    line.clear()
    # The renderer would write the traceback, whose last line is the text of the error.
    record.exc_info, record.exc_text, record.stack_info = None, None, None
    line.update(kept, level=level, **facts)
    return line


def _with(told: Mapping[str, Any]) -> structlog.typing.Processor:
    def add(_logger: object, _level: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line.update(told)
        return line

    return add


def redacted(_logger: object, _level: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave what is known, and of that nothing that looks like an identifier."""
    for name in [name for name in line if not name.startswith("_")]:
        if name not in KNOWN:
            del line[name]
        elif not isinstance(line[name], int | float):
            line[name] = _DIGITS.sub("…", str(line[name])[:LONGEST])
    if not _EVENT.fullmatch(str(line.get("event", ""))):
        line["event"] = "unnamed"
    return line
