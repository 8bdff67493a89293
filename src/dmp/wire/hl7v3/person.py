"""Read who a message is about: identifiers and identity traits (xds-wire 9.3, functional 1.1)."""

import re

from dmp.record.errors import IncompleteRequest, InvalidIdentity
from dmp.record.ins import RELATIVE_NIR
from dmp.record.management import PartialTraits
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.wire.hl7v3.node import Node
from dmp.wire.hl7v3.person_name import read_name
from dmp.wire.hl7v3.times import partial_date

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_SEXES = {"F": Sex.FEMALE, "M": Sex.MALE, "U": Sex.UNDETERMINED, "UN": Sex.UNDETERMINED, "I": Sex.UNDETERMINED}


def read_patient_id(node: Node) -> PatientId:
    """One identifier of the patient; which roots are taken is for the profile (DEC-107).

    Raises:
        InvalidIdentity: no OID as root, no number, or a root that is never the patient's.
    """
    root, number = node.get("root"), node.get("extension")
    if not _OID.fullmatch(root) or root == RELATIVE_NIR:
        raise InvalidIdentity("not an identifier of patients", element=f"{node.path}/@root")
    if not number:
        raise InvalidIdentity("attribute missing", element=f"{node.path}/@extension")
    return PatientId(number, root)


def read_traits(person: Node) -> PartialTraits:
    """The traits that a person element tells, empty texts for those it tells to be empty.

    First names without qualifier are all the birth first names; `BR` marks
    the first of them and `CL` or `SP` the used one.

    Raises:
        InvalidIdentity: a date or a sex that is none, or names that exclude each other.
        IncompleteRequest: a date or a sex told more than once.
    """
    name = read_name(person)
    return PartialTraits(
        birth_name=name.birth,
        birth_first_name=name.birth_given,
        birth_first_names=None if name.given is None else " ".join(name.given),
        birth_date=_birth_date(person),
        sex=read_sex(sex) if (sex := person.maybe("administrativeGenderCode")) else None,
        birth_place=_birth_place(person),
        used_name=name.used,
        used_first_name=name.used_given,
    )


def read_all_traits(person: Node) -> IdentityTraits:
    """The traits of a person who must be fully told, as an opening does.

    Callers often send one family name only, marked as used, or one first
    name only: a name that stands alone is the birth name as well.

    Raises:
        IncompleteRequest: no family name, no first name, no birth date or no sex.
        InvalidIdentity: as `read_traits`.
    """
    told, name = read_traits(person), read_name(person)
    sex = told.sex
    if sex is None:
        raise _missing(person, "administrativeGenderCode")
    first_name = told.birth_first_name or next(iter(name.given or ()), "") or told.used_first_name
    return IdentityTraits(
        birth_name=told.birth_name or told.used_name or _lack(person, "name/family"),
        birth_first_name=first_name or _lack(person, "name/given"),
        birth_first_names=told.birth_first_names or first_name or "",
        birth_date=told.birth_date or _lack(person, "birthTime"),
        sex=sex,
        birth_place=told.birth_place or "",
        used_name=told.used_name or "",
        used_first_name=told.used_first_name or "",
    )


def read_deceased(person: Node) -> bool | None:
    """Whether the person is said to have died (LC-13); None when not told.

    Raises:
        IncompleteRequest: told by something that is no boolean, or told twice.
    """
    node = person.maybe("deceasedInd")
    return None if node is None or node.empty else node.boolean


def _missing(person: Node, element: str) -> IncompleteRequest:
    return IncompleteRequest("element missing or empty", element=f"{person.path}/{element}")


def _lack(person: Node, element: str) -> str:
    raise _missing(person, element)


def _birth_date(person: Node) -> str | None:
    node = person.maybe("birthTime")
    if node is None or not node.get("value"):
        return None if node is None else ""
    date = partial_date(node.get("value"))
    if date is None:
        raise InvalidIdentity("not a birth date", element=f"{node.path}/@value")
    return date


def read_sex(node: Node) -> Sex | None:
    """The sex that a code tells; None for an empty one.

    Raises:
        InvalidIdentity: a code of no sex.
    """
    code = node.get("code").upper()
    if not code:
        return None
    if code not in _SEXES:
        raise InvalidIdentity("not a sex", element=f"{node.path}/@code")
    return _SEXES[code]


def _birth_place(person: Node) -> str | None:
    """The INSEE code of the birth place, which French messages put into `county`."""
    node = person.find("birthPlace", "addr", "county")
    return node.text if node else None
