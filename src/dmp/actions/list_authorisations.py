"""Tell whom a record lets in and whom it keeps out («liste des professionnels autorisés et bloqués», TD1.6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.codes import Code
from dmp.record.facility import FACILITY_AUTHORITY
from dmp.record.leads import granted
from dmp.record.listed import Listed
from dmp.record.lists import AuthorisationLine, AuthorisationMode
from dmp.record.nomenclature import PROFESSION
from dmp.record.patient import PatientId
from dmp.record.professional import PROFESSIONAL_AUTHORITY, Specialty
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store.directory import Directory
from dmp.store.tx import Tx

PROFESSIONAL_KINDS = "0568"
"""First digits of national ids that only persons have."""


@dataclass(frozen=True)
class ListAuthorisations:
    """Who is authorised, who is blocked, or both, in one record."""

    patient: PatientId
    mode: AuthorisationMode

    verb = Verb.LIST_AUTHORISATIONS
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> tuple[AuthorisationLine, ...]:
        """Those who may read now, then those who are blocked, by name; a block wins over an authorisation (AR-6)."""
        record = turn.known_record
        lines: list[AuthorisationLine] = []
        if self.mode is not AuthorisationMode.FORBIDDEN:
            lines += sorted(_authorised(record, turn.tx.directory, turn.at), key=_by_name)
        if self.mode is not AuthorisationMode.ACTIVE:
            blocked = (_line(name, turn.tx.directory, AuthorisationMode.FORBIDDEN) for name in record.blocked)
            lines += sorted(blocked, key=_by_name)
        return tuple(lines)


def read_by(record: Record, subject: str, at: datetime) -> tuple[datetime, datetime] | None:
    """Since when a professional or structure may read, and when that was last declared; None when it may not.

    The attending doctor whom the holder confirmed reads without authorisation (DEC-1).
    """
    if subject in record.blocked:
        return None
    valid = [given for given in record.authorisations if given.subject == subject and given.start <= at < given.until]
    if valid:
        return min(given.start for given in valid), max(map(granted, valid))
    role = record.attending_of(subject)
    return (role.since, role.since) if role is not None and role.confirmed else None


def _authorised(record: Record, directory: Directory, at: datetime) -> Iterator[AuthorisationLine]:
    subjects = {given.subject for given in record.authorisations} | {role.doctor for role in record.attending}
    for subject in subjects:
        dates = read_by(record, subject, at)
        if dates is not None:
            attending = record.attending_of(subject) is not None
            yield _line(subject, directory, AuthorisationMode.ACTIVE, dates=dates, attending=attending)


def _line(
    name: str,
    directory: Directory,
    mode: AuthorisationMode,
    *,
    dates: tuple[datetime | None, datetime | None] = (None, None),
    attending: bool = False,
) -> AuthorisationLine:
    """A line; the directory tells the name, and nothing of who is not in it."""
    person = directory.professional(name)
    structure = None if person else directory.structure(name)
    by_number = "/" in name or name[:1] in PROFESSIONAL_KINDS
    authority = PROFESSIONAL_AUTHORITY if person or (structure is None and by_number) else FACILITY_AUTHORITY
    family, given = _names(person.name) if person else (structure.name if structure else "", "")
    return AuthorisationLine(
        id=name,
        authority=authority,
        family=family,
        given=given,
        specialties=_specialties(person) if person else (),
        start=dates[0],
        last_action=dates[1],
        mode=mode,
        attending=attending,
    )


def _names(name: str) -> tuple[str, str]:
    """Family and first name of a name of the directory, where the family is in capitals and the rest is not."""
    words = name.split()
    capitals = [word for word in words if word.isupper()]
    if not capitals or len(capitals) == len(words):
        return name, ""
    return " ".join(capitals), " ".join(word for word in words if word not in capitals)


def _specialties(person: Listed) -> tuple[Code, ...]:
    if not person.profession:
        return ()
    profession = Code(person.profession, PROFESSION)
    return tuple(Specialty(profession, know_how).code for know_how in person.know_hows or ("",))


def _by_name(line: AuthorisationLine) -> tuple[str, str, str]:
    return line.family, line.given, line.id
