"""Merge two records of one person («fusion»): one operator proposes, another confirms (LC-18).

All of it is one transaction, traced in both records. The identifiers of the
absorbed record lead to the surviving one; its traces stay with it, under its
own key, and `Record.history` tells where they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.projected import read_on
from dmp.record.actor import person_id
from dmp.record.errors import IncompleteRequest, RecordNotFound
from dmp.record.merging import deciding, decisions_of, join_chains, strictest
from dmp.record.patient import PatientId
from dmp.record.record import Absorption, JoinedChain, Joining, Proposal, Record, RecordState
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx


@dataclass(frozen=True)
class ProposeMerge:
    """The record of `absorbed` is to become part of that of `into`: a first operator asks."""

    absorbed: PatientId
    into: PatientId

    verb = Verb.PROPOSE_MERGE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """Both records."""
        return _both(tx, self.absorbed, self.into, self.verb)

    def apply(self, turn: Turn) -> None:
        """Write the proposal into the surviving record; a new one takes the place of the one before.

        Raises:
            RecordNotFound: the person to absorb has no record.
            IncompleteRequest: they are one record already, or one is not open.
        """
        absorbed = _mergeable(turn, self.absorbed)
        propose(turn, Joining.MERGE, absorbed.key)


@dataclass(frozen=True)
class ConfirmMerge:
    """Another operator confirms: the two become one."""

    absorbed: PatientId
    into: PatientId

    verb = Verb.CONFIRM_MERGE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """Both records."""
        return _both(tx, self.absorbed, self.into, self.verb)

    def apply(self, turn: Turn) -> None:
        """Move everything into the surviving record, under the stricter decisions of both.

        Raises:
            RecordNotFound: the person to absorb has no record.
            IncompleteRequest: nobody else proposed it, one is not open, or both hold an object of the same id.
        """
        absorbed = _mergeable(turn, self.absorbed)
        proposed = confirmed(turn, Joining.MERGE, absorbed.key)
        kept, at = turn.known_record, turn.at
        ours, theirs = turn.contents, turn.tx.inside(absorbed)
        marks = {**kept.visibility, **absorbed.visibility}
        joined = join_chains(ours.entries(), theirs.entries(), marks)
        after = strictest(kept, absorbed)
        absorption = Absorption(
            record=absorbed.key,
            identifiers=absorbed.identifiers,
            at=at,
            operators=(proposed, person_id(turn.caller.actor)),
            lots=frozenset(lot.uuid for lot in theirs.lots()),
            unlisted=frozenset(name for names in absorbed.unlisted.values() for name in names),
            joined=joined,
            before=decisions_of(kept),
            after=after,
        )
        _move_all(turn, theirs, source=absorbed.key, target=kept.key)
        _rechain(turn.contents, joined)
        merged = replace(
            deciding(kept, after),
            identifiers=(*kept.identifiers, *absorbed.identifiers),
            visibility=_joined_marks(marks, joined),
            unlisted=_united(kept, absorbed),
            absorbed=(*kept.absorbed, absorption),
            proposal=None,
        )
        turn.tx.records.change(merged, at=at)
        turn.tx.records.change(replace(absorbed, state=RecordState.MERGED, merged_into=kept.key), at=at)


def propose(turn: Turn, kind: Joining, other: str) -> None:
    """Write a proposal into the surviving record; a new one takes the place of the one before."""
    proposal = Proposal(kind, other, turn.at, person_id(turn.caller.actor))
    turn.tx.records.change(replace(turn.known_record, proposal=proposal), at=turn.at)


def confirmed(turn: Turn, kind: Joining, other: str) -> str:
    """Who proposed what this caller confirms.

    Raises:
        IncompleteRequest: nobody proposed it, or he did so himself.
    """
    proposal = turn.known_record.proposal
    if proposal is None or (proposal.kind, proposal.other) != (kind, other):
        raise IncompleteRequest(f"nobody proposed this {kind}", element="proposal")
    if proposal.operator.casefold() == person_id(turn.caller.actor).casefold():
        raise IncompleteRequest(f"another operator confirms a {kind}", element="operator")
    return proposal.operator


def _both(tx: Tx, absorbed: PatientId, into: PatientId, verb: Verb) -> Scope:
    kept, other = tx.records.of(into), tx.records.of(absorbed)
    apart = other is not None and kept is not None and other.key != kept.key
    return Scope(kept, (Ask(verb),), others=(other,) if other is not None and apart else ())


def _mergeable(turn: Turn, patient: PatientId) -> Record:
    """The record to absorb.

    Raises:
        RecordNotFound: there is none.
        IncompleteRequest: it is the same record, or one of the two is not open.
    """
    absorbed, kept = turn.tx.records.of(patient), turn.known_record
    if absorbed is None:
        raise RecordNotFound("no record for this person")
    if absorbed.key == kept.key:
        raise IncompleteRequest("both identifiers lead to one record", element="record")
    if {absorbed.state, kept.state} != {RecordState.ACTIVE}:
        raise IncompleteRequest("only open records are merged", element="record")
    return absorbed


def _move_all(turn: Turn, theirs: RecordContents, *, source: str, target: str) -> None:
    everything = (*theirs.entries(), *theirs.lots(), *theirs.folders(), *theirs.links())
    read_on(turn, theirs, source=source, target=target)
    try:
        turn.tx.moving.move([each.uuid for each in everything], source=source, target=target)
    except LookupError as error:
        raise IncompleteRequest(str(error), element="record") from error
    turn.tx.moving.move_documents([left.uuid for left in theirs.documents()], source=source, target=target)


def _rechain(contents: RecordContents, joined: Iterable[JoinedChain]) -> None:
    for group in joined:
        for chain in sorted(set(group.members.values()) - {group.chain}):
            contents.set_chain(chain, group.chain)


def _joined_marks(marks: Mapping[str, Visibility], joined: Iterable[JoinedChain]) -> dict[str, Visibility]:
    """What hides each chain once some are joined."""
    together = dict(marks)
    for group in joined:
        for chain in group.before:
            together.pop(chain)
        if group.marks != Visibility():
            together[group.chain] = group.marks
    return together


def _united(kept: Record, absorbed: Record) -> dict[str, tuple[str, ...]]:
    names = {**kept.unlisted, **absorbed.unlisted}
    return {key: (*kept.unlisted.get(key, ()), *absorbed.unlisted.get(key, ())) for key in names}
