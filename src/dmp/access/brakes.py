"""The hard brake («frein»): how many patients one person reads on a day before others must agree (security 10)."""

from dataclasses import dataclass

from dmp.access.table import InvalidPolicy, read_table
from dmp.record.actor import Actor, Caller, Mode, Professional, Staff
from dmp.record.verb import Verb

COUNTED = frozenset({Verb.FIND, Verb.FIND_REFERENCE, Verb.READ, Verb.READ_IDENTITY, Verb.LIST_AUTHORISATIONS})
"""What tells something of one record: the ids alone that answer to a type and a date do too.

Testing that a record is there tells nothing of it: the watch looks at that.
"""

COLUMNS = ("profession", "mode", "approval", "stop", "source", "evidence")


@dataclass(frozen=True)
class Brake:
    """From `approval` patients on somebody must agree, from `stop` on the account is stopped."""

    approval: int
    stop: int


@dataclass(frozen=True)
class Brakes:
    """The lines of the table; empty `profession` or `mode` for any."""

    lines: tuple[tuple[str, str, Brake], ...]

    def of(self, caller: Caller) -> Brake | None:
        """The brake of a caller; None for who is not counted: citizens, those who run the service, software alone."""
        if not _is_counted(caller.actor):
            return None
        profession = caller.actor.profession if isinstance(caller.actor, Professional) else ""
        return next(
            (brake for code, mode, brake in self.lines if code in ("", profession) and mode in ("", caller.mode.value)),
            None,
        )


def _is_counted(actor: Actor) -> bool:
    """Those who read in person; a structure's software opens no document (functional 3.3, ES columns)."""
    return isinstance(actor, Professional | Staff)


def same_for_all(approval: int) -> Brakes:
    """One number for everybody, and the account stopped at the same proportion as in the table (1,000 for 300)."""
    return Brakes((("", "", Brake(approval, approval * 10 // 3)),))


def read_brakes(text: str) -> Brakes:
    """Read the table.

    Raises:
        InvalidPolicy: a number that is none, an unknown mode, a line without source, no line for everybody.
    """
    found: list[tuple[str, str, Brake]] = []
    for line in read_table("brakes", text, COLUMNS):
        approval, stop = line.fields["approval"], line.fields["stop"]
        if line.fields["mode"] and line.fields["mode"] not in {mode.value for mode in Mode}:
            raise line.wrong("unknown mode")
        if not approval.isdigit() or not stop.isdigit() or int(approval) >= int(stop):
            raise line.wrong("approval and stop are numbers, the second one larger")
        found.append((line.fields["profession"], line.fields["mode"], Brake(int(approval), int(stop))))
    if not found or found[-1][:2] != ("", ""):
        raise InvalidPolicy("brakes.csv: the last line must be for everybody")
    return Brakes(tuple(found))
