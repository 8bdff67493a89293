"""What corrected reports took back, in the words of the page: shown apart, never among the values (BIO-1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dmp.services.biology.corrections import Removed
from dmp.services.biology.results import Results
from dmp.services.biology.units import Units
from dmp.services.chart import Evidence
from dmp.services.panel import Words
from dmp.web.chart.results_former import FormerView, as_it_was
from dmp.web.chart.results_rows import is_recent, key_in_address


@dataclass(frozen=True)
class RemovedView:
    """A result that the corrected report does not have any more."""

    key: str
    """Of its analyte in an address; empty where no value of it is left."""
    label: Words
    former: FormerView
    report: Evidence


def removed_of(results: Results, since: date | None, units: Units, *, english: bool) -> Iterator[RemovedView]:
    """Those of a period."""
    left = {group.key: key_in_address(group) for group in results.groups}
    for one in results.removed:
        if is_recent(one.former.when, since):
            was = as_it_was(one.former, units, english=english)
            yield RemovedView(left.get(one.former.key, ""), _label(one), was, one.report)


def _label(removed: Removed) -> Words:
    """A line of an antibiogram is known by its germ too."""
    french, english = removed.former.label
    germ = removed.former.fact.isolate.words if removed.former.is_of_a_germ else ""
    return (f"{germ} : {french}", f"{germ}: {english}") if germ else (french, english)
