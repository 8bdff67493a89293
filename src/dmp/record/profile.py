"""The two profiles a service speaks: plain IHE, or the French DMP (xds-wire, DEC-120)."""

from dataclasses import dataclass
from enum import StrEnum

MIB = 1024 * 1024


class ProfileName(StrEnum):
    """Name of a profile, as the settings and `sandbox.json` write it."""

    IHE = "ihe"
    DMP = "dmp"


@dataclass(frozen=True)
class Profile:
    """What one profile asks of a submission beyond XDS.b.

    `french` turns on the French tables, author rules, CDA header checks and
    limits. `tolerant` (sandbox only) turns the five refusals of DEC-120 into
    warnings. `max_document` and `max_lot` are octets.
    """

    name: ProfileName
    french: bool
    tolerant: bool
    max_document: int
    max_lot: int
    signature_required_indirect: bool = False


def ihe() -> Profile:
    """Strict CX, no French tables."""
    return Profile(ProfileName.IHE, french=False, tolerant=False, max_document=50 * MIB, max_lot=60 * MIB)


def dmp(*, tolerant: bool = False, signature_required_indirect: bool = False) -> Profile:
    """The French rules; document and lot limits are those of functional DOC-3 (DEC-55)."""
    return Profile(
        ProfileName.DMP,
        french=True,
        tolerant=tolerant,
        max_document=5 * MIB,
        max_lot=10 * MIB,
        signature_required_indirect=signature_required_indirect,
    )
