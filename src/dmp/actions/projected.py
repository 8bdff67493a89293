"""What is kept beside a document of what it says: its facts, and the terms that a search looks through."""

from dmp.actions.action import Turn
from dmp.documents.said import Said
from dmp.record.entry import DocumentEntry
from dmp.record.facts import EXTRACTOR
from dmp.services.lookup.terms import READER, Terms, terms_of, unpack
from dmp.store.entries import RecordContents
from dmp.store.projections import Projection, pack_facts
from dmp.store.unread import unread_of

READING = 1000 * EXTRACTOR + READER
"""The version of both readings: it grows with either, so that one number tells what is to be read again."""


def projected(said: Said) -> Projection:
    """The same octets for the same document, whoever reads it."""
    return _projection(said, terms_of(said.text))


def keep_projection(turn: Turn, document: str, said: Said, entry: DocumentEntry) -> None:
    """Keep what a document says that is added; the PDF in it are read later, by a job."""
    turn.tx.unread.add(unread_of(entry, said.facts), turn.today)
    key, terms = turn.known_record.key, terms_of(said.text)
    turn.tx.projections.keep(key, document, _projection(said, terms))
    if terms.waiting:
        turn.tx.outbox.read_words(key, document, at=turn.at)


def read_on(turn: Turn, contents: RecordContents, *, source: str, target: str) -> None:
    """Before documents of `source` move into `target`: PDF that wait, and what was damaged, are read again there."""
    names = [piece.uuid for piece in contents.documents()]
    projections = turn.tx.projections
    for name, packed in projections.terms(source, names).items():
        if opened(packed).waiting or projections.is_damaged(source, name):
            turn.tx.outbox.read_words(target, name, at=turn.at)


def opened(packed: bytes) -> Terms:
    """The terms that were kept; none of a former making that this one cannot open, until they are made again."""
    try:
        return unpack(packed)
    except ValueError:
        return Terms()


def _projection(said: Said, terms: Terms) -> Projection:
    return Projection(pack_facts(said.facts), terms.packed, READING)
