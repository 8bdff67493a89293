"""What is done to a document that is there, with its words: offered as the rights let, weighed first, then done."""

from collections.abc import Mapping
from dataclasses import dataclass

from dmp.actions.change_document import ChangeDocument
from dmp.actions.weigh_document import WeighDocument, Weighed
from dmp.record.entry import EntryStatus
from dmp.record.errors import AccessRefused, Refused
from dmp.record.verb import Verb
from dmp.web.entry_ids import bare, full
from dmp.web.portal.page import Answer, Page, Redirect, Visit
from dmp.web.shelf.families import Words
from dmp.web.shelf.lines import Badge, Line, lines_of
from dmp.web.shelf.people import Preview, preview


@dataclass(frozen=True)
class Change:
    """One change: its button, what it means, and what is said once it is done."""

    button: Words
    meaning: Words
    done: Words


CHANGES: Mapping[Verb, Change] = {
    Verb.MASK: Change(
        ("Masquer aux professionnels", "Hide from professionals"),
        (
            "Pour les professionnels, ce document n’existera plus, sauf pour celui qui l’a déposé et pour le médecin "
            "traitant confirmé.",
            "For professionals this document no longer exists, but for who deposited it and the confirmed attending "
            "doctor.",
        ),
        ("Le document est masqué aux professionnels.", "The document is hidden from professionals."),
    ),
    Verb.UNMASK: Change(
        ("Ne plus masquer", "No longer hide"),
        (
            "Les professionnels autorisés le verront de nouveau, selon leur profession.",
            "Authorised professionals will see it again, by their profession.",
        ),
        ("Le document n’est plus masqué.", "The document is no longer hidden."),
    ),
    Verb.RELEASE: Change(
        ("Le montrer au patient maintenant", "Show it to the patient now"),
        (
            "À faire une fois le résultat annoncé. On ne revient pas en arrière.",
            "To be done once the result was announced. There is no way back.",
        ),
        ("Le patient voit maintenant ce document.", "The patient now sees this document."),
    ),
    Verb.HIDE_FROM_GUARDIANS: Change(
        ("Cacher aux représentants", "Hide from representatives"),
        (
            "Ni les parents, ni les délégués ne verront ce document.",
            "Neither parents nor delegates will see this document.",
        ),
        ("Le document est caché aux représentants.", "The document is hidden from representatives."),
    ),
    Verb.RELEASE_TO_GUARDIANS: Change(
        ("Le montrer aux représentants", "Show it to representatives"),
        ("Les parents et les délégués le verront.", "Parents and delegates will see it."),
        ("Les représentants voient maintenant ce document.", "Representatives now see this document."),
    ),
    Verb.ARCHIVE: Change(
        ("Archiver", "Archive"),
        (
            "Il quitte la liste et reste dans les documents archivés.",
            "It leaves the list and stays among archived documents.",
        ),
        ("Le document est archivé.", "The document is archived."),
    ),
    Verb.UNARCHIVE: Change(
        ("Sortir des archives", "Take out of the archive"),
        ("Il revient dans la liste.", "It comes back to the list."),
        ("Le document est de nouveau dans la liste.", "The document is in the list again."),
    ),
    Verb.DELETE: Change(
        ("Supprimer", "Delete"),
        ("On ne revient pas en arrière.", "There is no way back."),
        ("Le document est supprimé.", "The document is deleted."),
    ),
}
_REFUSED: Words = (
    "Ce changement n’est pas possible : un document qui attend d’être annoncé au patient ne peut pas être masqué, et "
    "un document remplacé, archivé ou supprimé ne change plus de visibilité.",
    "This change is not possible: a document that waits to be announced to the patient cannot be hidden from "
    "professionals, and a replaced, archived or deleted one no longer changes who sees it.",
)


@dataclass(frozen=True)
class Room:
    """Where the pages of one portal stand: its list, the addresses of its documents, and what leads to a change."""

    listed: str
    documents: str
    change: str
    """The last part of the address of the page of changes."""
    title: Words
    replace: str
    """Where a new version of a document is deposited, with a place for its id."""


@dataclass(frozen=True)
class ChangeView:
    """The page of changes: the document, what may be done to it, and what the mask would do."""

    room: Room
    line: Line
    changes: tuple[tuple[Verb, Change], ...]
    preview: Preview | None
    people: Preview | None
    replace: str = ""
    """Where a new version is deposited, for who may."""
    medicines: bool = False
    """It tells of medicines: what a mask takes away from the checks is told beforehand (RX-8)."""

    @property
    def place(self) -> str:
        """The address of the document."""
        return f"{self.room.documents}/{self.line.id}"


@dataclass(frozen=True)
class RefusedView:
    """Why not, and what to do."""

    sentence: Words
    next_step: str
    back: str


def offered(weighed: Weighed) -> tuple[Verb, ...]:
    """What the rights let and the state of the document allows, in the order of the buttons."""
    entry, marks = weighed.entry, weighed.entry.visibility
    in_force, waiting = entry.status is EntryStatus.APPROVED, Badge.TO_ANNOUNCE in _line(weighed).badges
    fitting = {
        Verb.MASK: in_force and not marks.masked and marks.hidden_from_patient_since is None,
        Verb.UNMASK: in_force and marks.masked,
        Verb.RELEASE: in_force and waiting,
        Verb.HIDE_FROM_GUARDIANS: in_force and not marks.hidden_from_guardians,
        Verb.RELEASE_TO_GUARDIANS: in_force and marks.hidden_from_guardians,
        Verb.ARCHIVE: in_force,
        Verb.UNARCHIVE: entry.status is EntryStatus.ARCHIVED,
        Verb.DELETE: entry.status is not EntryStatus.DELETED,
    }
    return tuple(verb for verb in CHANGES if verb in weighed.rights and fitting[verb])


def weigh(room: Room, visit: Visit) -> Answer:
    """Show one document, what may be done to it, and who would see it then: before anything is saved."""
    weighed = visit.perform(WeighDocument(visit.patient, full(visit.parts["id"])))
    verbs = offered(weighed)
    masking = Verb.MASK in verbs or Verb.UNMASK in verbs
    told = preview(weighed.now, weighed.then) if weighed.now and masking else None
    people = preview(weighed.people, weighed.people_then) if weighed.people and masking else None
    changes = tuple((verb, CHANGES[verb]) for verb in verbs)
    view = ChangeView(room, _line(weighed), changes, told, people, _replace(room, weighed), weighed.medicines)
    return Page("shelf/change.html", room.title, view)


def confirm(room: Room, visit: Visit) -> Answer:
    """Ask before a document is deleted."""
    weighed = visit.perform(WeighDocument(visit.patient, full(visit.parts["id"])))
    view = ChangeView(room, _line(weighed), (), None, None)
    if Verb.DELETE not in offered(weighed):
        return Redirect(f"{view.place}/{room.change}")
    return Page("shelf/delete.html", ("Supprimer ce document ?", "Delete this document?"), view)


def change(room: Room, visit: Visit) -> Answer:
    """Do what was asked; a refusal says why, and leads back."""
    asked = visit.form.line("change")
    verb = next((verb for verb in CHANGES if verb.value == asked), None)
    place = f"{room.documents}/{visit.parts['id']}"
    if verb is None:
        return Redirect(f"{place}/{room.change}")
    if verb is Verb.DELETE and not visit.form.ticked("sure"):
        return Redirect(f"{place}/supprimer")
    try:
        visit.perform(ChangeDocument(visit.patient, full(visit.parts["id"]), verb))
    except AccessRefused as refusal:
        sentence = (str(refusal), "The rules do not allow this.")
        return _refused(RefusedView(sentence, refusal.next_step, room.listed), 403)
    except Refused:
        return _refused(RefusedView(_REFUSED, "", room.listed), 422)
    return Redirect(f"{room.listed}?done={verb.value}")


def done(visit: Visit) -> Words | None:
    """What was done, on the page that one is sent to afterwards."""
    asked = visit.asked("done")
    return next((each.done for verb, each in CHANGES.items() if verb.value == asked), None)


def _replace(room: Room, weighed: Weighed) -> str:
    replaceable = weighed.entry.status is EntryStatus.APPROVED and Verb.REPLACE in weighed.rights
    return room.replace.format(id=bare(weighed.entry.uuid)) if replaceable else ""


def _refused(view: RefusedView, status: int) -> Page:
    return Page("shelf/refused.html", ("Rien n’a été changé", "Nothing was changed"), view, status)


def _line(weighed: Weighed) -> Line:
    return lines_of((weighed.entry,), weighed.at)[0]
