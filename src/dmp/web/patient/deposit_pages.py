"""«Ajouter un document»: what patients put in themselves, and replace (PT-5, DEC-17)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.visibility import Visibility
from dmp.web import deposit_receipts
from dmp.web.deposit_authors import Writer, by_citizen
from dmp.web.depositing import Depositing
from dmp.web.depositing_form import UPLOADS, DepositForm
from dmp.web.entry_ids import is_uuid
from dmp.web.portal import trouble
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Redirect, Visit

ADD = "/patient/documents/ajouter"
REPLACE, ADDED = "/patient/documents/{id}/remplacer", "/patient/documents/{id}/ajoute"
KINDS: Mapping[str, tuple[str, str]] = {
    "DOCPAT05": ("Résultat d’analyses (prise de sang…)", "Test results (blood test…)"),
    "DOCPAT04": ("Radio, scanner, IRM, échographie", "X-ray, scan, MRI, ultrasound"),
    "DOCPAT02": ("Ordonnance, document de soins", "Prescription, care document"),
    "DOCPAT03": ("Compte rendu (consultation, hôpital, opération…)", "Report (visit, hospital, operation…)"),
    "DOCPAT07": ("Certificat médical", "Medical certificate"),
    "DOCPAT06": ("Prévention, dépistage", "Prevention, screening"),
    "DOCPAT01": ("Résumé de mon état de santé", "Summary of my health"),
    "DOCPAT09": ("Papier administratif (carte de mutuelle, attestation…)", "Administrative paper (insurance card…)"),
}
_ADD = Page("patient/deposit.html", ("Ajouter un document", "Add a document"))
_REPLACE = Page("patient/deposit.html", ("Remplacer un document", "Replace a document"))
_NOT_YOURS = Page(
    trouble.TEMPLATE,
    ("Ce document ne peut pas être remplacé", "This document cannot be replaced"),
    trouble.Trouble(
        (
            "Vous pouvez remplacer seulement ce que vous avez ajouté vous-même, et sa version la plus récente.",
            "You can only replace what you added yourself, and its newest version.",
        ),
        ("Revenez à la liste de vos documents.", "Go back to the list of your documents."),
    ),
    403,
)


@dataclass(frozen=True)
class View:
    """What the form shows: where it goes, what it replaces, and what stands in its fields at first."""

    action: str
    nonce: str
    kinds: tuple[tuple[str, str], ...]
    replaced: deposit_receipts.Receipt | None = None


@dataclass(frozen=True)
class DepositPages:
    """The pages, with what an installation gives to who puts in documents."""

    depositing: Depositing

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses; they come before that of any document."""
        return (
            PageRoute(ADD, self._adding, self._added, Needs.PATIENT, uploads=UPLOADS),
            PageRoute(REPLACE, self._replacing, self._replaced, Needs.PATIENT, uploads=UPLOADS),
            PageRoute(ADDED, _receipt, needs=Needs.PATIENT),
        )

    def _adding(self, visit: Visit) -> Answer:
        """The empty form."""
        return replace(_ADD, view=self._view(visit))

    def _added(self, visit: Visit) -> Answer:
        """Put a document in."""
        visibility = Visibility(masked=visit.form.ticked("masked"))
        put = self._form.put_in(visit, _writer(visit), visibility)
        if put.errors:
            return replace(_ADD, view=self._view(visit), status=422, errors=put.errors)
        return Redirect(ADDED.format(id=put.uuid))

    def _replacing(self, visit: Visit) -> Answer:
        """The form with what is replaced."""
        entry = _entry(visit)
        if not _may_replace(visit, entry):
            return _NOT_YOURS
        return replace(_REPLACE, view=self._view(visit, deposit_receipts.receipt_of(entry)))

    def _replaced(self, visit: Visit) -> Answer:
        """Put a new version in: it is masked if the one before it is (DEC-2)."""
        put = self._form.put_in(visit, _writer(visit), Visibility(), replaces=visit.parts["id"])
        if put.errors:
            entry = deposit_receipts.receipt_of(_entry(visit))
            return replace(_REPLACE, view=self._view(visit, entry), status=422, errors=put.errors)
        return Redirect(ADDED.format(id=put.uuid))

    @property
    def _form(self) -> DepositForm:
        return DepositForm(self.depositing, KINDS)

    def _view(self, visit: Visit, replaced: deposit_receipts.Receipt | None = None) -> View:
        kinds = tuple((code, visit.says(*words)) for code, words in KINDS.items())
        return View(visit.path, self.depositing.nonce(visit.form.line("nonce")), kinds, replaced)


def _receipt(visit: Visit) -> Answer:
    """What was put in, and who can see it."""
    view = deposit_receipts.receipt_of(_entry(visit), for_patient=True)
    return Page("patient/deposited.html", ("Votre document est ajouté", "Your document was added"), view)


def _entry(visit: Visit) -> DocumentEntry:
    uuid = visit.parts["id"]
    return deposit_receipts.entry_of(visit, uuid if is_uuid(uuid) else "", reference=False)


def _may_replace(visit: Visit, entry: DocumentEntry) -> bool:
    """Whether it is one's own: what citizens put in, for the holder; what he put in, for who acts for him (DEC-17)."""
    session, deposit = visit.signed_in, entry.deposit
    if deposit is None or deposit.structure or entry.status is not EntryStatus.APPROVED:
        return False
    person = session.person
    is_holder = session.patient is None or session.patient == person
    return is_holder or (person is not None and deposit.person == person.number)


def _writer(visit: Visit) -> Writer:
    return by_citizen(visit.signed_in, visit.patient, visit.signed_in.patient_called or visit.signed_in.name)
