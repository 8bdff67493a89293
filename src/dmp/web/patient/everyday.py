"""The pages that a patient comes for every day: what is new, who may read, for whom he acts, emergencies."""

from dmp.web.patient import emergency_pages, family_pages, home_pages, professionals_pages
from dmp.web.portal.page import PageRoute

ROUTES: tuple[PageRoute, ...] = (
    *home_pages.ROUTES,
    *professionals_pages.ROUTES,
    *family_pages.ROUTES,
    *emergency_pages.ROUTES,
)
