"""One person's record («dossier médical partagé»), without its documents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from dmp.record.notice import NoticeWishes, Unreachable
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId
from dmp.record.people import Delegate, HeirRequest, Protection, Withdrawal
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
    MERGED = "FUSIONNE"
    """Absorbed by another record, to which its identifiers lead (LC-18)."""


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
class LegalHold:
    """Nothing of the record may be removed or destroyed until it is lifted («gel légal», xds-wire 7.7)."""

    at: datetime
    reason: str
    operator: str


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
class Care:
    """The holder is cared for by a team of a structure («équipe de soins»), and was told so (AR-3, L.1110-12).

    Whoever the structure counts among the `team` may read, from `since` until
    `until`, unless the holder `opposed` it: the opposition outlives the care.
    """

    team: str
    """Id of the structure, a space, the name of the team there (`directory.team_key`)."""
    since: datetime
    until: datetime
    informed: date
    """The day on which the holder was told."""
    declared_by: str
    opposed: bool = False


@dataclass(frozen=True)
class Oppositions:
    """What the holder refused («oppositions»): break-glass, access by the emergency call centre (AR-9, AR-10)."""

    break_glass: bool = False
    emergency_dispatch: bool = False


class Joining(StrEnum):
    """What is done to two records, asked for by one operator and confirmed by another (LC-18)."""

    MERGE = "merge"
    """Two records of one person become one («fusion»)."""
    SPLIT = "split"
    """They become two again («scission»)."""


@dataclass(frozen=True)
class Proposal:
    """A merge or a split that waits for another operator; `other` is the key of the record absorbed, or to be."""

    kind: Joining
    other: str
    at: datetime
    operator: str


@dataclass(frozen=True)
class Decisions:
    """What the holder decided of a record as a whole, and what a merge must join."""

    authorisations: tuple[Authorisation, ...]
    blocked: frozenset[str]
    attending: tuple[Attending, ...]
    oppositions: Oppositions
    emergency_reads_masked: bool
    hide_everything: bool
    deceased: bool
    traits: IdentityTraits | None
    legal_hold: LegalHold | None
    care: tuple[Care, ...] = ()
    delegates: tuple[Delegate, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    heirs_opposed: bool = False


@dataclass(frozen=True)
class JoinedChain:
    """Replacement chains that a merge made one, since they hold a document of one uniqueId (DEC-3).

    `marks` is what hid the joined chain then, `before` what hid each, and
    `members` gives the chain that each logical document was of.
    """

    chain: str
    marks: Visibility
    before: Mapping[str, Visibility]
    members: Mapping[str, str]

    def chains_of(self, logical_ids: Iterable[str]) -> frozenset[str]:
        """The chains that these documents were of."""
        wanted = frozenset(logical_ids)
        return frozenset(chain for name, chain in self.members.items() if name in wanted)


@dataclass(frozen=True)
class Absorption:
    """What a record keeps of one that it absorbed, to give it back (LC-18).

    `record` is its key. `lots` are those it held; `unlisted` the stored
    documents it had without metadata. `before` and `after` are the decisions
    of the surviving record on either side of the merge.
    """

    record: str
    identifiers: tuple[PatientId, ...]
    at: datetime
    operators: tuple[str, str]
    lots: frozenset[str]
    unlisted: frozenset[str]
    joined: tuple[JoinedChain, ...]
    before: Decisions
    after: Decisions


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
    care: tuple[Care, ...] = ()
    """The care teams that were declared, also those that the holder opposed (AR-3)."""
    visibility: Mapping[str, Visibility] = field(default_factory=dict)
    legal_hold: LegalHold | None = None
    unlisted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Stored documents whose metadata were removed, by uniqueId: what is left for ITI-86 to remove (xds-wire 7.6)."""
    merged_into: str = ""
    """Key of the record that absorbed this one; empty while it stands by itself."""
    absorbed: tuple[Absorption, ...] = ()
    proposal: Proposal | None = None
    notices: NoticeWishes = NoticeWishes()
    """What the holder wants to be told of, and how (PT-9)."""
    unreachable: tuple[Unreachable, ...] = ()
    """Addresses that refused messages for good (RM-7)."""
    delegates: tuple[Delegate, ...] = ()
    """Whom the holder lets act for him, and whom he did (PT-11)."""
    protections: tuple[Protection, ...] = ()
    """Measures that protect a holder who is of age, and who is in charge of them (LC-17)."""
    withdrawals: tuple[Withdrawal, ...] = ()
    """Who has no parental authority any more, whatever a message says (LC-15)."""
    heirs_opposed: bool = False
    """The holder does not want his heirs to read his record (L.1110-4 V, LC-13)."""
    heirs: tuple[HeirRequest, ...] = ()
    """What was asked after his death."""
    destruction_asked: datetime | None = None
    """When the holder of a closed record asked for its destruction (LC-11); the operators carry it out."""
    version: int = 1

    @property
    def patient(self) -> PatientId:
        """The current identifier."""
        return self.identifiers[0]

    @property
    def history(self) -> tuple[str, ...]:
        """Keys of the records whose traces tell what happened here: its own, and those it absorbed."""
        return (self.key, *(absorption.record for absorption in self.absorbed))

    def authorisation_of(self, subject: str) -> Authorisation | None:
        """The authorisation of a professional or structure, lapsed or not."""
        return next((given for given in self.authorisations if given.subject == subject), None)

    def attending_of(self, doctor: str) -> Attending | None:
        """The attending-doctor role of a doctor, confirmed or not."""
        for role in self.attending:
            if role.doctor == doctor:
                return role
        return None

    def care_of(self, team: str) -> Care | None:
        """What was declared of a care team, over or not."""
        return next((care for care in self.care if care.team == team), None)

    def is_cared_for_by(self, teams: frozenset[str], at: datetime) -> bool:
        """Tell whether one of these care teams cares for the holder, who was told and did not oppose it (AR-3)."""
        return any(care.team in teams and care.since <= at < care.until and not care.opposed for care in self.care)
