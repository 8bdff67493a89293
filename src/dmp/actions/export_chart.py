"""Open the chart of a record with the identity of its patient, to write a document of it (IPS, vaccination history)."""

from dataclasses import dataclass

from dmp.actions.action import NOTHING, Scope, Turn
from dmp.actions.consult_record import NO_TRAITS
from dmp.actions.open_chart import OpenChart, chart_of
from dmp.record.facts import KINDS
from dmp.record.patient import IdentityTraits, PatientId
from dmp.record.verb import Verb
from dmp.services.chart import Chart
from dmp.store.tx import Tx


@dataclass(frozen=True)
class NamedChart:
    """A chart, and whose it is as the header of a document names him."""

    chart: Chart
    patient: PatientId
    traits: IdentityTraits


@dataclass(frozen=True)
class ExportChart:
    """As `OpenChart`, under the same rights: who reads a document reads the identity in it."""

    patient: PatientId
    kinds: tuple[str, ...] = KINDS

    verb = Verb.FIND
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, and the right to read each of its documents."""
        return OpenChart(self.patient, self.kinds).scope(tx)

    def apply(self, turn: Turn) -> NamedChart:
        """What may be known, and of whom."""
        record = turn.known_record
        return NamedChart(chart_of(turn, self.kinds), record.patient, record.traits or NO_TRAITS)
