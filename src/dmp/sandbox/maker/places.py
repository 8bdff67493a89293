"""Where care is given, as headers code it: the kind of place (J02) and the practice setting (J04)."""

from dmp.record.codes import Code
from dmp.record.nomenclature import Nomenclature, value_set

SECTOR = "1.2.250.1.71.4.2.4"
"""TRE_R02, sectors of activity."""
PRACTICE = "1.2.250.1.213.1.1.4.9"

HOSPITAL = "ETABLISSEMENT"
PRACTICES = {
    **dict.fromkeys(("SA01", "SA02", "SA03", "SA04", "SA06", "SA36"), HOSPITAL),
    **dict.fromkeys(("SA16", "SA17", "SA41"), "ESSMS"),
    "SA24": "AMO",
    "SA54": "DEPISTAGE",
}
"""The practice setting that a sector implies; any other is care outside hospital."""


def place(sector: str) -> Code:
    """The kind of place of a sector of activity (healthcareFacilityTypeCode)."""
    return Code(sector, SECTOR, value_set(Nomenclature.FACILITY_TYPES).label(sector, SECTOR))


def practice(sector: str) -> Code:
    """The practice setting of a sector of activity (practiceSettingCode)."""
    code = PRACTICES.get(sector, "AMBULATOIRE")
    return Code(code, PRACTICE, value_set(Nomenclature.PRACTICE_SETTINGS).label(code, PRACTICE))
