"""Open the chart of a record: what its documents say, to those who may read them; one act, one trace (SV-3).

What a document says is read under the right to read that document, asked for
each of them. Nothing is remembered between two viewers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.find_documents import scope_of_documents
from dmp.actions.shown import current_versions
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.facts import KINDS, Facts
from dmp.record.patient import IdentityTraits, PatientId
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.services.chart import Chart, Person, Sheet
from dmp.store.tx import Tx

OWN = Verb.KEEP_PROFILE
"""Who keeps the profile, the holder or who represents him, knows what was chosen."""


DOORS = (Ask(Verb.FIND), Ask(Verb.READ), Ask(OWN, optional=True))
"""A chart is a search of the record, of documents that may be read."""


@dataclass(frozen=True)
class OpenChart:
    """The chart, with the kinds of facts that are asked for (`facts.KINDS`); the search in texts adds its own.

    With `replaced`, also what the version before each of its documents says, of the same kinds.
    """

    patient: PatientId
    kinds: tuple[str, ...] = KINDS
    replaced: bool = False

    verb = Verb.FIND
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, and the right to read each document that lists show."""
        return scope_of_documents(tx, self.patient, *DOORS, verb=Verb.READ)

    def apply(self, turn: Turn) -> Chart:
        """What may be known, documents newest first."""
        return chart_of(turn, self.kinds, replaced=self.replaced)


def in_force(entries: Iterable[DocumentEntry]) -> list[DocumentEntry]:
    """What a chart is made of: what was replaced, archived or deleted says nothing any more (SV-2)."""
    return [entry for entry in entries if entry.status is EntryStatus.APPROVED]


def chart_of(turn: Turn, kinds: Iterable[str] = KINDS, *, replaced: bool = False) -> Chart:
    """The chart of the entries that were allowed."""
    allowed = current_versions(turn.entries)
    entries = sorted(in_force(allowed), key=newest_first, reverse=True)
    former = versions_before(entries, allowed) if replaced else []
    facts = _facts(turn, [*entries, *former], tuple(kinds)) if kinds else {}
    personal, record, beside = turn.tx.personal, turn.known_record, turn.beside
    mine = OWN in turn.rights
    return Chart(
        person=person_of(record),
        today=turn.today,
        sheets=_sheets(entries, facts),
        choices=beside.choices(personal.choices(record), keeps_profile=mine),
        invitations=personal.invitations(record) if beside.invitations(keeps_profile=mine) else (),
        complete=mine,
        attending=beside.attends,
        rules=turn.rules,
        replaced=_sheets(former, facts),
    )


def versions_before(entries: Iterable[DocumentEntry], allowed: Iterable[DocumentEntry]) -> list[DocumentEntry]:
    """Of what was allowed, the last version before each of these entries, where one was replaced (RPLC).

    One that was not allowed is stepped over, as if it had never been.
    """
    replaced = sorted((one for one in allowed if one.chain and one.status is EntryStatus.DEPRECATED), key=_deposited)
    if not replaced:
        return []
    newest = {entry.chain: entry for entry in sorted(entries, key=_deposited)}
    found: dict[str, DocumentEntry] = {}
    for entry in replaced:
        if entry.chain in newest and _deposited(entry) < _deposited(newest[entry.chain]):
            found[entry.chain] = entry
    return list(found.values())


def _deposited(entry: DocumentEntry) -> tuple[float, str, str]:
    at = entry.deposit.at.timestamp() if entry.deposit is not None else 0.0
    return (at, entry.creation_time, entry.uuid)


_NOTHING = Facts()


def _sheets(entries: Iterable[DocumentEntry], facts: Mapping[str, Facts]) -> tuple[Sheet, ...]:
    return tuple([Sheet(entry, facts.get(entry.uuid, _NOTHING)) for entry in entries])


def _facts(turn: Turn, entries: Iterable[DocumentEntry], kinds: tuple[str, ...]) -> dict[str, Facts]:
    record = turn.known_record
    documents = turn.contents.documents_of(entry.uuid for entry in entries)
    told = turn.tx.projections.facts(record.key, documents.values(), kinds)
    return {uuid: told[name] for uuid, name in documents.items() if name in told}


def newest_first(entry: DocumentEntry) -> tuple[str, str, str]:
    """By the time of the act, else that of the document."""
    return (entry.service_start or entry.creation_time, entry.creation_time, entry.uuid)


def person_of(record: Record) -> Person:
    """Whose record it is, as services know him."""
    traits = record.traits
    if traits is None:
        return Person(deceased=record.deceased)
    return Person(traits.sex, birth_of(traits), record.deceased)


def birth_of(traits: IdentityTraits) -> date | None:
    """A whole date of birth; None for a partial or lunar one, which is never completed (ID-2)."""
    try:
        return datetime.strptime(traits.birth_date, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        return None
