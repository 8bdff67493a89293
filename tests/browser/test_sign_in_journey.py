"""Signing in, in a real browser, by each means there is: from the door to the first page, and out again."""

import base64
import time
from contextlib import contextmanager

from cryptography.hazmat.primitives.hashes import SHA1  # what every application reads (RFC 6238)
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from chromium import Window
from dmp.record.notice import Address, Channel
from page_steps import is_two_doctors, signs_in
from portal_builders import DOCTOR, NURSE, PASSWORD

MOBILE = "+33639980999"
OWN = "quatre girafes sous la pluie"


def gives_password(window: Window, login: str, password: str, path: str = "/connexion") -> None:
    window.goes(path).fills(login=login, password=password).presses("Continuer")


def code_of(secret: str) -> str:
    """What an application shows now; a code about to change is waited for, since it would be typed too late."""
    if time.time() % 30 > 25:
        time.sleep(30 - time.time() % 30)
    totp = TOTP(base64.b32decode(secret + "=" * (-len(secret) % 8)), 6, SHA1(), 30, enforce_key_length=False)  # noqa: S303
    return totp.generate(int(time.time())).decode()


@contextmanager
def authenticator(window: Window):
    """A security key plugged in this browser."""
    cdp = window.context.new_cdp_session(window.page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield
    cdp.detach()


def test_somebody_activates_her_account_chooses_a_password_and_is_asked_about_emergencies(home, wide):
    person = next(home.adults)
    home.open_record(person)
    before = len(home.messages())
    handed = home.client(DOCTOR).create_patient_access(person.patient, Channel.SMS, MOBILE)

    gives_password(wide, handed.login, handed.password, "/activation")
    wide.fills(code=home.code(MOBILE, after=before)).presses("Se connecter")
    assert wide.path == "/connexion/mot-de-passe"
    wide.fills(password=OWN, repeated=OWN)
    wide.page.locator("main form button").first.click()
    wide.page.wait_for_url("**/premiers-choix")
    for name, answer in (("break_glass", "no"), ("dispatch", "yes"), ("masked", "no")):
        wide.page.locator(f"#{name}-{answer}").check()
    wide.page.locator("main form button").first.click()
    wide.page.wait_for_url("**/premiers-choix/messages")


def test_a_patient_signs_in_with_a_code_by_sms_and_out_again(home, wide):
    patient = home.patient()
    signs_in(wide, home, patient)
    assert wide.path == "/patient"
    assert wide.page.get_by_role("heading", level=1).inner_text()

    wide.page.get_by_role("button", name="Se déconnecter").click()
    wide.page.wait_for_url("**/connexion")
    assert wide.goes("/patient").path == "/connexion"


def test_a_patient_signs_in_with_a_code_by_mail(home, wide):
    patient = home.patient(channels=(Address(Channel.EMAIL, "camille@example.org"),))
    signs_in(wide, home, patient)
    assert wide.path == "/patient"


def test_a_wrong_code_is_told_beside_its_field(home, wide):
    patient = home.patient()
    wide.bears.add(422)
    gives_password(wide, patient.account.login, PASSWORD)
    wide.fills(code="000000").presses("Se connecter")
    field = wide.page.locator("input[name=code]")
    assert field.get_attribute("aria-invalid") == "true"
    assert wide.page.title().startswith("Erreur")


def test_a_patient_sets_up_an_application_and_signs_in_with_it(home, opens):
    patient = home.patient()
    with opens() as first:
        first.hold(home.secret_of(patient)).goes("/moyens")
        first.page.locator("form[action='/moyens/application'] button").click()
        first.page.wait_for_url("**/moyens/application")
        secret = first.page.locator("main code").inner_text().strip()
        first.fills(code=code_of(secret)).presses("Confirmer")
        assert first.path == "/moyens"
    with opens() as second:
        gives_password(second, patient.account.login, PASSWORD)
        assert second.path == "/connexion/application"
        time.sleep(max(0.0, 30 - time.time() % 30))  # the code that confirmed serves no second time
        second.fills(code=code_of(secret))
        second.page.locator("main form button").first.click()
        second.page.wait_for_url("**/patient")


def test_a_patient_registers_a_passkey_and_signs_in_with_it_alone(home, wide):
    patient = home.patient()
    with authenticator(wide):
        wide.hold(home.secret_of(patient)).goes("/moyens")
        wide.page.locator("form[action='/moyens/cle'] button").click()
        wide.page.wait_for_url("**/moyens/cle")
        wide.fills(name="Mon téléphone").presses("Enregistrer la clé")
        wide.page.wait_for_url("**/moyens")
        assert "Mon téléphone" in wide.words

        wide.page.get_by_role("button", name="Se déconnecter").click()
        wide.page.wait_for_url("**/connexion")
        wide.goes("/connexion/cle").presses("Continuer").presses("Utiliser ma clé")
        wide.page.wait_for_url("**/patient")


def test_a_nurse_signs_in_with_the_certificate_of_his_card(home, opens):
    files = home.service.installed.holders[NURSE].auth
    card = {"origin": home.card_origin, "certPath": str(files.certificate), "keyPath": str(files.key)}
    with opens(home.card_origin, client_certificates=[card], ignore_https_errors=True) as wide:
        wide.goes("/connexion").presses("Carte CPS")
        assert wide.page.url == f"{home.card_origin}/connexion/carte"
        wide.page.locator("main form button").click()
        wide.page.wait_for_url("**/professional")


def test_a_doctor_signs_in_with_pro_sante_connect_and_leaves_it_too(home, opens):
    provider = home.provider.issuer
    with opens(provider) as wide:
        wide.goes("/connexion").presses("Pro Santé Connect")
        wide.page.locator("main form button").click()
        wide.page.wait_for_url(f"{provider}/**")
        wide.page.get_by_role("button", name="BELLEC-TEST").click()
        wide.page.wait_for_url("**/professional")
        wide.page.get_by_role("button", name="Se déconnecter").click()
        wide.page.wait_for_url("**/connexion**")
        assert wide.goes("/professional").path == "/connexion"


def test_a_doctor_of_two_activities_chooses_one(home, opens):
    with opens(home.provider.issuer) as wide:
        is_two_doctors(wide, home)
        assert "Médecin" in wide.words
        wide.page.get_by_role("button", name="Maison de santé").click()
        wide.page.wait_for_url("**/professional")
        assert "Maison de santé" in wide.words


def test_whoever_changes_his_mind_at_the_provider_comes_back_to_words(home, opens):
    provider = home.provider.issuer
    with opens(provider) as wide:
        wide.bears |= {401, 403, 422}
        wide.goes("/connexion/psc")
        wide.page.locator("main form button").click()
        wide.page.wait_for_url(f"{provider}/**")
        wide.page.get_by_role("button", name="Annuler").click()
        wide.page.wait_for_url(f"{home.origin}/**")
        assert wide.page.locator("main a").count() > 0


def test_a_patient_binds_france_connect_and_signs_in_with_it(home, opens):
    patient, provider = home.patient(), home.france_connect.issuer
    label = f"{patient.person.traits.birth_first_name} {patient.person.traits.birth_name}"

    def says_who(window: Window) -> None:
        window.page.wait_for_url(f"{provider}/**")
        window.page.get_by_role("button", name=label, exact=True).click()
        window.page.wait_for_url(f"{home.origin}/**")

    with opens(provider) as first:
        first.hold(home.secret_of(patient)).goes("/moyens")
        first.page.locator("form[action='/moyens/franceconnect'] button").click()
        says_who(first)
        first.page.wait_for_url("**/moyens/franceconnect/retour**")
        first.page.locator("main form button").first.click()
        first.page.wait_for_url("**/moyens")
    with opens(provider) as second:
        second.goes("/connexion").presses("FranceConnect")
        second.page.locator("main form button").first.click()
        says_who(second)
        second.page.wait_for_url("**/patient")


def test_a_session_that_is_over_leads_back_to_the_door(home, wide):
    patient = home.patient()
    secret = home.secret_of(patient)
    assert wide.hold(secret).goes("/patient").path == "/patient"
    home.portal.reception.desk.end(secret)
    assert wide.goes("/patient").path == "/connexion"


def test_what_was_being_typed_when_a_session_ended_is_there_after_signing_in_again(home, wide):
    patient = home.patient()
    secret = home.secret_of(patient)
    wide.hold(secret).goes("/patient").goes("/patient/documents/ajouter").fills(title="Ordonnance de mars")
    home.portal.reception.desk.end(secret)
    wide.page.locator("#kind").select_option(index=1)
    wide.presses("Ajouter le document")
    assert wide.path == "/connexion"
    signs_in(wide, home, patient)
    assert wide.path == "/patient/documents/ajouter"
    assert wide.page.locator("#title").input_value() == "Ordonnance de mars"
