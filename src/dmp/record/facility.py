"""National ids of structures («structures», IDNST): FINESS, SIREN, SIRET, practices (functional 1.4, xds-wire 5)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from dmp.record.actor import Facility
from dmp.record.hl7text import Xon
from dmp.record.luhn import has_luhn_key

FACILITY_AUTHORITY = "1.2.250.1.71.4.2.2"
"""Authority of national structure ids (IDNST)."""


class FacilityIdKind(StrEnum):
    """First digit of a national structure id: which register numbered it."""

    ADELI_PRACTICE = "0"
    FINESS = "1"
    SIREN = "2"
    SIRET = "3"
    RPPS_RANK = "4"
    """Practice of a professional: his RPPS number and a rank of three digits."""
    UNKNOWN = ""


_SHAPES = {
    FacilityIdKind.ADELI_PRACTICE: (
        re.compile(r"[0-9AB]{9}\d*", re.ASCII),
        "an ADELI practice starts with 9 characters",
    ),
    FacilityIdKind.FINESS: (re.compile(r"\d[0-9AB]\d{7}", re.ASCII), "a FINESS number has 9 characters"),
    FacilityIdKind.SIREN: (re.compile(r"\d{9}", re.ASCII), "a SIREN number has 9 digits"),
    FacilityIdKind.SIRET: (re.compile(r"\d{14}", re.ASCII), "a SIRET number has 14 digits"),
    FacilityIdKind.RPPS_RANK: (re.compile(r"\d{14}", re.ASCII), "an RPPS practice has 11 digits and a rank of 3"),
}


@dataclass(frozen=True)
class FacilityId:
    """A structure id as the wire writes it: kind digit, then `number`."""

    kind: FacilityIdKind
    number: str

    @staticmethod
    def parse(text: str) -> "FacilityId":
        """Read an id; nothing is refused, see `warnings` (DEC-112)."""
        if text[:1] and text[0] in set(FacilityIdKind):
            return FacilityId(FacilityIdKind(text[0]), text[1:])
        return FacilityId(FacilityIdKind.UNKNOWN, text)

    @property
    def text(self) -> str:
        """The wire form."""
        return self.kind + self.number

    @property
    def warnings(self) -> tuple[str, ...]:
        """What departs from the rules of the register, without the number itself."""
        if self.kind is FacilityIdKind.UNKNOWN:
            return ("unknown kind of structure id",)
        shape, rule = _SHAPES[self.kind]
        if not shape.fullmatch(self.number):
            return (rule,)
        if not self._has_key():
            return (f"the key of the {self.kind.name.replace('_RANK', '')} number is wrong",)
        return ()

    def _has_key(self) -> bool:
        """Compare the Luhn key. How the letters of Corsica count is not confirmed: not compared."""
        match self.kind:
            case FacilityIdKind.ADELI_PRACTICE:
                return True
            case FacilityIdKind.RPPS_RANK:
                return has_luhn_key(self.number[:11])
            case _:
                return not self.number.isdigit() or has_luhn_key(self.number)


def facility_xon(facility: Facility) -> Xon:
    """The XON of a structure; one without name keeps its id (DEC-112)."""
    return Xon(facility.name, facility.id, FACILITY_AUTHORITY, "IDNST" if facility.id else "")
