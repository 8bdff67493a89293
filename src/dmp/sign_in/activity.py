"""As what a professional acts («situation d'exercice»): one profession, know-how and structure at a time.

Whatever proves a person, the directory says what he is (xds-wire 8.4-9). With
several activities he chooses one: rights follow from it.
"""

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from dmp.record.actor import Facility, Professional, Staff
from dmp.record.listed import Listed
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Proof, Proven

LIFE = timedelta(minutes=5)
"""How long a choice stays open."""


class Directory(Protocol):
    """Who exists, and who works where."""

    def structure(self, id: str, /) -> Listed | None:  # noqa: A002
        """A structure, None when unknown."""
        ...

    def professional(self, id: str, /) -> Listed | None:  # noqa: A002
        """A professional, None when unknown."""
        ...

    def workplaces(self, professional: str, /) -> Collection[str]:
        """The ids of the structures that a professional works in."""
        ...


Directories = Callable[[], AbstractContextManager[Directory]]
"""Opens the directory for the time of one look."""


@dataclass(frozen=True)
class Claim:
    """One activity that a provider tells of: the ids are those that the structure may be known by, best first."""

    profession: str
    know_how: str = ""
    structures: tuple[str, ...] = ()
    sector: str = ""


@dataclass(frozen=True)
class Choice:
    """The activities of somebody who must choose one; `kept` stays with us."""

    activities: tuple[Professional, ...]
    kept: str


class _Kept(msgspec.Struct, frozen=True):
    proof: Proof
    activities: tuple[Professional, ...]
    until: float
    leave: str = ""


def known_as(person: str, name: str, claims: Iterable[Claim], directory: Directory) -> tuple[Professional, ...]:
    """The activities, among those told of, that the directory knows.

    Raises:
        ProofRefused: he is unknown or not active, or none of his activities is as the directory has it.
    """
    listed, claims = _active(person, directory), tuple(claims)
    mine = [claim for claim in claims if _is_his(claim, listed)]
    if not mine:
        raise ProofRefused("directory: another profession or know-how", why=Why.OTHER_PROFESSION)
    workplaces = frozenset(directory.workplaces(person))
    found = [
        Professional(person, name or listed.name, claim.profession, claim.know_how, facility)
        for claim in mine
        if (facility := _facility(claim, workplaces, directory)) is not None
    ]
    return _some(found)


def listed_as(person: str, name: str, directory: Directory) -> tuple[Professional, ...]:
    """All the activities that the directory knows of somebody whose card tells none.

    Raises:
        ProofRefused: he is unknown or not active, or works nowhere that is known.
    """
    listed = _active(person, directory)
    if not listed.profession:
        raise ProofRefused("directory: no profession", why=Why.UNKNOWN_PROFESSIONAL)
    places = [_listed_facility(place, directory) for place in directory.workplaces(person)]
    return _some(
        Professional(person, name or listed.name, listed.profession, know_how, place)
        for place in places
        if place is not None
        for know_how in listed.know_hows or ("",)
    )


def employed_in(person: str, name: str, structures: Iterable[str], directory: Directory) -> Staff:
    """An employee, by his card (CPE): a secretary of the first structure of the card that is active.

    Raises:
        ProofRefused: no structure of the card is known and active.
    """
    for structure in structures:
        facility = _listed_facility(structure, directory)
        if facility is not None:
            return Staff(person, name, "SECRETARIAT_MEDICAL", facility)
    raise ProofRefused("directory: the structure of the card is unknown or inactive", why=Why.OTHER_STRUCTURE)


def proven(activities: tuple[Professional, ...], proof: Proof, *, at: datetime, leave: str = "") -> Proven | Choice:
    """What is proved when there is one activity; else what to choose from. `leave` is that of `Proven`."""
    if len(activities) == 1:
        return Proven(proof, professional=activities[0], leave=leave)
    kept = _Kept(proof, activities, (at + LIFE).timestamp(), leave)
    return Choice(activities, msgspec.json.encode(kept).decode())


def chosen(kept: str, answer: str, *, at: datetime) -> Proven:
    """The activity of a rank, from 0.

    Raises:
        ProofRefused: none was offered in this browser, it took too long, or it is none of those.
    """
    choice = _read(kept)
    rank = int(answer) if answer.isascii() and answer.isdigit() and len(answer) < 4 else -1
    if at.timestamp() >= choice.until or not 0 <= rank < len(choice.activities):
        raise ProofRefused("activity: not one of those offered, or too late", why=Why.BEGIN_AGAIN)
    return Proven(choice.proof, professional=choice.activities[rank], leave=choice.leave)


def offered(kept: str) -> tuple[Professional, ...]:
    """The activities of a choice that is open.

    Raises:
        ProofRefused: none was offered in this browser.
    """
    return _read(kept).activities


def _read(kept: str) -> _Kept:
    try:
        return msgspec.json.decode(kept, type=_Kept)
    except msgspec.MsgspecError as error:
        raise ProofRefused("activity: none was offered in this browser", why=Why.BEGIN_AGAIN) from error


def _active(person: str, directory: Directory) -> Listed:
    listed = directory.professional(person)
    if listed is None or not listed.active:
        raise ProofRefused("directory: the professional is unknown or inactive", why=Why.UNKNOWN_PROFESSIONAL)
    return listed


def _is_his(claim: Claim, listed: Listed) -> bool:
    return listed.may_have_profession(claim.profession) and listed.may_have_know_how(claim.know_how)


def _facility(claim: Claim, workplaces: Collection[str], directory: Directory) -> Facility | None:
    """The structure of an activity: one that is known, active, where he works, in the sector that is told."""
    for structure in claim.structures:
        facility = _listed_facility(structure, directory) if structure in workplaces else None
        if facility is not None and claim.sector in ("", facility.sector):
            return facility
    return None


def _listed_facility(structure: str, directory: Directory) -> Facility | None:
    listed = directory.structure(structure)
    return Facility(structure, listed.name, listed.sector) if listed is not None and listed.active else None


def _some(found: Iterable[Professional]) -> tuple[Professional, ...]:
    """Each activity once, in the order of the names of the structures.

    Raises:
        ProofRefused: there is none.
    """
    activities = sorted(dict.fromkeys(found), key=lambda one: (one.facility.name, one.facility.id, one.know_how))
    if not activities:
        raise ProofRefused("directory: none of the structures is known, active and his", why=Why.OTHER_STRUCTURE)
    return tuple(activities)
