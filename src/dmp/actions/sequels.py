"""What came of each access («suite»), beside its line: what was asked, answered and checked (security 11.7).

For the holder alone. His question may say what he keeps from whoever else
reads the history: his representatives, his attending doctor.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache

from dmp.actions.action import Turn
from dmp.record.alert import check_of
from dmp.record.history import LogLine, Sequel
from dmp.record.record import RecordState


def with_sequels(turn: Turn, lines: Iterable[LogLine]) -> tuple[LogLine, ...]:
    """The lines of structures with what came of them; all as they are for anybody but the holder."""
    if not turn.beside.holder_alone:
        return tuple(lines)
    # Once for each person and record, however many of the lines are his.
    checked = cache(turn.tx.watching.checked)
    return tuple(_followed(turn, line, checked) for line in lines)


def _followed(turn: Turn, line: LogLine, checked: Callable[[str, str], datetime | None]) -> LogLine:
    act = line.act
    if act is None or not act.doer.structure:
        return line
    question = turn.tx.questions.about(act.id)
    closed = turn.known_record.state is RecordState.CLOSED
    check = check_of(act.at, checked(act.record, act.doer.person))
    return replace(line, sequel=Sequel(check, question, may_ask=question is None and not closed))
