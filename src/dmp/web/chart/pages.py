"""The pages of the chart: one for each service, in both portals, each by one act (SV-3, SV-4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from dmp.actions.open_chart import OpenChart
from dmp.services import SERVICES, biology, medicines, pathway, screening, synthesis, vaccination
from dmp.services.chart import Chart
from dmp.services.panel import Panel
from dmp.services.service import Service
from dmp.web.chart import (
    choices_pages,
    medicines_view,
    pathway_view,
    results_view,
    screening_view,
    synthesis_view,
    vaccination_view,
)
from dmp.web.chart.room import CHOICES, HOME, PATIENT, PROFESSIONAL, Room, Tab, tabs_of
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL as HOME_OF_PROFESSIONALS


@dataclass(frozen=True)
class Shown:
    """What the frame of the chart shows around what a service made of it."""

    room: Room
    tabs: tuple[Tab, ...]
    here: str
    chart: Chart
    panels: tuple[Panel, ...] = ()
    body: object = None
    """What the page of the service itself shows."""


@dataclass(frozen=True)
class Own:
    """A page that a service has of its own: its template, and what it is made of."""

    template: str
    made: Callable[[Chart, Visit, Room], object]


def _vaccination(chart: Chart, room: Room) -> vaccination_view.VaccinationView:
    return vaccination_view.view(chart, choose=_choices(room))


def _screening(chart: Chart, room: Room) -> screening_view.ScreeningView:
    return screening_view.view(chart, choose=_choices(room), attending=chart.attending)


def _choices(room: Room) -> str:
    """Where the forms of who chooses go: professionals choose nothing for others."""
    return "" if room.professional else room.page(CHOICES)


PAGES: Mapping[str, Own] = {
    synthesis.SERVICE.name: Own(synthesis_view.TEMPLATE, synthesis_view.made),
    biology.SERVICE.name: Own(results_view.TEMPLATE, results_view.made),
    medicines.SERVICE.name: Own(medicines_view.TEMPLATE, medicines_view.made),
    vaccination.SERVICE.name: Own("chart/vaccination.html", lambda chart, _visit, room: _vaccination(chart, room)),
    screening.SERVICE.name: Own("chart/screening.html", lambda chart, _visit, room: _screening(chart, room)),
    pathway.SERVICE.name: Own(pathway_view.TEMPLATE, pathway_view.made),
}
"""By the name of the service; any other is shown by its panels."""


def page_of(service: Service, room: Room, visit: Visit) -> Answer:
    """The page of a service about the record that is open."""
    if room.professional and visit.signed_in.patient is None:
        return Redirect(HOME_OF_PROFESSIONALS)
    chart = visit.perform(OpenChart(visit.patient, service.reads, replaced=service.compares))
    own, room = PAGES.get(service.name), replace(room, here=service.slug or HOME)
    shown = Shown(
        room=room,
        tabs=tabs_of(room, SERVICES),
        here=room.page(service.slug),
        chart=chart,
        panels=service.panels(chart),
        body=None if own is None else own.made(chart, visit, room),
    )
    return Page("chart/panels.html" if own is None else own.template, service.title, shown)


def routes_of(room: Room) -> tuple[PageRoute, ...]:
    """The pages of the chart of one portal."""
    return tuple(
        PageRoute(room.page(service.slug), partial(page_of, service, room), needs=room.needs) for service in SERVICES
    )


ROUTES = (*routes_of(PATIENT), *routes_of(PROFESSIONAL), *choices_pages.ROUTES)
