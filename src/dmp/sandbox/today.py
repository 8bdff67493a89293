"""What came lately: an invitation of the insurer, and an e-prescription of which a pharmacy handed out a line.

Its doctor signs it and its pharmacist delivers it as on their pages, which make the documents.
"""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from dmp.actions.dispense import Dispense, Handed
from dmp.actions.numbered import ByNumber
from dmp.actions.prescribe import Prescribe
from dmp.actions.receive_invitation import ReceiveInvitation
from dmp.deposits import build_depositing
from dmp.desk.installation import Installation
from dmp.documents.prescription import make
from dmp.main import now
from dmp.portal import build_portal
from dmp.record.actor import Caller, Operator, Professional
from dmp.record.dtm import PARIS
from dmp.record.patient import PatientId
from dmp.record.prescription import OCTETS, Deed, Prescription, number_of
from dmp.sandbox.maker.catalogue import MEDICINES
from dmp.sandbox.people import holder
from dmp.sign_in.reception import Browser
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof
from dmp.web.chart import counter_copy, prescribing_copy
from dmp.web.chart.prescribing_form import Draft
from dmp.web.chart.prescribing_lines import understood
from dmp.web.deposit_authors import EVENTS, by_professional
from dmp.web.depositing import Told
from dmp.web.portal.forms import Form
from dmp.web.portal.page import Language, Portal, Visit

INSURER = Caller(Operator("assurance-maladie"))
INVITED = "colorectal"


def _draft(name: str, posology: str, **told: str) -> Draft:
    product = MEDICINES[name]
    return Draft(
        product=product.name, cis=product.cis, named=product.name, atc=product.atc.code, posology=posology, **told
    )


ORDERED = (
    _draft("paracetamol", "1 comprimé, 3 fois par jour au plus", quantity="2", days="10", as_needed="1"),
    _draft("aspirin", "1 sachet par jour", quantity="1", days="30", repeats="2"),
)
"""The first line is handed out, the second waits."""
HANDED = Handed("1", Deed.DELIVERED, Decimal(2))


@dataclass(frozen=True)
class Today(Installation):
    """What happens to somebody in an installation, where no wire carries it."""

    def invite(self, patient: PatientId) -> str:
        """The insurer invites to a screening; gives to which."""
        day = _today() - timedelta(days=9)
        self._perform(ReceiveInvitation(patient, f"INV-{day:%Y}-0001", INVITED, day), INSURER)
        return INVITED

    def prescribe(self, patient: PatientId) -> str:
        """The doctor prescribes, and the pharmacist hands out the first line; gives the number."""
        number, depositing = number_of(secrets.token_bytes(OCTETS)), build_depositing(self.settings)
        lines = tuple(understood(draft, str(rank), _today()) for rank, draft in enumerate(ORDERED, start=1))
        told = Prescription("", number, "", "", "", _today(), tuple(line.item for line in lines), signed=now())
        doctor, pharmacist = (holder(name).professional for name in ("doctor", "pharmacist"))
        with self._store() as store:
            portal = build_portal(store, self.settings)
            visit = _visit(portal, doctor, patient)
            about = Told(str(uuid4()), make.TITLE, make.TYPE, event=EVENTS["AMB"][0])
            written = prescribing_copy.copy_of(told, lines, doctor, attending=True)
            copy = depositing.deposit_written(visit, by_professional(doctor), written, about)
            visit.perform(Prescribe(patient, told, copy))
            counter = _visit(portal, pharmacist, None)
            copies = counter_copy.copy_of(depositing, counter, str(uuid4()))
            counter.perform(Dispense(ByNumber(number), (HANDED,), copy=copies))
        return number


def _today() -> date:
    return now().astimezone(PARIS).date()


def _visit(portal: Portal, who: Professional, patient: PatientId | None) -> Visit:
    """A professional before a page."""
    session = Session(str(uuid4()), now(), now(), (Proof.CERTIFICATE,), professional=who, patient=patient)
    return Visit(portal, "", Form(), Language.FRENCH, Browser(""), {}, session=session)
