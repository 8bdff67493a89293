"""Whose document it is («document propre»): DEC-6, DEC-17."""

from functools import lru_cache

from dmp.record.actor import Actor, Authentication, FacilitySoftware, Holder, Professional, Representative, Staff
from dmp.record.entry import DocumentEntry
from dmp.record.hl7text import Xcn

NATIONAL_ID = "1.2.250.1.71.4.2.1"
"""Authority of the national ids of professionals (IDNPS): an id under another one names somebody else."""


@lru_cache(maxsize=65536)
def national_id(person: str) -> str:
    """The national id in an XCN text, empty when it holds none. Searches ask for the same few texts all day."""
    author = Xcn.parse(person)
    return author.id if author.authority == NATIONAL_ID else ""


def deposited_by_a_citizen(entry: DocumentEntry) -> bool:
    """Tell a document that the holder or a representative put in: only they act without a structure."""
    return entry.deposit is not None and not entry.deposit.structure


def owns(actor: Actor, entry: DocumentEntry) -> bool:
    """Tell whether the document is the actor's own.

    A professional owns what names him, under his national id, as author or
    legal authenticator, whoever sent it; not what the patient put in and says
    to be from him. A structure owns what it deposited in INDIRECTE mode, at
    its geographic entity; its staff act for it (DEC-6). The holder owns what
    citizens deposited in his record, a representative what he deposited (DEC-17).
    """
    match actor:
        case Professional():
            return _names(entry, actor.id) and not deposited_by_a_citizen(entry)
        case FacilitySoftware() | Staff():
            return _was_sent_by(entry, actor.facility.id)
        case Holder():
            return deposited_by_a_citizen(entry)
        case Representative():
            return deposited_by_a_citizen(entry) and entry.deposit is not None and entry.deposit.person == actor.id
        case _:
            return False


def _names(entry: DocumentEntry, professional: str) -> bool:
    if not professional:
        return False
    for author in entry.authors:
        if national_id(author.person) == professional:
            return True
    return national_id(entry.legal_authenticator) == professional


def _was_sent_by(entry: DocumentEntry, structure: str) -> bool:
    deposit = entry.deposit
    if deposit is None or not structure:
        return False
    return deposit.structure == structure and deposit.mode == Authentication.INDIRECT
