"""Record management («gestion du dossier»): what a message asks, what the service answers (TD0.2, 0.3, 1.1 to 1.4)."""

from dataclasses import dataclass
from enum import StrEnum

from dmp.record.codes import Code
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId, Sex
from dmp.record.record import ClosingReason, Closure, Oppositions, RecordState
from dmp.record.verb import Verb


class Interaction(StrEnum):
    """The three kinds of management message, by their HL7 V3 name (xds-wire 9.1)."""

    QUERY = "PRPA_IN201307UV02"
    OPENING = "PRPA_IN201311UV02"
    CHANGE = "PRPA_IN201314UV02"


class Processing(StrEnum):
    """What a message is sent for; the answer repeats it (xds-wire 9.1)."""

    PRODUCTION = "P"
    DEBUG = "D"
    TRAINING = "T"


@dataclass(frozen=True)
class MessageId:
    """Identifier of a message or of a query: root OID or UUID, and extension when there is one."""

    root: str
    extension: str = ""


@dataclass(frozen=True)
class Device:
    """A software that sends or receives messages: its OID and name."""

    oid: str
    software: str = ""


@dataclass(frozen=True)
class DeclaredAuthor:
    """Who the message says it comes from; a declaration only, the VIHF is the proof."""

    professional: str = ""
    """National id of the person, under 1.2.250.1.71.4.2.1."""
    role: Code | None = None
    """Profession and speciality, e.g. `G15_10/SM04`."""
    family: str = ""
    given: str = ""
    structure: str = ""
    """National id of the structure, under 1.2.250.1.71.4.2.2."""
    structure_name: str = ""


@dataclass(frozen=True)
class MessageHeader:
    """What every management message carries around its subject (xds-wire 9.1).

    `created` is a DTM in UTC with the precision that was sent. `query` is the
    id of the query inside a TD0.2 or TD1.3a, which the answer repeats.
    """

    id: MessageId
    created: str
    sender: Device
    processing: Processing = Processing.PRODUCTION
    author: DeclaredAuthor = DeclaredAuthor()
    query: MessageId | None = None


@dataclass(frozen=True)
class PartialTraits:
    """Identity traits as far as a message tells them: None is not told, an empty text is told to be empty."""

    birth_name: str | None = None
    birth_first_name: str | None = None
    birth_first_names: str | None = None
    birth_date: str | None = None
    sex: Sex | None = None
    birth_place: str | None = None
    used_name: str | None = None
    used_first_name: str | None = None

    @staticmethod
    def of(traits: IdentityTraits) -> "PartialTraits":
        """Tell all the traits that are known."""
        return PartialTraits(
            birth_name=traits.birth_name or None,
            birth_first_name=traits.birth_first_name or None,
            birth_first_names=traits.birth_first_names or None,
            birth_date=traits.birth_date or None,
            sex=traits.sex,
            birth_place=traits.birth_place or None,
            used_name=traits.used_name or None,
            used_first_name=traits.used_first_name or None,
        )


@dataclass(frozen=True)
class CardIdentity:
    """The beneficiary as the health card writes him («carte Vitale», LC-4).

    `birth_date` is `YYMMDD` as printed by the card, lunar dates included.
    Parts that the card reader did not give are empty.
    """

    birth_name: str = ""
    used_name: str = ""
    first_name: str = ""
    birth_date: str = ""


@dataclass(frozen=True)
class RecordTest:
    """Is there a record, and may I read it? («test d'existence», TD0.2)."""

    header: MessageHeader
    patient: PatientId


@dataclass(frozen=True)
class IdentityRequest:
    """Read the administrative data («données de gestion», TD1.3a)."""

    header: MessageHeader
    patient: PatientId


@dataclass(frozen=True)
class OpeningRequest:
    """Open a record («création de dossier», TD1.1, LC-2, LC-4).

    `identifiers` are all those sent, in their order. `consent` is the DTM at
    which the person consented: a request without a true consent is never one
    of these.
    """

    header: MessageHeader
    identifiers: tuple[PatientId, ...]
    traits: IdentityTraits
    consent: str
    contact: Contact = Contact()
    guardians: tuple[Guardian, ...] = ()
    oppositions: Oppositions = Oppositions()
    card: CardIdentity | None = None


@dataclass(frozen=True)
class ReopeningRequest:
    """Open a closed record again («réactivation», TD1.2, LC-12); `consent` as in an opening.

    `declared` holds the traits that came along: they change nothing and serve
    to check that the right person is meant.
    """

    header: MessageHeader
    identifiers: tuple[PatientId, ...]
    consent: str
    declared: PartialTraits = PartialTraits()


@dataclass(frozen=True)
class IdentityChange:
    """Change administrative data (TD1.3b, LC-8): None leaves a thing as it is, empty removes it."""

    header: MessageHeader
    identifiers: tuple[PatientId, ...]
    traits: PartialTraits = PartialTraits()
    address: tuple[tuple[str, str], ...] | None = None
    """As `Contact.address`."""
    telecoms: tuple[tuple[str, str], ...] | None = None
    """As `Contact.telecoms`."""
    guardians: tuple[Guardian, ...] | None = None
    break_glass_opposed: bool | None = None
    emergency_dispatch_opposed: bool | None = None
    deceased: bool | None = None


@dataclass(frozen=True)
class ClosingRequest:
    """Close a record («fermeture», TD1.4, LC-9); `declared` as in a reopening."""

    header: MessageHeader
    identifiers: tuple[PatientId, ...]
    reason: ClosingReason
    text: str = ""
    declared: PartialTraits = PartialTraits()


RecordChange = OpeningRequest | ReopeningRequest | IdentityChange | ClosingRequest
ManagementRequest = RecordTest | IdentityRequest | RecordChange


class AuthorisationStatus(StrEnum):
    """The caller's own authorisation, as TD0.2 tells it (DEC-40, functional 3.1)."""

    VALID = "VALIDE"
    EXPIRED = "EXPIRE"
    NEVER_GIVEN = "NON_EXISTE"
    FORBIDDEN = "INTERDIT"


@dataclass(frozen=True)
class RecordStatus:
    """Answer to a test of existence; no state means no record.

    `authorisation` is None where it is not tested (regulation centres).
    `attending` tells whether the caller is the attending doctor, `closure`
    why and when a closed record was closed (LC-10). `readable` is for our own
    pages: whether the rights let the caller search it, whatever the ground.
    """

    state: RecordState | None = None
    identifiers: tuple[PatientId, ...] = ()
    authorisation: AuthorisationStatus | None = None
    attending: bool = False
    traits: IdentityTraits | None = None
    telecoms: tuple[tuple[str, str], ...] = ()
    portal_account: bool = False
    linked_to_portal: bool = False
    closure: Closure | None = None
    readable: bool = False

    @property
    def found(self) -> bool:
        """A destroyed record answers as one that never was (DEC-31)."""
        return self.state in (RecordState.ACTIVE, RecordState.CLOSED)


@dataclass(frozen=True)
class AdministrativeData:
    """Answer to a reading of the administrative data (functional 4, TD1.3a)."""

    identifiers: tuple[PatientId, ...]
    traits: IdentityTraits
    contact: Contact = Contact()
    guardians: tuple[Guardian, ...] = ()
    oppositions: Oppositions = Oppositions()
    deceased: bool = False
    portal_account: bool = False
    linked_to_portal: bool = False


class AcknowledgementCode(StrEnum):
    """How a message was taken (HL7 table of acknowledgement types)."""

    ACCEPTED = "AA"
    ERROR = "AE"
    REJECTED = "AR"


@dataclass(frozen=True)
class Acknowledgement:
    """The verdict on a message; `code` and `text` say why it was not accepted."""

    verdict: AcknowledgementCode
    target: MessageId
    code: str = ""
    text: str = ""

    @property
    def accepted(self) -> bool:
        """The request was carried out."""
        return self.verdict is AcknowledgementCode.ACCEPTED


class AuthorisationAction(StrEnum):
    """What TD0.3 does to the caller's own authorisation or role."""

    ADD = "AJOUT"
    REMOVE = "SUPPRESSION"


class AuthorisationRole(StrEnum):
    """The role that TD0.3 can declare («médecin traitant DMP», AR-8)."""

    ATTENDING = "MEDECIN_TRAITANT"


@dataclass(frozen=True)
class AuthorisationRequest:
    """Give or take back one's own authorisation, or the role (TD0.3); who and whom come from the VIHF."""

    action: AuthorisationAction
    role: AuthorisationRole | None = None

    @property
    def verb(self) -> Verb:
        """The right that it needs."""
        if self.role is AuthorisationRole.ATTENDING:
            return Verb.BECOME_ATTENDING if self.action is AuthorisationAction.ADD else Verb.LEAVE_ATTENDING
        return Verb.AUTHORISE if self.action is AuthorisationAction.ADD else Verb.RENOUNCE


@dataclass(frozen=True)
class AuthorisationAnswer:
    """Answer of TD0.3: `status` is `DMPOk`, also when nothing changed, and `context` says so."""

    status: str
    context: str = ""
