"""The pages of strong and federated means: a browser, the portal, the sandbox providers on loopback."""

import base64
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import func, select

from browser_builders import Browser
from device_builders import Device
from dmp.portal import build_card_pages, build_pages, build_portal
from dmp.record.account import Account
from dmp.record.listed import Listed
from dmp.record.notice import Address, Channel
from dmp.sandbox import identity_provider as sandbox
from dmp.sandbox.identities import professional
from dmp.sandbox.identity_provider import Client, IdentityProvider, serving
from dmp.sandbox.pki import Holders, make_pki
from dmp.settings import Settings
from dmp.sign_in.ceremonies import Ceremonies
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.refusal import ProofRefused
from dmp.sign_in.sign_in import Proof, Proven
from dmp.sign_in.totp import DIGITS, STEP
from dmp.store import schema
from dmp.store.tx import Store
from dmp.strong import origin_of
from dmp.web.portal import means_pages, static
from provider_builders import ANNE, DOCTOR, ELSEWHERE, NURSE, anne, picks, presses

HOST, ORIGIN = "portail.example.fr", "https://portail.example.fr"
VISITOR = Visitor("192.0.2.1")
MAIL = Address(Channel.EMAIL, "anne@example.org")
ACCOUNT = Account("5d1f0a52-1111-4222-8333-444455556666", ANNE, "Anne", "anne", password="x", channels=(MAIL,))


@pytest.fixture(scope="module")
def holders(tmp_path_factory) -> Holders:
    return make_pki(tmp_path_factory.mktemp("pki"), at=datetime.now(UTC))


@pytest.fixture
def psc() -> IdentityProvider:
    client = Client("dmp-test", "a secret", f"{ORIGIN}/connexion/psc/retour", f"{ORIGIN}/connexion")
    people = (professional(DOCTOR, ELSEWHERE), professional(NURSE))
    return IdentityProvider(sandbox.PSC, client, people)


@pytest.fixture
def france_connect() -> IdentityProvider:
    client = Client("dmp-test", "a secret", f"{ORIGIN}/connexion/franceconnect/retour", f"{ORIGIN}/connexion")
    return IdentityProvider(sandbox.FRANCE_CONNECT, client, (anne(),))


@pytest.fixture
def settings(psc, france_connect, holders, tmp_path) -> Iterator[Settings]:
    secret = tmp_path / "secret"
    secret.write_text("a secret\n")
    secret.chmod(0o600)
    nowhere = Path("/nowhere")
    with serving(psc, france_connect):
        yield Settings(
            database_url="",
            blobs=nowhere,
            keys=nowhere,
            certificate=nowhere,
            private_key=nowhere,
            client_authorities=holders.ca,
            crls=holders.folder / "crl",
            crl_max_age=30 * 24 * 3600,
            production=False,
            portal_port=8444,
            portal_card_port=8445,
            portal_url=f"{ORIGIN}/",
            psc_issuer=psc.issuer,
            psc_client_id="dmp-test",
            psc_secret_file=secret,
            franceconnect_issuer=france_connect.issuer,
            franceconnect_client_id="dmp-test",
            franceconnect_secret_file=secret,
        )


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    people = [
        Listed(
            "professional",
            one.national_id,
            "",
            profession=one.profession,
            know_hows=(one.know_how,) * bool(one.know_how),
        )
        for one in (DOCTOR, NURSE)
    ]
    places = [
        Listed("structure", one.structure, one.structure_name, sector=one.sector) for one in (DOCTOR, ELSEWHERE, NURSE)
    ]
    with sqlite_store.begin() as tx:
        tx.directory.load([*people, *places], [(one.national_id, one.structure) for one in (DOCTOR, NURSE)])
        tx.accounts.add(ACCOUNT)
    return sqlite_store


@pytest.fixture
def browser(loop, store, settings) -> Browser:
    return Browser(loop, build_pages(store, settings), ORIGIN)


def works_elsewhere_too(store: Store) -> None:
    with store.begin() as tx:
        tx.directory.load([], [(DOCTOR.national_id, ELSEWHERE.structure)])


def signed_in(browser: Browser, store: Store, settings: Settings) -> Browser:
    reply = build_portal(store, settings).reception.proved(Proven(Proof.PASSKEY, account=the_account(store)), VISITOR)
    browser.cookies["__Host-dmp-session"] = (reply.secret, True)
    return browser


def the_account(store: Store) -> Account:
    with store.begin() as tx:
        account = tx.accounts.one(ACCOUNT.id)
    assert account is not None
    return account


def traces(store: Store) -> int:
    with store.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(schema.trace)).scalar_one()


def goes_to(browser: Browser, page: str, person: str) -> Browser:
    """Leave for a provider, pick a person there, and be sent back."""
    browser.get(page).submit(page)
    assert browser.status == 200, "no redirection: forms of ours lead nowhere else"
    return browser.get(f"{page}/retour?{picks(browser.onward, person)}", from_elsewhere=True)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Portail.example.fr:443/dmp", ORIGIN),
        ("https://portail.example.fr:8443/", f"{ORIGIN}:8443"),
        (ORIGIN, ORIGIN),
        (None, ""),
    ],
)
def test_the_origin_is_written_as_browsers_write_it(url: str | None, origin: str):
    assert origin_of(url) == origin


def test_the_sign_in_page_has_a_button_for_each_means(browser):
    page = browser.get("/connexion").page
    for path in ("/connexion/franceconnect", "/connexion/psc", "/connexion/psc/telephone", "/connexion/cle"):
        assert f'href="{path}"' in page
    assert 'href="https://portail.example.fr:8445/connexion/carte"' in page


def test_looking_at_a_page_of_a_provider_begins_nothing(browser, store):
    browser.get("/connexion/psc")
    with store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(schema.ticket)).scalar_one() == 0


def test_a_doctor_signs_in_with_pro_sante_connect(browser, store):
    goes_to(browser, "/connexion/psc", "doctor")

    assert browser.onward == "/professional"
    assert traces(store) == 1
    assert browser.get("/professional").status == 200
    assert "__Host-dmp-proof" not in browser.cookies


def test_signing_out_ends_the_session_of_the_provider_too(browser, psc):
    goes_to(browser, "/connexion/psc", "doctor")
    browser.get("/professional").submit("/deconnexion")

    assert browser.onward.startswith(f"{psc.issuer}/logout?id_token_hint=")
    assert "__Host-dmp-session" not in browser.cookies


def test_nobody_is_filled_with_questions_on_his_telephone(browser, psc):
    for _ in range(5):
        browser.get("/connexion/psc/telephone").submit("/connexion/psc/telephone", hint=DOCTOR.national_id)
        assert browser.status == 200
    browser.get("/connexion/psc/telephone").submit("/connexion/psc/telephone", hint=f" {DOCTOR.national_id}")
    assert browser.status == 429
    assert len(psc.questions) == 5


def test_an_address_that_fails_again_and_again_is_not_listened_to(browser):
    for _ in range(20):
        browser.cookies["__Host-dmp-proof"] = ("0" * 64, False)
        browser.get("/connexion/psc/retour?code=x&state=y", from_elsewhere=True)
        assert browser.status == 403
    assert browser.get("/connexion/psc").submit("/connexion/psc").status == 429
    assert browser.get("/connexion/psc/telephone").submit("/connexion/psc/telephone", hint="0").status == 429


def test_a_picture_on_a_page_of_somebody_else_uses_up_nobodys_tries(browser, store):
    before = traces(store)
    for _ in range(25):
        for path in ("/connexion/psc/retour", "/connexion/franceconnect/retour"):
            assert browser.get(f"{path}?code=x&state=y", from_elsewhere=True).status == 403
    assert traces(store) == before
    assert browser.get("/connexion/psc").submit("/connexion/psc").status == 200


def test_who_waits_is_neither_counted_nor_traced(browser, store):
    for _ in range(20):
        browser.get("/connexion/psc/telephone").submit("/connexion/psc/telephone", hint="0")
    before = traces(store)
    for _ in range(3):
        assert browser.get("/connexion/psc/telephone").submit("/connexion/psc/telephone", hint="0").status == 429
    assert traces(store) == before


def test_a_doctor_of_two_places_chooses_one(browser, store):
    works_elsewhere_too(store)
    goes_to(browser, "/connexion/psc", "doctor")

    assert browser.get(browser.onward).status == 200
    assert "Cabinet Test du Dr Arnoux" in browser.page
    browser.submit("/connexion/activite", activity="1").follow()
    assert browser.status == 200
    assert browser.get("/connexion/activite").status == 403, "chosen once"


def test_an_activity_that_was_not_offered_is_refused(browser, store):
    works_elsewhere_too(store)
    goes_to(browser, "/connexion/psc", "doctor")
    browser.get(browser.onward).submit("/connexion/activite", activity="7")
    assert browser.status == 403
    assert "__Host-dmp-session" not in browser.cookies


@pytest.mark.parametrize("twist", ["another browser", "answered twice", "declined", "unknown"])
def test_what_is_refused_opens_nothing_and_leaves_one_trace(browser, store, psc, twist):
    person = {"declined": "", "unknown": "nurse"}.get(twist, "doctor")
    if twist == "unknown":
        with store.begin() as tx:
            tx.directory.load([Listed("professional", NURSE.national_id, "", active=False)], [])
    browser.get("/connexion/psc").submit("/connexion/psc")
    answer = picks(browser.onward, person)
    before = traces(store)
    if twist == "another browser":
        browser.cookies["__Host-dmp-proof"] = ("0" * 64, False)
    if twist == "answered twice":
        kept = browser.cookies["__Host-dmp-proof"]
        browser.get(f"/connexion/psc/retour?{answer}&code=x", from_elsewhere=True)
        before, browser.cookies["__Host-dmp-proof"] = traces(store), kept
    browser.get(f"/connexion/psc/retour?{answer}", from_elsewhere=True)

    assert browser.status == 403
    assert "__Host-dmp-session" not in browser.cookies
    assert traces(store) == before + 1
    assert "Retournez à la page de connexion" in browser.page


def test_a_provider_that_is_down_is_told_plainly(browser, psc, monkeypatch):
    monkeypatch.setattr(psc, "metadata", dict)
    browser.get("/connexion/psc").submit("/connexion/psc")
    assert browser.status == 503
    assert "ne répond pas" in browser.page


def test_a_doctor_agrees_on_his_telephone(browser, psc):
    browser.get("/connexion/psc/telephone").submit("/connexion/psc/telephone", hint=DOCTOR.national_id)
    number = presses(psc.issuer, "agreed")
    assert f"<strong>{number}</strong>" in browser.page
    for _ in range(300):
        browser.submit("/connexion/psc/telephone", wait="1")
        if browser.status == 303:
            break
        time.sleep(0.2)
    assert browser.follow().status == 200


def test_franceconnect_opens_nothing_before_it_is_bound(browser):
    goes_to(browser, "/connexion/franceconnect", "anne")
    assert browser.status == 403
    assert "Aucun compte n’est lié" in browser.page


def test_franceconnect_is_bound_in_a_session_and_opens_the_account_from_then_on(browser, store, settings, loop):
    signed_in(browser, store, settings)
    browser.get("/moyens").submit("/moyens/franceconnect")
    browser.get(f"/connexion/franceconnect/retour?{picks(browser.onward, 'anne')}", from_elsewhere=True)
    browser.get(browser.onward).submit("/moyens/franceconnect/retour").follow()
    assert "Délier FranceConnect" in browser.page

    another = Browser(loop, browser.app, ORIGIN)
    goes_to(another, "/connexion/franceconnect", "anne")
    assert another.get(another.onward).status == 200
    assert "Délier FranceConnect" in another.get("/moyens").page

    browser.get("/moyens").submit("/moyens", remove="franceconnect")
    assert goes_to(Browser(loop, browser.app, ORIGIN), "/connexion/franceconnect", "anne").status == 403


def test_an_answer_of_franceconnect_is_bound_by_the_session_that_asked_alone(browser, store, settings, loop):
    signed_in(browser, store, settings)
    browser.get("/moyens").submit("/moyens/franceconnect")
    answer = picks(browser.onward, "anne")
    other = signed_in(Browser(loop, browser.app, ORIGIN), store, settings)
    other.cookies["__Host-dmp-proof"] = browser.cookies["__Host-dmp-proof"]
    other.get(f"/moyens/franceconnect/retour?{answer}").submit("/moyens/franceconnect/retour")

    assert other.status == 403
    assert the_account(store).federated == ()


def test_a_passkey_is_registered_opens_the_account_and_is_removed(browser, store, settings, loop):
    signed_in(browser, store, settings)
    device = Device(ORIGIN, HOST)
    browser.get("/moyens").submit("/moyens/cle")
    browser.submit("/moyens/cle", answer=device.register(browser.options), name="Clé <b>rouge</b>").follow()
    assert "Clé &lt;b&gt;rouge&lt;/b&gt;" in browser.page

    another = Browser(loop, browser.app, ORIGIN)
    another.get("/connexion/cle").submit("/connexion/cle")
    answer = device.sign(another.options)
    another.submit("/connexion/cle", answer=answer).follow()
    assert another.status == 200
    assert the_account(store).passkeys[0].count == 1

    thief = Browser(loop, browser.app, ORIGIN)
    thief.get("/connexion/cle").submit("/connexion/cle")
    assert thief.submit("/connexion/cle", answer=answer).status == 403

    browser.get("/moyens").submit("/moyens", remove="passkey").follow()
    assert the_account(store).passkeys == ()
    assert another.get("/moyens").status == 303, "other sessions ended"


def test_an_application_is_confirmed_by_one_code(browser, store, settings):
    signed_in(browser, store, settings)
    browser.get("/moyens").submit("/moyens/application")
    assert "<svg" in browser.page
    shared = browser.page.partition("<code>")[2].partition("</code>")[0]
    code = _code(shared)
    browser.submit("/moyens/application", code=code).follow()

    assert the_account(store).totp == shared
    browser.submit("/moyens", remove="totp").follow()
    assert the_account(store).totp == ""


def test_a_wrong_code_confirms_nothing(browser, store, settings):
    signed_in(browser, store, settings)
    browser.get("/moyens").submit("/moyens/application").submit("/moyens/application", code="12")
    assert browser.status == 422
    assert the_account(store).totp == ""


@pytest.mark.parametrize("ended", ["signed out", "other means"])
def test_a_session_that_ended_meanwhile_changes_no_means_and_opens_no_session(store, settings, ended):
    reception = build_portal(store, settings).reception
    secret = reception.proved(Proven(Proof.PASSKEY, account=the_account(store)), VISITOR).secret
    session = reception.desk.one(secret)
    assert session is not None
    if ended == "signed out":
        reception.signed_out(secret)
    else:
        with store.begin() as tx:
            account = tx.accounts.one(ACCOUNT.id)
            assert account is not None
            tx.accounts.change(replace(account, version=2))
    before = the_account(store)
    with pytest.raises(ProofRefused, match="the session has ended"):
        Ceremonies(reception.desk).change(secret, session, lambda account: replace(account, totp="JBSWY3DPEHPK3PXP"))
    assert the_account(store) == before
    assert reception.desk.one(secret) is None


def test_the_last_means_cannot_be_removed(browser, store, settings):
    with store.begin() as tx:
        account = tx.accounts.one(ACCOUNT.id)
        assert account is not None
        tx.accounts.change(replace(account, channels=(), totp="JBSWY3DPEHPK3PXP"))
    signed_in(browser, store, settings)
    browser.get("/moyens").submit("/moyens", remove="totp")
    assert browser.status == 422
    assert "dernier moyen" in browser.page
    assert the_account(store).totp == "JBSWY3DPEHPK3PXP"


@pytest.mark.parametrize("path", ["/moyens/application", "/moyens/cle", "/moyens/franceconnect"])
def test_whoever_finds_an_old_session_does_not_make_the_account_his_own(browser, store, settings, monkeypatch, path):
    signed_in(browser, store, settings)
    browser.get("/moyens")
    monkeypatch.setattr(means_pages, "LATELY", timedelta(0))
    browser.submit(path)
    assert browser.status == 403
    assert "reconnectez-vous" in browser.page
    assert the_account(store).version == ACCOUNT.version


def test_means_are_for_who_is_signed_in_and_forms_of_strangers_change_nothing(browser, store, settings):
    assert browser.get("/moyens").status == 303
    signed_in(browser, store, settings)
    assert browser.post("/moyens", {"remove": "totp", "token": "x"}).status == 403
    assert browser.post("/moyens", {"remove": "totp"}, origin="https://evil.example").status == 403


@pytest.fixture
def at_the_cards(loop, store, settings) -> Browser:
    return Browser(loop, build_card_pages(store, settings), f"{ORIGIN}:8445")


def certificate_of(holders: Holders, name: str) -> bytes:
    return holders[name].auth.load_certificate().public_bytes(Encoding.DER)


def test_a_card_opens_a_session_and_leads_back_to_the_portal(at_the_cards, browser, holders):
    at_the_cards.certificate = certificate_of(holders, "doctor")
    at_the_cards.get("/connexion/carte").submit("/connexion/carte")

    assert at_the_cards.onward == f"{ORIGIN}/professional"
    browser.cookies = at_the_cards.cookies  # ports do not part cookies
    assert browser.get("/professional").status == 200


@pytest.mark.parametrize("name", ["", "revoked", "expired", "foreign", "hospital", "pharmacist"])
def test_a_card_that_is_not_trusted_or_not_known_opens_nothing(at_the_cards, holders, store, name):
    at_the_cards.certificate = certificate_of(holders, name) if name else b""
    before = traces(store)
    at_the_cards.get("/connexion/carte").submit("/connexion/carte")
    assert at_the_cards.status == 403
    assert "__Host-dmp-session" not in at_the_cards.cookies
    assert traces(store) == before + 1


def test_the_signature_certificate_of_a_card_proves_nobody(at_the_cards, holders):
    at_the_cards.certificate = holders["doctor"].sign.load_certificate().public_bytes(Encoding.DER)
    assert at_the_cards.get("/connexion/carte").submit("/connexion/carte").status == 403


def test_the_pages_keep_the_policy_of_the_frame(browser, store, settings):
    signed_in(browser, store, settings)
    for path in ("/connexion/psc", "/connexion/psc/telephone", "/connexion/cle", "/moyens"):
        page = browser.get(path).page
        assert "style=" not in page
        assert "onclick" not in page
    script = browser.get(static.address("portal.js"))
    assert script.answer is not None
    assert script.answer.headers["content-type"].startswith("text/javascript")
    assert script.answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")


def _code(shared: str) -> str:
    return TOTP(base64.b32decode(shared), DIGITS, SHA1(), STEP).generate(int(time.time())).decode()  # noqa: S303
