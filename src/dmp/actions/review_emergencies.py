"""Review the uses of emergency modes («revue des accès en urgence»; security 8, AR-9, AR-11).

The structure of who used one looks at it, by a person whom it designated, who
sees who, when and why, and nothing of the record. The holder reads in his
history that there was one, and here what the review found. A review stands in
no history: representatives would learn from it of a secret connection (AR-21).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.designated import structure_spoken_for
from dmp.actions.view_log import ViewLog
from dmp.record.actor import person_id
from dmp.record.emergency import LONGEST_WORDS, Case, Finding, Review
from dmp.record.errors import AccessRefused, IncompleteRequest
from dmp.record.history import Ending, TracedAct
from dmp.record.patient import PatientId
from dmp.record.verb import Verb
from dmp.store.tx import Tx

NOT_DESIGNATED = "Seules les personnes que la structure a désignées relisent ses accès en urgence."
OWN_CASE = "Une autre personne désignée par la structure doit relire votre accès en urgence."


@dataclass(frozen=True)
class ListCases:
    """The emergency accesses to one record, as the history tells them to the caller, with what their review found."""

    patient: PatientId

    verb = Verb.LIST_CASES
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, and its history as the caller may see it."""
        seen = ViewLog(self.patient).scope(tx)
        return replace(seen, asks=(Ask(self.verb), *seen.asks), verb=self.verb)

    def apply(self, turn: Turn) -> tuple[Case, ...]:
        """The newest first; their numbers and reasons are those of the lines that the caller may see."""
        return cases_seen(turn)


@dataclass(frozen=True)
class CasesToReview:
    """What nobody has reviewed yet in the caller's structure, for those whom it designated."""

    verb = Verb.REVIEW_CASE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:  # noqa: ARG002 - an act of no record
        """No record."""
        return Scope(None, (Ask(self.verb),))

    def apply(self, turn: Turn) -> tuple[Case, ...]:
        """The oldest first; whether a connection was secret is not told.

        Raises:
            AccessRefused: the structure did not designate the caller.
        """
        structure = structure_spoken_for(turn, otherwise=NOT_DESIGNATED)
        return tuple(replace(case, secret=False) for case in turn.tx.cases.to_review(structure))


@dataclass(frozen=True)
class ReviewCase:
    """A designated person says whether an emergency was one; `record` is the pseudonym that the case tells."""

    record: str
    case: str
    finding: Finding
    words: str

    verb = Verb.REVIEW_CASE

    @property
    def about(self) -> tuple[str, ...]:
        """The case."""
        return (self.case,)

    def scope(self, tx: Tx) -> Scope:  # noqa: ARG002 - an act of no record
        """No record: see the head of this module."""
        return Scope(None, (Ask(self.verb),))

    def apply(self, turn: Turn) -> None:
        """Add the review to the case, for good.

        Raises:
            AccessRefused: the structure did not designate the caller, or the case is his own.
            IncompleteRequest: no case of the structure has this id, it was reviewed, or the words are none or too many.
        """
        structure, by = structure_spoken_for(turn, otherwise=NOT_DESIGNATED), person_id(turn.caller.actor)
        case = turn.tx.cases.one(self.record, self.case)
        if case.structure != structure:
            raise IncompleteRequest("no emergency case has this id", element="ID")
        if case.person == by:
            raise AccessRefused(OWN_CASE, rule="own-case")
        if not 0 < len(self.words.strip()) <= LONGEST_WORDS:
            raise IncompleteRequest(f"a review has 1 to {LONGEST_WORDS} characters", element="words")
        turn.tx.cases.review(case, Review(by, turn.at, self.finding, self.words.strip()))


def cases_seen(turn: Turn) -> tuple[Case, ...]:
    """The cases of the record of a turn as its lines tell them, the newest first."""
    acts = [line.act for line in turn.lines if line.act is not None]
    keys = (key for key in turn.known_record.history if turn.tx.records.find(key) is not None)
    cases = (case for key in keys for case in turn.tx.cases.of(key))
    shown = (_as_seen(case, acts) for case in cases)
    return tuple(sorted((case for case in shown if case), key=lambda case: (case.began, case.id), reverse=True))


def _as_seen(case: Case, acts: Iterable[TracedAct]) -> Case | None:
    """A case by the lines of it that may be seen; None when there are none (AR-17, DEC-30)."""
    seen = [act for act in acts if _belongs(act, case)]
    if not seen:
        return None
    moments = [act.at for act in seen]
    reasons = tuple(reason for reason in case.reasons if reason in {act.reason.strip() for act in seen})
    return replace(case, began=min(moments), last=max(moments), acts=len(seen), reasons=reasons)


def _belongs(act: TracedAct, case: Case) -> bool:
    who, mode = (act.doer.person, act.doer.structure), (act.mode, act.secret)
    same = act.record == case.record and who == (case.person, case.structure) and mode == (case.mode, case.secret)
    return same and act.ending is Ending.DONE and case.began <= act.at <= case.last
