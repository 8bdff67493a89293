"""The code tables of the French profile («nomenclatures des objets de santé»), and whether metadata stay within them.

Each table is a dated file of `record/data`, read once when first asked. Its
column `evidence` says what is not confirmed by a published text.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry, SubmissionSet
from dmp.record.errors import Problem, XdsCode
from dmp.record.profile import Profile

PROFESSION = "1.2.250.1.71.1.2.7"
"""TRE_G15, health professions."""
IN_TRAINING = "1.2.250.1.71.1.2.8"
"""TRE_G16, the same professions in training."""
KNOW_HOW_SYSTEM = "1.2.250.1.71.4.2.5"
"""TRE_R01, know-how («savoir-faire»)."""
PHARMACY_SECTION = "1.2.250.1.71.4.2.6"
"""TRE_G05, sections of the table of the order of pharmacists."""
CLASS_SYSTEM = "1.2.250.1.213.1.1.4.1"
URN_SYSTEM = "URN"
FALLBACK_FORMAT = "urn:asipSante:modelesHorsProfils:2011"
SIGNATURE_FORMATS = frozenset({"http://www.w3.org/2000/09/xmldsig#", "urn:ihe:iti:dsg:detached:2014"})
SIGNATURE_LANGUAGE = "art"
_FRENCH_TEMPLATES = "1.2.250.1.213.1.1.1."
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LONGEST_VALUE = 64


class Nomenclature(StrEnum):
    """The tables; the value is the name of the file."""

    PROFESSIONS = "professions"
    ROLES = "roles"
    KNOW_HOW = "know_how"
    FACILITY_TYPES = "facility_types"
    """Also the sectors of activity of an assertion («secteurs d'activité»)."""
    PRACTICE_SETTINGS = "practice_settings"
    DOCUMENT_CLASSES = "document_classes"
    DOCUMENT_TYPES = "document_types"
    FORMATS = "formats"
    CONTENT_TYPES = "content_types"
    CONFIDENTIALITY = "confidentiality"
    AUTHENTICATION_CONTEXTS = "authentication_contexts"
    ACCESS_MODES = "access_modes"


@dataclass(frozen=True)
class Concept:
    """A code of a table; `parent` is the class of a document type or the profession of a know-how."""

    code: Code
    evidence: str
    parent: str = ""


@dataclass(frozen=True)
class ValueSet:
    """A dated list of codes («jeu de valeurs»), in the order of its file."""

    name: str
    source: str
    version: str
    concepts: Mapping[tuple[str, str], Concept]

    def has(self, code: str, system: str) -> bool:
        """Tell whether the list holds a code of a system."""
        return (code, system) in self.concepts

    def label(self, code: str, system: str = "") -> str:
        """The French label, empty when unknown; without system, the first concept of that code."""
        if system:
            concept = self.concepts.get((code, system))
            return concept.code.display if concept else ""
        return next((found.code.display for (key, _), found in self.concepts.items() if key == code), "")


@cache
def _table(name: str) -> tuple[Mapping[str, str], tuple[Mapping[str, str], ...]]:
    """The heading (`# key: value` lines) and the rows of a data file."""
    lines = files("dmp.record").joinpath("data", f"{name}.csv").read_text(encoding="utf-8").splitlines()
    heading = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return MappingProxyType(heading), tuple(MappingProxyType(row) for row in rows)


@cache
def value_set(name: Nomenclature) -> ValueSet:
    """A table, read once."""
    heading, rows = _table(name)
    concepts = {
        (row["code"], row["system"]): Concept(
            Code(row["code"], row["system"], row["label"]),
            row["evidence"],
            row.get("class") or row.get("profession") or "",
        )
        for row in rows
    }
    return ValueSet(heading["name"], heading["source"], heading["version"], MappingProxyType(concepts))


def class_of(type_code: Code) -> Code | None:
    """The class of a document type (tables ASS_X04, ASS_X16); None for an unknown type or one without class."""
    concept = value_set(Nomenclature.DOCUMENT_TYPES).concepts.get((type_code.code, type_code.system))
    if concept is None or not concept.parent:
        return None
    system = URN_SYSTEM if concept.parent.startswith("urn:") else CLASS_SYSTEM
    return Code(concept.parent, system, value_set(Nomenclature.DOCUMENT_CLASSES).label(concept.parent, system))


def role_known(code: str, system: str) -> bool:
    """Tell whether an assertion may carry this role: profession, other role, know-how (functional 1.6)."""
    tables = (Nomenclature.PROFESSIONS, Nomenclature.ROLES, Nomenclature.KNOW_HOW)
    return any(value_set(table).has(code, system) for table in tables)


def role_code(code: str) -> Code:
    """The role or know-how of this code, with its system; a code of no table has none."""
    tables = (Nomenclature.PROFESSIONS, Nomenclature.ROLES, Nomenclature.KNOW_HOW)
    concepts = (concept.code for table in tables for concept in value_set(table).concepts.values())
    return next((known for known in concepts if known.code == code), Code(code, ""))


def format_of(templates: Iterable[str], media_type: str = "") -> Code:
    """The formatCode of a CDA document (DEC-115).

    A non-structured body (`media_type` given) goes by its media type; else the
    first French template of the table in document order, else the first other
    one; a model outside the table is a document outside profiles.
    """
    known = {(row["kind"], row["key"]): row["format"] for row in _table("cda_formats")[1]}
    if media_type:
        return _format(known.get(("media", media_type), FALLBACK_FORMAT))
    listed = [template for template in templates if ("template", template) in known]
    listed.sort(key=lambda template: not template.startswith(_FRENCH_TEMPLATES))
    return _format(known["template", listed[0]] if listed else FALLBACK_FORMAT)


def _format(code: str) -> Code:
    concepts = value_set(Nomenclature.FORMATS).concepts.values()
    return next(concept.code for concept in concepts if concept.code.code == code)


def check_codes(entry: DocumentEntry, *, profile: Profile) -> list[Problem]:
    """The codes of an entry that the French profile refuses (DEC-116, DEC-120); the `ihe` profile refuses none.

    Event codes are free.
    """
    if not profile.french:
        return []
    coded = (
        ("classCode", entry.class_code, Nomenclature.DOCUMENT_CLASSES),
        ("typeCode", entry.type_code, Nomenclature.DOCUMENT_TYPES),
        ("formatCode", entry.format_code, Nomenclature.FORMATS),
        ("healthcareFacilityTypeCode", entry.facility_type, Nomenclature.FACILITY_TYPES),
        ("practiceSettingCode", entry.practice_setting, Nomenclature.PRACTICE_SETTINGS),
        *(("confidentialityCode", code, Nomenclature.CONFIDENTIALITY) for code in entry.confidentiality),
    )
    unknown = [
        _unknown(entry.uuid, attribute, code, value_set(table))
        for attribute, code, table in coded
        if not value_set(table).has(code.code, code.system)
    ]
    return unknown + _class_problems(entry, profile) + _signature_problems(entry)


def check_set_codes(
    submission_set: SubmissionSet, *, profile: Profile, content_types: ValueSet | None = None
) -> list[Problem]:
    """The codes of a lot that the French profile refuses; `content_types` replaces the list shipped (DEC-116)."""
    allowed = content_types or value_set(Nomenclature.CONTENT_TYPES)
    code = submission_set.content_type
    if not profile.french or allowed.has(code.code, code.system):
        return []
    return [_unknown(submission_set.uuid, "contentTypeCode", code, allowed)]


def _class_problems(entry: DocumentEntry, profile: Profile) -> list[Problem]:
    """The class is the one of the type; a known type without class is told apart (DEC-116, DEC-120)."""
    if not value_set(Nomenclature.DOCUMENT_TYPES).has(entry.type_code.code, entry.type_code.system):
        return []
    expected = class_of(entry.type_code)
    if expected is None:
        told = f"{entry.uuid} typeCode: code {entry.type_code.code} has no class in the DMP"
        return [Problem(XdsCode.REPOSITORY_METADATA_ERROR, told, warning=profile.tolerant)]
    if entry.class_code.same(expected):
        return []
    told = f"{entry.uuid} classCode: type {entry.type_code.code} is of class {expected.code} of {expected.system}"
    return [Problem(XdsCode.REPOSITORY_METADATA_ERROR, told)]


def _signature_problems(entry: DocumentEntry) -> list[Problem]:
    """A lot signature has its own language and formats, and nothing else has them (functional 5.1, 5.3)."""
    is_format = entry.format_code.code in SIGNATURE_FORMATS
    wrong: list[str] = []
    if entry.is_signature != is_format:
        wrong.append("formatCode: signature formats are for signature entries, and these take no other")
    if entry.is_signature and entry.language != SIGNATURE_LANGUAGE:
        wrong.append(f"languageCode: a signature entry has {SIGNATURE_LANGUAGE}")
    if not _LANGUAGE.fullmatch(entry.language):
        wrong.append("languageCode: not a language tag")
    return [Problem(XdsCode.REPOSITORY_METADATA_ERROR, f"{entry.uuid} {what}") for what in wrong]


def _unknown(identifier: str, attribute: str, code: Code, table: ValueSet) -> Problem:
    value, system = code.code[:_LONGEST_VALUE], code.system[:_LONGEST_VALUE]
    told = f"{identifier} {attribute}: code {value} of {system} is not in {table.name}"
    return Problem(XdsCode.REPOSITORY_METADATA_ERROR, told)
