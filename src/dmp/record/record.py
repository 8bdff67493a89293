"""One person's record («dossier médical partagé»), without its documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId
from dmp.record.visibility import Visibility


class Regime(StrEnum):
    """The law a service opens records under (functional 0)."""

    OPT_IN = "OPT_IN"
    OPT_OUT = "OPT_OUT"


class RecordState(StrEnum):
    """Where a record is in its life (functional 2.1); a destroyed one answers as if it did not exist (DEC-31)."""

    ACTIVE = "ACTIF"
    CLOSED = "FERME"
    DESTROYED = "DETRUIT"


class ClosingReason(StrEnum):
    """Why a record is closed, codes of 1.2.250.1.213.4.1.2.4 (LC-9; the first is confirmed, the others decided)."""

    PATIENT_REQUEST = "FERMETURE_DEMANDE_PATIENT"
    DEATH = "FERMETURE_DECES"
    ERROR = "FERMETURE_ERREUR"
    ADMINISTRATIVE = "FERMETURE_ADMIN"


@dataclass(frozen=True)
class Closure:
    """When, why and by whom the record was closed."""

    at: datetime
    reason: ClosingReason
    text: str = ""


@dataclass(frozen=True)
class Consent:
    """Consent or opposition as it was recorded: who wrote it down, when (LC-2)."""

    at: datetime
    author: str


@dataclass(frozen=True)
class Authorisation:
    """Right to read given by the holder («autorisation d'accès»), for one year (AR-1).

    `subject` is a national professional id or a structure id. `given_by` says
    who wrote the consent down; `by_holder` is true when the holder did himself.
    """

    subject: str
    start: datetime
    until: datetime
    given_by: str
    by_holder: bool = False
    last_action: datetime | None = None


@dataclass(frozen=True)
class Attending:
    """Attending doctor declared in the record («médecin traitant DMP», DEC-1); `confirmed` opens the wider rights."""

    doctor: str
    since: datetime
    confirmed: bool = False


@dataclass(frozen=True)
class Oppositions:
    """What the holder refused («oppositions»): break-glass, access by the emergency call centre (AR-9, AR-10)."""

    break_glass: bool = False
    emergency_dispatch: bool = False


@dataclass(frozen=True)
class Record:
    """A record's state and everything the holder decided about it.

    `key` is random and says nothing of the person. `identifiers` holds every
    INS the person ever had, the current one first (LC-1, ID-6). `visibility`
    maps a replacement chain to what hides it; chains that nothing hides are
    absent. `version` grows at each change.
    """

    key: str
    identifiers: tuple[PatientId, ...]
    state: RecordState = RecordState.ACTIVE
    opened: datetime | None = None
    traits: IdentityTraits | None = None
    contact: Contact = Contact()
    guardians: tuple[Guardian, ...] = ()
    consent: Consent | None = None
    closure: Closure | None = None
    oppositions: Oppositions = Oppositions()
    emergency_reads_masked: bool = False
    """The holder allowed masked documents to be read in emergency modes (AR-9)."""
    hide_everything: bool = False
    """Global switch of AR-24."""
    linked_to_portal: bool = False
    """RATTACHEMENT_ENS: linked to the citizen's health space."""
    portal_account: bool = False
    """COMPTE_INTERNET_OUVERT."""
    deceased: bool = False
    authorisations: tuple[Authorisation, ...] = ()
    blocked: frozenset[str] = frozenset()
    """Ids of blocked professionals and structures («blocage», AR-6)."""
    attending: tuple[Attending, ...] = ()
    visibility: Mapping[str, Visibility] = field(default_factory=dict)
    version: int = 1

    @property
    def patient(self) -> PatientId:
        """The current identifier."""
        return self.identifiers[0]

    def authorisation_of(self, subject: str) -> Authorisation | None:
        """The authorisation of a professional or structure, lapsed or not."""
        return next((given for given in self.authorisations if given.subject == subject), None)

    def attending_of(self, doctor: str) -> Attending | None:
        """The attending-doctor role of a doctor, confirmed or not."""
        return next((role for role in self.attending if role.doctor == doctor), None)
