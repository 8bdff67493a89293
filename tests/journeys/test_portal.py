"""The pages for people, over TLS and HTTP as a browser speaks it: from the first sign-in to the way out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import Response

from dmp.assure.browser import PASSWORD, Browser, Phones, an_account
from dmp.record.account import Account
from dmp.sandbox.population import Person
from dmp.store.traces import NO_RECORD
from sandboxes import Sandbox

NEW = "quatre girafes sous la pluie"
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
SCRIPT = re.compile(r' src="/static/[0-9a-f]{16}/[a-z.]+" defer')
_ranks = iter(range(1000, 2000))


@dataclass
class Someone:
    """A person with an account, in front of a browser."""

    sandbox: Sandbox
    browser: Browser
    account: Account

    def password(self, text: str = PASSWORD, path: str = "/connexion") -> Response:
        """The first step."""
        self.before = Phones(self.sandbox.folder).count()
        return self.browser.fill(path, login=self.account.login, password=text)

    def code(self) -> str:
        """The code that came."""
        return Phones(self.sandbox.folder).code(after=self.before, to=self.account.channels[0].to)

    def sign_in(self) -> None:
        """All the way."""
        self.password()
        assert self.browser.fill("/connexion/code", code=self.code()).headers["location"] == "/patient"


@pytest.fixture
def someone(strict: Sandbox, person: Person) -> Iterator[Someone]:
    account = an_account(strict.settings, person.patient, next(_ranks))
    browser = Browser(strict.contract)
    yield Someone(strict, browser, account)
    browser.close()


def verbs(sandbox: Sandbox) -> list[str]:
    with sandbox.store.begin() as tx:
        return [trace.verb for trace in tx.traces.of(NO_RECORD)]


def test_a_person_signs_in_and_out_and_leaves_two_traces(someone: Someone):
    before = len(verbs(someone.sandbox))
    assert someone.browser.get("/patient").headers["location"] == "/connexion"
    someone.sign_in()

    home = someone.browser.get("/patient")
    assert home.status_code == 200
    assert someone.account.name in home.text

    cookie = someone.browser.cookie("__Host-dmp-session")
    stolen = {"Cookie": f"__Host-dmp-session={cookie}"}
    thief = Browser(someone.sandbox.contract)
    assert thief.user.get("/patient", headers=stolen).status_code == 200
    out = someone.browser.send("/deconnexion", {"token": someone.browser.token("/patient")})
    assert out.headers["location"] == "/connexion"
    assert thief.user.get("/patient", headers=stolen).status_code == 303
    thief.close()
    assert verbs(someone.sandbox)[before:] == ["sign-in", *["TD3.1"] * 3, "sign-out"], "three visits of the first page"


def test_a_first_sign_in_ends_with_a_password_of_ones_own(strict: Sandbox, person: Person):
    soon = datetime.now(UTC) + timedelta(weeks=6)
    account = an_account(strict.settings, person.patient, next(_ranks), temporary=True, temporary_until=soon)
    someone = Someone(strict, Browser(strict.contract), account)
    assert someone.password(path="/activation").headers["location"] == "/connexion/code"
    assert someone.browser.fill("/connexion/code", code=someone.code()).headers["location"] == "/connexion/mot-de-passe"
    assert someone.browser.get("/patient").status_code == 303

    weak = someone.browser.fill("/connexion/mot-de-passe", password="azertyuiop123", repeated="azertyuiop123")
    assert weak.status_code == 422
    assert 'aria-invalid="true" aria-describedby="password-hint password-error"' in weak.text
    done = someone.browser.fill("/connexion/mot-de-passe", password=NEW, repeated=NEW)
    assert done.headers["location"] == "/premiers-choix"
    assert someone.browser.get("/patient").status_code == 200
    someone.browser.close()


def test_the_first_choices_are_the_holders_and_nothing_is_chosen_beforehand(
    someone: Someone, strict: Sandbox, person: Person
):
    strict.client("doctor").open_record(person.patient, person.traits)
    someone.sign_in()
    browser = someone.browser
    assert " checked" not in browser.get("/premiers-choix").text
    answered = {"break_glass": "no", "dispatch": "yes"}
    missing = browser.fill("/premiers-choix", **answered)
    assert (missing.status_code, 'id="masked-error"' in missing.text) == (422, True)
    done = browser.fill("/premiers-choix", **answered, masked="no")
    assert done.headers["location"] == "/premiers-choix/messages"
    done = browser.fill("/premiers-choix/messages", frequency="daily", channel="sms")
    assert done.headers["location"] == "/patient"

    with strict.store.begin() as tx:
        record = tx.records.of(person.patient)
    assert record is not None
    assert (record.oppositions.break_glass, record.oppositions.emergency_dispatch) == (True, False)
    assert (record.notices.frequency, record.notices.channel) == ("daily", "sms")


def test_a_forgotten_password_is_replaced(someone: Someone):
    browser, before = someone.browser, Phones(someone.sandbox.folder).count()
    asked = browser.fill("/connexion/oubli", login=someone.account.login, number=someone.account.person.number)
    assert asked.headers["location"] == "/connexion/oubli/code"
    code = Phones(someone.sandbox.folder).code(after=before, to=someone.account.channels[0].to)
    done = browser.fill("/connexion/oubli/code", code=code, password=NEW, repeated=NEW)
    assert done.status_code == 200
    assert "Votre mot de passe est changé" in done.text
    assert someone.password(PASSWORD).status_code == 422
    assert someone.password(NEW).headers["location"] == "/connexion/code"


def test_a_wrong_password_says_what_to_do_and_keeps_the_login_but_not_the_password(someone: Someone):
    answer = someone.password("certainly not this one")
    assert answer.status_code == 422
    assert "Vérifiez les deux et réessayez." in answer.text
    assert f'value="{someone.account.login}"' in answer.text
    assert "certainly" not in answer.text


def test_what_somebody_typed_comes_back_as_text(someone: Someone):
    answer = someone.browser.fill("/connexion", login='"><script>alert(1)</script>', password="x")
    assert "<script>" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_a_form_without_token_or_from_another_site_does_nothing(someone: Someone):
    browser = someone.browser
    token = browser.token("/connexion")
    fields = {"login": someone.account.login, "password": PASSWORD}
    for headers in ({}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
        assert browser.send("/connexion", {**fields, "token": token}, headers=headers).status_code == 403
    crossing = {"Origin": browser.origin, "Sec-Fetch-Site": "cross-site"}
    assert browser.send("/connexion", {**fields, "token": token}, headers=crossing).status_code == 403
    assert browser.send("/connexion", fields).status_code == 403
    assert browser.send("/connexion", {**fields, "token": "0" * 64}).status_code == 403
    assert browser.send("/connexion", {**fields, "token": token}).status_code == 303


def test_a_form_as_chromium_sends_it_is_taken(someone: Someone):
    """Under `Referrer-Policy: no-referrer` it writes no Origin but `null`, and that the form is of the same site."""
    browser = someone.browser
    fields = {"login": someone.account.login, "password": PASSWORD, "token": browser.token("/connexion")}
    for site in ("cross-site", "same-site", "none"):
        assert browser.send("/connexion", fields, headers={"Origin": "null", "Sec-Fetch-Site": site}).status_code == 403
    ours = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert browser.send("/connexion", fields, headers=ours).status_code == 303


def test_every_answer_is_protected(someone: Someone):
    someone.sign_in()
    paths = (
        "/",
        "/connexion",
        "/activation",
        "/connexion/oubli",
        "/patient",
        "/sessions",
        "/static/0/a.css",
        "/nowhere",
    )
    answers = [someone.browser.get(path) for path in paths]
    answers += [someone.browser.send("/connexion", {}), someone.browser.user.delete("/patient")]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "unsafe" not in answer.text
        scripts = re.findall(r"<script([^>]*)>([^<]*)", answer.text)
        assert all(SCRIPT.fullmatch(told) and not body for told, body in scripts)
        assert not re.search(r"\sstyle=|\son\w+=", answer.text)
        assert "https://" not in answer.text


def test_cookies_are_of_this_host_over_tls_and_out_of_reach_of_scripts(someone: Someone):
    someone.password()
    answer = someone.browser.fill("/connexion/code", code=someone.code())
    said = answer.headers.get_list("set-cookie")
    assert {line.partition("=")[0] for line in said} == {
        "__Host-dmp-session",
        "__Host-dmp-begun",
        "__Host-dmp-back",
        "__Host-dmp-known",
    }
    assert all("; Path=/; Secure; HttpOnly; SameSite=Strict" in line and "Domain" not in line for line in said)


def test_the_pages_are_in_french_or_in_english(someone: Someone):
    assert '<html lang="fr" ' in someone.browser.get("/connexion").text
    token = someone.browser.token("/connexion")
    back = someone.browser.send("/langue", {"token": token, "language": "en", "back": "/connexion/oubli"})
    assert back.headers["location"] == "/connexion/oubli"
    page = someone.browser.get("/connexion/oubli").text
    assert '<html lang="en" ' in page
    assert "Forgotten password" in page
    for back in ("//elsewhere.example", "/\t/elsewhere.example", "/\\elsewhere.example", "/a\r\nSet-Cookie: a=b", "/é"):
        elsewhere = someone.browser.send("/langue", {"token": token, "language": "en", "back": back})
        assert elsewhere.headers["location"] == "/"


def test_ones_own_sessions_are_seen_and_ended(someone: Someone, strict: Sandbox):
    someone.sign_in()
    other = Someone(strict, Browser(strict.contract), someone.account)
    other.sign_in()
    page = someone.browser.get("/sessions").text
    cards = page.partition("<main")[2].split("<li>")[1:]
    assert len(cards) == 2
    (theirs,) = (re.findall(r'value="(\w{16})"', card)[0] for card in cards if "ici et maintenant" not in card)
    someone.browser.fill("/sessions", number=theirs)
    assert other.browser.get("/patient").status_code == 303
    assert someone.browser.get("/patient").status_code == 200
    other.browser.close()


def test_signing_in_again_ends_the_session_that_the_browser_had(someone: Someone):
    someone.sign_in()
    stolen = {"Cookie": f"__Host-dmp-session={someone.browser.cookie('__Host-dmp-session')}"}
    token = someone.browser.token("/patient")
    before = Phones(someone.sandbox.folder).count()
    someone.browser.send("/connexion", {"login": someone.account.login, "password": PASSWORD, "token": token})
    code = Phones(someone.sandbox.folder).code(after=before, to=someone.account.channels[0].to)
    assert someone.browser.fill("/connexion/code", code=code).headers["location"] == "/patient"
    thief = Browser(someone.sandbox.contract)
    assert thief.user.get("/patient", headers=stolen).status_code == 303
    thief.close()


def test_a_form_that_is_none_is_refused(someone: Someone):
    user = someone.browser.user
    origin = {"Origin": someone.browser.origin}
    assert user.post("/connexion", content=b"x" * 70_000, headers=origin).status_code in (413, 415)
    form = {**origin, "Content-Type": "application/x-www-form-urlencoded"}
    assert user.post("/connexion", content=b"a=" + b"x" * 70_000, headers=form).status_code == 413
    assert user.post("/connexion", content=b"login=a&login=b", headers=form).status_code == 400
    assert user.post("/connexion", content=b"login=%FF", headers=form).status_code == 400
    assert user.post("/connexion", content=b"login=\xff", headers=form).status_code == 400
    assert user.post("/connexion", json={}, headers=origin).status_code == 415


def test_the_portal_asks_no_certificate_and_serves_no_machine(someone: Someone):
    answer = someone.browser.user.post("/registry", content=b"<x/>", headers={"Content-Type": "application/soap+xml"})
    assert answer.status_code == 404


def test_a_file_of_the_pages_is_kept_for_good_at_an_address_of_its_octets(someone: Someone):
    page = someone.browser.get("/connexion").text
    address = re.search(r"/static/[0-9a-f]{16}/portal\.css", page)[0]
    packed = someone.browser.user.get(address, headers={"Accept-Encoding": "gzip"})
    plain = someone.browser.user.get(address, headers={"Accept-Encoding": "identity"})
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", plain.content)
    assert int(packed.headers["content-length"]) < len(plain.content) / 5


def test_a_file_of_another_release_is_not_there(someone: Someone):
    for path in ("/static/0000000000000000/portal.css", "/portal.css", "/static/vendor.toml"):
        assert someone.browser.get(path).status_code == 404


def test_the_pages_look_as_this_browser_was_told(someone: Someone):
    assert 'data-theme="auto"' in someone.browser.get("/affichage").text
    assert someone.browser.fill("/affichage", theme="no such one").status_code == 422
    someone.browser.fill("/affichage", theme="contrast")
    assert 'data-theme="contrast"' in someone.browser.get("/connexion").text
