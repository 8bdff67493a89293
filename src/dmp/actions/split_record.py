"""Split a record that absorbed another one («scission»): one operator proposes, another confirms (LC-18).

Each gets back what it had, when nothing was decided since; what came under an
identifier of the absorbed record goes with it. Records that absorbed several
give them back exactly in the reverse order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.merge_records import confirmed, propose
from dmp.actions.projected import read_on
from dmp.record.entry import EntryStatus
from dmp.record.errors import IncompleteRequest
from dmp.record.merging import (
    Held,
    Share,
    deciding,
    parted_chain,
    parted_marks,
    restored,
    set_free,
    share_of,
)
from dmp.record.patient import PatientId
from dmp.record.record import Absorption, Joining, Record, RecordState
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx


@dataclass(frozen=True)
class ProposeSplit:
    """The record that had this identifier is to stand by itself again: a first operator asks."""

    patient: PatientId

    verb = Verb.PROPOSE_SPLIT
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record that absorbed it, and the absorbed one."""
        return _whole(tx, self.patient, self.verb)

    def apply(self, turn: Turn) -> None:
        """Write the proposal into the surviving record.

        Raises:
            IncompleteRequest: this identifier came by no merge.
        """
        propose(turn, Joining.SPLIT, _required(turn.known_record, self.patient).record)


@dataclass(frozen=True)
class ConfirmSplit:
    """Another operator confirms: the two are two again."""

    patient: PatientId

    verb = Verb.CONFIRM_SPLIT
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record that absorbed it, and the absorbed one."""
        return _whole(tx, self.patient, self.verb)

    def apply(self, turn: Turn) -> None:
        """Give back what the absorbed record had, and what came since under its identifiers.

        Raises:
            IncompleteRequest: this identifier came by no merge, or nobody else proposed it.
        """
        absorption = _required(turn.known_record, self.patient)
        confirmed(turn, Joining.SPLIT, absorption.record)
        _Parting(turn, absorption, share_of(absorption, _held(turn.contents))).part()


@dataclass(frozen=True)
class _Parting:
    """The writing of one accepted split."""

    turn: Turn
    absorption: Absorption
    share: Share

    def part(self) -> None:
        """Give back the objects, then what was decided."""
        contents, merged = self.turn.contents, self.turn.known_record
        absorbed = self.turn.tx.records.get(self.absorption.record)
        theirs = self.turn.tx.inside(absorbed)
        contents.remove(self.share.cut)
        for uuid in sorted(self.share.revived):
            contents.set_status(uuid, EntryStatus.APPROVED)
        self._rechain(contents)
        move, ends = self.turn.tx.moving, {"source": merged.key, "target": absorbed.key}
        read_on(self.turn, contents, **ends)
        move.move(self.share.moved, **ends, copied=self.share.shared_lots)
        unlisted = {key: _among(names, self.absorption.unlisted) for key, names in merged.unlisted.items()}
        move.move_documents([name for names in unlisted.values() for name in names], **ends)
        self._give_back(merged, unlisted, contents)
        self._set_free(absorbed, unlisted, theirs)

    def _give_back(self, merged: Record, unlisted: Mapping[str, tuple[str, ...]], contents: RecordContents) -> None:
        """The surviving record is what it was before."""
        kept = {key: _among(names, frozenset(names) - set(unlisted[key])) for key, names in merged.unlisted.items()}
        before = replace(
            deciding(merged, restored(merged, self.absorption)),
            identifiers=tuple(each for each in merged.identifiers if each not in self.absorption.identifiers),
            visibility=self._marks(contents, self._our_chains),
            unlisted={key: names for key, names in kept.items() if names},
            absorbed=tuple(other for other in merged.absorbed if other != self.absorption),
            proposal=None,
        )
        self.turn.tx.records.change(before, at=self.turn.at)

    def _set_free(self, absorbed: Record, unlisted: Mapping[str, tuple[str, ...]], theirs: RecordContents) -> None:
        """The absorbed record is what it was; what was refused or ended since is so there too."""
        free = replace(
            set_free(absorbed, self.turn.known_record, self.absorption),
            state=RecordState.ACTIVE,
            merged_into="",
            visibility=self._marks(theirs, self._their_chains),
            unlisted={key: names for key, names in unlisted.items() if names},
            proposal=None,
        )
        self.turn.tx.records.change(free, at=self.turn.at)

    # -- replacement chains

    def _rechain(self, contents: RecordContents) -> None:
        """Part the chains that the merge joined; what came since has one of its side."""
        theirs = {joined: min(chains) for joined, chains in self._their_chains.items() if chains}
        ours = {joined: min(chains) for joined, chains in self._our_chains.items() if chains}
        for entry in contents.entries():
            side = theirs if entry.uuid in self.share.documents else ours
            chain = parted_chain(entry, self.absorption.joined, side=side)
            if chain != entry.chain:
                contents.put(replace(entry, chain=chain))

    @cached_property
    def _their_chains(self) -> Mapping[str, frozenset[str]]:
        """What each joined chain becomes in the absorbed record."""
        return {group.chain: group.chains_of(self._their_documents) for group in self.absorption.joined}

    @cached_property
    def _our_chains(self) -> Mapping[str, frozenset[str]]:
        """What each joined chain becomes in the surviving record."""
        theirs = self._their_documents
        return {g.chain: g.chains_of(g.members.keys() - theirs) for g in self.absorption.joined}

    @cached_property
    def _their_documents(self) -> frozenset[str]:
        """Logical ids, looked up before anything moves."""
        return frozenset(entry.logical_id for entry in self.turn.contents.by_uuid(self.share.documents))

    def _marks(self, contents: RecordContents, chains: Mapping[str, frozenset[str]]) -> dict[str, Visibility]:
        """What hides the chains of one side."""
        present = {entry.chain for entry in contents.entries()}
        marks = parted_marks(self.turn.known_record.visibility, self.absorption.joined, chains)
        return {chain: hidden for chain, hidden in marks.items() if chain in present}


def _whole(tx: Tx, patient: PatientId, verb: Verb) -> Scope:
    record = tx.records.of(patient)
    absorption = None if record is None else _absorption(record, patient)
    others = () if absorption is None else (tx.records.get(absorption.record),)
    return Scope(record, (Ask(verb),), others=others)


def _absorption(record: Record, patient: PatientId) -> Absorption | None:
    return next((each for each in record.absorbed if patient in each.identifiers), None)


def _required(record: Record, patient: PatientId) -> Absorption:
    absorption = _absorption(record, patient)
    if absorption is None:
        raise IncompleteRequest("this identifier came by no merge", element="record")
    return absorption


def _held(contents: RecordContents) -> Held:
    lots = [*contents.entries_of_lots().items(), *contents.folders_of_lots().items()]
    lot_of = {uuid: lot for lot, uuids in lots for uuid in uuids}
    return Held(contents.entries(), contents.folders(), contents.lots(), contents.links(), lot_of)


def _among(names: tuple[str, ...], wanted: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in wanted)
