"""Which documents of a chart tell of which codes: a programme then looks at few of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from dmp.services.chart import Chart, Sheet
from dmp.services.screening.programmes import CATEGORY, Programme


@dataclass(frozen=True)
class Index:
    """The places of the documents of a chart, by each code that they hold."""

    chart: Chart
    places: dict[str, set[int]]

    def narrowed(self, programme: Programme) -> Chart:
        """The chart with only those documents that may tell of a programme, in their order."""
        found = sorted(set().union(*(self.places.get(code, ()) for code in programme.codes)))
        return replace(self.chart, sheets=tuple(self.chart.sheets[place] for place in found))


def index_of(chart: Chart) -> Index:
    """Every code of every document, read once."""
    places: dict[str, set[int]] = {}
    for place, sheet in enumerate(chart.sheets):
        for code in set(_codes(sheet)):
            places.setdefault(code, set()).add(place)
    return Index(chart, places)


def _codes(sheet: Sheet) -> Iterator[str]:
    entry, facts = sheet.entry, sheet.facts
    yield entry.format_code.code
    yield entry.type_code.code
    yield from (code.code for code in entry.event_codes)
    for fact in chain(facts.results, facts.observations, facts.procedures):
        yield fact.concept.code
        for code in fact.concept.translations:
            yield code.code
    for fact in chain(facts.problems, facts.family):
        for code, _ in fact.concept.codes():
            yield code
            yield code[:CATEGORY]
