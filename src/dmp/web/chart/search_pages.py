"""The pages that search inside the documents, in both portals: an empty box, and what it finds.

What is typed goes by POST and comes back in the page: it stands in no address,
and no act is told of it. Nothing changes, so that the answer is the page itself.
"""

from functools import partial

from dmp.actions.open_chart import OpenChart
from dmp.actions.search_texts import SearchTexts
from dmp.services import SERVICES
from dmp.services.chart import Chart
from dmp.services.duplicates import RULES as DUPLICATES
from dmp.services.lookup.lexicon import RULES
from dmp.web.chart.pages import Shown
from dmp.web.chart.room import PATIENT, PROFESSIONAL, SEARCH, Room, tabs_of
from dmp.web.chart.search_view import Choice, SearchView, choice_of, view
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL as HOME_OF_PROFESSIONALS

TITLE = ("Chercher dans les documents", "Search inside the documents")


def box(room: Room, visit: Visit) -> Answer:
    """Nothing is asked yet."""
    if _lacks_a_record(room, visit):
        return Redirect(HOME_OF_PROFESSIONALS)
    return _page(room, visit.perform(OpenChart(visit.patient, ())), SearchView(Choice()))


def found(room: Room, visit: Visit) -> Answer:
    """What was found among the papers that the visitor may read."""
    if _lacks_a_record(room, visit):
        return Redirect(HOME_OF_PROFESSIONALS)
    searched = visit.perform(SearchTexts(visit.patient))
    chart, choice = searched.chart, choice_of(visit.form)
    lexicon, alike = chart.rules.of(RULES), chart.rules.of(DUPLICATES)
    shown = view(searched.papers, choice, today=chart.today, room=room, lexicon=lexicon, alike=alike)
    return _page(room, chart, shown)


def routes_of(room: Room) -> tuple[PageRoute, ...]:
    """The search of one portal."""
    return (PageRoute(room.page(SEARCH), partial(box, room), partial(found, room), needs=room.needs),)


ROUTES = (*routes_of(PATIENT), *routes_of(PROFESSIONAL))


def _lacks_a_record(room: Room, visit: Visit) -> bool:
    return room.professional and visit.signed_in.patient is None


def _page(room: Room, chart: Chart, search: SearchView) -> Page:
    shown = Shown(room, tabs_of(room, SERVICES), room.page(SEARCH), chart, body=search)
    return Page("chart/search.html", TITLE, shown)
