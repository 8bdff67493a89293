"""Lists: who may read a record, the records that somebody may read, the persons that traits may mean.

What TD1.6, TD0.4 and TD0.5 ask, and what the service answers (xds-wire 9.3, 9.4).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmp.record.codes import Code
from dmp.record.management import MessageHeader
from dmp.record.patient import IdentityTraits, PatientId, Sex


class AuthorisationMode(StrEnum):
    """Which lines of the list of authorisations are wanted, and what a line says (TD1.6)."""

    ACTIVE = "ACTIVE"
    FORBIDDEN = "INTERDITE"
    ALL = "TOUTE"


@dataclass(frozen=True)
class AuthorisationLine:
    """A professional or a structure whom a record lets in or keeps out.

    `authority` is the OID of who numbers them, `family` the name of a
    structure. `start` and `last_action` are None where nothing was given.
    """

    id: str
    authority: str
    family: str
    given: str = ""
    specialties: tuple[Code, ...] = ()
    start: datetime | None = None
    last_action: datetime | None = None
    mode: AuthorisationMode = AuthorisationMode.ACTIVE
    attending: bool = False


class DateKind(StrEnum):
    """Which date of a record is compared with the one that the list starts at (TD0.4)."""

    LAST_AUTHORISATION = "LASTAUTORIZATION"
    """The published spelling."""
    LAST_DOCUMENT = "LASTDOC"


@dataclass(frozen=True)
class RecordListRequest:
    """«Mes dossiers» (TD0.4): the records that let the caller in, or `owner`, a professional of his structure."""

    date: DateKind
    since: datetime | None = None
    owner: str = ""


@dataclass(frozen=True)
class RecordLine:
    """A record of the list; of its documents only those count that the caller may see (AR-17)."""

    identifiers: tuple[PatientId, ...]
    traits: IdentityTraits
    attending: bool = False
    updated: datetime | None = None
    """When a document was last put in, be it to replace another one."""
    added: datetime | None = None
    """When the last document was put in that replaces none."""


@dataclass(frozen=True)
class PersonSearch:
    """Who may this be? The search without identifier of regulation centres (TD0.5).

    `birth_date` is a partial ISO date. Criteria that are empty, or None, are
    not told.
    """

    header: MessageHeader
    family: str
    given: str = ""
    birth_date: str = ""
    sex: Sex | None = None
    city: str = ""
    postal_code: str = ""

    @property
    def criteria(self) -> tuple[str, ...]:
        """What was searched by, for the trace: whoever searches for persons answers for it (functional 4)."""
        told = {
            "family": self.family,
            "given": self.given,
            "birthTime": self.birth_date,
            "gender": self.sex or "",
            "city": self.city,
            "postalCode": self.postal_code,
        }
        return tuple(f"{name}={value}" for name, value in told.items() if value)


@dataclass(frozen=True)
class FoundPerson:
    """A person who answers a search."""

    identifiers: tuple[PatientId, ...]
    traits: IdentityTraits
    city: str = ""
