"""Words that several pages of the patient share: professions, names, what somebody is to another, and until when."""

from datetime import datetime, timedelta

from dmp.actions.acting_for import Part, Quality
from dmp.actions.search_directory import InDirectory
from dmp.record.history_words import plain_role
from dmp.record.nomenclature import Nomenclature, value_set
from dmp.record.patient import IdentityTraits
from dmp.record.people import DelegateScope
from dmp.web.days import day

Both = tuple[str, str]
"""A sentence in French and in English."""
WRONG_DAY: Both = (
    "Cette date n’existe pas : écrivez-la comme 31/01/2026.",
    "There is no such date: write it as 31/01/2026.",
)
SCOPES: dict[DelegateScope, tuple[Both, Both]] = {
    DelegateScope.READ: (
        ("Lire", "Read"),
        (
            "Il lit vos documents, même masqués. Il ne change rien.",
            "Reads your documents, even masked. Changes nothing.",
        ),
    ),
    DelegateScope.WRITE: (
        ("Lire et ajouter", "Read and add"),
        (
            "Il lit, ajoute des documents et retire ceux qu’il a ajoutés.",
            "Reads, adds documents and removes those that he or she added.",
        ),
    ),
    DelegateScope.MANAGE: (
        ("Lire, ajouter et gérer", "Read, add and manage"),
        (
            "En plus, il masque des documents, autorise et bloque des professionnels à votre place.",
            "Also masks documents, and authorises and blocks professionals in your place.",
        ),
    ),
}
"""What a delegate may do: its name, and what it means (DEC-29)."""


def last_day(until: datetime) -> str:
    """The last day of what ends at an instant, which is often the midnight after it."""
    return day(until - timedelta(seconds=1))


def profession_in_words(who: InDirectory) -> str:
    """The profession of somebody, with his first speciality; empty for a structure."""
    if not who.profession:
        return ""
    label = value_set(Nomenclature.PROFESSIONS).label(who.profession)
    more = value_set(Nomenclature.KNOW_HOW).label(who.know_hows[0]) if who.know_hows else ""
    return plain_role(", ".join(part for part in (label, more) if part))


def called(traits: IdentityTraits) -> str:
    """How a person is named on every page: first name, name, birth date; nobody takes one record for another."""
    name = f"{traits.given.title()} {traits.family}".strip()
    return f"{name}, {birth_day(traits.birth_date)}" if traits.birth_date else name


def part_in_words(part: Part) -> Both:
    """What somebody is to a holder, and until when."""
    until = last_day(part.until) if part.until is not None else ""
    match part.quality:
        case Quality.GUARDIAN:
            return _until(("représentant légal", "legal representative"), until, guardian=True)
        case Quality.PROTECTION:
            return _until(("chargé de sa protection juridique", "in charge of a protection measure"), until)
        case Quality.HEIR:
            return _until(("ayant droit : lecture seule", "heir: reading only"), until)
        case Quality.DELEGATE:
            scope = SCOPES[part.scope or DelegateScope.READ][0]
            return _until((f"délégué ({scope[0].lower()})", f"delegate ({scope[1].lower()})"), until)


def _until(said: Both, until: str, *, guardian: bool = False) -> Both:
    if not until:
        return said
    if guardian:
        return f"{said[0]} jusqu’à la veille de ses 18 ans, le {until}", f"{said[1]} until the day before 18, {until}"
    return f"{said[0]} jusqu’au {until}", f"{said[1]} until {until}"


def birth_day(birth: str) -> str:
    """A birth date as people write it; one that is not whole stays as it is (ID-2)."""
    parts = birth.split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else birth
