"""«Mon profil»: what the holder tells of his health, and the notes that nobody else reads (PT-6, PT-15)."""

from dataclasses import dataclass, replace
from datetime import date

from dmp.actions.personal_space import (
    RemoveLine,
    RemoveNote,
    ViewNotes,
    ViewProfile,
    WriteLine,
    WriteNote,
    WriteReading,
)
from dmp.record.errors import IncompleteRequest
from dmp.record.personal import HealthProfile, Measure, Note, ProfileLine, Reading, Section
from dmp.web.days import day, day_of, read_day
from dmp.web.entry_ids import bare
from dmp.web.patient.own import is_own
from dmp.web.patient.profile_words import MEASURES, SECTIONS, number_of, shown
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit

PROFILE, LINES, READINGS, NOTES = (
    "/patient/profil",
    "/patient/profil/lignes",
    "/patient/profil/mesures",
    "/patient/profil/notes",
)
_TITLE = ("Mon profil médical", "My medical profile")
_NOTES = ("Mes notes privées", "My private notes")
_WORDS = {
    "text": ("Écrivez quelques mots.", "Write a few words."),
    "longest": ("Raccourcissez ce texte.", "Shorten this text."),
    "most": (
        "Vous avez atteint la limite : retirez d’abord une ligne devenue inutile.",
        "You have reached the limit: first remove a line that you no longer need.",
    ),
    "day": (
        "Vérifiez la date : écrivez-la comme 31/01/2026, aujourd’hui au plus tard.",
        "Check the date: write it as 31/01/2026, today at the latest.",
    ),
    "value": ("Vérifiez cette valeur et son unité.", "Check this value and its unit."),
    "second": ("Vérifiez la seconde valeur de la tension.", "Check the second value of the blood pressure."),
    "note": ("Cette note n’existe plus.", "This note is no longer there."),
    "choice": ("Choisissez une réponse.", "Choose an answer."),
}


@dataclass(frozen=True)
class Line:
    """A line or a value, in words."""

    id: str
    text: str
    day: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the profile, its title in words."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class ProfileView:
    """What the page shows; `own` where the notes of the reader may be reached."""

    parts: tuple[Part, ...]
    sections: tuple[tuple[str, str], ...]
    measures: tuple[tuple[str, str], ...]
    own: bool
    empty: bool
    published: str = ""
    """The bare UUID of the newest snapshot; empty when there is none."""
    published_on: str = ""


def profile(visit: Visit) -> Answer:
    """The profile as it stands."""
    return _shown(visit, visit.perform(ViewProfile(visit.patient)))


def write_line(visit: Visit) -> Answer:
    """Add a line, or take one away."""
    removed = visit.form.line("remove")
    if removed:
        visit.perform(RemoveLine(visit.patient, removed))
        return Redirect(PROFILE)
    section, since = visit.form.line("section"), visit.form.line("line_day")
    if section not in set(Section):
        return _wrong(visit, "section", "choice")
    try:
        known = read_day(since) if since else None
    except ValueError:
        return _wrong(visit, "line_day", "day")
    return _written(visit, WriteLine(visit.patient, Section(section), visit.form.text("text"), known))


def write_reading(visit: Visit) -> Answer:
    """Add a value that was measured."""
    measure = visit.form.line("measure")
    if measure not in set(Measure):
        return _wrong(visit, "measure", "choice")
    try:
        taken = read_day(visit.form.line("reading_day"))
    except ValueError:
        return _wrong(visit, "reading_day", "day")
    value, second = number_of(visit.form.text("value")), number_of(visit.form.text("second"))
    return _written(visit, WriteReading(visit.patient, Measure(measure), taken, value, second))


def notes(visit: Visit) -> Answer:
    """The private notes."""
    return Page("patient/notes.html", _NOTES, _noted(visit.perform(ViewNotes(visit.patient))))


def write_note(visit: Visit) -> Answer:
    """Write a note, write one anew, or take one away."""
    removed, name = visit.form.line("remove"), visit.form.line("note")
    if removed:
        visit.perform(RemoveNote(visit.patient, removed))
        return Redirect(NOTES)
    try:
        visit.perform(WriteNote(visit.patient, visit.form.text("text").replace("\r\n", "\n"), name))
    except IncompleteRequest as error:
        place = f"text-{name}" if name else "text"
        errors = {place: visit.says(*_WORDS[error.element])}
        # Not the other notes again: a page does one thing, and what was typed must not be lost.
        return Page("patient/note.html", _NOTES, name, 422, errors)
    return Redirect(NOTES)


def view_of(visit: Visit, found: HealthProfile) -> ProfileView:
    """The profile in words."""
    parts = [Part(visit.says(*words), _lines(found.of(section))) for section, words in SECTIONS.items()]
    parts += [
        Part(visit.says(*words), tuple(_value(one) for one in found.readings if one.measure is measure))
        for measure, words in MEASURES.items()
    ]
    return ProfileView(
        tuple(parts),
        tuple((section.value, visit.says(*words)) for section, words in SECTIONS.items()),
        tuple((measure.value, visit.says(*words)) for measure, words in MEASURES.items()),
        is_own(visit),
        not found.lines and not found.readings,
        bare(found.published.uuid) if found.published is not None else "",
        day_of(found.published.creation_time) if found.published is not None else "",
    )


def _written(visit: Visit, action: WriteLine | WriteReading) -> Answer:
    days = "reading_day" if isinstance(action, WriteReading) else "line_day"
    fields = {"day": days, "longest": "text", "most": ""}
    try:
        visit.perform(action)
    except IncompleteRequest as error:
        return _wrong(visit, fields.get(error.element, error.element), error.element)
    return Redirect(PROFILE)


def _wrong(visit: Visit, name: str, why: str) -> Answer:
    """The forms alone, with what was typed, and what to correct."""
    page = _shown(visit, HealthProfile())
    return replace(page, template="patient/profile_line.html", status=422, errors={name: visit.says(*_WORDS[why])})


def _shown(visit: Visit, found: HealthProfile) -> Page:
    return Page("patient/profile.html", _TITLE, view_of(visit, found))


def _lines(lines: tuple[ProfileLine, ...]) -> tuple[Line, ...]:
    return tuple(Line(line.id, line.text, _since(line.day)) for line in lines)


def _since(since: date | None) -> str:
    return day(since) if since is not None else ""


def _value(reading: Reading) -> Line:
    return Line(reading.id, shown(reading), day(reading.day))


def _noted(found: tuple[Note, ...]) -> tuple[Line, ...]:
    return tuple(Line(note.id, note.text, day(note.written)) for note in found)


ROUTES = (
    PageRoute(PROFILE, profile),
    PageRoute(LINES, post=write_line),
    PageRoute(READINGS, post=write_reading),
    PageRoute(NOTES, notes, write_note),
)
