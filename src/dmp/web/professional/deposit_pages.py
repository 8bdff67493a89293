"""«Déposer»: a professional puts a document in the record that he has open, and keeps its receipt (TD2.1)."""

from dataclasses import dataclass, replace
from itertools import groupby

from dmp.record.actor import Professional
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.nomenclature import Nomenclature, value_set
from dmp.record.practice import practice_of
from dmp.record.visibility import Visibility
from dmp.web import deposit_receipts
from dmp.web.deposit_authors import EVENTS, by_professional
from dmp.web.depositing import Depositing
from dmp.web.depositing_form import UPLOADS, DepositForm, Put
from dmp.web.entry_ids import is_uuid
from dmp.web.portal import trouble
from dmp.web.portal.page import Answer, Needs, Page, PageFunction, PageRoute, Redirect, Visit

DEPOSIT, RECEIPTS = "/professional/deposer", "/professional/deposer/recus"
RECEIPT, REPLACE = "/professional/deposer/recus/{id}", "/professional/deposer/remplacer/{id}"
_DEPOSIT = Page("professional/deposit.html", ("Déposer un document", "Deposit a document"))
_REPLACE = Page("professional/deposit.html", ("Remplacer un document", "Replace a document"))
_OF_OTHERS = ("DOCPAT", "EXPPAT_2", "REMB", "IMG-KOS")
"""What only patients or the insurer put in (DEC-33), and what is no file of people."""
_USUAL = {"60": "11506-3", "70": "11506-3", "21": "78601-2", "40": "11505-5", "50": "15508-5"}
"""What a profession puts in most; a report of a visit for any other."""
_USUAL_PLACES = {"SA25": "11502-2", "SA29": "11502-2"}
_VISIT, _IN_HOSPITAL = "11488-4", "34112-3"
_VISIBLE, _MASKED, _HIDDEN = "visible", "masked", "hidden"
_NO_RECORD = Page(
    trouble.TEMPLATE,
    ("Ouvrez d’abord un dossier", "Open a record first"),
    trouble.Trouble(
        ("Aucun dossier n’est ouvert.", "No record is open."),
        ("Ouvrez le dossier du patient, puis déposez.", "Open the record of the patient, then deposit."),
    ),
    403,
)
_NOT_YOURS = Page(
    trouble.TEMPLATE,
    ("Ce document ne peut pas être remplacé", "This document cannot be replaced"),
    trouble.Trouble(
        (
            "On remplace seulement un document dont on est l’auteur ou le signataire, et sa version la plus récente.",
            "One only replaces a document of which one is the author or the signatory, and its newest version.",
        ),
        ("Revenez à vos dépôts.", "Go back to your deposits."),
    ),
    403,
)


@dataclass(frozen=True)
class View:
    """What the form shows: kinds by their class, and what is proposed."""

    action: str
    nonce: str
    kinds: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    kind: str
    events: tuple[tuple[str, str], ...]
    event: str
    setting: str
    author: str
    structure: str
    visibility: str
    replaced: deposit_receipts.Receipt | None = None


@dataclass(frozen=True)
class DepositPages:
    """The pages, with what an installation gives to who puts in documents."""

    depositing: Depositing

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        needs = Needs.PROFESSIONAL
        return (
            PageRoute(DEPOSIT, _with_record(self._empty), _with_record(self._put), needs, uploads=UPLOADS),
            PageRoute(RECEIPTS, _with_record(_receipts), needs=needs),
            PageRoute(RECEIPT, _with_record(_receipt), needs=needs),
            PageRoute(REPLACE, _with_record(self._replacing), _with_record(self._replaced), needs, uploads=UPLOADS),
        )

    def _empty(self, visit: Visit) -> Answer:
        """The form, with what is proposed."""
        return replace(_DEPOSIT, view=self._view(visit))

    def _put(self, visit: Visit) -> Answer:
        """Put a document in."""
        put = self._put_in(visit, "")
        if put.errors:
            return replace(_DEPOSIT, view=self._view(visit), status=422, errors=put.errors)
        return Redirect(RECEIPT.format(id=put.uuid))

    def _replacing(self, visit: Visit) -> Answer:
        """The form with what is replaced."""
        entry = _entry(visit)
        if not deposit_receipts.is_by(entry, _who(visit)) or entry.status is not EntryStatus.APPROVED:
            return _NOT_YOURS
        return replace(_REPLACE, view=self._view(visit, deposit_receipts.receipt_of(entry)))

    def _replaced(self, visit: Visit) -> Answer:
        """Put a new version in, hidden from whom the one before it is (DEC-2)."""
        put = self._put_in(visit, visit.parts["id"])
        if put.errors:
            view = self._view(visit, deposit_receipts.receipt_of(_entry(visit)))
            return replace(_REPLACE, view=view, status=422, errors=put.errors)
        return Redirect(RECEIPT.format(id=put.uuid))

    def _put_in(self, visit: Visit, replaces: str) -> Put:
        chosen, at = visit.form.line("visibility"), self.depositing.clock()
        visibility = Visibility(chosen == _MASKED, at if chosen == _HIDDEN else None)
        kinds = {code for _, group in _kinds() for code, _ in group}
        form = DepositForm(self.depositing, kinds, cda=True)
        return form.put_in(visit, by_professional(_who(visit)), visibility, replaces=replaces)

    def _view(self, visit: Visit, replaced: deposit_receipts.Receipt | None = None) -> View:
        who, form = _who(visit), visit.form
        setting = practice_of(who.facility.sector)
        in_hospital = setting.code == "ETABLISSEMENT"
        usual = _IN_HOSPITAL if in_hospital and who.profession == "10" else _USUAL.get(who.profession, _VISIT)
        proposed = replaced.code if replaced is not None else _USUAL_PLACES.get(who.facility.sector, usual)
        return View(
            visit.path,
            self.depositing.nonce(form.line("nonce")),
            _kinds(),
            form.line("kind") or proposed,
            tuple((code, event.display) for code, (event, _) in EVENTS.items()),
            form.line("event") or ("IMP" if in_hospital else "AMB"),
            setting.display,
            who.name,
            who.facility.name,
            form.line("visibility") or _VISIBLE,
            replaced,
        )


def _with_record(page: PageFunction) -> PageFunction:
    """Nothing is put in before a record is open."""

    def answer(visit: Visit) -> Answer:
        return _NO_RECORD if visit.signed_in.patient is None else page(visit)

    return answer


def _receipts(visit: Visit) -> Answer:
    """What one put in this record."""
    view = deposit_receipts.own_of(visit, _who(visit))
    return Page("professional/deposits.html", ("Mes dépôts dans ce dossier", "My deposits in this record"), view)


def _receipt(visit: Visit) -> Answer:
    """One of them."""
    entry = _entry(visit)
    if not deposit_receipts.is_by(entry, _who(visit)):
        return trouble.of_status(404)
    view = deposit_receipts.receipt_of(entry)
    return Page("professional/deposited.html", ("Reçu de dépôt", "Deposit receipt"), view)


def _entry(visit: Visit) -> DocumentEntry:
    uuid = visit.parts["id"]
    return deposit_receipts.entry_of(visit, uuid if is_uuid(uuid) else "", reference=True)


def _who(visit: Visit) -> Professional:
    """The professional who is signed in: the frame lets nobody else come here."""
    if visit.signed_in.professional is None:
        raise LookupError("these pages need a professional: say so in their routes")
    return visit.signed_in.professional


def _kinds() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The types that professionals put in, by the words of their class."""
    classes = value_set(Nomenclature.DOCUMENT_CLASSES)
    concepts = [
        concept
        for concept in value_set(Nomenclature.DOCUMENT_TYPES).concepts.values()
        if concept.parent.isdigit() and not concept.code.code.startswith(_OF_OTHERS)
    ]
    concepts.sort(key=lambda concept: (concept.parent, concept.code.display.casefold()))
    return tuple(
        (classes.label(parent), tuple((concept.code.code, concept.code.display) for concept in group))
        for parent, group in groupby(concepts, lambda concept: concept.parent)
    )
