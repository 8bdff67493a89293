"""What every page of the desk does: act for the person who is there, under her mandate, and for nobody else (PT-18)."""

from collections.abc import Mapping
from dataclasses import replace

from dmp.actions.action import Action, Result
from dmp.actions.at_the_desk import AtTheDesk
from dmp.sign_in.sessions import Mandate
from dmp.web.portal.page import Answer, Needs, Page, PageFunction, PageRoute, Redirect, Visit
from dmp.web.portal.places import DESK

PERSON = f"{DESK}/personne"
OVER = f"{DESK}?fini=oui"
"""Where somebody is led whose mandate has ended."""


def under_mandate(path: str, get: PageFunction | None = None, post: PageFunction | None = None) -> PageRoute:
    """A page that is there while a mandate lasts; whatever comes later leads back to the desk, and does nothing."""
    return PageRoute(path, get and _guarded(get), post and _guarded(post), Needs.DESK)


def mandate_of(visit: Visit) -> Mandate:
    """The mandate of the session; pages under `under_mandate` have one."""
    mandate = visit.signed_in.mandate
    if mandate is None:
        raise LookupError("this page needs a mandate: say so in its route")
    return mandate


def done_for(visit: Visit, action: Action[Result]) -> Result:
    """The one act of the page, for the person of the mandate.

    Raises:
        DmpError: it was refused; under another identity than that of the record, there is no record.
    """
    mandate = mandate_of(visit)
    return visit.perform(AtTheDesk(action, mandate.name, mandate.birth_date))


def back(word: str) -> Redirect:
    """Go back to the person, and say what was done."""
    return Redirect(f"{PERSON}?fait={word}")


def wrong(page: Page, errors: Mapping[str, str]) -> Page:
    """The same form, with what is to be corrected."""
    return replace(page, status=422, errors=errors)


def _guarded(page: PageFunction) -> PageFunction:
    def guarded(visit: Visit) -> Answer:
        return page(visit) if visit.signed_in.mandate is not None else Redirect(OVER)

    return guarded
