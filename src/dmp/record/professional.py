"""National ids, names and specialties of professionals («professionnels de santé», functional 1.4, xds-wire 5)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from dmp.record.codes import Code
from dmp.record.hl7text import Xcn, escape, unescape
from dmp.record.ins import InsKind
from dmp.record.luhn import has_luhn_key
from dmp.record.nomenclature import IN_TRAINING, KNOW_HOW_SYSTEM, PHARMACY_SECTION, PROFESSION, Nomenclature, value_set
from dmp.record.patient import PatientId

PROFESSIONAL_AUTHORITY = "1.2.250.1.71.4.2.1"
"""Authority of national professional ids (IDNPS)."""
SPECIALTY_SYSTEM = "1.2.250.1.213.1.1.4.5"

DOCTOR = "10"
PHARMACIST = "21"
"""Profession codes of TRE_G15."""
OCCUPATIONAL_MEDICINE = "SM25"
_PREFIXES = {PROFESSION: "G15_", IN_TRAINING: "G16_"}


class ProfessionalIdKind(StrEnum):
    """First digit of a national professional id: which register numbered the person."""

    ADELI = "0"
    ADELI_PRACTICE = "1"
    FINESS = "3"
    SIREN = "4"
    SIRET = "5"
    RPPS_PRACTICE = "6"
    RPPS = "8"
    UNKNOWN = ""


_NATIONAL = re.compile(r"8[0-9]{11}|0[0-9AB]{9}")
INTERNAL = frozenset({ProfessionalIdKind.FINESS, ProfessionalIdKind.SIREN, ProfessionalIdKind.SIRET})
"""Ids that a structure gives, `structure/local` (DEC-112)."""


@dataclass(frozen=True)
class ProfessionalId:
    """A professional id as the wire writes it: kind digit, then `number` (IDNPS, or EI for internal ids)."""

    kind: ProfessionalIdKind
    number: str

    @staticmethod
    def parse(text: str) -> "ProfessionalId":
        """Read an id; nothing is refused, see `warnings` (DEC-112)."""
        if text[:1] and text[0] in set(ProfessionalIdKind):
            return ProfessionalId(ProfessionalIdKind(text[0]), text[1:])
        return ProfessionalId(ProfessionalIdKind.UNKNOWN, text)

    @property
    def text(self) -> str:
        """The wire form."""
        return self.kind + self.number

    @property
    def id_type(self) -> str:
        """XCN-13: `EI` for an internal id, else `IDNPS`."""
        return "EI" if self.kind in INTERNAL else "IDNPS"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What departs from the rules of the register, without the number itself."""
        match self.kind:
            case ProfessionalIdKind.RPPS if not re.fullmatch(r"\d{11}", self.number, re.ASCII):
                return ("an RPPS number has 11 digits",)
            case ProfessionalIdKind.RPPS if not has_luhn_key(self.number):
                return ("the key of the RPPS number is wrong",)
            case ProfessionalIdKind.ADELI if not re.fullmatch(r"[0-9AB]{9}", self.number):
                return ("an ADELI number has 9 characters",)
            case kind if kind in INTERNAL and "/" not in self.number:
                return ("an internal id is written structure/local",)
            case ProfessionalIdKind.UNKNOWN:
                return ("unknown kind of professional id",)
            case _:
                return ()


def professional_xcn(national_id: str, family: str, given: str = "") -> Xcn:
    """The XCN of a professional: name type D, id type IDNPS or EI (xds-wire 5)."""
    id_type = ProfessionalId.parse(national_id).id_type
    return Xcn(national_id, family, given, PROFESSIONAL_AUTHORITY, "D", id_type)


def device_xcn(software_id: str, software: str, *, authority: str) -> Xcn:
    """The XCN of a device as an author: software name as family, name type U, id type RI (DEC-112)."""
    return Xcn(software_id, software, "", authority, "U", "RI")


def patient_xcn(patient: PatientId, family: str, given: str = "") -> Xcn:
    """The XCN of the patient as an author of his own document (xds-wire 5)."""
    id_type = "INS-C" if patient.root == InsKind.INS_C else "NH"
    return Xcn(patient.number, family, given, patient.root, "D", id_type)


def is_doctor(profession: str) -> bool:
    """Tell a doctor («médecin»), in training included (DEC-13)."""
    return profession == DOCTOR


def needs_know_how(profession: str) -> bool:
    """Tell the professions whose second role is mandatory in an assertion (functional 1.6)."""
    return profession in (DOCTOR, PHARMACIST)


def know_how_of(profession: str) -> frozenset[str]:
    """Every know-how code («savoir-faire», or section of the order for pharmacists) of a profession."""
    concepts = value_set(Nomenclature.KNOW_HOW).concepts.values()
    return frozenset(concept.code.code for concept in concepts if concept.parent == profession)


@dataclass(frozen=True)
class Specialty:
    """What an authorSpecialty says: a profession or role, and the know-how of a health profession."""

    profession: Code
    know_how: str = ""

    @property
    def code(self) -> Code:
        """The coded form: `G15_10/SM26`, or the role's own code outside the health professions."""
        prefix = _PREFIXES.get(self.profession.system)
        if prefix is None:
            return self.profession
        code = prefix + self.profession.code + (f"/{self.know_how}" if self.know_how else "")
        return Code(code, SPECIALTY_SYSTEM, self._label())

    @property
    def text(self) -> str:
        """The wire form `code^label^system`."""
        code = self.code
        return f"{escape(code.code)}^{escape(code.display)}^{code.system}"

    def _label(self) -> str:
        profession = value_set(Nomenclature.PROFESSIONS).label(self.profession.code, self.profession.system)
        system = PHARMACY_SECTION if self.profession.code == PHARMACIST else KNOW_HOW_SYSTEM
        know_how = value_set(Nomenclature.KNOW_HOW).label(self.know_how, system)
        return " - ".join(part for part in (profession, know_how) if part)

    @staticmethod
    def parse(text: str) -> "Specialty":
        """Read an authorSpecialty `code^label^system`; absent components are empty."""
        code, label, system = (unescape(part) for part in (*text.split("^"), "", "")[:3])
        found = re.fullmatch(r"(G15_|G16_)([^/]+)(?:/(.+))?", code)
        if system != SPECIALTY_SYSTEM or found is None:
            return Specialty(Code(code, system, label))
        profession = PROFESSION if found[1] == "G15_" else IN_TRAINING
        display = value_set(Nomenclature.PROFESSIONS).label(found[2], profession)
        return Specialty(Code(found[2], profession, display), found[3] or "")


def is_national(user: str) -> bool:
    """Tell whether an id is a national one: `8` and RPPS (11 digits), `0` and ADELI (9) (functional 1.4)."""
    return _NATIONAL.fullmatch(user) is not None


def name_parts(name: str) -> tuple[str, str]:
    """Family and given name of a professional: the words in capitals are the family name.

    Where capitals do not tell, the first word is the given name.
    """
    words = name.split()
    capitals = [word for word in words if word.isupper()]
    if 0 < len(capitals) < len(words):
        return " ".join(capitals), " ".join(word for word in words if not word.isupper())
    return (" ".join(words[1:]), words[0]) if len(words) > 1 else (name, "")
