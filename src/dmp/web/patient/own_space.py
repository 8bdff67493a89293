"""The pages of what is the holder's own: profile and notes, settings, copy, closing."""

from dmp.web.depositing import Depositing
from dmp.web.patient import closing_pages, copy_pages, profile_pages, settings_pages
from dmp.web.patient.profile_publishing import ProfilePublishing
from dmp.web.patient.wishes_pages import WishesPages
from dmp.web.portal.page import PageRoute

ROUTES = (*profile_pages.ROUTES, *settings_pages.ROUTES, *copy_pages.ROUTES, *closing_pages.ROUTES)


def routes_with(depositing: Depositing) -> tuple[PageRoute, ...]:
    """Those that put documents into the record."""
    return (*WishesPages(depositing).routes, *ProfilePublishing(depositing).routes)
