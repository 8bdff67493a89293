"""Lots that share a uniqueId: told of to who may know of what they hold, and to nobody else (DEC-4, security 7)."""

from collections.abc import Iterable, Iterator

from dmp.actions.action import Ask, Turn
from dmp.actions.shown import Shown, asks_about_folders
from dmp.record.entry import SubmissionSet
from dmp.record.errors import Problem, XdsCode
from dmp.record.verb import Verb
from dmp.store.entries import RecordContents


def asks_about_namesakes(lot: SubmissionSet, contents: RecordContents) -> Iterable[Ask]:
    """May the sender know of the lots of this uniqueId? A lot is seen through what it holds, of any age."""
    if not contents.lots_called(lot.unique_id):
        return ()
    verb = Verb.FIND_REFERENCE
    documents = [Ask(verb, entry, optional=True) for entry in contents.entries() if not entry.is_signature]
    return (*documents, *asks_about_folders(verb, contents.folders()))


def problems_of_namesakes(lot: SubmissionSet, turn: Turn) -> Iterator[Problem]:
    """The clash with a lot that the sender may know of; any other goes unsaid (xds-wire 2.4, check 9)."""
    contents = turn.contents
    called = contents.lots_called(lot.unique_id)
    if called and not called.keys().isdisjoint(Shown(contents, turn.entries).lots):
        context = f"{lot.unique_id}: a lot with this uniqueId is already in the record"
        yield Problem(XdsCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY, context)
