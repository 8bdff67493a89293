"""Sectors that get no path to any record, whatever the person agreed to (AR-14, DEC-9, DEC-22)."""

from dmp.assure.oracle.situation import Kind, Person
from dmp.record.verb import Verb

SHUT_OUT = {
    "SA22": "AR-14",
    "SA23": "AR-14: private insurance",
    "SA24": "AR-14; DEC-9 splits it by role",
    "SA26": "AR-14",
    "SA31": "AR-14",
    "SA32": "AR-14",
    "SA44": "AR-14",
    "SA45": "AR-14",
    "SA46": "AR-14",
    "SA48": "AR-14",
    "SA09": "DEC-22: employers, except SM25",
}
INSURER, EMPLOYER, FEED = "SA24", "SA09", "ALIM_AM"
OCCUPATIONAL_SECTOR, OCCUPATIONAL_DOCTOR = "SA66", "SM25"


def left_in_sector(person: Person) -> frozenset[Verb] | None:
    """What is left to somebody of a shut-out sector; None where the sector is not shut out.

    Read so: the opening desk of the insurer is people with a staff card, its feed a structure.
    """
    if person.sector not in SHUT_OUT:
        return None
    if person.sector == INSURER and person.kind is not Kind.PROFESSIONAL:
        if person.code == FEED:
            return frozenset({Verb.SUBMIT, Verb.REPLACE})
        return frozenset({Verb.TEST_RECORD, Verb.OPEN_RECORD} if person.kind is Kind.STAFF else ())
    if person.sector == EMPLOYER and is_occupational(person):
        return None
    return frozenset()


def is_occupational(person: Person) -> bool:
    """The occupational doctor, and whoever works beside him (DEC-21)."""
    if person.kind is not Kind.PROFESSIONAL:
        return False
    return person.know_how == OCCUPATIONAL_DOCTOR or person.sector == OCCUPATIONAL_SECTOR
