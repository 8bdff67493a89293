"""The directory: which professionals and structures exist, and who works where (xds-wire 8.4-9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from dmp.record.actor import Facility
from dmp.record.dtm import PARIS
from dmp.record.listed import LONGEST_WORD, Listed, words_kept, words_of
from dmp.record.subject import Subject
from dmp.store import statements
from dmp.store.lane import Batch, Lane
from dmp.store.packing import microseconds


@dataclass(frozen=True)
class Membership:
    """Somebody in a care team («équipe de soins») of a structure, from a day until another, Paris time."""

    structure: str
    team: str
    """Its name in the structure: a ward, a home, a network."""
    professional: str
    since: datetime
    until: datetime | None = None
    """None: as long as nothing else is loaded."""

    @staticmethod
    def read(told: Mapping[str, Any]) -> "Membership":
        """A line as the operator writes it, in JSON; days as 2026-11-22, the last one included.

        Raises:
            KeyError: a field is missing.
            TypeError, ValueError: a day that is none, a name that is empty, or an end before the beginning.
        """
        last = told.get("until")
        line = Membership(
            told["structure"],
            told["team"],
            told["professional"],
            start_of(date.fromisoformat(told["since"])),
            start_of(date.fromisoformat(last) + timedelta(days=1)) if last else None,
        )
        if not (line.structure and line.team.strip() and line.professional) or " " in line.structure:
            raise ValueError("structure, team and professional are told")
        if line.until is not None and line.until <= line.since:
            raise ValueError("until: the end is before the beginning")
        return line


def team_key(structure: str, team: str) -> str:
    """How a record names a care team: no id of a structure has a space in it."""
    return f"{structure} {' '.join(team.split())}"


def start_of(day: date) -> datetime:
    """The first instant of a day in France."""
    return datetime.combine(day, time(), PARIS)


_FOR_GOOD = (1 << 62) - 1
"""Microseconds of a day that does not come."""


_LAST = "Z" * LONGEST_WORD
"""After it comes no word that begins with what stands before it."""


def begins(name: str, words: tuple[str, ...]) -> bool:
    """Tell whether each of these words begins one of a name."""
    parts = words_of(name)
    return all(any(part.startswith(word) for part in parts) for word in words)


DESIGNATED = "designated"


def designation(person: str, structure: str, *, active: bool = True) -> Listed:
    """The line that says that a structure designated a person to answer for it («référent»)."""
    return Listed(DESIGNATED, f"{structure} {person}", "", active, structure)


class Directory:
    """Look-ups by id."""

    def __init__(self, lane: Lane, batch: Batch):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch

    def structure(self, id: str) -> Listed | None:  # noqa: A002
        """A structure, active or not; None when unknown."""
        return self._one("structure", id)

    def professional(self, id: str) -> Listed | None:  # noqa: A002
        """A professional, active or not; None when unknown."""
        return self._one("professional", id)

    def named(self, kind: str, words: tuple[str, ...]) -> list[Listed]:
        """Those active whose name has words that begin with these, as `words_of` writes them, by name."""
        if not words:
            return []
        longest = max(words, key=len)
        rows = self._lane.read(statements.FIND_NAMED, of_kind=kind, first=longest, last=longest + _LAST)
        lines = (
            Listed(kind, key, name, bool(active), parent, profession, tuple(know_hows.split()), sector)
            for key, name, active, parent, profession, know_hows, sector in rows
        )
        return [line for line in lines if begins(line.name, words)]

    def linked(self, professional: str, structure: str) -> bool:
        """Tell whether the professional works in the structure."""
        return bool(self._lane.read(statements.FIND_ACTIVITY, person=professional, place=structure))

    def workplaces(self, professional: str) -> tuple[str, ...]:
        """The ids of the structures that a professional works in, in their order."""
        return tuple(place for (place,) in self._lane.read(statements.FIND_PLACES, person=professional))

    def subject(self, id: str) -> Subject:  # noqa: A002
        """A professional or a structure, as whom an act lets in or keeps out; not listed when unknown or inactive."""
        person = self.professional(id)
        if person is not None:
            places = (self.structure(place) for (place,) in self._lane.read(statements.FIND_PLACES, person=id))
            return Subject(id, person.active, _facilities(places), person.profession, person.know_hows)
        structure = self.structure(id)
        return Subject(id, structure is not None and structure.active, _facilities([structure]))

    def team(self, key: str) -> Subject:
        """A care team, by `team_key`, as whom an act lets in; not listed when nobody is in it, or no structure."""
        structure = self.structure(key.partition(" ")[0])
        ((member,),) = self._lane.read(statements.FIND_TEAM, team=key)
        return Subject(key, member is not None and structure is not None and structure.active, _facilities([structure]))

    def teams_of(self, professional: str, structure: str, at: datetime) -> frozenset[str]:
        """The care teams of a structure that a professional is in at an instant (AR-3)."""
        rows = self._lane.read(statements.FIND_TEAMS, person=professional, instant=microseconds(at))
        return frozenset(key for (key,) in rows if key.partition(" ")[0] == structure)

    def load_teams(self, members: Iterable[Membership]) -> None:
        """Write who is in which team; a line already there, of the same first day, is replaced."""
        for member in members:
            row = {"team": team_key(member.structure, member.team), "professional": member.professional}
            row |= {"since": microseconds(member.since)}
            self._batch.add(
                statements.DROP_MEMBER, {"of_team": row["team"], "person": member.professional, "day": row["since"]}
            )
            end = _FOR_GOOD if member.until is None else microseconds(member.until)
            self._batch.add(statements.ADD_MEMBER, {**row, "until": end})

    def designated(self, person: str, structure: str) -> bool:
        """Tell whether a structure designated this person to answer for it («référent»)."""
        line = self._one(DESIGNATED, designation(person, structure).id)
        return line is not None and line.active

    def names_in(self, structure: str) -> tuple[str, ...]:
        """The names of those who work in a structure."""
        return tuple(name for (name,) in self._lane.read(statements.NAMES_IN, place=structure))

    def _one(self, kind: str, name: str) -> Listed | None:
        rows = self._lane.read(statements.FIND_LISTED, of_kind=kind, named=name)
        if not rows:
            return None
        said, active, parent, profession, know_hows, sector = rows[0]
        return Listed(kind, name, said, bool(active), parent, profession, tuple(know_hows.split()), sector)

    def load(self, listed: Iterable[Listed], links: Iterable[tuple[str, str]]) -> None:
        """Write lines and links; lines already there are replaced."""
        for line in {(line.kind, line.id): line for line in listed}.values():
            self._batch.add(statements.DROP_LISTED, {"of_kind": line.kind, "named": line.id})
            row = {
                "kind": line.kind,
                "id": line.id,
                "name": line.name,
                "active": int(line.active),
                "parent": line.parent,
                "profession": line.profession,
                "know_hows": " ".join(line.know_hows),
                "sector": line.sector,
            }
            self._batch.add(statements.ADD_LISTED, row)
            self._batch.add(statements.DROP_WORDS, {"of_kind": line.kind, "named": line.id})
            words = ({"word": word, "kind": line.kind, "id": line.id} for word in words_kept(line.kind, line.name))
            self._batch.add(statements.ADD_WORD, *words)
        for professional, structure in dict.fromkeys(links):
            if not self.linked(professional, structure):
                self._batch.add(statements.ADD_ACTIVITY, {"professional": professional, "structure": structure})


def _facilities(listed: Iterable[Listed | None]) -> tuple[Facility, ...]:
    return tuple(Facility(one.id, one.name, one.sector) for one in listed if one is not None and one.active)
