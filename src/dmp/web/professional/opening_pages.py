"""Open a record by the person's number: is it open to me, else with consent, or again after a closing (TD0.2, TD0.3).

Whoever may not read a record learns nothing from a number: that there is
none, that it is closed, or that its holder keeps him out are answered alike
(security 9.4, DEC-9). With the identity of the person, and the consent that
somebody answers for, what is true is told; a block never is.
"""

from dataclasses import dataclass, replace

from dmp.actions.at_the_desk import AtTheDesk
from dmp.actions.authorise_in_person import AuthoriseInPerson
from dmp.actions.consult_record import CheckRecord
from dmp.actions.record_life import ReopenRecord
from dmp.record.errors import (
    AccessRefused,
    InvalidIdentity,
    RecordClosed,
    RecordNotClosed,
    RecordNotFound,
)
from dmp.record.management import RecordStatus
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.record.record import RecordState, Regime
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.professional.room import NOT_A_NUMBER, PACE, Room, alone, entered, french_day, read_day

OPEN, ENTER, AGREE, REOPEN = (
    "/professional/ouvrir",
    "/professional/ouvrir/dossier",
    "/professional/ouvrir/accord",
    "/professional/ouvrir/reouverture",
)
BLOCKED, ADULT = "blocked-by-the-holder", "secret-connection-of-an-adult"
"""Rules whose refusal these pages tell in their own words."""
_OPEN = Page("professional/open.html", ("Ouvrir un dossier", "Open a record"))
_FOUND = Page("professional/found.html", ("Vérifier l’identité", "Check the identity"))
_CONSENT = Page("professional/consent.html", ("L’accord de la personne", "The consent of the person"))
_ABSENT = Page("professional/absent.html", ("Aucun dossier à ouvrir", "No record to open"))
_CLOSED = Page("professional/closed.html", ("Ce dossier est fermé", "This record is closed"))
_ADULT = (
    "La connexion secrète est réservée aux soins des mineurs : décochez-la.",
    "The secret connection is for the care of minors: untick it.",
)
_NO_NAME = ("Écrivez le nom de naissance, ou le nom utilisé.", "Write the birth name, or the name in use.")
_NO_DAY = ("Écrivez la date de naissance comme 31/01/1979.", "Write the birth date as 31/01/1979.")
_NO_CONSENT = (
    "Sans l’accord de la personne, le dossier reste fermé pour vous. Cochez cette case si elle vous l’a donné.",
    "Without the person’s consent, the record stays closed to you. Tick this box if it was given.",
)


@dataclass(frozen=True)
class OpenView:
    """What the form of a number needs."""

    kinds: tuple[tuple[str, str], ...]
    simulator: bool
    """A simulated health card may be read: never where real people's records are."""


@dataclass(frozen=True)
class FoundView:
    """Whose record a number leads to, for somebody who may read it: to be compared with the person and one's own."""

    ins: str
    kind: str
    rows: tuple[tuple[str, str], ...]
    attending: bool


@dataclass(frozen=True)
class ConsentView:
    """The number again; `reopened` after a closed record was opened anew, `created` after a first opening."""

    ins: str
    kind: str
    name: str = ""
    birth: str = ""
    read_from_card: bool = False
    reopened: bool = False
    created: bool = False


@dataclass(frozen=True)
class AbsentView:
    """A number and an identity that lead nowhere; records are opened here where the law has consent open them."""

    ins: str
    kind: str
    name: str
    birth: str
    may_create: bool


@dataclass(frozen=True)
class OpeningPages:
    """The way into a record in normal mode."""

    room: Room

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        who = Needs.PROFESSIONAL
        return (
            PageRoute(OPEN, self.form, self.look, who, pace=PACE),
            PageRoute(ENTER, to_form, self.enter, who, pace=PACE),
            PageRoute(AGREE, to_form, self.agree, who, pace=PACE),
            PageRoute(REOPEN, to_form, self.reopen, who, pace=PACE),
        )

    def form(self, visit: Visit) -> Page:
        """Where a number is typed, or a simulated card read."""
        return replace(_OPEN, view=OpenView(self.room.kinds_told(visit), simulator=not self.room.production))

    def look(self, visit: Visit) -> Answer:
        """Whether the record is open to me; every other answer is the same page (DEC-9).

        In a secret connection from here on where one is asked for: parents would read that somebody asked (AR-21).
        """
        patient = self._number(visit)
        if isinstance(patient, Page):
            return patient
        try:
            status = alone(visit, secret=visit.form.ticked("secret")).perform(CheckRecord(patient))
        except AccessRefused as error:
            return self._not_in_secret(visit, patient, error)
        if may_enter(status):
            return replace(_FOUND, view=_found(visit, patient, status))
        return self.consent(visit, patient)

    def enter(self, visit: Visit) -> Answer:
        """Go into a record that is open to me."""
        patient = self._number(visit)
        if isinstance(patient, Page):
            return patient
        asking = alone(visit, secret=visit.form.ticked("secret"))
        try:
            status = asking.perform(CheckRecord(patient))
        except AccessRefused as error:
            return self._not_in_secret(visit, patient, error)
        if not may_enter(status):
            return self.consent(visit, patient)
        return entered(asking, patient, status.traits, self.room.clock())

    def agree(self, visit: Visit) -> Answer:
        """Declare that the person consents, then go in (AR-2)."""
        patient = self._number(visit)
        if isinstance(patient, Page):
            return patient
        name, day, errors = read_identity(visit)
        if not visit.form.ticked("consent"):
            errors["consent"] = visit.says(*_NO_CONSENT)
        if errors:
            return replace(self.consent(visit, patient), errors=errors, status=422)
        asking = alone(visit, secret=visit.form.ticked("secret"))
        try:
            traits = asking.perform(AuthoriseInPerson(patient, name, day))
        except RecordNotFound:
            return self.absent(visit, patient)
        except RecordClosed:
            return self._closed(visit, patient)
        except AccessRefused as error:
            return self.absent(visit, patient) if error.rule == BLOCKED else self._adult(visit, patient, error)
        return entered(asking, patient, traits, self.room.clock())

    def reopen(self, visit: Visit) -> Answer:
        """Open a closed record again, with consent (TD1.2); reading it needs consent of its own (LC-12).

        By number and identity, as consent is declared: a number alone neither tells of a record nor opens it again.
        """
        patient = self._number(visit)
        if isinstance(patient, Page):
            return patient
        name, day, errors = read_identity(visit)
        if errors:
            return replace(self.consent(visit, patient), errors=errors, status=422)
        if not visit.form.ticked("consent"):
            return replace(self._closed(visit, patient), errors={"consent": visit.says(*_NO_CONSENT)}, status=422)
        try:
            alone(visit).perform(AtTheDesk(ReopenRecord(patient, self.room.clock()), name, day))
        except (RecordNotFound, RecordNotClosed):
            return self.absent(visit, patient)
        except AccessRefused as error:
            if error.rule != BLOCKED:
                raise
            return self.absent(visit, patient)
        return self.consent(visit, patient, reopened=True)

    def consent(self, visit: Visit, patient: PatientId, *, reopened: bool = False, created: bool = False) -> Page:
        """The one page of every number that is not open to me: who is it, and does the person agree?"""
        form = visit.form
        view = ConsentView(
            patient.number,
            patient.root,
            form.line("name"),
            form.line("birth"),
            read_from_card=form.ticked("card") and not self.room.production,
            reopened=reopened,
            created=created,
        )
        return replace(_CONSENT, view=view)

    def absent(self, visit: Visit, patient: PatientId) -> Page:
        """Nothing under this number and this identity."""
        form = visit.form
        name, day = form.line("name"), form.line("birth")
        may_create = self.room.regime is Regime.OPT_IN
        return replace(_ABSENT, view=AbsentView(patient.number, patient.root, name, day, may_create), status=404)

    def _closed(self, visit: Visit, patient: PatientId) -> Page:
        form = visit.form
        return replace(_CLOSED, view=ConsentView(patient.number, patient.root, form.line("name"), form.line("birth")))

    def _not_in_secret(self, visit: Visit, patient: PatientId, error: AccessRefused) -> Page:
        """A secret connection to the record of an adult: told to who may go in, since it says that there is a record.

        To anybody else it is a number that opens nothing, like any other (DEC-9).

        Raises:
            AccessRefused: it was another rule, which the frame tells.
        """
        if error.rule != ADULT:
            raise error
        status = alone(visit).perform(CheckRecord(patient))
        if not may_enter(status):
            return self.consent(visit, patient)
        view = _found(visit, patient, status)
        return replace(_FOUND, view=view, errors={"secret": visit.says(*_ADULT)}, status=422)

    def _adult(self, visit: Visit, patient: PatientId, error: AccessRefused) -> Page:
        """A secret connection to the record of an adult.

        Raises:
            AccessRefused: it was another rule, which the frame tells.
        """
        if error.rule != ADULT:
            raise error
        return replace(self.consent(visit, patient), errors={"secret": visit.says(*_ADULT)}, status=422)

    def _number(self, visit: Visit) -> PatientId | Page:
        """The person of the form, or the page that says that it is no number."""
        try:
            return self.room.number(visit.form)
        except InvalidIdentity:
            return replace(self.form(visit), errors={"ins": visit.says(*NOT_A_NUMBER)}, status=422)


def to_form(_visit: Visit) -> Answer:
    """Where somebody goes who reloads a page that a form led to."""
    return Redirect(OPEN)


def may_enter(status: RecordStatus) -> bool:
    """Tell whether a search of the record would be let through."""
    return status.readable and status.state is RecordState.ACTIVE


def read_identity(visit: Visit) -> tuple[str, str, dict[str, str]]:
    """The name and the birth date that were typed, and what is wrong with them by field."""
    errors: dict[str, str] = {}
    name, day = visit.form.line("name"), ""
    if not name:
        errors["name"] = visit.says(*_NO_NAME)
    try:
        day = read_day(visit.form.text("birth"))
    except ValueError:
        errors["birth"] = visit.says(*_NO_DAY)
    return name, day, errors


def _found(visit: Visit, patient: PatientId, status: RecordStatus) -> FoundView:
    return FoundView(patient.number, patient.root, _rows(visit, status.traits), status.attending)


def _rows(visit: Visit, traits: IdentityTraits | None) -> tuple[tuple[str, str], ...]:
    """The traits that are compared, each under its name; those that are not known are left out."""
    if traits is None:
        return ()
    sexes = {
        Sex.FEMALE: visit.says("Féminin", "Female"),
        Sex.MALE: visit.says("Masculin", "Male"),
        Sex.UNDETERMINED: visit.says("Indéterminé", "Undetermined"),
    }
    rows = (
        (visit.says("Nom de naissance", "Birth name"), traits.birth_name),
        (visit.says("Nom utilisé", "Name in use"), traits.used_name),
        (visit.says("Prénoms de naissance", "Birth first names"), traits.birth_first_names or traits.birth_first_name),
        (visit.says("Prénom utilisé", "First name in use"), traits.used_first_name),
        (visit.says("Date de naissance", "Birth date"), french_day(traits.birth_date)),
        (visit.says("Sexe", "Sex"), sexes[traits.sex]),
        (visit.says("Lieu de naissance (code INSEE)", "Birthplace (INSEE code)"), traits.birth_place),
    )
    return tuple(row for row in rows if row[1])
