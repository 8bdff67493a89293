"""Who acts on a record, how he was authenticated, and in which mode."""

from dataclasses import dataclass
from enum import StrEnum

from dmp.record.patient import PatientId

PRESCRIBERS = frozenset({"10", "40", "50"})
"""Professions that prescribe medicines: doctors, dentists, midwives (CSP L.4141-2, L.4151-4).

Those that prescribe some products alone, such as nurses, are not served here.
"""


class Authentication(StrEnum):
    """`Authentification_Mode` of the VIHF (xds-wire 8.3)."""

    DIRECT = "DIRECTE"
    INDIRECT = "INDIRECTE"
    REINFORCED = "INDIRECTE_RENFORCEE"
    """AIR: «authentification indirecte renforcée»."""


class Mode(StrEnum):
    """Access mode, `purposeofuse` of the VIHF (1.2.250.1.213.1.1.4.248)."""

    NORMAL = "normal"
    BREAK_GLASS = "bris_de_glace"
    EMERGENCY_DISPATCH = "centre_15"

    __hash__ = str.__hash__
    """As that of `Verb`: both are looked up at every decision."""


@dataclass(frozen=True)
class Facility:
    """A structure («structure»): national id (IDNST), name, sector of activity (SAnn)."""

    id: str
    name: str = ""
    sector: str = ""


@dataclass(frozen=True)
class Professional:
    """A health professional in person («PS»), proven by card (direct) or by his structure (AIR).

    `profession` is a code of TRE_G15 or of a table beside it; `know_how`
    («savoir-faire») a code of TRE_R01 (doctors) or G05 (pharmacists), else empty.
    """

    id: str
    name: str
    profession: str
    know_how: str
    facility: Facility
    via: Authentication = Authentication.DIRECT

    @property
    def prescribes(self) -> bool:
        """Whether his profession prescribes medicines."""
        return self.profession in PRESCRIBERS


@dataclass(frozen=True)
class Staff:
    """An employee without a profession of health: card CPE in direct mode, «PE» in AIR."""

    id: str
    name: str
    role: str
    facility: Facility
    via: Authentication = Authentication.DIRECT


@dataclass(frozen=True)
class FacilitySoftware:
    """A structure acting through its software (INDIRECTE); `user` is the person it declares, unproven."""

    facility: Facility
    user: str
    user_name: str
    role: str
    know_how: str = ""


@dataclass(frozen=True)
class Holder:
    """The person whose record it is («titulaire»)."""

    patient: PatientId


@dataclass(frozen=True)
class Representative:
    """Someone who acts for the holder: legal representative or delegate, under his own identity."""

    id: str
    name: str


@dataclass(frozen=True)
class Operator:
    """The person who runs the service, on the command line: opens, closes; never reads a document."""

    id: str


@dataclass(frozen=True)
class Administrator:
    """Who removes what is registered or stored, on the internal listener, in person and by name (xds-wire 7.6, 7.7).

    Removes and does nothing else: reads no document, no record, no log.
    """

    id: str
    name: str = ""


@dataclass(frozen=True)
class Automaton:
    """The service itself, that works something out for the holder without being asked («rappel»): `id` says what.

    It reads what the holder may read, and nothing that is kept from who represents a minor: it speaks to them.
    """

    id: str


Actor = Professional | Staff | FacilitySoftware | Holder | Representative | Operator | Administrator | Automaton


@dataclass(frozen=True)
class ClientSystem:
    """The calling software («LPS»): name, version, approval number, serial number."""

    name: str = ""
    version: str = ""
    approval: str = ""
    serial: str = ""


@dataclass(frozen=True)
class Caller:
    """An actor in one act: mode and its reason, patient named by the assertion, software, proof.

    `secret` asks for the secret connection of a minor («connexion secrète»).
    `assertion` is the id of the VIHF, for the trace. `patient` is the
    resource-id of the VIHF; None where the act names no patient.
    """

    actor: Actor
    mode: Mode = Mode.NORMAL
    reason: str = ""
    patient: PatientId | None = None
    secret: bool = False
    client: ClientSystem = ClientSystem()
    assertion: str = ""
    message: str = ""
    """wsa:MessageID, accepted once from one caller (xds-wire 1.4-8); empty where there is none."""
    teams: frozenset[str] = frozenset()
    """The care teams that he is in today, as his structure declares them: the gate looks them up (AR-3, DEC-26)."""


def person_id(actor: Actor) -> str:
    """The national or local id of the person who acts; the declared user for a structure."""
    match actor:
        case FacilitySoftware():
            return actor.user
        case Holder():
            return actor.patient.number
        case Professional() | Staff() | Representative() | Operator() | Administrator() | Automaton():
            return actor.id


def facility_of(actor: Actor) -> Facility | None:
    """The structure the actor works in, if any."""
    match actor:
        case Professional() | Staff() | FacilitySoftware():
            return actor.facility
        case _:
            return None
