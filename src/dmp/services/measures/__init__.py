"""Vital signs and measures («constantes»): the last value of each, and the one before.

The smallest service of the house: one function from a chart to a panel. It is
the worked example of `docs/guide/adding-a-service.md`.
"""

from dmp.record.facts import Measurement
from dmp.services.chart import Chart, Sheet, evidence_of
from dmp.services.measures.names import NAMES
from dmp.services.panel import Panel, Row, same
from dmp.services.service import Service
from dmp.services.words import day_words, unit_words

READS = ("measurements",)


def panels(chart: Chart) -> tuple[Panel, ...]:
    """One row for each thing that was measured, in the order of the table of names."""
    measured: dict[str, list[tuple[Sheet, Measurement]]] = {}
    for sheet, fact in chart.of("measurements"):
        if isinstance(fact, Measurement) and fact.is_present and fact.quantity.value:
            measured.setdefault(fact.concept.code or fact.concept.words, []).append((sheet, fact))
    order = {code: place for place, code in enumerate(NAMES)}
    rows = [_row(code, measured[code]) for code in sorted(measured, key=lambda code: (order.get(code, 99), code))]
    return (Panel(title=TITLE, columns=_COLUMNS, rows=tuple(rows), empty=_EMPTY),)


TITLE = ("Mesures", "Measures")
_COLUMNS = (("Mesure", "Measure"), ("Dernière valeur", "Last value"), ("Le", "On"), ("Valeur d’avant", "Value before"))
_EMPTY = ("Aucune mesure dans les documents que vous pouvez voir.", "No measure in the documents you may see.")


def _row(code: str, found: list[tuple[Sheet, Measurement]]) -> Row:
    """The same value at the same moment from two documents is one (cda-and-services 3.4)."""
    found = sorted(found, key=lambda pair: (pair[1].start, pair[0].entry.creation_time, pair[0].uuid), reverse=True)
    _, last = found[0]
    before = next((fact for _, fact in found if fact.start != last.start), None)
    name = NAMES.get(code) or same(last.concept.words)
    sources = {sheet.uuid: evidence_of(sheet, fact) for sheet, fact in found if fact.start == last.start}
    told = same(f"{_value(before)} ({day_words(before.start)})") if before is not None else same("")
    return Row((name, same(_value(last)), same(day_words(last.start)), told), tuple(sources.values()))


def _value(fact: Measurement) -> str:
    """As it was written, with the sign that French has for decimals."""
    quantity = fact.quantity
    return (
        f"{quantity.comparator}{quantity.value.replace('.', ',')} {unit_words(quantity.unit, quantity.value)}".strip()
    )


SERVICE = Service("measures", "constantes", TITLE, READS, panels=panels)
