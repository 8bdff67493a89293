"""The operator at his pages: enrolled on the command line, signed in by passkey, and shown nothing of any record."""

import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from browser_builders import Browser
from device_builders import Device
from dmp.actions.find_documents import SearchRecord
from dmp.desk.operators import OperatorDesk
from dmp.main import build_gate
from dmp.portal import build_pages, build_portal
from dmp.record.account import OperatorAccount
from dmp.record.actor import Caller, Facility, Mode, Operator, Professional, Staff
from dmp.record.alert import Alert, AlertKind, Reason
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import EntryStatus
from dmp.record.errors import AccessRefused, IncompleteRequest
from dmp.record.job import JobKind, JobState
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.visit import Clearance
from dmp.settings import Settings
from dmp.sign_in import operators
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store import schema
from dmp.store.packing import microseconds
from dmp.store.sealing import seal_traces
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Store
from dmp.web.days import day
from store_builders import PERSON, a_lot_of, a_record, an_entry, opened
from xds_builders import Octets

ORIGIN, HOST = "https://portail.example.fr", "portail.example.fr"
NOW = datetime.now(UTC)
CABINET = Facility("1750000001", "Cabinet Test", "SA07")
DOCTOR = Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", CABINET)
SIGN_IN, ENROLMENT, HOME = "/operator/connexion", "/operator/inscription", "/operator"
PAGES = tuple(
    f"/operator{path}"
    for path in ("", "/taches", "/alertes", "/freins", "/urgences", "/traces", "/tables", "/regles", "/lectures")
)
CANARY = "CANARI-DUPONT"
TRAITS = IdentityTraits(CANARY, "OISEAU", "OISEAU", "1979-03-28", Sex.FEMALE, used_name=CANARY)


@pytest.fixture
def settings() -> Settings:
    nowhere = Path("/nowhere")
    portal = {"portal_port": 8444, "portal_url": f"{ORIGIN}/"}
    return Settings("", nowhere, nowhere, nowhere, nowhere, nowhere, nowhere, production=False, **portal)


@pytest.fixture
def app(sqlite_store: Store, settings: Settings):
    return build_pages(sqlite_store, settings)


@pytest.fixture
def browser(loop, app) -> Browser:
    return Browser(loop, app, ORIGIN)


def enrol(store: Store, name: str = "claire.test", code: str = "abcd-efgh-2345", at: datetime | None = None) -> str:
    with store.begin(held=True) as tx:
        operators.enrolled(tx, name, code, at or datetime.now(UTC))
    return code


def register(browser: Browser, code: str, device: Device) -> Browser:
    browser.get(ENROLMENT).submit(ENROLMENT, code=code)
    return browser.submit(ENROLMENT, answer=device.register(browser.options), name="Clé du bureau")


def sign_in(browser: Browser, device: Device) -> Browser:
    browser.get(SIGN_IN).submit(SIGN_IN)
    return browser.submit(SIGN_IN, answer=device.sign(browser.options))


def signed_in(loop, app, store: Store, name: str = "claire.test") -> Browser:
    """An operator with a key of his own, who has signed in."""
    browser, device = Browser(loop, app, ORIGIN), Device(ORIGIN, HOST)
    register(browser, enrol(store, name), device)
    return sign_in(browser, device).follow()


def traced(store: Store) -> list[tuple[str, str]]:
    """Verb and operator of the traces of no record."""
    with store.begin() as tx:
        return [(trace.verb, trace.who.person) for trace in tx.traces.of(NO_RECORD)]


# -- the door


def test_an_operator_registers_a_key_with_his_code_and_signs_in_with_it_alone(browser, sqlite_store):
    device = Device(ORIGIN, HOST)
    assert register(browser, enrol(sqlite_store), device).follow().status == 200
    assert "Votre clé est enregistrée" in browser.page
    assert browser.get(HOME).status == 303, "a key is no session yet"
    assert sign_in(browser, device).status == 303
    assert browser.follow().status == 200
    assert "État du service" in browser.page
    assert ("sign-in", "claire.test") in traced(sqlite_store)
    assert ("means-changed", "claire.test") in traced(sqlite_store)


def test_a_code_serves_once(browser, sqlite_store):
    code, device = enrol(sqlite_store), Device(ORIGIN, HOST)
    register(browser, code, device)
    again = browser.get(ENROLMENT).submit(ENROLMENT, code=code)
    assert (again.status, "Ce code d’inscription" in again.page, "data-options" in again.page) == (403, True, False)


def test_two_who_type_one_code_at_once_make_one_key(loop, app, sqlite_store):
    code = enrol(sqlite_store)
    first, second = Browser(loop, app, ORIGIN), Browser(loop, app, ORIGIN)
    for one in (first, second):
        one.get(ENROLMENT).submit(ENROLMENT, code=code)
    assert first.submit(ENROLMENT, answer=Device(ORIGIN, HOST).register(first.options), name="").status == 303
    other = Device(ORIGIN, HOST, id=b"another key")
    assert second.submit(ENROLMENT, answer=other.register(second.options), name="").status == 403
    with sqlite_store.begin() as tx:
        (operator,) = tx.operators.all()
    assert len(operator.passkeys) == 1


@pytest.mark.parametrize(("given", "age"), [("wrong-code", 0), ("", 0), ("abcd-efgh-2345", 61)])
def test_no_other_code_and_none_of_an_hour_ago(browser, sqlite_store, given, age):
    enrol(sqlite_store, at=datetime.now(UTC) - timedelta(minutes=age))
    assert browser.get(ENROLMENT).submit(ENROLMENT, code=given).status == 403


def test_a_new_code_ends_the_one_before(browser, sqlite_store):
    enrol(sqlite_store, code="first")
    enrol(sqlite_store, code="second")
    assert browser.get(ENROLMENT).submit(ENROLMENT, code="first").status == 403
    assert browser.get(ENROLMENT).submit(ENROLMENT, code="second").status == 200


def test_codes_cannot_be_guessed_without_end(browser, sqlite_store):
    enrol(sqlite_store)
    answers = [browser.get(ENROLMENT).submit(ENROLMENT, code=f"guess-{turn}").status for turn in range(40)]
    assert 429 in answers


def test_an_operator_without_key_does_not_sign_in(browser, sqlite_store):
    enrol(sqlite_store)
    device = Device(ORIGIN, HOST, user=b"operator:claire.test")
    assert sign_in(browser, device).status == 403
    assert "__Host-dmp-session" not in browser.cookies


def test_a_key_of_somebody_else_does_not_sign_in(loop, app, browser, sqlite_store):
    signed_in(loop, app, sqlite_store)
    other = Device(ORIGIN, HOST, user=b"operator:claire.test")
    assert sign_in(browser, other).status == 403


def test_the_page_of_patients_takes_no_key_of_an_operator(browser, sqlite_store):
    device = Device(ORIGIN, HOST)
    register(browser, enrol(sqlite_store), device)
    browser.get("/connexion/cle").submit("/connexion/cle")
    assert browser.submit("/connexion/cle", answer=device.sign(browser.options)).status == 403


def test_what_was_asked_of_a_patient_is_no_answer_of_an_operator(browser, sqlite_store):
    device = Device(ORIGIN, HOST)
    register(browser, enrol(sqlite_store), device)
    browser.get("/connexion/cle").submit("/connexion/cle")
    answer = device.sign(browser.options)
    token = browser.page.partition('name="token" value="')[2].partition('"')[0]
    assert browser.post(SIGN_IN, {"token": token, "answer": answer}).status == 403


def test_no_password_opens_the_pages_of_an_operator(browser, sqlite_store):
    register(browser, enrol(sqlite_store), Device(ORIGIN, HOST))
    for login in ("claire.test", "operator claire.test", "operator:claire.test"):
        assert browser.get("/connexion").submit("/connexion", login=login, password="").status == 422
        browser.get("/connexion").submit("/connexion", login=login, password="un lapin bleu sur un velo")
        assert browser.status in (422, 429)


def test_who_is_removed_is_out_at_once_and_stays_out(loop, app, sqlite_store):
    claire = signed_in(loop, app, sqlite_store)
    with sqlite_store.begin(held=True) as tx:
        operators.removed(tx, "claire.test")
    assert claire.get(HOME).status == 303
    again = signed_in(loop, app, sqlite_store)
    assert again.get(HOME).status == 200
    assert claire.get(HOME).status == 303, "a session of before is none of the new one"


def test_another_key_ends_the_sessions_of_before(loop, app, sqlite_store):
    claire = signed_in(loop, app, sqlite_store)
    other = Browser(loop, app, ORIGIN)
    assert register(other, enrol(sqlite_store), Device(ORIGIN, HOST, id=b"a second key")).status == 303
    assert claire.get(HOME).status == 303


def test_an_operator_lists_and_ends_his_sessions_and_no_other(loop, app, sqlite_store):
    claire, basile = signed_in(loop, app, sqlite_store), signed_in(loop, app, sqlite_store, "basile.test")
    numbers = re.findall(r'name="number" value="([0-9a-f]+)"', claire.get("/sessions").page)
    assert len(numbers) == 1
    basile.get("/sessions")
    token = basile.page.partition('name="token" value="')[2].partition('"')[0]
    basile.post("/sessions", {"token": token, "number": numbers[0]})
    assert claire.get(HOME).status == 200
    claire.get("/sessions").submit("/sessions", number=numbers[0])
    assert claire.get(HOME).status == 303
    assert ("sign-out", "claire.test") in traced(sqlite_store)


# -- the command line


@pytest.fixture
def desk(sqlite_store, settings, monkeypatch) -> OperatorDesk:
    """The commands, on this store."""
    monkeypatch.setattr(OperatorDesk, "_store", lambda _self: nullcontext(sqlite_store))
    return OperatorDesk(settings)


def test_the_command_line_enrols_lists_and_removes(browser, desk, sqlite_store):
    page, code, _ = desk.add("claire.test")
    assert page == f"page  {ORIGIN}{ENROLMENT}"
    assert re.fullmatch(r"code  ([2-9a-z]{4}-){4}[2-9a-z]{4}", code)
    assert next(iter(desk.listed())).endswith("no key yet")
    device = Device(ORIGIN, HOST)
    assert register(browser, code.removeprefix("code  "), device).status == 303
    assert sign_in(browser, device).status == 303
    assert next(iter(desk.listed())).endswith("Clé du bureau")
    desk.remove("claire.test")
    assert list(desk.listed()) == []
    assert browser.get(HOME).status == 303
    verbs = [verb for verb, _ in traced(sqlite_store)]
    assert (verbs[0], verbs[-1]) == ("operator-enrolled", "operator-removed")


@pytest.mark.parametrize("name", ["", "a", "Claire", "claire test", "é" * 5, "x" * 33, "1claire", "claire\n"])
def test_what_is_no_name_is_refused(desk, sqlite_store, name):
    with pytest.raises(IncompleteRequest):
        list(desk.add(name))
    with sqlite_store.begin() as tx:
        assert tx.operators.all() == ()


def test_who_is_no_operator_is_not_removed_and_without_portal_nobody_is_enrolled(desk, settings):
    with pytest.raises(IncompleteRequest):
        desk.remove("claire.test")
    with pytest.raises(IncompleteRequest):
        list(OperatorDesk(replace(settings, portal_url=None)).add("claire.test"))


# -- who comes in


@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_opens_a_page_of_the_operator(loop, app, sqlite_store, settings, path):
    stranger = Browser(loop, app, ORIGIN).get(path)
    assert (stranger.status, stranger.answer.headers["location"]) == (303, "/connexion")
    reception = build_portal(sqlite_store, settings).reception
    staff = Staff("3750000001/12", "Hugo BAREL-TEST", "SECRETARIAT_MEDICAL", CABINET)
    for proven in (Proven(Proof.CERTIFICATE, professional=DOCTOR), Proven(Proof.CERTIFICATE, staff=staff)):
        other = Browser(loop, app, ORIGIN)
        other.cookies["__Host-dmp-session"] = (reception.proved(proven, Visitor("192.0.2.1")).secret, True)
        assert other.get(path).answer.headers["location"] == "/"


@pytest.mark.parametrize("path", ["/patient", "/historique", "/professional", "/desk", "/moyens"])
def test_an_operator_opens_nothing_of_a_record(loop, app, sqlite_store, path):
    claire = signed_in(loop, app, sqlite_store).get(path)
    assert claire.status in (303, 404)
    assert "État du service" not in claire.page


def test_an_operator_of_the_pages_reads_no_document(sqlite_store, settings):
    opened(sqlite_store, a_record(traits=TRAITS))
    query = StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset({EntryStatus.APPROVED}))))
    gate = build_gate(sqlite_store, settings)
    with pytest.raises(AccessRefused):
        gate.perform(Caller(Operator("claire.test")), SearchRecord(PERSON, query), NOW)


# -- what is there


@pytest.fixture
def filled(sqlite_store: Store, settings: Settings) -> Store:
    """A record with a canary for a name, looked into in an emergency, with jobs, alerts and heads around it."""
    record = a_record(traits=TRAITS)
    with sqlite_store.begin() as tx:
        tx.records.add(record)
        contents, lot = tx.inside(record), a_lot_of(1)
        contents.add_lot(lot, contents.fingerprint("lot"))
        name = contents.add_document(Octets(CANARY.encode()))
        contents.add_entry(an_entry(1, title=f"{CANARY} document"), lot=lot.uuid, document=name)
    caller = Caller(DOCTOR, mode=Mode.BREAK_GLASS, reason=f"{CANARY} inconsciente", patient=PERSON)
    query = StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset({EntryStatus.APPROVED}))))
    build_gate(sqlite_store, settings).perform(caller, SearchRecord(PERSON, query), NOW)
    reasons = (Reason("patients-in-a-day", 7, "Beaucoup de patients.", "Many patients."),)
    about = {"person": DOCTOR.id, "profession": "10", "structure": CABINET.id, "records": (record.key,)}
    with sqlite_store.begin() as tx:
        tx.alerts.raise_(Alert("alert-1", AlertKind.PERSON, NOW, reasons=reasons, **about))
        tx.alerts.raise_(Alert("question-1", AlertKind.QUESTION, NOW, words=CANARY.encode(), due=NOW, **about))
        tx.clearances.set(Clearance(DOCTOR.id, stopped=NOW))
    a_dead_job(sqlite_store, record.key)
    seal_traces(sqlite_store, NOW)
    return sqlite_store


def a_dead_job(store: Store, record: str) -> None:
    row = {"id": "0a1b2c", "record": record, "kind": JobKind.NOTICE, "state": JobState.DEAD, "said": "no-answer"}
    rest = {"due": microseconds(NOW), "attempts": 8, "lease": 0, "worker": "", "sealed": CANARY.encode()}
    with store.connection() as connection:
        connection.execute(insert(schema.job), row | rest)


def test_no_page_of_the_operator_tells_whose_record_or_what_of_it(loop, app, filled):
    claire = signed_in(loop, app, filled)
    record = a_record().key
    with filled.connection() as connection:
        cases = connection.execute(select(schema.case.c.id)).scalars().all()
    assert cases
    for path in (*PAGES, "/operator/alertes?etat=closed", "/sessions"):
        page = claire.get(path).page
        assert claire.status == 200, path
        for secret in (CANARY, "OISEAU", "inconsciente", PERSON.number, record, *cases):
            assert secret not in page, (path, secret)


def test_the_state_tells_each_part_and_what_waits(loop, app, filled):
    page = signed_in(loop, app, filled).page
    assert page.count("en marche") == 5
    assert "Le service peut faire son travail." in page
    figures = re.findall(r'class="figure">([^<]*)<', page)
    assert figures[2] == "1", "a dead job"
    assert figures[4:] == ["2", "1"], "alerts and emergencies"


def test_a_part_that_fails_is_said(loop, app, filled, tmp_path):
    claire = signed_in(loop, app, filled)
    filled.blobs._folder = tmp_path / "nowhere"  # type: ignore[attr-defined]
    page = claire.get(HOME).page
    assert ("ne répond pas" in page, "Une partie du service ne répond pas" in page) == (True, True)


def test_a_dead_job_is_tried_again_once_and_leaves_a_trace(loop, app, filled):
    claire = signed_in(loop, app, filled).get("/operator/taches")
    assert "no-answer" in claire.page
    assert claire.submit("/operator/taches", job="0a1b2c").status == 303
    assert "Aucune tâche en échec." in claire.follow().page
    assert ("job-retried", "claire.test") in traced(filled)
    token = claire.page.partition('name="token" value="')[2].partition('"')[0]
    again = claire.post("/operator/taches", {"token": token, "job": "0a1b2c"})
    assert (again.status, "n’est plus en échec" in again.page) == (422, True)


def test_an_alert_is_closed_with_a_reason_by_name_and_through_the_gate(loop, app, filled):
    claire = signed_in(loop, app, filled).get("/operator/alertes")
    assert "Beaucoup de patients." in claire.page
    assert "Dossiers concernés : 1." in claire.page
    claire.submit("/operator/alertes", reason="  ")
    assert (claire.status, 'id="reason-alert-1-error"' in claire.page) == (422, True)
    claire.submit("/operator/alertes", alert="alert-1", reason="Remplacement confirmé.")
    assert claire.status == 303
    with filled.begin() as tx:
        closed = tx.alerts.one("alert-1")
    assert (closed.closed_by, closed.conclusion) == ("claire.test", "Remplacement confirmé.")
    assert "Remplacement confirmé." in claire.get("/operator/alertes?etat=closed").page
    assert ("alert-close", "claire.test") in traced(filled)


def test_a_question_of_a_patient_is_neither_read_nor_closed(loop, app, filled):
    claire = signed_in(loop, app, filled).get("/operator/alertes")
    assert claire.page.count("Fermer cette alerte") + claire.page.count("Clore cette alerte") == 1
    token = claire.page.partition('name="token" value="')[2].partition('"')[0]
    answer = claire.post("/operator/alertes", {"token": token, "alert": "question-1", "reason": "Vu."})
    assert (answer.status, "c’est à une structure d’y répondre" in answer.page) == (422, True)


def test_a_clearance_takes_two_operators(loop, app, filled):
    claire, path = signed_in(loop, app, filled).get("/operator/freins"), "/operator/freins"
    assert "compte arrêté" in claire.page
    proposed = {"act": "propose", "person": DOCTOR.id, "until": day(NOW + timedelta(days=2)), "reason": "Campagne"}
    token = claire.page.partition('name="token" value="')[2].partition('"')[0]
    assert claire.post(path, {"token": token, **proposed}).status == 303
    assert "Un autre exploitant doit confirmer." in claire.get(path).page
    own = claire.post(path, {"token": token, "act": "confirm", "person": DOCTOR.id, "reason": "Moi-même"})
    assert (own.status, "un autre exploitant" in own.page) == (422, True)

    basile = signed_in(loop, app, filled, "basile.test").get(path)
    basile.submit(path, act="confirm", person=DOCTOR.id, reason="")
    assert (basile.status, f'id="reason-{DOCTOR.id}-error"' in basile.page) == (422, True)
    assert basile.submit(path, act="confirm", person=DOCTOR.id, reason="Vérifié.").status == 303
    with filled.begin() as tx:
        known = tx.clearances.of(DOCTOR.id)
    assert (known.stopped, known.until is not None) == (None, True)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"person": "", "until": "31/12/2099", "reason": "x"}, "person"),
        ({"person": "1", "until": "demain", "reason": "x"}, "until"),
        ({"person": "1", "until": "31/12/2099", "reason": "x"}, "until"),
        ({"person": "1", "until": "01/01/2020", "reason": "x"}, "until"),
        ({"person": "1", "until": "31/12/2099", "reason": ""}, "reason"),
    ],
)
def test_a_proposal_that_is_wrong_names_its_field_and_keeps_what_was_typed(loop, app, sqlite_store, fields, wrong):
    claire = signed_in(loop, app, sqlite_store).get("/operator/freins")
    claire.submit("/operator/freins", act="propose", **fields)
    assert (claire.status, f'id="{wrong}-error"' in claire.page) == (422, True)
    assert all(f'value="{fields[name]}"' in claire.page for name in ("person", "until"))


def test_emergencies_are_told_by_structure(loop, app, filled):
    page = signed_in(loop, app, filled).get("/operator/urgences").page
    assert f">{CABINET.id}</td>" in page
    assert DOCTOR.id not in page
    assert DOCTOR.name not in page


def test_heads_are_checked_and_one_that_was_changed_is_said(loop, app, filled):
    claire = signed_in(loop, app, filled)
    seal_traces(filled, datetime.now(UTC))
    page = claire.get("/operator/traces").page
    assert (page.count("signature et suite justes"), "NE TIENT PAS" in page) == (2, False)
    with filled.connection() as connection:
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE head SET root = zeroblob(32) WHERE size = (SELECT min(size) FROM head)")
    assert claire.get("/operator/traces").page.count("NE TIENT PAS") == 2, "the head itself, and the next that names it"


def test_the_tables_tell_versions_sources_and_what_is_reconstructed(loop, app, sqlite_store):
    page = signed_in(loop, app, sqlite_store).get("/operator/tables").page
    for words in ("matrix.csv", "2024-09-25", "classes.csv", ">205<", "document_types.csv", "sans date"):
        assert words in page
    assert "la vôtre" not in page


def test_a_table_of_the_operator_is_marked(loop, sqlite_store, settings, tmp_path):
    import dmp.access

    folder = tmp_path / "rights"
    folder.mkdir()
    (folder / "brakes.csv").write_text((Path(dmp.access.__file__).parent / "brakes.csv").read_text() + "# ours\n")
    app = build_pages(sqlite_store, replace(settings, rights=folder))
    assert signed_in(loop, app, sqlite_store).get("/operator/tables").page.count("la vôtre") == 1


# -- the store


def test_an_operator_is_kept_sealed_and_by_name(store: Store):
    first, second = OperatorAccount("claire.test", NOW), OperatorAccount("basile.test", NOW, version=3)
    with store.begin() as tx:
        tx.operators.set(first)
        tx.operators.set(second)
    with store.begin() as tx:
        assert tx.operators.all() == (second, first)
        tx.operators.set(replace(first, version=2))
        tx.operators.drop("basile.test")
    with store.begin(held=True) as tx:
        assert (tx.operators.all(), tx.operators.one("basile.test")) == ((replace(first, version=2),), None)
    with store.connection() as connection:
        (row,) = connection.execute(select(schema.operator))
    assert b"claire" not in bytes(row.token) + bytes(row.sealed)
