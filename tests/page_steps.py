"""How each page of the portals is come to, where its address alone does not show it: for the tests of every page."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from chromium import Window
from dmp.record.notice import Address, Channel, Unreachable
from dmp.record.patient import Contact
from dmp.record.record import ClosingReason
from dmp.web.patient.wishes_forms import WISHES
from dmp.web.portal.page import Needs, PageRoute
from dmp.web.portal.strong import ACTIVITY
from portal_builders import DOCTOR, PASSWORD, PHARMACIST, House, Patient

SHARED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""The secret of an authenticator application."""
WHY = "Demander pourquoi"
_WITHOUT = {400, 403, 410, 422}
_NO_FILE = {404}
BEARS = {
    "/connexion/psc/retour": _WITHOUT,
    "/connexion/franceconnect/retour": _WITHOUT,
    "/moyens/franceconnect/retour": _WITHOUT,
    "/professional/lien": _WITHOUT,
    "/professional/lien/suite": _WITHOUT,
    "/professional/lien/refus": {404},
    "/historique/preuves": {503},
    "/historique/question/envoi": {422},
    "/patient/documents/{id}/fichier/{number}": _NO_FILE,
    "/patient/documents/{id}/image/{number}": _NO_FILE,
    "/professional/dossier/documents/{id}/fichier/{number}": _NO_FILE,
    "/professional/dossier/documents/{id}/image/{number}": _NO_FILE,
}
"""Statuses that pages may answer here: without what a provider or a practice's software tells, before the proofs of an
access are ready, for a file that none of these documents has, for a form sent empty."""
LEADS = {
    "/",
    "/patient/documents/{id}/supprimer",
    "/patient/fermer/recu",
    "/patient/professionnels/decider",
    "/patient/proches/ayants-droit",
    "/patient/proches/delegues/retirer",
    "/patient/proches/ouvrir",
    "/patient/proches/quitter",
    "/professional/ouvrir/accord",
    "/professional/ouvrir/creation/envoi",
    "/professional/ouvrir/dossier",
    "/professional/ouvrir/reouverture",
    "/professional/regulation/dossier",
    "/professional/regulation/recherche",
    "/professional/urgence/fin",
}
"""What leads elsewhere as long as no form was sent there, or nothing asked: to a page that is looked at by itself."""


@dataclass(frozen=True)
class Visitor:
    """Somebody before the pages; `holds` gives the cookie of the session."""

    name: str
    holds: Callable[[House, Patient], str]

    def __str__(self) -> str:
        """Of the test."""
        return self.name


NOBODY = Visitor("nobody", lambda _home, _patient: "")
PATIENT = Visitor("patient", lambda home, patient: home.secret_of(patient))
PROFESSIONAL = Visitor("professional", lambda home, _patient: home.secret_of_professional())
AT_RECORD = Visitor("professional-at-a-record", lambda home, patient: home.secret_at_record(DOCTOR, patient))
STAFF = Visitor("employee", lambda home, _patient: home.secret_of_staff())
OPERATOR = Visitor("operator", lambda home, _patient: home.secret_of_operator())
VISITORS = (NOBODY, PATIENT, PROFESSIONAL, AT_RECORD, STAFF, OPERATOR)
OF_A_RECORD = (
    "/professional/acces",
    "/professional/compte",
    "/professional/deposer",
    "/professional/dossier",
)
"""Where a professional has a record open."""


def visitors(route: PageRoute) -> tuple[Visitor, ...]:
    """Who opens a page here."""
    if route.needs is Needs.RECORD and not route.path.startswith(("/patient", "/professional")):
        return (PATIENT, AT_RECORD)
    if route.path.startswith("/patient"):
        return (PATIENT,)
    if route.path.startswith(OF_A_RECORD) or route.needs is Needs.RECORD:
        return (AT_RECORD,)
    return {
        Needs.NOBODY: (NOBODY,),
        Needs.ANYBODY: (PATIENT, PROFESSIONAL),
        Needs.PATIENT: (PATIENT,),
        Needs.PROFESSIONAL: (PROFESSIONAL,),
        Needs.DESK: (STAFF,),
        Needs.OPERATOR: (OPERATOR,),
    }[route.needs]


def documents(home: House, patient: Patient) -> tuple[str, ...]:
    """The name of one document of each kind, as addresses say it."""
    kinds = {one.title.partition(" du ")[0]: one.uuid for one in home.client().find(patient.id)}
    return tuple(uuid.removeprefix("urn:uuid:") for uuid in kinds.values())


READS = ("/patient/documents/{id}", "/professional/dossier/documents/{id}")
"""Pages that are looked at once for each kind of document."""
PARTS: dict[str, Callable[[House, Patient], tuple[str, ...]]] = {
    "{id}": documents,
    "{number}": lambda _home, _patient: ("0",),
    "{wish}": lambda _home, _patient: tuple(WISHES),
}
"""What stands in a path where its route has a name in braces."""


def addresses(path: str, home: House, patient: Patient) -> list[str]:
    """The addresses of a route that are opened."""
    found = [path]
    for name, values in PARTS.items():
        if name in path:
            told = values(home, patient)
            told = told[:1] if name == "{id}" and path not in READS else told
            found = [one.replace(name, value) for one in found for value in told]
    return found


# -- signing in


def gives_password(window: Window, home: House, **account: object) -> Patient:
    """The first step, by somebody new."""
    somebody = home.patient(**account)
    window.goes("/connexion").fills(login=somebody.account.login, password=PASSWORD).presses("Continuer")
    return somebody


def gives_code(window: Window, home: House) -> None:
    """The second, of a password that must be changed."""
    before, soon = len(home.messages()), datetime.now(UTC) + timedelta(days=1)
    somebody = gives_password(window, home, temporary=True, temporary_until=soon)
    window.fills(code=home.code(somebody.account.channels[0].to, after=before)).presses("Se connecter")


def signs_in(window: Window, home: House, patient: Patient) -> None:
    """All the way, with a code."""
    before = len(home.messages())
    window.goes("/connexion").fills(login=patient.account.login, password=PASSWORD).presses("Continuer")
    code = home.code(patient.account.channels[0].to, after=before)
    window.fills(code=code).presses("Se connecter")


def is_two_doctors(window: Window, _home: House) -> None:
    """A professional of two activities comes back from her provider."""
    window.goes("/connexion/psc").presses("Continuer")
    window.page.get_by_role("button", name="ARNOUX-TEST").click()
    window.page.wait_for_url(f"**{ACTIVITY}")


def forgets_password(window: Window, home: House) -> None:
    """Somebody asks for a code."""
    somebody = home.patient()
    window.goes("/connexion/oubli").fills(login=somebody.account.login, number=somebody.id.number)
    window.presses("Recevoir un code")


# -- a patient


def asks_nothing(window: Window, _home: House) -> None:
    """A question without words."""
    window.goes("/historique").presses(WHY).fills(text=" ").presses("Envoyer la question")


def adds_a_document(window: Window, home: House) -> None:
    """Somebody new adds a note of her own."""
    window.hold(home.secret_of(home.patient())).goes("/patient/documents/ajouter")
    note = {"name": "note.txt", "mimeType": "text/plain", "buffer": "Une note à moi.\n".encode()}
    window.page.locator("#file").set_input_files(note)
    window.fills(title="Ma note").page.locator("#kind").select_option(index=1)
    window.presses("Ajouter le document")


def replaces_it(window: Window, home: House) -> None:
    """She made a mistake."""
    adds_a_document(window, home)
    window.presses("remplacer ce document")


def changes_number(window: Window, home: House) -> None:
    """A code goes to a new number."""
    window.hold(home.secret_of(home.patient())).goes("/patient/reglages/contact")
    window.page.locator("#kind-sms").check()
    window.page.locator("#how-AJOUT").check()
    window.fills(canal="06 39 98 07 78").presses("Envoyer un code")


def hears_nothing_any_more(window: Window, home: House) -> None:
    """An address of hers takes no messages any more: her settings say so, and have the form that puts it right."""
    patient, at = home.patient(), datetime.now(UTC)
    old = Address(Channel.EMAIL, "vieille@example.org")
    with home.store.begin() as tx:
        record = tx.records.of(patient.id)
        contact = Contact(telecoms=(("", f"mailto:{old.to}"),))
        tx.records.change(replace(record, contact=contact, unreachable=(Unreachable(old, ("a", "b"), at),)), at=at)
    window.hold(home.secret_of(patient)).goes("/patient/reglages")
    window.page.get_by_text("ne reçoit plus nos messages").wait_for()


def blocks_somebody(window: Window, _home: House) -> None:
    """Asked whether she is sure."""
    window.goes("/patient/professionnels").page.get_by_role("button", name="Bloquer").first.click()
    window.page.wait_for_url("**/confirmer")


# -- a professional


def asks_for(window: Window, person: str) -> None:
    """A number is typed."""
    window.goes("/professional/ouvrir").fills(ins=person).presses("Continuer")


def finds_the_person(window: Window, home: House) -> None:
    """A record that may be read: is it this person?"""
    asks_for(window, home.patient().id.number)


def has_no_consent_yet(window: Window, home: House) -> None:
    """A record that may not be read yet."""
    asks_for(window, home.patient(authorised=()).id.number)


def finds_no_record(window: Window, home: House) -> None:
    """A person without a record."""
    window.bears.add(404)
    person = next(home.adults)
    asks_for(window, person.patient.number)
    window.fills(name=person.traits.birth_name, birth=french(person.traits.birth_date))
    window.page.locator("#consent").check()
    window.presses("Déclarer l’accord")


def creates_a_record(window: Window, home: House) -> None:
    """The form of a new record."""
    finds_no_record(window, home)
    window.presses("Créer son dossier")


def prescribes(window: Window, *, sign: bool = True) -> None:
    """A line, the review, and the signature."""
    window.goes("/professional/dossier/ordonnances/nouvelle")
    window.fills(product="Ramipril 5 mg, comprimé", posology="1 comprimé le matin", quantity="1", days="30")
    window.presses("Ajouter à l’ordonnance")
    window.page.get_by_role("button", name="Relire et signer").first.click()
    window.page.get_by_role("heading", name="Relire et signer").wait_for()
    if sign:
        window.presses("Signer et envoyer")


def prescribes_to_somebody(window: Window, home: House) -> None:
    """To somebody new: the documents that other pages open stay those that they were."""
    window.context.clear_cookies()
    window.hold(home.secret_at_record(DOCTOR, home.patient()))
    prescribes(window)


def finds_what_to_deliver(window: Window, home: House) -> str:
    """A pharmacist has the record open of somebody to whom a doctor has just prescribed; gives the number."""
    patient = home.patient(authorised=(DOCTOR, PHARMACIST))
    window.hold(home.secret_at_record(DOCTOR, patient))
    prescribes(window)
    window.goes("/professional/dossier/ordonnances")
    number = window.page.locator("main code").first.inner_text()
    window.context.clear_cookies()
    window.hold(home.secret_at_record(PHARMACIST, patient)).goes("/professional/dossier/ordonnances")
    return number


def reads_at_the_counter(window: Window, home: House) -> None:
    """The same by the number that the person shows, and a form that says nothing of any line."""
    number = finds_what_to_deliver(window, home)
    window.bears.add(422)
    window.goes("/professional/ordonnances").fills(number=number).presses("Lire l’ordonnance")
    window.page.locator("details", has_text="Autre produit").first.click()
    window.presses("Enregistrer la délivrance")


# -- at the desk


def french(day: str) -> str:
    """A date as people write it."""
    return f"{date.fromisoformat(day):%d/%m/%Y}"


def receives(window: Window, home: House, *, opened: bool = True, closed: bool = False, agrees: bool = False) -> None:
    """A person comes to the desk."""
    person = next(home.adults)
    if opened:
        home.open_record(person)
    if closed:
        home.client(DOCTOR).close_record(person.patient, ClosingReason.ERROR)
    window.goes("/desk").fills(ins=person.patient.number, name=person.traits.birth_name)
    window.fills(birth=french(person.traits.birth_date)).page.locator("#asked-OTHER").check()
    window.page.locator("#present").check()
    window.presses("Commencer")
    if agrees:
        window.goes("/desk/accord").page.locator("#consent").check()
        window.presses("Noter son accord")


STEPS: dict[str, Callable[[Window, House], object]] = {
    "/connexion/code": gives_password,
    "/connexion/application": lambda window, home: gives_password(window, home, totp=SHARED),
    "/connexion/mot-de-passe": gives_code,
    "/connexion/oubli/code": forgets_password,
    "/connexion/cle": lambda window, _home: window.goes("/connexion/cle").presses("Continuer"),
    ACTIVITY: is_two_doctors,
    "/historique/question": lambda window, _home: window.goes("/historique").presses(WHY),
    "/historique/question/envoi": asks_nothing,
    "/moyens/application": lambda window, _home: window.goes("/moyens").submits("/moyens/application"),
    "/moyens/cle": lambda window, _home: window.goes("/moyens").submits("/moyens/cle"),
    "/patient/documents/{id}/remplacer": replaces_it,
    "/patient/professionnels/confirmer": blocks_somebody,
    "/patient/reglages/contact/code": changes_number,
    "/professional/ouvrir/creation": creates_a_record,
    "/professional/dossier/ordonnances/signee/{id}": prescribes_to_somebody,
    "/desk/personne": receives,
    "/desk/ouverture": lambda window, home: receives(window, home, opened=False),
    "/desk/accord": receives,
    "/desk/urgence": receives,
    "/desk/fermeture": receives,
    "/desk/reouverture": lambda window, home: receives(window, home, closed=True),
    "/desk/acces": lambda window, home: receives(window, home, agrees=True),
    "/desk/renouvellement": lambda window, home: receives(window, home, agrees=True),
    "/desk/adresse": lambda window, home: receives(window, home, agrees=True),
}
"""What comes before a page that an address alone does not open; of some, what leads to all that they show."""
MORE: tuple[tuple[str, Visitor, Callable[[Window, House], object]], ...] = (
    ("what was added", PATIENT, adds_a_document),
    ("an address that was stopped", PATIENT, hears_nothing_any_more),
    ("is it this person?", PROFESSIONAL, finds_the_person),
    ("without consent yet", PROFESSIONAL, has_no_consent_yet),
    ("no record", PROFESSIONAL, finds_no_record),
    ("a prescription that is read again", AT_RECORD, lambda window, _home: prescribes(window, sign=False)),
    ("what a pharmacist may deliver", AT_RECORD, finds_what_to_deliver),
    ("the counter of a pharmacy", AT_RECORD, reads_at_the_counter),
    ("an unknown page", NOBODY, lambda window, _home: window.bears.add(404) or window.goes("/nulle-part")),
)
"""Pages that stand at the address of another one, after a form."""
