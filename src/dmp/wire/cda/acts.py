"""Rules on the documented acts and the place of care (cda 1.1, DEC-110, DEC-116)."""

from collections.abc import Iterator

from dmp.record.nomenclature import Nomenclature, value_set
from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.shape import Breach, is_time
from dmp.wire.cda.tree import Branch

ACT = "documentationOf/serviceEvent"
FACILITY = "componentOf/encompassingEncounter/location/healthCareFacility/code"
PRACTICE = f"{ACT}/performer/assignedEntity/representedOrganization/standardIndustryClassCode"


def main_act(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """One act has a start and a performer."""
    del document
    if header.main_act is None:
        yield Breach(ACT, "one must have effectiveTime/low and performer[@typeCode='PRF']: the main act")


def main_act_time(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The main act starts, and maybe stops, at real times."""
    del document
    act = header.main_act
    if act is None:
        return
    if not is_time(act.start):
        yield Breach(f"{ACT}/effectiveTime/low/@value", "must be an HL7 time")
    if act.stop and not is_time(act.stop):
        yield Breach(f"{ACT}/effectiveTime/high/@value", "must be an HL7 time")


def main_act_practice(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The performer of the main act says its practice setting («cadre d'exercice»), in J04."""
    del document
    if header.main_act is None:
        return
    if header.practice is None:
        yield Breach(PRACTICE, "must be present in the main act")
    elif not value_set(Nomenclature.PRACTICE_SETTINGS).has(header.practice.code, header.practice.system):
        yield Breach(PRACTICE, "must be a code of J04 in its system")


def facility_code(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """The place of care has a sector of activity («secteur d'activité»), in J02."""
    del document
    facility = header.facility
    if facility and not value_set(Nomenclature.FACILITY_TYPES).has(facility.code, facility.system):
        yield Breach(FACILITY, "must be a code of J02 in its system")


def empty_interval(document: Branch, header: CdaHeader) -> Iterator[Breach]:
    """An act that lasts has a stop after its start."""
    del document
    if any(act.stop and act.stop == act.start for act in header.acts):
        yield Breach(f"{ACT}/effectiveTime/high", "is equal to low")
