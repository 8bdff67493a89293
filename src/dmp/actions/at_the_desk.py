"""An act for a person who stands at a desk: under her number, and the name and birth date that she showed (PT-18).

A number alone must open no conversation about whose it is (security 9.4).
Under another identity there is no record, for the answer and the trace alike.
"""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from dmp.actions.action import Action, Scope, Turn
from dmp.actions.authorise_in_person import is_of
from dmp.record.verb import Verb
from dmp.store.tx import Tx

Given = TypeVar("Given")


@dataclass(frozen=True)
class AtTheDesk(Generic[Given]):
    """The same act, on the record of this person and on no other."""

    act: Action[Given]
    name: str
    """Of birth, or in use."""
    birth_date: str
    """A partial ISO text."""

    @property
    def verb(self) -> Verb:
        """That of the act."""
        return self.act.verb

    @property
    def about(self) -> tuple[str, ...]:
        """What the act names."""
        return self.act.about

    def scope(self, tx: Tx) -> Scope:
        """That of the act; the record of somebody else is as if there were none."""
        scope = self.act.scope(tx)
        traits = scope.record.traits if scope.record is not None else None
        if traits is None or is_of(traits, self.name, self.birth_date):
            return scope
        return replace(scope, record=None, others=(), acts=None)

    def apply(self, turn: Turn) -> Given:
        """Do it."""
        return self.act.apply(turn)
