"""In which column of the matrix somebody stands (functional 3.3, DEC-20, DEC-21)."""

from dmp.assure.oracle.sectors import is_occupational
from dmp.assure.oracle.situation import Attending, Kind, Person, Standing
from dmp.assure.oracle.transactions import Column
from dmp.record.actor import Authentication, Mode

DOCTOR = "10"
_ORDINARY = {
    Mode.NORMAL: (Column.PS_NORMAL, Column.DOCTOR_NORMAL, Column.ATTENDING_NORMAL),
    Mode.EMERGENCY_DISPATCH: (Column.PS_REGULATION, Column.DOCTOR_REGULATION, Column.DOCTOR_REGULATION),
    Mode.BREAK_GLASS: (Column.PS_BREAK_GLASS, Column.DOCTOR_BREAK_GLASS, Column.ATTENDING_BREAK_GLASS),
}
"""Professional, doctor, attending doctor; at a regulation centre the last counts as any doctor (DEC-20)."""


def column_of(person: Person, standing: Standing) -> Column | None:
    """The column; None where there is none for this actor in this mode, which refuses everything (security 6.5)."""
    if person.mode is Mode.EMERGENCY_DISPATCH and not person.regulation:
        return None
    match person.kind:
        case Kind.PROFESSIONAL:
            return _of_professional(person, standing)
        case Kind.STAFF:
            return Column.STAFF if person.mode is Mode.NORMAL else None
        case Kind.SOFTWARE if person.via is Authentication.INDIRECT:
            structure = {Mode.NORMAL: Column.STRUCTURE_NORMAL, Mode.EMERGENCY_DISPATCH: Column.STRUCTURE_REGULATION}
            return structure.get(person.mode)
        case _:
            return None


def _of_professional(person: Person, standing: Standing) -> Column | None:
    if is_occupational(person):
        return Column.OCCUPATIONAL if person.mode is Mode.NORMAL else None
    ordinary, doctor, attending = _ORDINARY[person.mode]
    if person.code != DOCTOR:
        return ordinary
    return doctor if standing.attending is Attending.NO else attending
