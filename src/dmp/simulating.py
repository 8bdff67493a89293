"""What the gate would answer to others, within one act of somebody who may ask («voir comme»)."""

from dataclasses import dataclass, replace
from typing import Protocol

from dmp.access.explain import explain, kinds
from dmp.access.policy import Policy
from dmp.actions.action import Action, Result, Scope, Turn
from dmp.record.actor import Caller
from dmp.record.entry import DocumentEntry
from dmp.record.viewer import Explanation, Viewer
from dmp.record.visibility import Visibility
from dmp.surroundings import in_his_teams


class Imagine(Protocol):
    """The gate, asked what a search would answer to somebody else (`Gate.imagine`)."""

    def __call__(self, turn: Turn, viewer: Viewer, action: Action[Result]) -> Result:
        """Search as he would, from what the caller of the turn may know of."""
        ...


@dataclass(frozen=True)
class Simulated:
    """What the gate would answer to others, within one act of somebody who may ask (`actions.action.Simulation`)."""

    policy: Policy
    turn: Turn
    imagine: Imagine

    @property
    def kinds(self) -> tuple[Viewer, ...]:
        """Every kind of people that the rights know."""
        return kinds(self.policy)

    def explained(self, viewer: Viewer) -> tuple[Explanation, ...]:
        """What a viewer has of each document, by which rule."""
        turn = self.turn
        teams = in_his_teams(turn.tx, Caller(viewer.actor), turn.known_record, turn.at).teams
        return explain(viewer, turn.known_record, turn.entries, at=turn.at, policy=self.policy, teams=teams)

    def supposing(self, entry: DocumentEntry, visibility: Visibility) -> "Simulated":
        """The same about this document alone, were it hidden so."""
        record = replace(
            self.turn.known_record, visibility={**self.turn.known_record.visibility, entry.chain: visibility}
        )
        entries = (replace(entry, visibility=visibility),)
        return replace(self, turn=replace(self.turn, record=record, entries=entries))

    def answered(self, viewer: Viewer, action: Action[Result]) -> Result:
        """What a search would give a viewer."""
        return self.imagine(self.turn, viewer, action)


def known_to(entries: tuple[DocumentEntry, ...], scope: Scope) -> Scope:
    """The scope about these entries and about the record itself, as if there were no other entry."""
    known = {entry.uuid for entry in entries}
    asks = tuple(
        replace(ask, lot=tuple(other for other in ask.lot if other.uuid in known))
        for ask in scope.asks
        if ask.entry is None or ask.entry.uuid in known
    )
    listings = tuple(
        replace(each, entries=tuple(entry for entry in each.entries if entry.uuid in known)) for each in scope.listings
    )
    return replace(scope, asks=asks, listings=listings)
