"""The person: identifier, identity traits, state of the identity (functional 1.1 to 1.3)."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, order=True)
class PatientId:
    """A person's identifier: number and root OID are the identity, whatever the wire adds (DEC-107).

    An INS («identité nationale de santé») is a `PatientId` whose root is one of
    `record.ins.InsKind`; the `ihe` profile takes any root.
    """

    number: str
    root: str


class Sex(StrEnum):
    """Administrative sex, HL7 codes; U is «indéterminé» (JDV_J143)."""

    FEMALE = "F"
    MALE = "M"
    UNDETERMINED = "U"


class IdentityStatus(StrEnum):
    """How sure the identity is («statut de l'identité»); only a qualified one feeds a record (functional 1.3)."""

    PROVISIONAL = "provisoire"
    RETRIEVED = "récupérée"
    VALIDATED = "validée"
    QUALIFIED = "qualifiée"

    @property
    def may_feed(self) -> bool:
        """Only a qualified identity is the key to the record."""
        return self is IdentityStatus.QUALIFIED


@dataclass(frozen=True)
class IdentityTraits:
    """The traits of a person («traits d'identité»).

    `birth_date` is a partial ISO text (`1979-03-28`, `1979-03`, `1979-00-00`
    for lunar dates) and never coerced (ID-2); `birth_place` is the INSEE code
    of a commune, or 99xxx for a country.
    """

    birth_name: str
    birth_first_name: str
    birth_first_names: str
    birth_date: str
    sex: Sex
    birth_place: str = ""
    used_name: str = ""
    used_first_name: str = ""

    @property
    def family(self) -> str:
        """The name in use, else that of birth."""
        return self.used_name or self.birth_name

    @property
    def given(self) -> str:
        """The first name in use, else the first of birth."""
        return self.used_first_name or self.birth_first_name


@dataclass(frozen=True)
class Contact:
    """How to reach a person: postal lines and telecom addresses (`tel:`, `mailto:`)."""

    address: tuple[tuple[str, str], ...] = ()
    """Pairs (HL7 address part, text), e.g. ("postalCode", "75007"), in order."""
    telecoms: tuple[tuple[str, str], ...] = ()
    """Pairs (use, address), e.g. ("MC", "tel:0600000000"); use may be empty."""


@dataclass(frozen=True)
class Guardian:
    """A legal representative («représentant légal»); `relationship` in 2.16.840.1.113883.1.11.19579."""

    relationship: str
    family: str
    given: str
    contact: Contact = Contact()
    identifier: PatientId | None = None
