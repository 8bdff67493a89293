"""Search inside the documents of a record: the papers that the caller may read, with their terms; one act, one trace.

What is searched for is not part of the act: the page looks for it among the
papers that it got, so that no word that somebody typed is traced, counted or
written down (security 9.10). Of what may not be read, nothing is opened.
"""

from dataclasses import dataclass

from dmp.actions.action import NOTHING, Scope, Turn
from dmp.actions.open_chart import OpenChart, chart_of
from dmp.actions.projected import opened
from dmp.record.entry import DocumentEntry
from dmp.record.patient import PatientId
from dmp.record.verb import Verb
from dmp.services.chart import Chart
from dmp.services.lookup.find import Paper
from dmp.services.lookup.terms import NO_TERMS
from dmp.store.tx import Tx


@dataclass(frozen=True)
class Searchable:
    """What one viewer may search: his chart, without facts, and a paper for each of its documents."""

    chart: Chart
    papers: tuple[Paper, ...]


@dataclass(frozen=True)
class SearchTexts:
    """The papers of one record, for whoever may read them."""

    patient: PatientId

    verb = Verb.FIND
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """As for a chart that opens no facts."""
        return OpenChart(self.patient, ()).scope(tx)

    def apply(self, turn: Turn) -> Searchable:
        """The documents in force that may be read, newest first; those whose octets are elsewhere by their titles."""
        chart = chart_of(turn, ())
        return Searchable(chart, papers_of(turn, [sheet.entry for sheet in chart.sheets]))


def papers_of(turn: Turn, entries: list[DocumentEntry]) -> tuple[Paper, ...]:
    """Entries that were allowed, each with its terms."""
    documents = turn.contents.documents_of(entry.uuid for entry in entries)
    kept = turn.tx.projections.terms(turn.known_record.key, documents.values())
    terms = {uuid: opened(kept[name]) for uuid, name in documents.items() if name in kept}
    return tuple([Paper(entry, terms.get(entry.uuid, NO_TERMS)) for entry in entries])
