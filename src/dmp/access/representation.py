"""Who acts for the holder, and until when: parents, who protects an adult, delegates, heirs (LC-13 to LC-17, PT-11).

Everything here is asked at the instant of the act: what was withdrawn, or has
lapsed, is over at once and waits for no job.
"""

from datetime import datetime

from dmp.access.adulthood import is_of_age
from dmp.record.patient import Guardian
from dmp.record.people import Delegate
from dmp.record.record import Record, RecordState


def guardians_called(person: str, record: Record) -> tuple[Guardian, ...]:
    """What the record says of somebody as legal representative, whether or not he still is.

    Nothing of who had his parental authority withdrawn: whatever a message
    says of him, he is a stranger (LC-15).
    """
    if not person or (record.withdrawals and any(gone.person.number == person for gone in record.withdrawals)):
        return ()
    called = [each for each in record.guardians if each.identifier is not None and each.identifier.number == person]
    return tuple(called)


def is_guardian(person: str, record: Record, at: datetime) -> bool:
    """Tell whether somebody is the legal representative of the holder now («représentant légal»).

    Whoever the record of a minor names is, until he is 18: guardians of a
    minor as well as parents (LC-16). Of an adult, whoever is in charge of a
    measure of representation that is in force; that needs its kind and its
    dates, which the word «tuteur» in a message does not give (LC-17).
    """
    if is_of_age(record, at):
        return protects(person, record, at)
    return bool(guardians_called(person, record))


def protects(person: str, record: Record, at: datetime) -> bool:
    """Tell whether somebody is in charge of a measure that has him represent the holder, who is an adult (LC-17)."""
    if not person:
        return False
    his = [each for each in record.protections if each.person.number == person]
    return any(each.measure.represents and each.holds(at) for each in his) if his else False


def delegate_called(person: str, record: Record, at: datetime) -> Delegate | None:
    """What the holder lets somebody do for him now («délégué», PT-11, DEC-29)."""
    if not person:
        return None
    for each in record.delegates:
        if each.person.number == person and each.holds(at):
            return each
    return None


def is_heir(person: str, record: Record, at: datetime) -> bool:
    """Tell whether somebody may read the record of a dead person now («ayant droit», L.1110-4 V, LC-13)."""
    if not person or not record.heirs or record.heirs_opposed:
        return False
    if not record.deceased or record.state is not RecordState.CLOSED:
        return False
    return any(each.person.number == person and each.holds(at) for each in record.heirs)


def acts_otherwise(person: str, record: Record, at: datetime) -> bool:
    """Tell whether somebody acts in the record without being a legal representative of its holder."""
    return (
        protects(person, record, at) or delegate_called(person, record, at) is not None or is_heir(person, record, at)
    )
