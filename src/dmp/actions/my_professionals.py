"""«Mes professionnels» (PT-10): whom the holder lets in, until when, whom he keeps out, who calls himself his doctor.

For the holder alone: of a minor, this list would tell his parents whom he let
in secretly (AR-21). Who decides for him does so without it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.search_directory import InDirectory, described
from dmp.record.patient import PatientId
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class LetIn:
    """Somebody who may read, until an instant; `by_holder` when the holder said so himself."""

    who: InDirectory
    since: datetime
    until: datetime
    by_holder: bool


@dataclass(frozen=True)
class AttendingRole:
    """A doctor who is the attending one, or said so and waits to be confirmed (DEC-1)."""

    who: InDirectory
    since: datetime
    confirmed: bool


@dataclass(frozen=True)
class TeamOfCare:
    """A care team («équipe de soins»), declared or objected to (AR-3)."""

    team: str
    name: str
    structure: str
    until: datetime
    informed: date
    opposed: bool


@dataclass(frozen=True)
class MyProfessionals:
    """The decisions of the holder, each list by name."""

    let_in: tuple[LetIn, ...]
    attending: tuple[AttendingRole, ...]
    blocked: tuple[InDirectory, ...]
    teams: tuple[TeamOfCare, ...]


@dataclass(frozen=True)
class ReadMyProfessionals:
    """The holder looks at his decisions."""

    patient: PatientId

    verb = Verb.LIST_AUTHORISATIONS
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> MyProfessionals:
        """Those in force now; who is blocked is in that list alone (AR-6)."""
        record, directory = turn.known_record, turn.tx.directory
        attending = [role for role in record.attending if role.doctor not in record.blocked]
        let_in = (
            LetIn(described(directory, given.subject), given.start, given.until, given.by_holder)
            for given in record.authorisations
            if given.start <= turn.at < given.until and given.subject not in record.blocked
        )
        roles = (AttendingRole(described(directory, role.doctor), role.since, role.confirmed) for role in attending)
        blocked = (described(directory, name) for name in record.blocked)
        return MyProfessionals(
            tuple(sorted(let_in, key=lambda each: (each.who.name, each.who.id))),
            tuple(sorted(roles, key=lambda each: (each.confirmed, each.who.name))),
            tuple(sorted(blocked, key=lambda each: (each.name, each.id))),
            tuple(sorted(_teams(record, turn), key=lambda each: (each.structure, each.name))),
        )


def _teams(record: Record, turn: Turn) -> list[TeamOfCare]:
    found: list[TeamOfCare] = []
    for care in record.care:
        if not care.opposed and not care.since <= turn.at < care.until:
            continue
        structure, _, name = care.team.partition(" ")
        place = described(turn.tx.directory, structure).name
        found.append(TeamOfCare(care.team, name, place, care.until, care.informed, care.opposed))
    return found
