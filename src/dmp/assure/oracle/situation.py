"""What the oracle is asked about: who calls, how the record stands towards him, and a document of it."""

from dataclasses import dataclass
from enum import StrEnum

from dmp.record.actor import Authentication, Mode
from dmp.record.entry import EntryStatus
from dmp.record.record import RecordState


class Kind(StrEnum):
    """The kinds of actor (functional 1.4, 1.5, 6)."""

    PROFESSIONAL = "professional"
    STAFF = "staff"
    SOFTWARE = "structure"
    HOLDER = "holder"
    REPRESENTATIVE = "representative"
    PROTECTOR = "in charge of a measure that protects an adult"
    DELEGATE_READS = "delegate who reads"
    DELEGATE_WRITES = "delegate who writes"
    DELEGATE_MANAGES = "delegate who manages"
    FORMER_DELEGATE = "delegate whose time is over"
    HEIR = "heir who was let in"
    ANOTHER_HOLDER = "holder of another record"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    AUTOMATON = "the service, for the holder"


class Given(StrEnum):
    """What was given to the caller: to himself or to his structure, in force or not (AR-1, AR-3, DEC-21)."""

    NOTHING = "nothing given"
    TO_HIM = "authorised"
    TO_HIS_STRUCTURE = "structure authorised"
    BY_THE_HOLDER = "authorised by the holder himself"
    LAPSED = "authorisation lapsed"
    NOT_YET = "authorisation of tomorrow"
    IN_TEAM = "nothing given, in the care team"
    """Of a team that cares for the holder, who was told and did not object (AR-3)."""


class Block(StrEnum):
    """Whom the holder blocked (AR-6)."""

    NOBODY = "nobody blocked"
    HIM = "he is blocked"
    HIS_STRUCTURE = "his structure is blocked"


class Attending(StrEnum):
    """What the record says of the caller as attending doctor (DEC-1)."""

    NO = "not attending"
    DECLARED = "declared attending"
    CONFIRMED = "attending"


class Whose(StrEnum):
    """Where a document comes from, seen from the caller (DEC-6, DEC-17)."""

    ANOTHERS = "of another"
    HE_WROTE = "he wrote"
    HE_SIGNED = "he signed"
    OF_HIS_STRUCTURE = "sent by his structure"
    OF_A_COLLEAGUE = "sent by a colleague with his card"
    """From the same structure, in direct mode: not the structure's (DEC-6)."""
    OF_THE_PATIENT = "put in by the patient"


class Announced(StrEnum):
    """How long ago a document that is hidden from the patient came in (AR-19, DEC-24)."""

    NEVER_HIDDEN = "shown to the patient"
    UNDER_A_FORTNIGHT = "hidden from the patient for 3 days"
    UNDER_A_MONTH = "hidden from the patient for 20 days"
    OVER_A_MONTH = "hidden from the patient for 40 days"


@dataclass(frozen=True)
class Person:
    """Who calls, and how. `code` is the profession, or the role of staff and structures."""

    kind: Kind
    code: str = ""
    know_how: str = ""
    sector: str = "SA07"
    via: Authentication = Authentication.DIRECT
    mode: Mode = Mode.NORMAL
    regulation: bool = False
    """His structure is on the list of the regulation centres (DEC-20)."""
    secret: bool = False
    """A secret connection is asked for (AR-21)."""
    unreasoned: bool = False
    """He gives no reason (AR-9)."""

    def __str__(self) -> str:
        """In words."""
        told = [self.kind, "/".join(filter(None, (self.code, self.know_how))), self.sector if self.code else ""]
        told += [self.via.value if self.code else "", self.mode.value]
        told += ["regulation centre"] * self.regulation + ["secret connection"] * self.secret
        told += ["without a reason"] * self.unreasoned
        return " ".join(filter(None, told))


@dataclass(frozen=True)
class Standing:
    """The record as it stands towards the caller; `state` is None when there is none."""

    state: RecordState | None = RecordState.ACTIVE
    given: Given = Given.NOTHING
    block: Block = Block.NOBODY
    attending: Attending = Attending.NO
    opposed_break_glass: bool = False
    opposed_dispatch: bool = False
    emergency_reads_masked: bool = False
    hide_everything: bool = False
    minor: bool = False
    linked: bool = False
    """RATTACHEMENT_ENS."""

    def __str__(self) -> str:
        """In words."""
        if self.state is None:
            return "no record"
        told = [self.state.value, self.given, self.block, self.attending]
        told += ["opposed to break-glass"] * self.opposed_break_glass
        told += ["opposed to centre 15"] * self.opposed_dispatch
        told += ["lets emergencies read what is masked"] * self.emergency_reads_masked
        told += ["hides everything"] * self.hide_everything + ["minor"] * self.minor + ["linked"] * self.linked
        return ", ".join(told)


@dataclass(frozen=True)
class Paper:
    """A document: whose it is, what hides it, its type and the class of that type."""

    whose: Whose = Whose.ANOTHERS
    status: EntryStatus = EntryStatus.APPROVED
    masked: bool = False
    announced: Announced = Announced.NEVER_HIDDEN
    from_guardians: bool = False
    """Hidden from the legal representatives."""
    by_chain: bool = False
    """What hides it was put on another version or replaced document (DEC-2)."""
    type_code: str = "57833-6"
    class_code: str = "42"

    def __str__(self) -> str:
        """In words."""
        told = [f"document {self.class_code}/{self.type_code} {self.whose}", self.status.name.lower()]
        told += ["masked"] * self.masked + ["hidden from guardians"] * self.from_guardians
        told += [self.announced] * (self.announced is not Announced.NEVER_HIDDEN)
        told += ["by another document of its chain"] * self.by_chain
        return ", ".join(told)


@dataclass(frozen=True)
class Answer:
    """What the rules say, and where they say it.

    `allowed` is None where they are silent. `hidden` says whether a refusal
    must be told as if the document did not exist: None where it does not matter.
    """

    allowed: bool | None
    clause: str
    hidden: bool | None = None
