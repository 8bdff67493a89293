"""Lots that share a uniqueId: told of to who may know of their documents, and to nobody else (DEC-4, security 7)."""

from collections.abc import Iterable, Iterator

from dmp.actions.action import Ask, Turn
from dmp.record.entry import DocumentEntry, SubmissionSet
from dmp.record.errors import Problem, XdsCode
from dmp.record.verb import Verb
from dmp.store.entries import RecordContents


def asks_about_namesakes(lot: SubmissionSet, contents: RecordContents) -> Iterable[Ask]:
    """May the sender know of what came with the lots of this uniqueId? What he may not know is left out."""
    return [Ask(Verb.FIND_REFERENCE, entry, optional=True) for entry in _subjects(lot, contents)]


def problems_of_namesakes(lot: SubmissionSet, turn: Turn) -> Iterator[Problem]:
    """The clash with a lot of which the sender may know a document; any other goes unsaid (xds-wire 2.4, check 9)."""
    seen = {entry.uuid for entry in turn.entries}
    if any(entry.uuid in seen for entry in _subjects(lot, turn.contents)):
        context = f"{lot.unique_id}: a lot with this uniqueId is already in the record"
        yield Problem(XdsCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY, context)


def _subjects(lot: SubmissionSet, contents: RecordContents) -> tuple[DocumentEntry, ...]:
    """The documents of those lots; a signature tells nothing by itself (DEC-12)."""
    found = contents.subjects_of_lots(contents.lots_called(lot.unique_id))
    return tuple(entry for entry in found if not entry.is_signature)
