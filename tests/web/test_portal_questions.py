"""«Demander pourquoi» in a browser: the holder asks about one access, whom the structure designated answers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from browser_builders import Browser
from dmp.actions.find_documents import SearchRecord
from dmp.main import build_gate
from dmp.portal import build_pages, build_portal
from dmp.record.account import Account
from dmp.record.actor import Authentication, Caller, Facility, Professional
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import EntryStatus
from dmp.record.listed import Listed
from dmp.record.notice import Address, Channel
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import Authorisation
from dmp.settings import Settings
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.directory import designation
from dmp.store.tx import Store
from store_builders import PERSON, SOMEBODY_ELSE, a_record, opened

ORIGIN = "https://portail.example.fr"
VISITOR = Visitor("192.0.2.1")
NOW = datetime.now(UTC)
CABINET = Facility("1750000001", "Cabinet Test", "SA07")
DOCTOR = Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", CABINET, via=Authentication.DIRECT)
COLLEAGUE = replace(DOCTOR, id="899900000202", name="Hugo BAREL-TEST")
ACCOUNT = Account(
    "5d1f0a52-1111-4222-8333-444455556666",
    PERSON,
    "Anne",
    "anne",
    password="x",
    channels=(Address(Channel.EMAIL, "anne@example.org"),),
)
HISTORY, ASK, SEND, ANSWER = (
    "/historique",
    "/historique/question",
    "/historique/question/envoi",
    "/professional/questions",
)


@pytest.fixture
def settings() -> Settings:
    nowhere = Path("/nowhere")
    portal = {"portal_port": 8444, "portal_url": f"{ORIGIN}/"}
    return Settings("", nowhere, nowhere, nowhere, nowhere, nowhere, nowhere, production=False, **portal)


@pytest.fixture
def store(sqlite_store: Store, settings: Settings) -> Store:
    """A record that a doctor has looked into; his colleague was designated."""
    given = Authorisation(DOCTOR.id, NOW - timedelta(days=1), NOW + timedelta(days=300), DOCTOR.id)
    opened(sqlite_store, a_record(authorisations=(given,)))
    people = [Listed("professional", one.id, one.name, profession="10") for one in (DOCTOR, COLLEAGUE)]
    place = Listed("structure", CABINET.id, CABINET.name, sector=CABINET.sector)
    with sqlite_store.begin() as tx:
        works = [(one.id, CABINET.id) for one in (DOCTOR, COLLEAGUE)]
        tx.directory.load([*people, place, designation(COLLEAGUE.id, CABINET.id)], works)
        tx.accounts.add(ACCOUNT)
    query = StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset({EntryStatus.APPROVED}))))
    build_gate(sqlite_store, settings).perform(Caller(DOCTOR, patient=PERSON), SearchRecord(PERSON, query), NOW)
    return sqlite_store


class Doors:
    """Browsers of people who are signed in."""

    def __init__(self, loop, store: Store, settings: Settings):
        self.loop, self.app = loop, build_pages(store, settings)
        self.reception = build_portal(store, settings).reception

    def holder(self) -> Browser:
        return self._of(Proven(Proof.PASSKEY, account=ACCOUNT))

    def doctor(self, who: Professional = COLLEAGUE) -> Browser:
        return self._of(Proven(Proof.CERTIFICATE, professional=who))

    def acting_for_anne(self, account: Account) -> Browser:
        desk, secret = (
            self.reception.desk,
            self.reception.proved(Proven(Proof.PASSKEY, account=account), VISITOR).secret,
        )
        session = desk.one(secret)
        assert session is not None
        return self._with(desk.renewed(secret, replace(session, patient=PERSON)))

    def _of(self, proven: Proven) -> Browser:
        return self._with(self.reception.proved(proven, VISITOR).secret)

    def _with(self, secret: str) -> Browser:
        browser = Browser(self.loop, self.app, ORIGIN)
        browser.cookies["__Host-dmp-session"] = (secret, True)
        return browser


@pytest.fixture
def doors(loop, store, settings) -> Doors:
    return Doors(loop, store, settings)


def the_access(browser: Browser) -> str:
    return browser.get(HISTORY).page.partition('name="access" value="')[2].partition('"')[0]


def ask(browser: Browser, text: str = "Je ne connais pas ce <b>médecin</b> ?") -> Browser:
    access = the_access(browser)
    return browser.submit(ASK, access=access).submit(SEND, text=text)


def test_a_question_goes_to_who_answers_and_the_answer_comes_back_beside_the_line(doors: Doors):
    anne = doors.holder()
    access = the_access(anne)
    assert "Vérifié" not in anne.page
    page = anne.submit(ASK, access=access).page
    assert "Vous demandez pourquoi cet accès a eu lieu" in page
    assert "Claire ARNOUX-TEST" in page
    anne.submit(SEND, text="Je ne connais pas\r\nce <b>médecin</b> ?")
    assert anne.answer is not None
    assert anne.answer.headers["location"] == f"{HISTORY}#acces-{access}"
    waiting = anne.get(HISTORY).page
    assert f'<tr id="acces-{access}"' in waiting
    assert "<blockquote>Je ne connais pas\nce &lt;b&gt;médecin&lt;/b&gt; ?</blockquote>" in waiting
    assert "La structure doit répondre avant le" in waiting

    hugo = doors.doctor()
    seen = hugo.get(ANSWER).page
    assert "ce &lt;b&gt;médecin&lt;/b&gt; ?" in seen
    assert "Claire ARNOUX-TEST (899900000101)" in seen
    assert PERSON.number not in seen
    assert access not in seen
    hugo.submit(ANSWER, text="Remplacement du docteur Leroy.").follow()
    assert "Aucune question n’attend de réponse." in hugo.page

    told = anne.get(HISTORY).page
    assert "Réponse de la structure, le" in told
    assert "<blockquote>Remplacement du docteur Leroy.</blockquote>" in told
    assert "<strong>Vérifié</strong>" in told


@pytest.mark.parametrize(("text", "sentence"), [("  ", "Écrivez votre {}."), ("x" * 1001, "Raccourcissez votre {} :")])
def test_a_question_or_an_answer_without_words_or_with_too_many_names_its_field(doors: Doors, text, sentence):
    anne = ask(doors.holder(), text)
    assert (anne.status, sentence.format("question") in anne.page, 'id="text-error"' in anne.page) == (422, True, True)
    assert text.strip() in anne.page, "what was typed is kept"
    assert anne.submit(SEND, text="x" * 1000).status == 303

    hugo = doors.doctor().get(ANSWER)
    hugo.submit(ANSWER, text=text)
    question = hugo.page.partition('name="question" value="')[2].partition('"')[0]
    assert sentence.format("réponse") in hugo.page
    assert (hugo.status, f'href="#text-{question}"' in hugo.page, f'id="text-{question}"' in hugo.page) == (
        422,
        True,
        True,
    )


def test_an_access_is_asked_about_once_and_only_what_is_in_the_history(doors: Doors):
    anne = doors.holder()
    access, token = the_access(anne), anne.page.partition('name="token" value="')[2].partition('"')[0]
    ask(anne)
    for path in (ASK, SEND):
        for one in (access, "00000000-0000-0000-0000-000000000000", ""):
            anne.post(path, {"token": token, "access": one, "text": "Et encore ?"})
            assert (anne.status, "Cet accès a déjà reçu votre question" in anne.page) == (422, True)
            assert "<textarea" not in anne.page
    assert anne.get(ASK).status == 303


def test_who_was_not_designated_reads_no_question_and_is_told_so(doors: Doors):
    ask(doors.holder())
    claire = doors.doctor(DOCTOR).get(ANSWER)
    assert claire.status == 403
    assert "Seules les personnes que la structure a désignées" in claire.page
    assert "médecin&lt;" not in claire.page


def test_a_question_is_answered_once(doors: Doors):
    ask(doors.holder())
    first, second = doors.doctor().get(ANSWER), doors.doctor().get(ANSWER)
    assert first.submit(ANSWER, text="Remplacement.").status == 303
    second.submit(ANSWER, text="Autre chose.")
    assert (second.status, "a déjà reçu une réponse" in second.page) == (422, True)


def test_a_professional_asks_nothing_and_a_patient_answers_nothing(doors: Doors):
    hugo, anne = doors.doctor().get(ASK), doors.holder().get(ANSWER)
    for browser in (hugo, anne):
        assert browser.answer is not None
        assert (browser.status, browser.answer.headers["location"]) == (303, "/")


def test_who_acts_for_the_holder_neither_asks_nor_reads_what_he_asked(doors: Doors, store: Store):
    access = the_access(ask(doors.holder(), "Secret ?"))
    mother = replace(ACCOUNT, id="6d1f0a52-1111-4222-8333-444455556666", person=SOMEBODY_ELSE, login="mere")
    with store.begin() as tx:
        tx.accounts.add(mother)
    browser = doors.acting_for_anne(mother)
    token = browser.get("/sessions").page.partition('name="token" value="')[2].partition('"')[0]
    for path in (ASK, SEND):
        browser.post(path, {"token": token, "access": access, "text": "Pourquoi ?"})
        assert (browser.status, "Secret" in browser.page, "déjà" in browser.page) == (404, False, False)


def test_the_pages_are_in_english_too(doors: Doors):
    hugo, anne = doors.doctor(), doors.holder()
    for browser in (hugo, anne):
        browser.cookies["__Host-dmp-language"] = ("en", True)
    assert "Ask why" in anne.get(HISTORY).page
    assert "Send the question" in anne.submit(ASK, access=the_access(anne)).page
    assert "No question waits for an answer." in hugo.get(ANSWER).page
