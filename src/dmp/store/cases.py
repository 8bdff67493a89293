"""The ledger of emergencies («journal des accès en urgence»): a row for each case, sealed with the key of its record.

An act in an emergency mode is counted in its own transaction, which also says
that the record changed: of two acts that meet, or of an act and a review, one
is run again on what the other left. Cases stand as traces do: those of a
record that was absorbed stay with it, those of one that was destroyed go.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, literal_column, select, update

from dmp.record.actor import Caller, person_id
from dmp.record.emergency import LASTS, REVIEW_WITHIN, Case, CaseState, Review, case_of
from dmp.record.errors import IncompleteRequest
from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.packing import microseconds, pack
from dmp.store.records import Records
from dmp.store.statements import Prepared, into
from dmp.store.vault import Vault

SEALED_AS = "emergency-case"
NAME = 18
"""Octets of the keyed hash that names a case."""
WAITING = (CaseState.LATE, CaseState.OPEN)
"""What nobody has reviewed, the oldest first."""

_case, _waiting = schema.case, schema.to_review
_sealed = (_case.c.record, _case.c.id, _case.c.state, _case.c.sealed)
_most = literal_column("500")
ADD_CASE = into(_case)
CHANGE_CASE = Prepared(
    update(_case)
    .where(_case.c.record == bindparam("key"), _case.c.id == bindparam("named"))
    .values(state=bindparam("new_state"), sealed=bindparam("new_sealed"))
)
READ_CASES = Prepared(
    select(*_sealed).where(_case.c.record == bindparam("key"), _case.c.due > bindparam("after")).order_by(_case.c.due)
)
READ_CASE = Prepared(select(*_sealed).where(_case.c.record == bindparam("key"), _case.c.id == bindparam("named")))
LIST_OF_STRUCTURE = Prepared(
    select(_waiting.c.record, _waiting.c.id)
    .where(_waiting.c.structure == bindparam("place"))
    .order_by(_waiting.c.due, _waiting.c.id)
    .limit(_most)
    .offset(literal_column("0"))
)
LIST_WAITING = Prepared(
    select(_waiting.c.record, _waiting.c.id)
    .where(_waiting.c.state == bindparam("wanted"), _waiting.c.due <= bindparam("before"))
    .order_by(_waiting.c.due, _waiting.c.id)
    .limit(_most)
    .offset(literal_column("0"))
)
ADD_WAITING = into(_waiting)
_one = (
    _waiting.c.structure == bindparam("place"),
    _waiting.c.record == bindparam("key"),
    _waiting.c.id == bindparam("named"),
)
MARK_LATE = Prepared(update(_waiting).where(*_one).values(state=bindparam("new_state")))
END_WAITING = Prepared(delete(_waiting).where(*_one))
DROP_WAITING = Prepared(delete(_waiting).where(_waiting.c.record == bindparam("key")))
DROP_CASES = Prepared(delete(_case).where(_case.c.record == bindparam("key")))

_unpack = msgspec.msgpack.Decoder(Case).decode
Row = tuple[str, str, str, bytes]


class Cases:
    """The cases inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault, records: Records):
        """Read on a lane, write into a batch; `records` holds the seals."""
        self._lane = lane
        self._batch = batch
        self._vault = vault
        self._records = records

    def note(self, caller: Caller, record: str, at: datetime) -> None:
        """Count an act in an emergency mode on a record already met: in the case that goes on, else in a new one."""
        recent = microseconds(at - LASTS + REVIEW_WITHIN)
        known = list(self._opened(self._lane.read(READ_CASES, key=record, after=recent)))
        begun = case_of(caller, record, at, id=self._name(caller, record, at, len(known)))
        going = next((case for case in known if case.takes(begun)), None)
        self._records.touch(record)
        if going is not None:
            self._change(going.joined_by(begun))
            return
        row = {"record": record, "id": begun.id, "state": begun.state, "due": microseconds(begun.due)}
        self._batch.add(ADD_CASE, row | {"sealed": self._closed(begun)})
        self._batch.add(ADD_WAITING, row | {"structure": self._place(begun.structure)})

    def of(self, record: str) -> list[Case]:
        """All the cases of a record, the oldest first."""
        return list(self._opened(self._lane.read(READ_CASES, key=record, after=0)))

    def one(self, record: str, name: str) -> Case:
        """One case.

        Raises:
            IncompleteRequest: there is none of this id, or its record was destroyed.
        """
        rows = self._lane.read(READ_CASE, key=record, named=name)
        found = next(self._opened(rows), None)
        if found is None:
            raise IncompleteRequest("no emergency case has this id", element="ID")
        return found

    def to_review(self, structure: str) -> Iterator[Case]:
        """The cases of a structure that nobody has reviewed, the oldest first, 500 at most."""
        return self._each(self._lane.read(LIST_OF_STRUCTURE, place=self._place(structure)))

    def waiting(self, state: CaseState, *, due_before: datetime) -> Iterator[Case]:
        """The cases of everybody in a state that were due then, the oldest first, 500 at most."""
        return self._each(self._lane.read(LIST_WAITING, wanted=state, before=microseconds(due_before)))

    def review(self, case: Case, review: Review) -> None:
        """Add the review to a case; nothing that was there changes.

        Raises:
            IncompleteRequest: it has been reviewed.
        """
        if case.review is not None:
            raise IncompleteRequest("this case has been reviewed", element="ID")
        self._records.touch(case.record)
        self._change(replace(case, state=CaseState.REVIEWED, review=review))
        self._batch.add(END_WAITING, self._named(case))

    def mark_late(self, case: Case) -> None:
        """Say that the operator knows that nobody reviewed it."""
        self._records.touch(case.record)
        self._change(replace(case, state=CaseState.LATE))
        self._batch.add(MARK_LATE, self._named(case) | {"new_state": CaseState.LATE})

    def _change(self, case: Case) -> None:
        row = {"key": case.record, "named": case.id, "new_state": case.state, "new_sealed": self._closed(case)}
        self._batch.add(CHANGE_CASE, row)

    def _named(self, case: Case) -> dict[str, object]:
        return {"place": self._place(case.structure), "key": case.record, "named": case.id}

    def _each(self, names: list[tuple[str, str]]) -> Iterator[Case]:
        for record, name in names:
            yield from self._opened(self._lane.read(READ_CASE, key=record, named=name))

    def _closed(self, case: Case) -> bytes:
        return self._records.seal(case.record).close(SEALED_AS, _sealed_name(case.id, case.state), pack(case))

    def _opened(self, rows: list[Row]) -> Iterator[Case]:
        """Each case that can be read: a record that was destroyed has lost its key."""
        for record, name, state, sealed in rows:
            if self._records.find(record, listed_only=True) is not None:
                seal = self._records.seal(record)
                yield _unpack(seal.open(SEALED_AS, _sealed_name(name, state), bytes(sealed)))

    def _place(self, structure: str) -> bytes:
        return self._vault.digest(f"case structure {structure}")

    def _name(self, caller: Caller, record: str, at: datetime, number: int) -> str:
        who = f"{person_id(caller.actor)} {caller.mode}"
        return self._vault.digest(f"case {record} {microseconds(at)} {number} {who}")[:NAME].hex()


def _sealed_name(name: str, state: str) -> str:
    """A case is sealed with its state: what was written before the review cannot stand in for it."""
    return f"{name} {state}"


def drop_cases(batch: Batch, record: str) -> None:
    """Forget the cases of a record that is destroyed."""
    batch.add(DROP_CASES, {"key": record})
    batch.add(DROP_WAITING, {"key": record})
