"""Who a document is hidden from («visibilité»), shared by its whole replacement chain (DEC-2, DEC-3)."""

from dataclasses import dataclass
from datetime import datetime

from dmp.record.codes import Code

VISIBILITY_SYSTEM = "1.2.250.1.213.1.1.4.13"
"""TRE_A07, the French visibility codes (functional 3.2)."""
CONFIDENTIALITY_SYSTEM = "2.16.840.1.113883.5.25"
ACT_CODE_SYSTEM = "2.16.840.1.113883.5.4"

MASKED = Code("MASQUE_PS", VISIBILITY_SYSTEM, "Masqué aux professionnels de santé")
HIDDEN_FROM_PATIENT = Code("INVISIBLE_PATIENT", VISIBILITY_SYSTEM, "Non visible par le patient")
HIDDEN_FROM_GUARDIANS = Code(
    "INVISIBLE_REPRESENTANTS_LEGAUX", VISIBILITY_SYSTEM, "Non visible par les représentants légaux"
)
NORMAL = Code("N", CONFIDENTIALITY_SYSTEM, "Normal")
VISIBILITY_CODES = {code.code for code in (MASKED, HIDDEN_FROM_PATIENT, HIDDEN_FROM_GUARDIANS)} | {"NOPAT"}
"""`NOPAT` (HL7 ActCode, value set J421 of 2026) is read as INVISIBLE_PATIENT."""


@dataclass(frozen=True)
class Visibility:
    """From whom a chain of documents is hidden.

    `hidden_from_patient_since` is the first deposit of the chain, where the
    announcement timer starts (AR-19, DEC-24); None when it is not hidden.
    """

    masked: bool = False
    hidden_from_patient_since: datetime | None = None
    hidden_from_guardians: bool = False

    def strictest(self, other: "Visibility") -> "Visibility":
        """Join two visibilities: whatever either hides stays hidden, from the earlier date."""
        dates = [d for d in (self.hidden_from_patient_since, other.hidden_from_patient_since) if d is not None]
        return Visibility(
            self.masked or other.masked,
            min(dates) if dates else None,
            self.hidden_from_guardians or other.hidden_from_guardians,
        )

    @property
    def codes(self) -> tuple[Code, ...]:
        """The visibility codes of TRE_A07, in the order of the value set."""
        flags = (
            (self.masked, MASKED),
            (self.hidden_from_patient_since is not None, HIDDEN_FROM_PATIENT),
            (self.hidden_from_guardians, HIDDEN_FROM_GUARDIANS),
        )
        return tuple(code for flag, code in flags if flag)


def is_visibility(code: Code) -> bool:
    """Tell a visibility code from a plain confidentiality code (N, R, V)."""
    return code.code in VISIBILITY_CODES and code.system in (VISIBILITY_SYSTEM, ACT_CODE_SYSTEM)


def read_visibility(codes: tuple[Code, ...], at: datetime) -> Visibility:
    """Read the visibility flags of a confidentialityCode list; `at` starts the announcement timer."""
    names = {code.code for code in codes if is_visibility(code)}
    hidden = bool(names & {"INVISIBLE_PATIENT", "NOPAT"})
    return Visibility("MASQUE_PS" in names, at if hidden else None, "INVISIBLE_REPRESENTANTS_LEGAUX" in names)


def plain(codes: tuple[Code, ...]) -> tuple[Code, ...]:
    """The confidentiality codes that are not visibility codes."""
    return tuple(code for code in codes if not is_visibility(code))
