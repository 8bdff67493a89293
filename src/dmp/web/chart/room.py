"""Where the pages of the chart stand in each portal."""

from dataclasses import dataclass

from dmp.services.service import Service
from dmp.web.entry_ids import bare
from dmp.web.portal.page import Needs

FROM = "de"
"""Names, in the address of a document, the page of the chart that it was opened from."""
HOME = "essentiel"
"""Stands there for the first page, which has no name of its own."""
SEARCH = "recherche"
"""The last part of the address of the search inside the documents."""


@dataclass(frozen=True)
class Room:
    """A portal: the path of its chart, that of its documents, who may open them, and where one opens a record first."""

    prefix: str
    documents: str
    needs: Needs
    professional: bool
    here: str = ""
    """Which page of it documents are opened from: what leads back there."""

    def page(self, slug: str) -> str:
        """The address of a page of the chart; without a slug, its first page."""
        return f"{self.prefix}/{slug}" if slug else self.prefix

    def document(self, uuid: str) -> str:
        """The address of a document, by its entryUUID."""
        return f"{self.documents}/{bare(uuid)}" + (f"?{FROM}={self.here}" if self.here else "")


CHOICES = "choix"
"""Where the forms of the holder go."""
PATIENT = Room("/patient/sante", "/patient/documents", Needs.PATIENT, professional=False)
PROFESSIONAL = Room(
    "/professional/dossier/sante", "/professional/dossier/documents", Needs.PROFESSIONAL, professional=True
)


@dataclass(frozen=True)
class Tab:
    """A way to another page of the chart."""

    address: str
    french: str
    english: str


def tabs_of(room: Room, services: tuple[Service, ...]) -> tuple[Tab, ...]:
    """One for each service, in its order, then the search inside the documents."""
    pages = tuple(Tab(room.page(service.slug), *service.title) for service in services)
    return (*pages, Tab(room.page(SEARCH), "Chercher", "Search"))


def tab_of(room: Room, services: tuple[Service, ...], named: str) -> Tab | None:
    """The page that a document was opened from, by what its address says; None for no page of ours."""
    found = next((one for one in services if named == (one.slug or HOME)), None)
    return None if found is None else Tab(room.page(found.slug), *found.title)
