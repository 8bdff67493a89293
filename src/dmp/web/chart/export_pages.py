"""What a chart gives to keep: the patient summary (IPS) and the vaccination history, computed and signed by nobody.

Each is made of what its reader may read, and of nothing else (SV-3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from uuid import NAMESPACE_OID, uuid5

from dmp.actions.export_chart import ExportChart, NamedChart
from dmp.documents.patient_summary.make import patient_summary
from dmp.documents.vaccination_history.make import vaccination_history
from dmp.record.dtm import PARIS
from dmp.services import vaccination
from dmp.services.synthesis import patient_summary as summary
from dmp.services.synthesis.folds import folds_of
from dmp.web.chart.context import whole
from dmp.web.chart.narrated import Narrated, narrated
from dmp.web.chart.room import PATIENT, PROFESSIONAL, Room
from dmp.web.portal import trouble
from dmp.web.portal.page import Answer, Download, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL as HOME_OF_PROFESSIONALS
from dmp.wire.cda.making.context import DocumentContext, Software
from dmp.wire.cda.making.vaccines import Dose

SUMMARY, VACCINES, FILE = "ips", "carnet", "fichier"
"""The last parts of the addresses."""
HOUSE = Software("dmp", "dmp", "Dossier médical partagé")
_TITLES = {
    SUMMARY: ("Résumé patient (IPS)", "Patient summary (IPS)"),
    VACCINES: ("Historique des vaccinations", "Vaccination history"),
}
_SUMMARY_TITLE = "Résumé patient (calculé, non signé)"
_VACCINES_TITLE = "Historique des vaccinations (calculé, non signé)"
_NOTICE = (
    "Document calculé le {} à partir des documents que la personne qui l'a demandé pouvait lire. "
    "Il peut être incomplet. Personne ne l'a relu ni signé."
)
_INCOMPLETE = Page(
    trouble.TEMPLATE,
    ("L’identité de ce dossier est incomplète", "The identity of this record is incomplete"),
    trouble.Trouble(
        (
            "Un document porte l’identité complète de la personne, que ce dossier n’a pas encore.",
            "A document carries the whole identity of the person, which this record does not have yet.",
        ),
        ("Un professionnel ou l’assistance peut la compléter.", "A professional or the support desk can complete it."),
    ),
    409,
)

_UNREAD = Page(
    trouble.TEMPLATE,
    ("Ce document ne peut pas être calculé pour le moment", "This document cannot be computed for now"),
    trouble.Trouble(
        (
            "Le service ne peut pas exploiter un des documents du dossier : il y manquerait ce que celui-ci dit.",
            "The service cannot use one of the documents of the record: what it says would be missing.",
        ),
        ("Lisez les documents eux-mêmes, ou essayez plus tard.", "Read the documents themselves, or try later."),
    ),
    503,
)


@dataclass(frozen=True)
class ExportView:
    """The document as it is read, and where it is kept from; `made` is None when there is nothing to tell."""

    room: Room
    file: str
    back: str
    made: Narrated | None
    vaccines: bool


Maker = Callable[[NamedChart], bytes]


def _page(room: Room, name: str, visit: Visit) -> Answer:
    """The document to be read."""
    return _answered(room, name, visit, partial(_shown, room, name))


def _file(room: Room, name: str, visit: Visit) -> Answer:
    """The document to be kept."""
    return _answered(room, name, visit, partial(_kept, name))


def _answered(room: Room, name: str, visit: Visit, give: Callable[[bytes], Answer]) -> Answer:
    if room.professional and visit.signed_in.patient is None:
        return Redirect(HOME_OF_PROFESSIONALS)
    named = visit.perform(ExportChart(visit.patient, _READS[name]))
    if not named.traits.birth_name:
        return _INCOMPLETE
    if named.chart.unread:
        return _UNREAD
    return give(_MAKERS[name](named))


def _context(named: NamedChart, name: str, told: object) -> DocumentContext:
    """Of the day: the same facts give the same octets all day, under an id that is made of them."""
    today, patient = named.chart.today, named.patient
    about = "|".join((name, patient.root, patient.number))
    return DocumentContext(
        id=_oid(f"{about}|{today}|{told!r}"),
        patient=patient,
        traits=whole(named.traits),
        author=HOUSE,
        at=datetime.combine(today, time.min, PARIS),
        series=_oid(about),
        notice=_NOTICE.format(f"{today:%d/%m/%Y}"),
    )


def _oid(about: str) -> str:
    """An OID made of a UUID (ITU-T X.667)."""
    return f"2.25.{uuid5(NAMESPACE_OID, about).int}"


def _summary(named: NamedChart) -> bytes:
    told = summary.summary_of(named.chart)
    return patient_summary(_context(named, SUMMARY, told), told, title=_SUMMARY_TITLE)


def _vaccines(named: NamedChart) -> bytes:
    """The doses that were given or refused, each once; empty octets when there is none."""
    folds = folds_of(named.chart, "immunizations", lambda fact: fact.mood == "EVN")
    doses = sorted((fold.lead for fold in folds), key=lambda fact: fact.start)
    told = tuple(Dose(one) for one in doses if one.concept.words)
    return vaccination_history(_context(named, VACCINES, told), told, title=_VACCINES_TITLE) if told else b""


_MAKERS: dict[str, Maker] = {SUMMARY: _summary, VACCINES: _vaccines}
_READS = {SUMMARY: summary.READS, VACCINES: ("immunizations",)}


def _shown(room: Room, name: str, octets: bytes) -> Page:
    made = narrated(octets) if octets else None
    vaccines = name == VACCINES
    back = room.page(vaccination.SERVICE.slug if vaccines else "")
    view = ExportView(room, room.page(f"{name}/{FILE}"), back, made, vaccines)
    return Page("chart/export.html", _TITLES[name], view)


def _kept(name: str, octets: bytes) -> Answer:
    return Download(octets, "text/xml", f"{name}.xml") if octets else trouble.of_status(404)


ROUTES = tuple(
    PageRoute(path, partial(answer, room, name), needs=room.needs)
    for room in (PATIENT, PROFESSIONAL)
    for name in (SUMMARY, VACCINES)
    for path, answer in ((room.page(name), _page), (room.page(f"{name}/{FILE}"), _file))
)
"""A page for each document, and the file of it, in both portals."""
