"""The counter of a pharmacy: a prescription is read by its number, or found with the patient there, and delivered.

A number is a secret of its bearer: it comes by POST, and stands in no address.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import uuid4

from dmp.actions.dispense import AtCounter, Dispense, ListDeliverable, ReadPrescription
from dmp.actions.numbered import ByNumber, InRecord, Which
from dmp.record.dtm import PARIS
from dmp.record.errors import IncompleteRequest, RecordNotFound, Refused
from dmp.record.prescription import PHARMACIST, Prescription
from dmp.services.medicines.cycle import cycle_of
from dmp.services.panel import Words
from dmp.web import deposit_words
from dmp.web.chart.counter_copy import copy_of
from dmp.web.chart.counter_form import LINES, Typed, read_typed
from dmp.web.chart.counter_words import FIELDS, GONE, NOT_DONE, OBSTACLES, UNKNOWN_NUMBER
from dmp.web.chart.prescription_view import PrescriptionView, seen
from dmp.web.days import day
from dmp.web.depositing import Depositing
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL as HOME_OF_PROFESSIONALS
from dmp.web.professional.room import alone, called

COUNTER, HERE = "/professional/ordonnances", "/professional/dossier/ordonnances"
DELIVER, DELIVER_HERE = f"{COUNTER}/delivrer", f"{HERE}/delivrer"
DONE = "?fait=delivre"
_COUNTER = Page("chart/counter.html", ("Lire une ordonnance", "Read a prescription"))
_HERE = Page("chart/deliverable.html", ("Ordonnances à délivrer", "Prescriptions to deliver"))


@dataclass(frozen=True)
class DeskView:
    """A prescription on the counter, with its form. `once` keeps a form from counting twice."""

    prescription: PrescriptionView
    action: str
    once: str
    today: str
    person: str = ""
    """Whose it is, where no open record says so."""
    most: int = LINES
    """Lines of one form."""
    typed: bool = False
    """What was typed is kept: something stood in the way."""


@dataclass(frozen=True)
class CounterView:
    """The page of a pharmacist: a number to type, and what it led to."""

    desk: DeskView | None = None
    done: bool = False


@dataclass(frozen=True)
class HereView:
    """What may be delivered to who stands there, by the record that is open."""

    desks: tuple[DeskView, ...]
    done: bool = False


@dataclass(frozen=True)
class CounterPages:
    """The pages, with what an installation gives to who puts in documents."""

    depositing: Depositing

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return (
            PageRoute(COUNTER, counter, read, Needs.PROFESSIONAL),
            PageRoute(DELIVER, None, self._by_number, Needs.PROFESSIONAL),
            PageRoute(DELIVER_HERE, None, self._here, Needs.PROFESSIONAL),
        )

    def _by_number(self, visit: Visit) -> Answer:
        """Write down what was done with lines; the prescription is shown again, with what is left."""
        visit, number = alone(visit), visit.form.line("number")[:60]
        try:
            done, errors = self._deliver(visit, ByNumber(number))
            if done is not None:
                return _page(_COUNTER, CounterView(_at_counter(visit, done), done=True))
            found = visit.perform(ReadPrescription(number))
        except RecordNotFound:
            return _refused(visit, _COUNTER, CounterView(), {"number": UNKNOWN_NUMBER})
        return _refused(visit, _COUNTER, CounterView(_at_counter(visit, found, typed=True)), errors)

    def _here(self, visit: Visit) -> Answer:
        """The same of a prescription of the record that is open."""
        if visit.signed_in.patient is None:
            return Redirect(HOME_OF_PROFESSIONALS)
        asked = visit.form.line("prescription")[:60]
        try:
            done, errors = self._deliver(visit, InRecord(visit.patient, asked))
        except RecordNotFound:
            done, errors = None, {"": GONE}
        if done is not None:
            return Redirect(HERE + DONE)
        return _refused(visit, _HERE, HereView(tuple(_desks(visit, typed=asked))), errors)

    def _deliver(self, visit: Visit, which: Which) -> tuple[AtCounter | None, dict[str, Words]]:
        """What became of a prescription; None with the sentences where something stood in the way."""
        typed = read_typed(visit.form, visit.portal.medicines)
        if typed.errors:
            return None, typed.errors
        try:
            return visit.perform(self._act(visit, which, typed)), {}
        except IncompleteRequest as refusal:
            return None, _at_field(refusal)
        except Refused as refusal:
            told = " ".join(deposit_words.of_problems(refusal.problems, visit).values())
            return None, {"": (told, told)}

    def _act(self, visit: Visit, which: Which, typed: Typed) -> Dispense:
        copy = None if typed.opposed else copy_of(self.depositing, visit, typed.once)
        return Dispense(which, typed.handed, typed.day, copy, typed.once)


def counter(_visit: Visit) -> Answer:
    """Where a pharmacist types or scans a number."""
    return _page(_COUNTER, CounterView())


def read(visit: Visit) -> Answer:
    """Show the prescription of the number that was typed, whoever's record is open beside it."""
    visit = alone(visit)
    try:
        found = visit.perform(ReadPrescription(visit.form.line("number")[:60]))
    except RecordNotFound:
        return _refused(visit, _COUNTER, CounterView(), {"number": UNKNOWN_NUMBER})
    return _page(_COUNTER, CounterView(_at_counter(visit, found)))


def deliverable(visit: Visit) -> Answer:
    """What a pharmacist may deliver to who stands there, without any number."""
    return _page(_HERE, HereView(tuple(_desks(visit)), done=visit.asked("fait") == "delivre"))


def is_pharmacist(visit: Visit) -> bool:
    """Whether who is signed in delivers, and does not prescribe."""
    who = visit.signed_in.professional
    return who is not None and who.profession == PHARMACIST


def _desks(visit: Visit, *, typed: str = "") -> Iterator[DeskView]:
    for each in visit.perform(ListDeliverable(visit.patient)):
        yield _desk(visit, each, DELIVER_HERE, typed=each.id == typed)


def _at_counter(visit: Visit, found: AtCounter, *, typed: bool = False) -> DeskView:
    """By its number: whose it is stands on the page, whatever record is open beside it."""
    person = called(found.traits, visit.portal.reception.desk.clock())
    return replace(_desk(visit, found.prescription, DELIVER, typed=typed), person=person)


def _desk(visit: Visit, found: Prescription, action: str, *, typed: bool = False) -> DeskView:
    now = visit.portal.reception.desk.clock().astimezone(PARIS)
    told = seen(found, now.date(), cycle_of(visit.portal.rules()))
    once = visit.form.line("once")[:36] if typed else str(uuid4())
    return DeskView(told, action, once, day(now), typed=typed)


def _at_field(refusal: IncompleteRequest) -> dict[str, Words]:
    """The sentence of an obstacle, at the field that it is about."""
    words = OBSTACLES.get(refusal.element, NOT_DONE)
    if refusal.element == "day":
        return {"day": words}
    named = f"{FIELDS.get(refusal.element, 'deed')}-{refusal.line}" if refusal.line else ""
    return {named: words} if refusal.element in FIELDS or refusal.element == "covered" else {"": words}


def _page(page: Page, view: object) -> Page:
    return Page(page.template, page.title, view)


def _refused(visit: Visit, page: Page, view: object, errors: dict[str, Words]) -> Page:
    return Page(page.template, page.title, view, 422, {name: visit.says(*words) for name, words in errors.items()})
