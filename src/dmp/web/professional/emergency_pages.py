"""Emergencies: break-glass, the emergency call centre, and the way back to the normal mode (AR-9, AR-10, security 8).

A mode is one of the session: one person, one record, until it is left or the
session ends, which is long before 24 h. A number under which nothing opens is
answered alike, whether there is no record, it is closed, or its holder opposes.
"""

from dataclasses import dataclass, replace

from dmp.actions.consult_record import CheckRecord
from dmp.actions.find_patients import FindPatients
from dmp.record.actor import Mode
from dmp.record.errors import IncompleteRequest, InvalidIdentity
from dmp.record.lists import FoundPerson, PersonSearch
from dmp.record.management import Device, MessageHeader, MessageId
from dmp.record.patient import PatientId, Sex
from dmp.web.portal.openings import record_left
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL
from dmp.web.professional.opening_pages import may_enter
from dmp.web.professional.room import (
    NOT_A_NUMBER,
    PACE,
    Room,
    age,
    alone,
    entered,
    french_day,
    full_name,
    read_day,
    with_record,
)

GLASS, BACK = "/professional/urgence", "/professional/urgence/fin"
DISPATCH, SEARCH, DISPATCH_IN = (
    "/professional/regulation",
    "/professional/regulation/recherche",
    "/professional/regulation/dossier",
)
REASONS = {
    "unconscious": ("Personne inconsciente", "Unconscious person"),
    "confused": ("Personne qui ne peut pas s’exprimer", "Person who cannot speak"),
    "danger": ("Danger immédiat pour la santé de la personne", "Immediate danger to the person’s health"),
    "other": ("Autre urgence", "Other emergency"),
}
_GLASS = ("Urgence : bris de glace", "Emergency: break-glass")
_DISPATCH = ("Centre de régulation", "Emergency call centre")
_NOTHING_OPENS = (
    "Aucun dossier ne s’ouvre en urgence sous ce numéro : il n’y en a pas, il est fermé, ou la personne s’y oppose. "
    "Vérifiez le numéro, et soignez sans le dossier.",
    "No record opens in an emergency under this number: there is none, it is closed, or the person opposes it. "
    "Check the number, and give care without the record.",
)
_WRONG = {
    "why": ("Choisissez une raison.", "Choose a reason."),
    "words": (
        "Écrivez en quelques mots ce qui se passe : la personne le lira.",
        "Write in a few words what is happening: the person will read it.",
    ),
    "known": (
        "Lisez ce qui va se passer, puis cochez cette case.",
        "Read what will happen, then tick this box.",
    ),
}
_MORE = (
    "Il faut le nom, et un prénom ou une date de naissance complète ; si trop de personnes répondent, précisez.",
    "The last name is needed, with a first name or a whole birth date; if too many persons answer, say more.",
)
_NO_DAY = ("Écrivez la date de naissance comme 31/01/1979.", "Write the birth date as 31/01/1979.")
LONGEST_WORDS = 300


@dataclass(frozen=True)
class GlassView:
    """The choices of the form; a record that is open needs no number typed."""

    kinds: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str], ...]
    open_now: str = ""


@dataclass(frozen=True)
class PersonLine:
    """A person who answers a search."""

    patient: PatientId
    name: str
    born: str
    years: int | None
    sex: str
    city: str


@dataclass(frozen=True)
class DispatchView:
    """The forms of a call centre, and who answers a search; None before one."""

    kinds: tuple[tuple[str, str], ...]
    persons: tuple[PersonLine, ...] | None = None


@dataclass(frozen=True)
class EmergencyPages:
    """The pages of the modes that are not normal."""

    room: Room

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        who = Needs.PROFESSIONAL
        return (
            PageRoute(GLASS, self.glass, self.break_glass, who, pace=PACE),
            PageRoute(BACK, _to_glass, with_record(self.back), who),
            PageRoute(DISPATCH, self.dispatch, needs=who),
            PageRoute(SEARCH, _to_dispatch, self.search, who),
            PageRoute(DISPATCH_IN, _to_dispatch, self.dispatch_in, who, pace=PACE),
        )

    def glass(self, visit: Visit) -> Page:
        """What breaking the glass is, and its form."""
        reasons = tuple((value, visit.says(*words)) for value, words in REASONS.items())
        view = GlassView(self.room.kinds_told(visit), reasons, visit.signed_in.patient_called)
        return Page("professional/glass.html", _GLASS, view)

    def break_glass(self, visit: Visit) -> Answer:
        """Open the record in break-glass mode, for its reason (AR-9)."""
        form = visit.form
        said, words = REASONS.get(form.line("why")), form.line("words")[:LONGEST_WORDS]
        wrong = [
            name for name, given in (("why", said), ("words", words), ("known", form.ticked("known"))) if not given
        ]
        errors = {name: visit.says(*_WRONG[name]) for name in wrong}
        patient = visit.signed_in.patient
        if form.line("ins") or patient is None:
            try:
                patient = self.room.number(form)
            except InvalidIdentity:
                errors["ins"] = visit.says(*NOT_A_NUMBER)
        if errors or patient is None or said is None:
            return replace(self.glass(visit), errors=errors, status=422)
        reason = f"{said[0]} : {words}"
        opened = self._opened(alone(visit, mode=Mode.BREAK_GLASS, reason=reason), patient)
        return opened or self._nothing(visit, self.glass(visit))

    def back(self, visit: Visit) -> Answer:
        """The same record in normal mode where one may read it so; else no record."""
        patient = visit.patient
        return self._opened(alone(visit), patient) or record_left(visit, to=PROFESSIONAL)

    def dispatch(self, visit: Visit) -> Page:
        """The forms of a call centre; whether the structure is one, the rights say when they are sent."""
        return Page("professional/dispatch.html", _DISPATCH, DispatchView(self.room.kinds_told(visit)))

    def search(self, visit: Visit) -> Answer:
        """The persons who have these traits (TD0.5)."""
        page = self.dispatch(visit)
        try:
            search = self._search(visit)
        except ValueError:
            return replace(page, errors={"birth": visit.says(*_NO_DAY)}, status=422)
        try:
            found = alone(visit, mode=Mode.EMERGENCY_DISPATCH).perform(FindPatients(search))
        except IncompleteRequest:
            return replace(page, errors={"": visit.says(*_MORE)}, status=422)
        persons = tuple(self._person(visit, one) for one in found)
        return replace(page, view=DispatchView(self.room.kinds_told(visit), persons))

    def dispatch_in(self, visit: Visit) -> Answer:
        """Open the record of who is called about, in the mode of the call centre (AR-10)."""
        page, reason = self.dispatch(visit), visit.form.line("words")[:LONGEST_WORDS]
        try:
            patient = self.room.number(visit.form)
        except InvalidIdentity:
            return replace(page, errors={"ins": visit.says(*NOT_A_NUMBER)}, status=422)
        opened = self._opened(alone(visit, mode=Mode.EMERGENCY_DISPATCH, reason=reason), patient)
        return opened or self._nothing(visit, page)

    def _opened(self, asking: Visit, patient: PatientId) -> Redirect | None:
        """Go in, in the mode of this visit; None when the rights would let no search through."""
        status = asking.perform(CheckRecord(patient))
        return entered(asking, patient, status.traits, self.room.clock()) if may_enter(status) else None

    def _nothing(self, visit: Visit, page: Page) -> Page:
        return replace(page, errors={"ins": visit.says(*_NOTHING_OPENS)}, status=422)

    def _search(self, visit: Visit) -> PersonSearch:
        """What was typed.

        Raises:
            ValueError: no birth date.
        """
        form, sex = visit.form, visit.form.line("sex")
        header = MessageHeader(MessageId(self.room.new_id()), "", Device("", "portal"))
        return PersonSearch(
            header,
            form.line("family")[:100],
            form.line("given")[:100],
            read_day(form.text("birth")) if form.line("birth") else "",
            Sex(sex) if sex in Sex.__members__.values() else None,
            form.line("city")[:100],
            form.line("postal_code")[:10],
        )

    def _person(self, visit: Visit, found: FoundPerson) -> PersonLine:
        traits = found.traits
        sexes = {Sex.FEMALE: visit.says("femme", "woman"), Sex.MALE: visit.says("homme", "man")}
        years = age(traits.birth_date, self.room.clock().date())
        born, sex = french_day(traits.birth_date), sexes.get(traits.sex, "")
        return PersonLine(found.identifiers[0], full_name(traits), born, years, sex, found.city)


def _to_glass(_visit: Visit) -> Answer:
    return Redirect(GLASS)


def _to_dispatch(_visit: Visit) -> Answer:
    return Redirect(DISPATCH)
