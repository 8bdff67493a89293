"""The patient of a CDA header: identifiers and identity traits as the document writes them (cda 1.2)."""

import re
from dataclasses import dataclass

from dmp.record.ins import INS_ROOTS, REAL, RELATIVE_NIR, TEST
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.wire.cda.parts import Ii, ids
from dmp.wire.cda.tree import Branch, attribute, every, one, text, text_of

CURRENT_INS = REAL | TEST
"""The roots a header may use; the former INS-C beside them is no longer the key to a record."""

SEXES = frozenset(sex.value for sex in Sex)

_DATE = re.compile(r"([0-9]{4})([0-9]{2})?([0-9]{2})?")


@dataclass(frozen=True)
class RecordTarget:
    """recordTarget as read: an absent trait is empty.

    `birth_date` is a partial ISO text, never coerced (functional ID-2).
    `legacy_name` tells that the used name came under the former qualifier SP.
    """

    ids: tuple[Ii, ...] = ()
    birth_name: str = ""
    used_name: str = ""
    birth_first_names: str = ""
    birth_first_name: str = ""
    used_first_name: str = ""
    sex: str = ""
    birth_date: str = ""
    birth_place: str = ""
    legacy_name: bool = False

    @property
    def ins(self) -> tuple[PatientId, ...]:
        """The INS of the patient: one in a right document."""
        return tuple(PatientId(found.extension, found.root) for found in self.ids if found.root in CURRENT_INS)

    @property
    def local(self) -> PatientId | None:
        """The first identifier that is neither an INS nor a relative's number (DEC-113)."""
        foreign = [found for found in self.ids if found.root not in (*INS_ROOTS, RELATIVE_NIR) and found.extension]
        return PatientId(foreign[0].extension, foreign[0].root) if foreign else None

    @property
    def traits(self) -> IdentityTraits | None:
        """The traits as a value of the record; None when name, date or sex is missing."""
        if not (self.birth_name and self.birth_date and self.sex in SEXES):
            return None
        return IdentityTraits(
            birth_name=self.birth_name,
            birth_first_name=self.birth_first_name,
            birth_first_names=self.birth_first_names,
            birth_date=self.birth_date,
            sex=Sex(self.sex),
            birth_place=self.birth_place,
            used_name=self.used_name,
            used_first_name=self.used_first_name,
        )


def other_family(one: PatientId, other: PatientId) -> bool:
    """Tell the same number under roots of two families, one real and one for tests (DEC-107, DEC-120)."""
    both_ins = one.root in CURRENT_INS and other.root in CURRENT_INS
    return both_ins and one.number == other.number and (one.root in REAL) != (other.root in REAL)


def _sex(code: str) -> str:
    """The sex; the set of 2021 writes UN where the former one wrote U (JDV_J143)."""
    return Sex.UNDETERMINED.value if code == "UN" else code


def record_target(document: Branch) -> RecordTarget:
    """Read the first recordTarget; an empty value when there is none."""
    role = one(document, "recordTarget/patientRole")
    if role is None:
        return RecordTarget()
    families, givens = _qualified(role, "family"), _qualified(role, "given")
    first = givens.get("BR", "")
    return RecordTarget(
        ids=ids(role),
        birth_name=families.get("BR", ""),
        used_name=families.get("CL", "") or families.get("SP", ""),
        birth_first_names=_all_first_names(first, givens.get("", "")),
        birth_first_name=first,
        used_first_name=givens.get("CL", "") or givens.get("SP", ""),
        sex=_sex(attribute(role, "patient/administrativeGenderCode", "code")),
        birth_date=iso_date(attribute(role, "patient/birthTime", "value")),
        birth_place=text(role, "patient/birthplace/place/addr/county"),
        legacy_name="SP" in families,
    )


def iso_date(value: str) -> str:
    """Turn `19790328`, `197903`, `1979` or a lunar `19790000` into partial ISO text; empty for anything else."""
    match = _DATE.fullmatch(value)
    return "-".join(part for part in match.groups() if part) if match else ""


def _qualified(role: Branch, name: str) -> dict[str, str]:
    """The first family or given name under each qualifier, unqualified under the empty text."""
    found: dict[str, str] = {}
    for part in every(role, f"patient/name/{name}"):
        found.setdefault(part.get("qualifier"), text_of(part))
    return found


def _all_first_names(first: str, listed: str) -> str:
    """The list of first names; older documents leave the first one out of it, put it back."""
    if not first or not listed or first.casefold() in listed.casefold().split() or listed.startswith(first):
        return listed
    return f"{first} {listed}"
