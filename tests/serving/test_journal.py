"""A line of the log keeps what is known to be harmless, and nothing else."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from dmp import journal

INS = "279035121518989"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """A journal of its own, and the loggers as they were afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("dmp")
    before = root.handlers[:], root.level, ours.level
    stream = io.StringIO()
    journal.configure(stream, worker=3)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], root.level, ours.level = before
    root.setLevel(before[1])
    ours.setLevel(before[2])


def line(log: io.StringIO) -> dict:
    (text,) = log.getvalue().splitlines()
    return json.loads(text)


def test_a_line_says_what_happened_where_and_when(log: io.StringIO):
    with journal.request_bound(request="00ff"):
        journal.note("worker-died", pid=12, status=-9)
    told = line(log)
    assert told.pop("at").endswith("Z")
    assert told == {"event": "worker-died", "level": "info", "pid": 12, "status": -9, "worker": 3, "request": "00ff"}


def test_what_is_not_known_is_left_out(log: io.StringIO):
    with journal.request_bound(patient=INS):
        journal.note("odd", title="Compte rendu", ins=INS, reason="a reason")
    assert set(line(log)) == {"event", "level", "reason", "worker", "at"}


@pytest.mark.parametrize("text", [INS, "2 79 03 51 215 189 89", f"for {INS}^^^&1.2.250.1.213.1.4.10&ISO^NH"])
def test_what_looks_like_an_identifier_is_blanked(log: io.StringIO, text: str):
    journal.note("odd", reason=text)
    assert "…" in line(log)["reason"]
    assert "2790" not in log.getvalue()
    assert "215 189" not in log.getvalue()


def test_an_event_is_a_few_small_words(log: io.StringIO):
    journal.note(f"about {INS}")
    assert line(log)["event"] == "unnamed"


def test_of_a_library_the_place_and_the_kind_of_error_are_told_never_the_text(log: io.StringIO):
    try:
        raise ValueError(f"the patient {INS}")
    except ValueError:
        logging.getLogger("some.library").exception("cannot handle %s", INS)
    told = line(log)
    assert (told["event"], told["library"], told["error"]) == ("library", "some.library", "ValueError")
    assert told["place"].startswith("test_journal.py:")
    assert INS not in log.getvalue()
    assert "patient" not in log.getvalue()


def test_a_warning_of_python_is_told_the_same_way(log: io.StringIO):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"about {INS}", stacklevel=1)
    assert line(log)["library"] == "py.warnings"
    assert INS not in log.getvalue()
