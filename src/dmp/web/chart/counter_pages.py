"""The counter of a pharmacy: a prescription is read by its number, or found with the patient there, and delivered.

A number is a secret of its bearer: it comes by POST, and stands in no address.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from uuid import uuid4

from dmp.actions.dispense import AtCounter, Dispense, ListDeliverable, ReadPrescription
from dmp.actions.numbered import ByNumber, InRecord, Which
from dmp.record.dtm import PARIS
from dmp.record.errors import IncompleteRequest, RecordNotFound, Refused
from dmp.record.facts import NOTHING
from dmp.record.prescription import Execution, Prescription
from dmp.record.professional import PHARMACIST
from dmp.services.medicines.cycle import against_delivery, cycle_of, first_day_to_write, until
from dmp.services.panel import Words
from dmp.web import deposit_words
from dmp.web.chart.counter_check import SubstituteView, seen_of, substitutes, with_advice
from dmp.web.chart.counter_copy import copy_of
from dmp.web.chart.counter_form import LINES, Typed, read_typed
from dmp.web.chart.counter_words import FIELDS, GONE, NOT_DONE, OBSTACLES, UNKNOWN_NUMBER, days_to_tell
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
_TO_READ = ("À relire avant d’enregistrer", "To be read before it is saved")
_HERE = Page("chart/deliverable.html", ("Ordonnances à délivrer", "Prescriptions to deliver"))


@dataclass(frozen=True)
class DeskView:
    """A prescription on the counter, with its form. `once` keeps a form from counting twice."""

    prescription: PrescriptionView
    action: str
    once: str
    day: str
    """The day to begin with: today, or none where it has to be told."""
    days: Words
    """Those that may be told."""
    person: str = ""
    """Whose it is, where no open record says so."""
    most: int = LINES
    """Lines of one form."""
    typed: bool = False
    """What was typed is kept: something stood in the way, or is to be read first."""
    advice: tuple[SubstituteView, ...] = ()
    """What is to be read before it is written down: of products that take the place of others."""
    seen: str = ""
    """The same, in short: what was read must be what is written."""


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
            came = self._deliver(visit, ByNumber(number))
            if came.done is not None:
                return _page(_COUNTER, CounterView(_at_counter(visit, came.done), done=True))
            found = visit.perform(ReadPrescription(number))
        except RecordNotFound:
            return _refused(visit, _COUNTER, CounterView(), {"number": UNKNOWN_NUMBER})
        desk = _with_advice(_at_counter(visit, found, typed=True), found.prescription, came.advice)
        return _answered(visit, _COUNTER, CounterView(desk), came)

    def _here(self, visit: Visit) -> Answer:
        """The same of a prescription of the record that is open."""
        if visit.signed_in.patient is None:
            return Redirect(HOME_OF_PROFESSIONALS)
        asked = visit.form.line("prescription")[:60]
        try:
            came = self._deliver(visit, InRecord(visit.patient, asked))
        except RecordNotFound:
            came = _Came(errors={"": GONE})
        if came.done is not None:
            return Redirect(HERE + DONE)
        return _answered(visit, _HERE, HereView(tuple(_desks(visit, typed=asked, advice=came.advice))), came)

    def _deliver(self, visit: Visit, which: Which) -> "_Came":
        """What became of a prescription; what stood in the way, or is to be read first, where nothing did."""
        names, rules = visit.portal.medicines, visit.portal.rules()
        typed = read_typed(visit.form, names)
        if typed.errors:
            return _Came(errors=typed.errors)
        found = _found(visit, which) if any(each.product != NOTHING for each in typed.handed) else None
        if found is not None and not _was_sent(found, typed):
            if wrong := _in_the_way(visit, found, typed):
                return _Came(errors=wrong)
            advice = substitutes(found, typed.handed, names, rules)
            if advice and visit.form.line("seen") != seen_of(found, advice):
                return _Came(advice=advice)
            typed = replace(typed, handed=with_advice(typed.handed, advice, names, rules, visit.says))
        try:
            return _Came(done=visit.perform(self._act(visit, which, typed)))
        except IncompleteRequest as refusal:
            return _Came(errors=_at_field(refusal.element, refusal.line))
        except Refused as refusal:
            told = " ".join(deposit_words.of_problems(refusal.problems, visit).values())
            return _Came(errors={"": (told, told)})

    def _act(self, visit: Visit, which: Which, typed: Typed) -> Dispense:
        copy = None if typed.opposed else copy_of(self.depositing, visit, typed.once)
        return Dispense(which, typed.handed, typed.day, copy, typed.once)


@dataclass(frozen=True)
class _Came:
    """What came of a form: it was written down, or something stood in the way, or is to be read first."""

    done: AtCounter | None = None
    errors: dict[str, Words] = field(default_factory=dict[str, Words])
    advice: tuple[SubstituteView, ...] = ()


def _found(visit: Visit, which: Which) -> Prescription:
    """The prescription of a form, as the pharmacist may know of it.

    Raises:
        RecordNotFound: there is none that he may know of this way.
    """
    if isinstance(which, ByNumber):
        return visit.perform(ReadPrescription(which.number)).prescription
    found = next((each for each in visit.perform(ListDeliverable(which.patient)) if each.id == which.id), None)
    if found is None:
        raise RecordNotFound("no prescription has this id")
    return found


def _was_sent(found: Prescription, typed: Typed) -> bool:
    """The same form came before: the act says again what it did then."""
    return any(each.id.partition(" ")[0] == typed.once for each in found.executions if typed.once)


def _in_the_way(visit: Visit, found: Prescription, typed: Typed) -> dict[str, Words]:
    """What the rules say against it before anything is read: nobody reads advice on what cannot be written."""
    at, rules = visit.portal.reception.desk.clock(), cycle_of(visit.portal.rules())
    today = at.astimezone(PARIS).date()
    for each in typed.handed:
        told = each.product, each.lot, each.reason
        done = Execution("", at, typed.day or today, each.item, each.deed, each.quantity, "", "", "", *told)
        for obstacle in against_delivery(found, done, today, rules):
            return _at_field(obstacle.code, obstacle.item)
    return {}


def _with_advice(desk: DeskView, found: Prescription, advice: tuple[SubstituteView, ...]) -> DeskView:
    return replace(desk, advice=advice, seen=seen_of(found, advice)) if advice else desk


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


def _desks(visit: Visit, *, typed: str = "", advice: tuple[SubstituteView, ...] = ()) -> Iterator[DeskView]:
    for each in visit.perform(ListDeliverable(visit.patient)):
        desk = _desk(visit, each, DELIVER_HERE, typed=each.id == typed)
        yield _with_advice(desk, each, advice) if each.id == typed else desk


def _at_counter(visit: Visit, found: AtCounter, *, typed: bool = False) -> DeskView:
    """By its number: whose it is stands on the page, whatever record is open beside it."""
    person = called(found.traits, visit.portal.reception.desk.clock())
    return replace(_desk(visit, found.prescription, DELIVER, typed=typed), person=person)


def _desk(visit: Visit, found: Prescription, action: str, *, typed: bool = False) -> DeskView:
    today, rules = visit.portal.reception.desk.clock().astimezone(PARIS).date(), cycle_of(visit.portal.rules())
    told = seen(found, today, rules)
    once = visit.form.line("once")[:36] if typed else str(uuid4())
    days = days_to_tell(first_day_to_write(found, today, rules), min(today, until(found, rules)), today)
    return DeskView(told, action, once, "" if told.is_late else day(today), days, typed=typed)


def _at_field(code: str, line: str) -> dict[str, Words]:
    """The sentence of an obstacle, at the field that it is about."""
    words = OBSTACLES.get(code, NOT_DONE)
    if code in ("day", "day-expired"):
        return {"day": words}
    named = f"{FIELDS.get(code, 'deed')}-{line}" if line else ""
    return {named: words} if code in FIELDS or code == "covered" else {"": words}


def _page(page: Page, view: object) -> Page:
    return Page(page.template, page.title, view)


def _answered(visit: Visit, page: Page, view: object, came: _Came) -> Page:
    """The form again, with what was wrong in it, or with what is to be read first."""
    if came.errors:
        return _refused(visit, page, view, came.errors)
    return Page(page.template, _TO_READ if came.advice else page.title, view)


def _refused(visit: Visit, page: Page, view: object, errors: dict[str, Words]) -> Page:
    return Page(page.template, page.title, view, 422, {name: visit.says(*words) for name, words in errors.items()})
