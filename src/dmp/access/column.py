"""Which column of the rights matrix a caller stands in (functional 3.3; DEC-14, DEC-20, DEC-21)."""

from datetime import datetime
from enum import StrEnum

from dmp.access.representation import delegate_called, is_guardian, is_heir
from dmp.record.actor import (
    Administrator,
    Authentication,
    Automaton,
    Caller,
    FacilitySoftware,
    Holder,
    Mode,
    Operator,
    Professional,
    Representative,
    Staff,
)
from dmp.record.people import DelegateScope
from dmp.record.record import Record

DOCTOR = "10"
"""TRE_G15, «médecin»; the same code in training (TRE_G16)."""
OCCUPATIONAL_MEDICINE = "SM25"
OCCUPATIONAL_HEALTH_SECTOR = "SA66"


HEALTH_ACTORS = (Professional, Staff, FacilitySoftware)
"""Who acts from a structure, by profession or employment; the others act for themselves or for the service."""
NORMAL = Mode.NORMAL
_INDIRECT, _REINFORCED = Authentication.INDIRECT, Authentication.REINFORCED
"""Looked up once: Python 3.11 takes longer to find a member in its class than a rule takes for all the rest."""


class Column(StrEnum):
    """A column of the matrix: n normal, r regulation centre, b break-glass; AIR columns carry their prefix."""

    PS_NORMAL = "PSn"
    PS_DISPATCH = "PSr"
    PS_BREAK_GLASS = "PSb"
    DOCTOR_NORMAL = "Mn"
    DOCTOR_DISPATCH = "Mr"
    DOCTOR_BREAK_GLASS = "Mb"
    OCCUPATIONAL = "MdT"
    ATTENDING_NORMAL = "MTn"
    ATTENDING_BREAK_GLASS = "MTb"
    STAFF = "CPE"
    FACILITY_NORMAL = "ESn"
    FACILITY_DISPATCH = "ESr"
    AIR_PS_NORMAL = "AIR_PSn"
    AIR_PS_DISPATCH = "AIR_PSr"
    AIR_PS_BREAK_GLASS = "AIR_PSb"
    AIR_DOCTOR_NORMAL = "AIR_Mn"
    AIR_DOCTOR_DISPATCH = "AIR_Mr"
    AIR_DOCTOR_BREAK_GLASS = "AIR_Mb"
    AIR_OCCUPATIONAL = "AIR_MdT"
    AIR_ATTENDING_NORMAL = "AIR_MTn"
    AIR_ATTENDING_BREAK_GLASS = "AIR_MTb"
    AIR_STAFF = "AIR_PE"
    HOLDER = "holder"
    REPRESENTATIVE = "representative"
    DELEGATE_READS = "delegate-read"
    DELEGATE_WRITES = "delegate-write"
    DELEGATE_MANAGES = "delegate-manage"
    HEIR = "heir"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    AUTOMATON = "automaton"

    __hash__ = str.__hash__
    """Columns are looked up at every decision, and the hash that an Enum has of its own is slow."""


DELEGATES = (Column.DELEGATE_READS, Column.DELEGATE_WRITES, Column.DELEGATE_MANAGES)
"""Whom the holder made a delegate, by the scope that he gave (DEC-29)."""
CITIZENS = (
    Column.HOLDER,
    Column.REPRESENTATIVE,
    *DELEGATES,
    Column.HEIR,
    Column.OPERATOR,
    Column.ADMINISTRATOR,
    Column.AUTOMATON,
)
"""The columns of `citizens.csv`: the people whom the published tables leave out."""
PUBLISHED = tuple(column for column in Column if column not in CITIZENS)
"""The columns of the published tables (`matrix.csv`)."""
ATTENDING = (
    Column.ATTENDING_NORMAL,
    Column.ATTENDING_BREAK_GLASS,
    Column.AIR_ATTENDING_NORMAL,
    Column.AIR_ATTENDING_BREAK_GLASS,
)
OCCUPATIONAL = (Column.OCCUPATIONAL, Column.AIR_OCCUPATIONAL)


def is_occupational(actor: Professional) -> bool:
    """Tell an occupational doctor («médecin du travail»): SM25, or anyone who works in SA66 (DEC-21)."""
    return actor.know_how == OCCUPATIONAL_MEDICINE or actor.facility.sector == OCCUPATIONAL_HEALTH_SECTOR


def column_of(caller: Caller, record: Record | None, at: datetime) -> Column | None:
    """The column of a caller for one record, now; None when the tables open no column to him in this mode.

    The attending doctor has his column from his declaration on; what waits
    for the holder's confirmation is in the rules (DEC-1). In a regulation
    centre he counts as any doctor (DEC-20).
    """
    actor, mode = caller.actor, caller.mode
    if isinstance(actor, Professional):
        return _of_professional(actor, mode, record)
    if isinstance(actor, FacilitySoftware):
        return _FACILITY.get(mode)
    if mode is not NORMAL:
        return None
    if isinstance(actor, Staff):
        return _STAFF.get(actor.via)
    return _of_representative(actor, record, at) if isinstance(actor, Representative) else _of_citizen(actor)


_STAFF = {Authentication.DIRECT: Column.STAFF, Authentication.REINFORCED: Column.AIR_STAFF}
_FACILITY = {Mode.NORMAL: Column.FACILITY_NORMAL, Mode.EMERGENCY_DISPATCH: Column.FACILITY_DISPATCH}

_Trio = dict[Mode, Column]
_PS: tuple[_Trio, _Trio] = (
    {
        Mode.NORMAL: Column.PS_NORMAL,
        Mode.EMERGENCY_DISPATCH: Column.PS_DISPATCH,
        Mode.BREAK_GLASS: Column.PS_BREAK_GLASS,
    },
    {
        Mode.NORMAL: Column.AIR_PS_NORMAL,
        Mode.EMERGENCY_DISPATCH: Column.AIR_PS_DISPATCH,
        Mode.BREAK_GLASS: Column.AIR_PS_BREAK_GLASS,
    },
)
_DOCTOR: tuple[_Trio, _Trio] = (
    {
        Mode.NORMAL: Column.DOCTOR_NORMAL,
        Mode.EMERGENCY_DISPATCH: Column.DOCTOR_DISPATCH,
        Mode.BREAK_GLASS: Column.DOCTOR_BREAK_GLASS,
    },
    {
        Mode.NORMAL: Column.AIR_DOCTOR_NORMAL,
        Mode.EMERGENCY_DISPATCH: Column.AIR_DOCTOR_DISPATCH,
        Mode.BREAK_GLASS: Column.AIR_DOCTOR_BREAK_GLASS,
    },
)
_ATTENDING: tuple[_Trio, _Trio] = (
    {
        Mode.NORMAL: Column.ATTENDING_NORMAL,
        Mode.EMERGENCY_DISPATCH: Column.DOCTOR_DISPATCH,
        Mode.BREAK_GLASS: Column.ATTENDING_BREAK_GLASS,
    },
    {
        Mode.NORMAL: Column.AIR_ATTENDING_NORMAL,
        Mode.EMERGENCY_DISPATCH: Column.AIR_DOCTOR_DISPATCH,
        Mode.BREAK_GLASS: Column.AIR_ATTENDING_BREAK_GLASS,
    },
)
"""By way of authentication (direct, AIR), then by mode."""


def _of_professional(actor: Professional, mode: Mode, record: Record | None) -> Column | None:
    if actor.via is _INDIRECT:
        return None
    air = actor.via is _REINFORCED
    if is_occupational(actor):
        return OCCUPATIONAL[air] if mode is NORMAL else None
    if actor.profession != DOCTOR:
        return _PS[air].get(mode)
    attending = record is not None and bool(record.attending) and record.attending_of(actor.id) is not None
    return (_ATTENDING if attending else _DOCTOR)[air].get(mode)


_DELEGATED = {
    DelegateScope.READ: Column.DELEGATE_READS,
    DelegateScope.WRITE: Column.DELEGATE_WRITES,
    DelegateScope.MANAGE: Column.DELEGATE_MANAGES,
}


def _of_representative(actor: Representative, record: Record | None, at: datetime) -> Column:
    """The widest of what he is to the holder now; who is nothing to him stands where anybody may stand.

    Of a dead person's record, which is closed to whoever acted for him, an heir has more than his other quality.
    """
    if record is not None and is_heir(actor.id, record, at):
        return Column.HEIR
    delegate = None if record is None else delegate_called(actor.id, record, at)
    if record is None or delegate is None or is_guardian(actor.id, record, at):
        return Column.REPRESENTATIVE
    return _DELEGATED[delegate.scope]


def _of_citizen(actor: Holder | Operator | Administrator | Automaton) -> Column:
    match actor:
        case Holder():
            return Column.HOLDER
        case Operator():
            return Column.OPERATOR
        case Administrator():
            return Column.ADMINISTRATOR
        case Automaton():
            return Column.AUTOMATON
