"""Look for a professional or a structure, before any contact too (PT-10): the directory, and no record.

Searching tells who practises, which anybody may know; how often somebody may
do it in an hour protects the service, not a secret.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.actor import person_id
from dmp.record.errors import IncompleteRequest
from dmp.record.listed import Listed, words_of
from dmp.record.verb import Verb
from dmp.store.directory import Directory, begins
from dmp.store.tx import Tx

MOST_FOUND = 20
SHORTEST = 3
"""Letters of the longest word: fewer would find everybody."""
LOOKED_AT = 100
"""Lines whose workplaces are looked up for a search by place."""
PERIOD, MOST_SEARCHES = timedelta(hours=1), 100
_NUMBERED = ("", "8", "0", "1", "3")
"""What may stand before a number that people read on a letter: RPPS, ADELI, FINESS, SIRET (functional 1.4)."""


@dataclass(frozen=True)
class InDirectory:
    """A professional or a structure as people may choose him; `places` are the names of where he works."""

    id: str
    name: str
    profession: str = ""
    """Code; empty for a structure."""
    know_hows: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    listed: bool = True
    """False for who left the directory, or never was in it."""


@dataclass(frozen=True)
class Matches:
    """Who answers a search; `more` when there are others, whom a longer name would find."""

    found: tuple[InDirectory, ...]
    more: bool = False


@dataclass(frozen=True)
class SearchDirectory:
    """By number, or by name, with a place and a profession where they are told."""

    name: str = ""
    number: str = ""
    place: str = ""
    profession: str = ""

    verb = Verb.SEARCH_DIRECTORY
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:  # noqa: ARG002 - an act of no record
        """No record."""
        return Scope(None, (Ask(self.verb),))

    def apply(self, turn: Turn) -> Matches:
        """Search; professionals first, then structures.

        Raises:
            IncompleteRequest: told in French: nothing to search by, or too many searches in an hour.
        """
        _count(turn)
        directory = turn.tx.directory
        if self.number:
            return Matches(tuple(_numbered(directory, self.number)))
        words = words_of(self.name)
        if max(map(len, words), default=0) < SHORTEST:
            raise IncompleteRequest("Écrivez au moins trois lettres du nom.", element="name")
        found = list(self._found(directory, words))
        return Matches(tuple(found[:MOST_FOUND]), len(found) > MOST_FOUND)

    def _found(self, directory: Directory, words: tuple[str, ...]) -> Iterator[InDirectory]:
        kinds = ("professional",) if self.profession else ("professional", "structure")
        lines = [line for kind in kinds for line in directory.named(kind, words)]
        lines = [line for line in lines if self.profession in ("", line.profession)]
        places = words_of(self.place)
        for line in lines[: LOOKED_AT if places else MOST_FOUND + 1]:
            described = described_in(directory, line)
            if not places or any(begins(name, places) for name in (*described.places, line.name)):
                yield described


def described(directory: Directory, name: str) -> InDirectory:
    """Who has a national id; his id alone where the directory does not have him."""
    line = directory.professional(name) or directory.structure(name)
    return described_in(directory, line) if line is not None else InDirectory(name, name, listed=False)


def described_in(directory: Directory, line: Listed) -> InDirectory:
    """A line of the directory, with the names of the places of a professional."""
    if line.kind != "professional":
        return InDirectory(line.id, line.name, listed=line.active)
    places = (directory.structure(place) for place in directory.workplaces(line.id))
    named = tuple(place.name for place in places if place is not None and place.active)
    return InDirectory(line.id, line.name, line.profession, line.know_hows, named, line.active)


def _numbered(directory: Directory, typed: str) -> Iterator[InDirectory]:
    number = "".join(typed.split()).upper()
    for before in _NUMBERED:
        found = described(directory, before + number)
        if found.listed or found.name != found.id:
            yield found


def _count(turn: Turn) -> None:
    """Count a search of this person.

    Raises:
        IncompleteRequest: there were too many in the last hour.
    """
    name = f"directory {type(turn.caller.actor).__name__} {person_id(turn.caller.actor)}"
    known = turn.tx.tallies.of(name)
    count, until = known if known is not None and known[1] > turn.at else (0, turn.at + PERIOD)
    if count >= MOST_SEARCHES:
        raise IncompleteRequest("Vous avez fait beaucoup de recherches : réessayez dans une heure.", element="name")
    turn.tx.tallies.write(name, count + 1, until)
