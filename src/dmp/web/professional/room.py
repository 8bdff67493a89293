"""What the pages of professionals are given beside the gate, and what several of them do: read a number, open a record.

A person's number is typed into forms, never into an address, and no trace of
a page holds it. Before a record is open, an act stands on its own: the record
that the session has open, its mode and its reason are left out of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from dmp.record.actor import Mode
from dmp.record.age import latest_birth
from dmp.record.dtm import PARIS
from dmp.record.enrolment import Enrolment
from dmp.record.errors import InvalidIdentity
from dmp.record.ins import InsKind
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.record.record import Regime
from dmp.web.portal.forms import Form
from dmp.web.portal.openings import record_opened
from dmp.web.portal.page import Answer, PageFunction, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL

RECORD = "/professional/dossier"
"""Where somebody is led who has opened a record."""
PACE = 0.2
"""Seconds that the answer to a number takes at least: whether there is a record would be read off its time (9.4)."""
NOT_A_NUMBER = (
    "Ce numéro n’est pas un numéro INS : 13 caractères et une clé de 2 chiffres, ou les 22 chiffres d’un INS-C. "
    "Vérifiez le numéro et son type.",
    "This is no INS number: 13 characters and a key of 2 digits, or the 22 digits of an INS-C. "
    "Check the number and its kind.",
)
NAMELESS = "Identité non renseignée"
_KINDS = {
    InsKind.NIR: ("INS (NIR)", "INS (NIR)"),
    InsKind.NIA: ("INS provisoire (NIA)", "Waiting INS (NIA)"),
    InsKind.NIR_TEST: ("INS de test", "Test INS"),
    InsKind.NIR_DEMO: ("INS de démonstration", "Demonstration INS"),
    InsKind.INS_C: ("INS-C, d’avant 2021", "INS-C, from before 2021"),
}
_BORN = {Sex.FEMALE: "née", Sex.MALE: "né", Sex.UNDETERMINED: "né(e)"}


@dataclass(frozen=True)
class Room:
    """The installation, as these pages know it."""

    clock: Callable[[], datetime]
    regime: Regime
    production: bool
    check_identity: Callable[[PatientId], None]
    """Refuses an identifier that this instance does not take (ID-3)."""
    enrol: Callable[[], Enrolment]
    """Makes a fresh login and password."""
    new_id: Callable[[], str]

    @property
    def kinds(self) -> tuple[InsKind, ...]:
        """The kinds of number that this instance takes, the usual one first."""
        ours = (InsKind.NIR, InsKind.NIA) if self.production else (InsKind.NIR_TEST, InsKind.NIR_DEMO)
        return (*ours, InsKind.INS_C)

    def kinds_told(self, visit: Visit) -> tuple[tuple[str, str], ...]:
        """The same as a form offers them."""
        return tuple((kind.value, visit.says(*_KINDS[kind])) for kind in self.kinds)

    def number(self, form: Form) -> PatientId:
        """The person whose number was typed; blanks do not count.

        Raises:
            InvalidIdentity: not a number that this instance takes.
        """
        number = "".join(form.text("ins").split()).upper()
        patient = PatientId(number, form.line("kind") or self.kinds[0].value)
        if not number:
            raise InvalidIdentity("no number", element="INS")
        self.check_identity(patient)
        return patient


def alone(visit: Visit, *, mode: Mode = Mode.NORMAL, reason: str = "", secret: bool = False) -> Visit:
    """The visit with no record open yet: for acts about another one than the session has open, in a mode."""
    bare = replace(visit.signed_in, patient=None, patient_called="", mode=mode, reason=reason, secret=secret)
    return replace(visit, session=bare)


def with_record(page: PageFunction) -> PageFunction:
    """A page about the record that a professional has open; without one, his patients are shown."""

    def shown(visit: Visit) -> Answer:
        return page(visit) if visit.signed_in.patient is not None else Redirect(PROFESSIONAL)

    return shown


def entered(visit: Visit, patient: PatientId, traits: IdentityTraits | None, at: datetime) -> Redirect:
    """Go to the record, in the mode of the visit; the session names the person from then on."""
    session = visit.signed_in
    return record_opened(
        visit,
        patient,
        called(traits, at),
        to=RECORD,
        mode=session.mode,
        reason=session.reason,
        secret=session.secret,
    )


def called(traits: IdentityTraits | None, at: datetime) -> str:
    """How a person is named on every page: NAME First · né(e) le 28/03/1979 · 47 ans."""
    if traits is None or not traits.birth_name:
        return NAMELESS
    name, years = full_name(traits), age(traits.birth_date, at.astimezone(PARIS).date())
    born = f"{_BORN[traits.sex]} le {french_day(traits.birth_date)}" if traits.birth_date else ""
    return " · ".join(part for part in (name, born, f"{years} ans" if years is not None else "") if part)


def full_name(traits: IdentityTraits) -> str:
    """The name in use, that of birth in brackets where it differs, and the first name in use."""
    birth = f" ({traits.birth_name})" if traits.family != traits.birth_name else ""
    return f"{traits.family}{birth} {traits.given}".strip()


def french_day(birth_date: str) -> str:
    """A birth date as people write it; what is not known of it stays as it is (ID-2)."""
    return "/".join(reversed(birth_date.split("-")))


def read_day(text: str) -> str:
    """A birth date as people or browsers write it, as an ISO text; never coerced, since some are in no calendar (ID-2).

    Raises:
        ValueError: neither.
    """
    text = text.strip()
    parts = list(reversed(text.split("/"))) if "/" in text else text.split("-")
    year, *rest = parts
    lengths = [len(part) for part in parts]
    if not all(part.isascii() and part.isdigit() for part in parts) or lengths not in ([4], [4, 2], [4, 2, 2]):
        raise ValueError("not a birth date")
    return "-".join((year, *rest))


def age(birth_date: str, today: date) -> int | None:
    """Whole years; None when the year is not known. Who may have had no birthday yet had none."""
    born = latest_birth(birth_date)
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
