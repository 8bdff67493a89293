"""One list of treatments, of all that is prescribed, delivered, listed and declared (cda-and-services 4.1, 4.8).

All that is concluded comes from the chart alone: what its viewer may not read
changes nothing here.
"""

from collections.abc import Iterator
from datetime import date

from dmp.record.facts import Stated
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.medicines.concluding import Conclusions
from dmp.services.medicines.deliveries import deliveries_of, lines_of
from dmp.services.medicines.grouping import grouped
from dmp.services.medicines.lines import Tie, followed, tied
from dmp.services.medicines.parameters import RULES, Parameters
from dmp.services.medicines.sayings import is_about_none, sayings_of
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.medicines.treatment import MedicineList


def reconciled(chart: Chart, thesaurus: Thesaurus | None = None, parameters: Parameters | None = None) -> MedicineList:
    """The list of a chart."""
    known = parameters or chart.rules.of(RULES)
    lines, deliveries = lines_of(chart, thesaurus), deliveries_of(chart, thesaurus)
    ties = tied(lines, deliveries, known)
    follows = followed(lines, ties, chart.today, known)
    newest, former = _statements(chart, known)
    view = Conclusions(chart.today, known, newest, former, _declaration(chart, known))
    groups = grouped(sayings_of(chart, lines, thesaurus, known), ties, follows)
    treatments = sorted(
        (view.treatment(group) for group in groups),
        key=lambda one: (not one.is_current, one.product.label.casefold(), one.since or date.min),
    )
    return MedicineList(
        treatments=tuple(treatments),
        deliveries=deliveries,
        unlinked=tuple(tie for tie in ties if tie.tie is Tie.TO_BE_LINKED),
        unstructured=tuple(_unstructured(chart, known)),
        stated_none=tuple(_stated_none(chart)),
        version=known.version,
    )


def _statements(chart: Chart, parameters: Parameters) -> tuple[Sheet | None, Sheet | None]:
    """The newest document that lists treatments as a whole, and the one before it."""
    found = [
        sheet
        for sheet in chart.sheets
        if parameters.is_of("statements", sheet.entry.type_code.code) and sheet.facts.medications
    ][:2]
    return (found[0] if found else None, found[1] if len(found) > 1 else None)


def _declaration(chart: Chart, parameters: Parameters) -> Sheet | None:
    """The newest document in which the holder tells treatments."""
    told = (sheet for sheet in chart.sheets if parameters.is_of("declared", sheet.entry.type_code.code))
    return next((sheet for sheet in told if sheet.facts.medications), None)


def _unstructured(chart: Chart, parameters: Parameters) -> Iterator[Sheet]:
    kinds = ("prescriptions", "dispensations", "declared")
    for sheet in chart.sheets:
        facts = sheet.facts
        if facts.prescriptions or facts.dispensations or facts.medications:
            continue
        if any(parameters.is_of(kind, sheet.entry.type_code.code) for kind in kinds):
            yield sheet


def _stated_none(chart: Chart) -> Iterator[Evidence]:
    for sheet in chart.sheets:
        for fact in sheet.facts.medications:
            if is_about_none(fact) and fact.stated is Stated.ABSENT:
                yield evidence_of(sheet, fact)
