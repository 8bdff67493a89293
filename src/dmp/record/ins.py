"""The national identity of a person («identité nationale de santé», INS): kinds, keys, traits (functional 1.1, 1.2)."""

import hashlib
import re
import unicodedata
from datetime import date
from enum import StrEnum

from dmp.record.age import DECEMBER, is_minor
from dmp.record.errors import InvalidIdentity
from dmp.record.hl7text import Cx
from dmp.record.patient import IdentityTraits, PatientId


class InsKind(StrEnum):
    """Kinds of identifier of a person, by root OID (functional 1.2)."""

    NIR = "1.2.250.1.213.1.4.8"
    NIA = "1.2.250.1.213.1.4.9"
    """Waiting number («numéro identifiant d'attente»)."""
    NIR_TEST = "1.2.250.1.213.1.4.10"
    NIR_DEMO = "1.2.250.1.213.1.4.11"
    INS_C = "1.2.250.1.213.1.4.2"
    """Calculated identifier («INS-C»), before 2021."""


RELATIVE_NIR = "1.2.250.1.213.1.4.13"
"""NIR of somebody's relative, written as such: never a patient's (DEC-107, DEC-113)."""
REAL = frozenset({InsKind.NIR, InsKind.NIA})
TEST = frozenset({InsKind.NIR_TEST, InsKind.NIR_DEMO})
INS_ROOTS: frozenset[str] = frozenset(kind.value for kind in InsKind)

# Sex, year, month (20 to 42 and 50 to 99: incomplete records), department, commune or country, order number.
# Department 96, of the former protectorates, is recalled.
_NIR = re.compile(r"[1-478]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?:0[1-9]|[1-9]\d|2[AB])\d{3}\d{3}", re.ASCII)
_ISO_DATE = re.compile(r"\d{2}(\d{2})-(\d{2})-(\d{2})", re.ASCII)
_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "Ø": "O", "Ł": "L", "Đ": "D", "’": "'"})
_SEPARATORS = re.compile(r"[-' ]+")


class InsFinding(StrEnum):
    """What a tolerant instance lets pass and a strict one refuses (DEC-120)."""

    ROOT_FAMILY = "root of the other family"
    KEY = "wrong key"


class CompoundName(StrEnum):
    """How the INS-C treats the hyphen of a compound first name, an open point (ID-4)."""

    SPACE = "space"
    REMOVED = "removed"


def nir_key(number: str) -> str:
    """The two digits of the key of a NIR or NIA, from its 13 first characters (functional 1.2).

    Corsica counts as 19 (2A) and 18 (2B).

    Raises:
        InvalidIdentity: not 13 characters of a NIR.
    """
    if not _NIR.fullmatch(number):
        raise InvalidIdentity("not the 13 characters of a NIR", element="INS")
    digits = number.replace("2A", "19").replace("2B", "18")
    return f"{97 - int(digits) % 97:02d}"


def may_be_minor(number: str, today: date) -> bool:
    """Tell whether who has a number may be under 18, by the year and month that it begins with (functional 1.2).

    The number does not tell the century: who may be a child counts as one. An
    unknown month counts as the last one.
    """
    if not _NIR.fullmatch(number[:13]):
        return False
    year, month = 2000 + int(number[1:3]), int(number[3:5])
    year -= 0 if year <= today.year else 100
    return is_minor(f"{year}-{month if month <= DECEMBER else DECEMBER:02d}", today)


def check_ins(patient: PatientId, *, production: bool, tolerant: bool) -> tuple[InsFinding, ...]:
    """Check that an identifier may name a patient of this instance (ID-3, DEC-107).

    `production` takes the real roots, else the test and demonstration ones; the
    INS-C belongs to neither family. A tolerant instance takes both families and
    wrong keys, and reports them (DEC-120).

    Raises:
        InvalidIdentity: unknown root, wrong structure, or a finding that is not tolerated; the number is never told.
    """
    if patient.root not in INS_ROOTS:
        raise InvalidIdentity(_why_not(patient.root), element="INS root")
    kind = InsKind(patient.root)
    findings: list[InsFinding] = []
    if kind in (TEST if production else REAL):
        findings.append(InsFinding.ROOT_FAMILY)
    if not _has_key(patient.number, kind):
        findings.append(InsFinding.KEY)
    if findings and not tolerant:
        raise InvalidIdentity(f"INS: {findings[0]}", element="INS")
    return tuple(findings)


def _why_not(root: str) -> str:
    return "identifier of a relative, not of the patient" if root == RELATIVE_NIR else "root is not one of an INS"


def _has_key(number: str, kind: InsKind) -> bool:
    """Compare the key at the end of a number.

    Raises:
        InvalidIdentity: not the structure of its kind.
    """
    if kind is InsKind.INS_C:
        if not re.fullmatch(r"\d{22}", number, re.ASCII):
            raise InvalidIdentity("an INS-C has 22 digits", element="INS")
        return number[20:] == _ins_c_key(int(number[:20]))
    if not re.fullmatch(r"\w{13}\d{2}", number, re.ASCII):
        raise InvalidIdentity("an INS has 15 characters", element="INS")
    return number[13:] == nir_key(number[:13])


def _ins_c_key(integer: int) -> str:
    return f"{97 - integer % 97:02d}"


def ins_c(
    first_name: str, birth_date: str, nir: str, *, compound: CompoundName = CompoundName.SPACE
) -> PatientId | None:
    """Compute an INS-C from what the health card says (functional 1.2, ID-4).

    `first_name` is the card's only one, `birth_date` an ISO date whose month and
    day may be out of the calendar, `nir` the 13 characters of the beneficiary.
    None when one is missing or the NIR is not a permanent one (ID-5).
    """
    date = _ISO_DATE.fullmatch(birth_date)
    replacement = " " if compound is CompoundName.SPACE else ""
    name = re.sub(r"[^A-Z]", replacement, normalised(first_name))
    if not name or date is None or not _NIR.fullmatch(nir) or nir[0] not in "12":
        return None
    seed = f"{name[:10]:<10}{''.join(date.groups())}{nir}"
    integer = int.from_bytes(hashlib.sha256(seed.encode("ascii")).digest()[:8], "big")
    return PatientId(f"{integer:020d}{_ins_c_key(integer)}", InsKind.INS_C.value)


def normalised(name: str) -> str:
    """A name as identity traits write it: upper case, no diacritics; hyphen and apostrophe kept (functional 1.1)."""
    capitals = unicodedata.normalize("NFKD", name).upper().translate(_LIGATURES)
    split = unicodedata.normalize("NFKD", capitals)
    return " ".join("".join(sign for sign in split if not unicodedata.combining(sign)).split())


def same_person(one: IdentityTraits, other: IdentityTraits) -> tuple[str, ...]:
    """The names of the strict traits that differ; empty when both may be the same person (cda-and-services 1.2).

    Case, accents, hyphens and apostrophes are not differences; a date is
    compared as it stands. A trait that one side lacks is not a difference.
    """
    pairs = (
        ("birth_name", _loose(one.birth_name), _loose(other.birth_name)),
        ("birth_first_name", _loose(one.birth_first_name), _loose(other.birth_first_name)),
        ("birth_first_names", _loose(one.birth_first_names), _loose(other.birth_first_names)),
        ("birth_date", one.birth_date, other.birth_date),
        ("sex", one.sex, other.sex),
        ("birth_place", one.birth_place.upper(), other.birth_place.upper()),
    )
    return tuple(name for name, left, right in pairs if left and right and left != right)


def _loose(name: str) -> str:
    return _SEPARATORS.sub("", normalised(name))


def read_ins(text: str, *, production: bool) -> PatientId:
    """Read what a person types: an INS of 15 characters, real or test as the instance takes, or a CX.

    Raises:
        InvalidIdentity: a CX that is not well formed.
    """
    if "^" in text:
        return Cx.parse(text, element="INS").patient
    return PatientId(text, InsKind.NIR if production else InsKind.NIR_TEST)
