"""The holder's own space («espace personnel», PT-6): notes that nobody else reads, and his medical profile."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from typing_extensions import override

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.shown import current_versions
from dmp.record.entry import EntryStatus
from dmp.record.errors import IncompleteRequest
from dmp.record.patient import PatientId
from dmp.record.personal import (
    LONGEST_LINE,
    LONGEST_NOTE,
    MOST_LINES,
    MOST_NOTES,
    RANGES,
    SNAPSHOT,
    HealthProfile,
    Measure,
    Note,
    ProfileLine,
    Reading,
    Section,
    is_number,
)
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class _InOwnSpace:
    """An act of the own space. No word of it, and no id, is in a trace."""

    patient: PatientId

    verb = Verb.KEEP_NOTES
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))


@dataclass(frozen=True)
class ViewNotes(_InOwnSpace):
    """Read one's notes."""

    def apply(self, turn: Turn) -> tuple[Note, ...]:
        """All of them, the one changed last first."""
        return turn.tx.personal.notes(turn.known_record)


@dataclass(frozen=True)
class WriteNote(_InOwnSpace):
    """Write a note, or the one of this `name` anew."""

    text: str = field(repr=False)
    name: str = ""

    def apply(self, turn: Turn) -> None:
        """Write it.

        Raises:
            IncompleteRequest: no words, too many, one note too many, or no such note.
        """
        notes = turn.tx.personal.notes(turn.known_record)
        _check_words(self.text, LONGEST_NOTE)
        if self.name and all(note.id != self.name for note in notes):
            raise IncompleteRequest("no such note", element="note")
        if not self.name and len(notes) >= MOST_NOTES:
            raise IncompleteRequest(f"{MOST_NOTES} notes at most", element="most")
        turn.tx.personal.put(turn.known_record, Note(self.name or turn.new_id(), self.text.strip(), turn.at))


@dataclass(frozen=True)
class RemoveNote(_InOwnSpace):
    """Take a note away, for good."""

    name: str

    def apply(self, turn: Turn) -> None:
        """Remove it."""
        if any(note.id == self.name for note in turn.tx.personal.notes(turn.known_record)):
            turn.tx.personal.remove(turn.known_record, self.name)


@dataclass(frozen=True)
class ViewProfile(_InOwnSpace):
    """Read the medical profile that is being written («profil médical»)."""

    verb = Verb.KEEP_PROFILE

    @override
    def scope(self, tx: Tx) -> Scope:
        """The record, and the snapshots that were published."""
        record = tx.records.of(self.patient)
        if record is None:
            return Scope(None, (Ask(self.verb),))
        entries = tx.inside(record).entries_but_signatures()
        snapshots = [entry for entry in entries if entry.type_code.code == SNAPSHOT]
        return Scope(record, (Ask(self.verb), *[Ask(Verb.FIND, entry, optional=True) for entry in snapshots]))

    def apply(self, turn: Turn) -> HealthProfile:
        """All of it."""
        in_force = [entry for entry in current_versions(turn.entries) if entry.status is EntryStatus.APPROVED]
        newest = max(in_force, key=lambda entry: (entry.creation_time, entry.uuid), default=None)
        return replace(_profile(turn), published=newest)


@dataclass(frozen=True)
class WriteLine(_InOwnSpace):
    """Add a line to a part of the profile."""

    section: Section
    text: str = field(repr=False)
    day: date | None = field(default=None, repr=False)

    verb = Verb.KEEP_PROFILE

    def apply(self, turn: Turn) -> None:
        """Add it.

        Raises:
            IncompleteRequest: no words, too many, a day to come, or one line too many.
        """
        _check_words(self.text, LONGEST_LINE)
        _check_day(self.day, turn)
        _check_room(turn)
        line = ProfileLine(turn.new_id(), self.section, self.text.strip(), turn.at, self.day)
        turn.tx.personal.put(turn.known_record, line)


@dataclass(frozen=True)
class WriteReading(_InOwnSpace):
    """Add a value that was measured."""

    measure: Measure
    day: date = field(repr=False)
    value: str = field(repr=False)
    second: str = field(default="", repr=False)

    verb = Verb.KEEP_PROFILE

    def apply(self, turn: Turn) -> None:
        """Add it; values are decimal numbers with a point.

        Raises:
            IncompleteRequest: a day to come, a value that nobody has, or one line too many.
        """
        _check_day(self.day, turn)
        _check_value(self.measure, self.value, "value")
        if self.measure is Measure.BLOOD_PRESSURE:
            _check_value(self.measure, self.second, "second")
        _check_room(turn)
        second = self.second if self.measure is Measure.BLOOD_PRESSURE else ""
        reading = Reading(turn.new_id(), self.measure, self.day, self.value, turn.at, second)
        turn.tx.personal.put(turn.known_record, reading)


@dataclass(frozen=True)
class RemoveLine(_InOwnSpace):
    """Take a line or a value out of the profile, for good."""

    name: str

    verb = Verb.KEEP_PROFILE

    def apply(self, turn: Turn) -> None:
        """Remove it; a note is no line."""
        profile = _profile(turn)
        if any(item.id == self.name for item in (*profile.lines, *profile.readings)):
            turn.tx.personal.remove(turn.known_record, self.name)


def _profile(turn: Turn) -> HealthProfile:
    personal, record = turn.tx.personal, turn.known_record
    return HealthProfile(personal.lines(record), personal.readings(record))


def _check_words(text: str, longest: int) -> None:
    if not text.strip():
        raise IncompleteRequest("no words", element="text")
    if len(text) > longest:
        raise IncompleteRequest(f"{longest} characters at most", element="longest")


def _check_day(day: date | None, turn: Turn) -> None:
    if day is not None and (day > turn.at.date() or day.year < 1900):
        raise IncompleteRequest("a day to come, or long before", element="day")


def _check_value(measure: Measure, said: str, element: str) -> None:
    least, most = RANGES[measure]
    if not is_number(said) or not least <= Decimal(said) <= most:
        raise IncompleteRequest(f"between {least} and {most}", element=element)


def _check_room(turn: Turn) -> None:
    profile = _profile(turn)
    if len(profile.lines) + len(profile.readings) >= MOST_LINES:
        raise IncompleteRequest(f"{MOST_LINES} lines at most", element="most")
