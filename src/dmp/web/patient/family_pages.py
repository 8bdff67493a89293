"""«Mes proches»: the records that somebody may open for others, and those who act for him (PT-11, PT-12, LC-16)."""

from dataclasses import dataclass, replace

from dmp.actions.acting_for import ActedFor, ListActedFor, Quality
from dmp.actions.delegates import LeaveDelegation, NameDelegate, RevokeDelegate
from dmp.actions.heirs import OpposeHeirs
from dmp.actions.my_family import Family, ReadFamily
from dmp.record.actor import person_id
from dmp.record.errors import AccessRefused, IncompleteRequest
from dmp.record.ins import normalised
from dmp.record.patient import Guardian, PatientId
from dmp.record.people import Delegate, DelegateScope, Protection
from dmp.web.days import after, day
from dmp.web.patient.own import is_own
from dmp.web.patient.words import SCOPES, WRONG_DAY, Both, called, last_day, part_in_words
from dmp.web.portal.callers import in_his_own_name
from dmp.web.portal.openings import record_left, record_opened
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PATIENT

FAMILY, OPEN = "/patient/proches", "/patient/proches/ouvrir"
DELEGATES, REVOKE = "/patient/proches/delegues", "/patient/proches/delegues/retirer"
HEIRS, LEAVE = "/patient/proches/ayants-droit", "/patient/proches/quitter"
_TITLE = ("Mes proches", "My family")
_MINE = ("Qui agit pour moi", "Who acts for me")
_THEIRS = ("Qui agit pour cette personne", "Who acts for this person")
_LEAVE = ("Ne plus être délégué", "No longer be a delegate")
_CHOOSE = ("Choisissez une réponse.", "Choose an answer.")
_NO_DAY = ("Écrivez le dernier jour de la délégation.", "Write the last day of the delegation.")
_REFUSED = ("Cela n’est pas possible : vérifiez ce que vous avez écrit.", "This cannot be: check what you wrote.")
_MEASURES = {
    "tutelle": "tutelle",
    "habilitation-familiale": "habilitation familiale",
    "mandat-de-protection-future": "mandat de protection future",
    "curatelle": "curatelle",
    "sauvegarde-de-justice": "sauvegarde de justice",
}
_FIELDS = {"person": "number", "until": "until", "holder": ""}
"""The fields of the form, by the element that a refusal names."""
_DONE = {
    "nomme": ("C’est fait : votre délégué peut ouvrir votre dossier.", "Done: your delegate can open your record."),
    "retire": ("C’est fait : il n’est plus délégué.", "Done: no longer a delegate."),
    "volonte": ("Votre volonté est enregistrée.", "Your wish is saved."),
    "quitte": ("C’est fait : vous n’êtes plus délégué.", "Done: you are no longer a delegate."),
}


@dataclass(frozen=True)
class RecordLine:
    """A record that may be opened."""

    key: str
    name: str
    part: Both
    guardian: bool
    open: bool
    leaves: bool


@dataclass(frozen=True)
class FamilyView:
    """The list, and whether one's own record is the one that is open."""

    records: tuple[RecordLine, ...]
    own: bool
    sees_people: bool
    """Who acts for the holder is told to him and to his representatives (DEC-29)."""
    done: Both


@dataclass(frozen=True)
class DelegateLine:
    """A delegate in words; `number` goes back by a form."""

    name: str
    number: str
    scope: Both
    means: Both
    since: str
    until: str


@dataclass(frozen=True)
class PeopleView:
    """Who acts for the holder."""

    guardians: tuple[str, ...]
    former: tuple[str, ...]
    protections: tuple[str, ...]
    delegates: tuple[DelegateLine, ...]
    majority: str
    minor: bool
    heirs_opposed: bool
    own: bool
    names_delegates: bool
    scopes: tuple[tuple[str, Both, Both], ...]
    done: Both


def family(visit: Visit) -> Answer:
    """For whom he may act; found under his own name, whoever's record is open."""
    found = _acted_for(visit)
    done = _DONE.get(visit.asked("fait"), ("", ""))
    lines = tuple(_line(visit, one) for one in found)
    own, open_one = is_own(visit), next((line for line in lines if line.open), None)
    sees_people = own or (open_one is not None and not open_one.leaves)
    return Page("patient/family.html", _TITLE, FamilyView(lines, own, sees_people, done))


def open_theirs(visit: Visit) -> Answer:
    """Open one of the list: it is read again, so that a form says nothing that was not so."""
    key = visit.form.line("key")
    found = next((one for one in _acted_for(visit) if one.key == key), None)
    if found is None:
        return Redirect(FAMILY)
    return record_opened(visit, found.patient, called(found.traits), to=PATIENT)


def people(visit: Visit) -> Answer:
    """Those who act for the holder of the record that is open."""
    return _people(visit, visit.perform(ReadFamily(visit.patient)))


def name_delegate(visit: Visit) -> Answer:
    """Name one; what cannot be is told beside its field."""
    scope, until = visit.form.line("scope"), None
    errors: dict[str, str] = {} if scope in set(DelegateScope) else {"scope": visit.says(*_CHOOSE)}
    try:
        until = after(visit.form.line("until"))
    except (ValueError, OverflowError):
        errors["until"] = visit.says(*WRONG_DAY)
    if until is None:
        errors.setdefault("until", visit.says(*_NO_DAY))
    if errors or until is None:
        return _again(visit, errors)
    # A number has no kind of its own when it is typed: that of the holder, as an installation knows one family.
    number = PatientId(normalised("".join(visit.form.line("number").split()))[:30], visit.patient.root)
    name = visit.form.line("name")[:100]
    try:
        visit.perform(NameDelegate(visit.patient, number, name, DelegateScope(scope), until))
    except IncompleteRequest as problem:
        field = _FIELDS.get(problem.element.rpartition(".")[2], "")
        return _again(visit, {field: visit.says(str(problem), _REFUSED[1])})
    return Redirect(f"{DELEGATES}?fait=nomme")


def revoke_delegate(visit: Visit) -> Answer:
    """Take it back, at once; twice is not wrong."""
    try:
        visit.perform(RevokeDelegate(visit.patient, visit.form.line("person")[:30]))
    except IncompleteRequest:
        return Redirect(DELEGATES)
    return Redirect(f"{DELEGATES}?fait=retire")


def oppose_heirs(visit: Visit) -> Answer:
    """Write the wish."""
    answer = visit.form.line("opposed")
    if answer not in ("yes", "no"):
        return _again(visit, {"opposed": visit.says(*_CHOOSE)})
    visit.perform(OpposeHeirs(visit.patient, opposed=answer == "yes"))
    return Redirect(f"{DELEGATES}?fait=volonte")


def leaving(visit: Visit) -> Answer:
    """What it means to leave a delegation, before it is left."""
    if is_own(visit):
        return Redirect(FAMILY)
    return Page("patient/leave_delegation.html", _LEAVE, visit.signed_in.patient_called)


def leave(visit: Visit) -> Answer:
    """Leave it, and go back to one's own; who is no delegate is told so."""
    if is_own(visit):
        return Redirect(FAMILY)
    try:
        visit.perform(LeaveDelegation(visit.patient))
    except (IncompleteRequest, AccessRefused):
        told = visit.says("Vous n’êtes pas délégué de cette personne.", "You are no delegate of this person.")
        return Page("patient/leave_delegation.html", _LEAVE, visit.signed_in.patient_called, 422, {"": told})
    return record_left(visit, to=f"{FAMILY}?fait=quitte")


def _acted_for(visit: Visit) -> tuple[ActedFor, ...]:
    caller = in_his_own_name(visit.signed_in)
    # As `Visit.perform`, but for whose record it is: it is about none.
    return visit.portal.perform(caller, ListActedFor(person_id(caller.actor)))


def _line(visit: Visit, one: ActedFor) -> RecordLine:
    here = visit.signed_in.patient == one.patient
    quality = one.part.quality
    words = part_in_words(one.part)
    return RecordLine(
        one.key, called(one.traits), words, quality is Quality.GUARDIAN, here, here and quality is Quality.DELEGATE
    )


def _again(visit: Visit, errors: dict[str, str]) -> Answer:
    page = people(visit)
    return replace(page, status=422, errors=errors) if isinstance(page, Page) else page


def _people(visit: Visit, found: Family) -> Page:
    own = is_own(visit)
    view = PeopleView(
        guardians=tuple(map(_guardian, found.guardians)),
        former=tuple(map(_guardian, found.former)),
        protections=tuple(map(_protection, found.protections)),
        delegates=tuple(map(_delegate, found.delegates)),
        majority=day(found.majority) if found.majority is not None else "",
        minor=found.minor,
        heirs_opposed=found.heirs_opposed,
        own=own,
        names_delegates=found.names_delegates,
        scopes=tuple((scope.value, *words) for scope, words in SCOPES.items()),
        done=_DONE.get(visit.asked("fait"), ("", "")),
    )
    return Page("patient/people.html", _MINE if own else _THEIRS, view)


def _guardian(guardian: Guardian) -> str:
    return f"{guardian.given} {guardian.family}".strip()


def _protection(protection: Protection) -> str:
    measure = _MEASURES.get(protection.measure.value, protection.measure.value)
    return f"{protection.name} · {measure} · {last_day(protection.until)}"


def _delegate(delegate: Delegate) -> DelegateLine:
    name, means = SCOPES[delegate.scope]
    return DelegateLine(
        delegate.name, delegate.person.number, name, means, day(delegate.since), last_day(delegate.until)
    )


ROUTES = (
    PageRoute(FAMILY, family),
    PageRoute(OPEN, lambda _visit: Redirect(FAMILY), open_theirs),
    PageRoute(DELEGATES, people, name_delegate),
    PageRoute(REVOKE, lambda _visit: Redirect(DELEGATES), revoke_delegate),
    PageRoute(HEIRS, lambda _visit: Redirect(DELEGATES), oppose_heirs),
    PageRoute(LEAVE, leaving, leave),
)
