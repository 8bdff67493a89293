"""Where care is given, as metadata code it: the kind of place (J02) and the practice setting (J04) of a sector."""

from dmp.record.codes import Code
from dmp.record.nomenclature import Nomenclature, value_set

SECTOR = "1.2.250.1.71.4.2.4"
"""TRE_R02, sectors of activity."""
PRACTICE = "1.2.250.1.213.1.1.4.9"
EXPRESSION = "1.2.250.1.213.1.1.4.6"

_UNDEFINED = "SA43"
_PRACTICES = {
    **dict.fromkeys(("SA01", "SA02", "SA03", "SA04", "SA06", "SA36"), "ETABLISSEMENT"),
    **dict.fromkeys(("SA16", "SA17", "SA41"), "ESSMS"),
    "SA24": "AMO",
    "SA54": "DEPISTAGE",
}
"""The practice setting that a sector implies; any other is care outside hospital."""


def place_of(sector: str) -> Code:
    """The kind of place of a sector of activity (healthcareFacilityTypeCode); one that the table lacks is undefined."""
    known = value_set(Nomenclature.FACILITY_TYPES)
    code = sector if known.has(sector, SECTOR) else _UNDEFINED
    return Code(code, SECTOR, known.label(code, SECTOR))


def practice_of(sector: str) -> Code:
    """The practice setting of a sector of activity (practiceSettingCode)."""
    code = _PRACTICES.get(sector, "AMBULATOIRE")
    return Code(code, PRACTICE, value_set(Nomenclature.PRACTICE_SETTINGS).label(code, PRACTICE))


def by_the_patient() -> Code:
    """Place and practice setting of what a patient puts in himself («expression personnelle du patient»)."""
    return Code("EXP_PATIENT", EXPRESSION, value_set(Nomenclature.FACILITY_TYPES).label("EXP_PATIENT", EXPRESSION))
