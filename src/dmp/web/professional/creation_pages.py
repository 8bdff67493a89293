"""Create a record with the person's consent, where the law leaves it to professionals (TD1.1, LC-1 to LC-4).

That a record exists is told in the same words as that one may not be created:
whoever answers for a person's consent learns no more of others by it (DEC-9).
"""

from dataclasses import dataclass, replace

from dmp.actions.open_record import OpenRecord
from dmp.record.errors import (
    AccessRefused,
    ConsentMissing,
    IncompleteRequest,
    InvalidIdentity,
    RecordClosed,
    RecordExists,
)
from dmp.record.ins import normalised
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId, Sex
from dmp.record.record import Oppositions
from dmp.web.portal.forms import Form
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Visit
from dmp.web.professional.opening_pages import BLOCKED, OpeningPages, to_form
from dmp.web.professional.room import PACE, Room, alone, read_day

CREATE, CREATE_NOW = "/professional/ouvrir/creation", "/professional/ouvrir/creation/envoi"
_TITLE = ("Créer un dossier", "Create a record")
_NOT_CREATED = (
    "Aucun dossier n’a été créé : il en existe déjà un sous ce numéro, ou la personne s’est opposée à sa création. "
    "Vérifiez l’identité ; la personne peut voir cela avec l’assistance.",
    "No record was created: there is one under this number already, or the person opposed it. "
    "Check the identity; the person may ask the support desk.",
)
MISSING = {
    "birth_name": ("Écrivez le nom de naissance.", "Write the birth name."),
    "birth_first_name": ("Écrivez le premier prénom de naissance.", "Write the first of the birth first names."),
    "birth": ("Écrivez la date de naissance comme 31/01/1979.", "Write the birth date as 31/01/1979."),
    "sex": ("Choisissez une réponse.", "Choose an answer."),
    "consent": (
        "Sans l’accord de la personne, aucun dossier n’est créé.",
        "Without the person’s consent, no record is created.",
    ),
    "informed": ("La personne doit avoir reçu l’information d’abord.", "The person must have been informed first."),
    "guardian": (
        "Un mineur a besoin d’un représentant légal : écrivez son nom et son prénom.",
        "A minor needs a legal representative: write the last and first name.",
    ),
}
_TOLD_ALIKE = ("opening-opposed", "opening-left-to-the-insurer", BLOCKED)
"""Rules that look at the person: their refusals are those of a record that exists."""
RELATIONS = (
    ("MTH", "Mère", "Mother"),
    ("FTH", "Père", "Father"),
    ("GUARD", "Tuteur ou tutrice", "Guardian"),
)


@dataclass(frozen=True)
class CreationView:
    """The number, and the choices of the form."""

    ins: str
    kind: str
    relations: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CreationPages:
    """The form of a first opening; the identity is typed from the paper of the person, or from the card."""

    room: Room

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        who = Needs.PROFESSIONAL
        return (
            PageRoute(CREATE, to_form, self.form, who),
            PageRoute(CREATE_NOW, to_form, self.create, who, pace=PACE),
        )

    def form(self, visit: Visit) -> Answer:
        """What is asked of the person."""
        try:
            return self._form(visit, self.room.number(visit.form))
        except InvalidIdentity:
            return to_form(visit)

    def create(self, visit: Visit) -> Answer:
        """Create it; then ask whether the person lets this professional read it."""
        form = visit.form
        try:
            patient = self.room.number(form)
        except InvalidIdentity:
            return to_form(visit)
        wrong = wrong_fields(form)
        if wrong:
            return self._refused(visit, patient, *wrong)
        try:
            alone(visit).perform(self._opening(form, patient))
        except IncompleteRequest:
            return self._refused(visit, patient, "guardian")
        except (RecordExists, RecordClosed, ConsentMissing, InvalidIdentity):
            return self._not_created(visit, patient)
        except AccessRefused as error:
            if error.rule not in _TOLD_ALIKE:
                raise
            return self._not_created(visit, patient)
        fields = {**form.fields, "name": form.line("birth_name")}
        return OpeningPages(self.room).consent(replace(visit, form=Form(fields)), patient, created=True)

    def _opening(self, form: Form, patient: PatientId) -> OpenRecord:
        return OpenRecord(
            identifiers=(patient,),
            regime=self.room.regime,
            traits=traits_of(form),
            consent=self.room.clock(),
            contact=contact_of(form),
            guardians=guardians_of(form),
            oppositions=Oppositions(form.ticked("no_break_glass"), form.ticked("no_dispatch")),
        )

    def _form(self, visit: Visit, patient: PatientId) -> Page:
        relations = tuple((code, visit.says(french, english)) for code, french, english in RELATIONS)
        return Page("professional/creation.html", _TITLE, CreationView(patient.number, patient.root, relations))

    def _refused(self, visit: Visit, patient: PatientId, *fields: str) -> Page:
        errors = {name: visit.says(*MISSING[name]) for name in fields}
        return replace(self._form(visit, patient), errors=errors, status=422)

    def _not_created(self, visit: Visit, patient: PatientId) -> Page:
        return replace(self._form(visit, patient), errors={"": visit.says(*_NOT_CREATED)}, status=422)


def wrong_fields(form: Form) -> list[str]:
    """The fields that stop the creation, in their order."""
    wrong = [name for name in ("birth_name", "birth_first_name") if not normalised(form.line(name))]
    try:
        read_day(form.text("birth"))
    except ValueError:
        wrong.append("birth")
    if form.line("sex") not in Sex.__members__.values():
        wrong.append("sex")
    return wrong + [name for name in ("informed", "consent") if not form.ticked(name)]


def traits_of(form: Form) -> IdentityTraits:
    """As identity traits are written: capitals without accent (functional 1.1)."""
    first = normalised(form.line("birth_first_name"))
    return IdentityTraits(
        birth_name=normalised(form.line("birth_name")),
        birth_first_name=first,
        birth_first_names=normalised(form.line("birth_first_names")) or first,
        birth_date=read_day(form.text("birth")),
        sex=Sex(form.line("sex")),
        birth_place=form.line("birth_place").upper(),
        used_name=normalised(form.line("used_name")),
        used_first_name=normalised(form.line("used_first_name")),
    )


def contact_of(form: Form) -> Contact:
    """How the person can be reached; what was left empty is left out."""
    address = (("streetAddressLine", "street"), ("postalCode", "postal_code"), ("city", "city"))
    said = tuple((part, form.line(name)) for part, name in address if form.line(name))
    telephone, mail = "".join(form.line("telephone").split()), form.line("mail")
    telecoms = (("MC", "tel:", telephone), ("", "mailto:", mail))
    return Contact(said, tuple((use, f"{scheme}{told}") for use, scheme, told in telecoms if told))


def guardians_of(form: Form) -> tuple[Guardian, ...]:
    """The representative who was named, if one was, by both names."""
    family, given = normalised(form.line("guardian")), normalised(form.line("guardian_given"))
    relation = form.line("relation")
    known = relation if relation in {code for code, _, _ in RELATIONS} else RELATIONS[0][0]
    return (Guardian(known, family, given),) if family and given else ()
