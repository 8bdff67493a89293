"""«Voir comme»: my list exactly as somebody else would find it, or the sentence that he would be told (AR-15)."""

from dataclasses import dataclass, replace

from dmp.actions.explain_access import ExplainPeople, SeeAs
from dmp.actions.look_through import LookThrough
from dmp.record.viewer import Viewer
from dmp.services.duplicates import RULES as DUPLICATES
from dmp.web.patient.documents_pages import DOCUMENTS
from dmp.web.portal.forms import number_in
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Visit
from dmp.web.shelf.choice import Choice, Shelf, State, shelve
from dmp.web.shelf.families import Words
from dmp.web.shelf.lines import lines_of
from dmp.web.shelf.people import kinds, name_of, people_in

SEE_AS = f"{DOCUMENTS}/voir-comme"


@dataclass(frozen=True)
class SeeAsView:
    """Whom one may choose; once somebody is chosen, his list, or what he is told instead."""

    kinds: tuple[tuple[str, Words], ...]
    people: tuple[Words, ...] = ()
    may_name: bool = False
    """Only the holder looks as somebody in particular: it tells whom he authorised."""
    chosen: str = ""
    name: Words | None = None
    shelf: Shelf | None = None
    told: str = ""


def see_as(visit: Visit) -> Answer:
    """Choose a kind of people, and see their list: a kind is nobody, so it may stand in the address."""
    found = kinds().get(visit.asked("kind"))
    if found is None:
        return _page(visit, SeeAsView(_named_kinds(), may_name=_is_holder(visit)))
    return _seen(visit, found[0], chosen=visit.asked("kind"), page=visit.asked("page"))


def see_as_somebody(visit: Visit) -> Answer:
    """Choose somebody of the record by his rank; first learns who there is, then looks in his place: two traces."""
    people = people_in(visit.perform(ExplainPeople(visit.patient)))
    rank = number_in(visit.form.line("rank"))
    if rank is None or rank >= len(people):
        names = tuple(name_of(viewer) for viewer in people)
        return _page(visit, SeeAsView(_named_kinds(), names, may_name=_is_holder(visit)))
    return _seen(visit, people[rank], page=visit.form.line("page"))


def _seen(visit: Visit, viewer: Viewer, *, chosen: str = "", page: str = "") -> Page:
    query = LookThrough(visit.patient, State.IN_FORCE.statuses).search.query
    seen = visit.perform(SeeAs(visit.patient, viewer, query))
    view = SeeAsView(_named_kinds(), may_name=_is_holder(visit), chosen=chosen, name=name_of(viewer), told=seen.told)
    if seen.told:
        return _page(visit, view)
    at = visit.portal.reception.desk.clock()
    choice = Choice(page=number_in(page) or 1)
    lines = lines_of(seen.objects.entries, at, numbers=visit.portal.rules().of(DUPLICATES))
    return _page(visit, replace(view, shelf=shelve(lines, choice, at)))


def _page(_visit: Visit, view: SeeAsView) -> Page:
    return Page("patient/see_as.html", ("Voir mon dossier comme…", "See my record as…"), view)


def _named_kinds() -> tuple[tuple[str, Words], ...]:
    return tuple((value, words) for value, (_, words) in kinds().items())


def _is_holder(visit: Visit) -> bool:
    return visit.patient == visit.signed_in.person


ROUTES = (PageRoute(SEE_AS, see_as, see_as_somebody, Needs.PATIENT),)
