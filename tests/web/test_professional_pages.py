"""Where a professional begins: his patients, his part in a record, the emergencies of his structure (TD0.4, TD1.6)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from browser_builders import Browser
from dmp.actions.find_documents import SearchRecord
from dmp.main import build_gate
from dmp.record.actor import Caller, Mode, Professional
from dmp.record.criteria import DocumentCriteria
from dmp.record.emergency import Finding
from dmp.record.entry import Deposit, EntryStatus
from dmp.record.patient import PatientId
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import Attending
from dmp.record.visibility import Visibility
from dmp.store.tx import Store
from professional_builders import (
    COLLEAGUE,
    DAY,
    DOCTOR,
    ENTER,
    NOW,
    NURSE,
    OTHER,
    RECORD,
    Rooms,
    given,
    location,
    peopled,
    typed,
)
from store_builders import PERSON, an_entry, deposited, uuid

HOME, ACCESS, REVIEWS = "/professional", "/professional/acces", "/professional/urgences"


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return peopled(sqlite_store)


@pytest.fixture
def rooms(loop, store) -> Rooms:
    return Rooms(loop, store)


def let_claire_into_both(rooms: Rooms) -> None:
    rooms.change(lambda record: replace(record, authorisations=(given(DOCTOR),)), OTHER)


# -- my patients


def test_the_list_holds_who_lets_me_in_and_nobody_else(rooms: Rooms):
    claire = rooms.of(DOCTOR).get(HOME)
    assert "D&#39;ESTREE-FICTIVE (MARTIN) ANNE" in claire.page
    assert "28/03/1979" in claire.page
    for hidden in ("OUDIN", "PETIT"):
        assert hidden not in claire.page
    hugo = rooms.of(COLLEAGUE).get(HOME)
    assert "Aucun patient dans cette liste" in hugo.page


def test_who_keeps_me_out_is_in_the_list_no_more(rooms: Rooms):
    rooms.change(lambda record: replace(record, blocked=frozenset({DOCTOR.facility.id})))
    assert "MARTIN" not in rooms.of(DOCTOR).get(HOME).page


def test_a_patient_is_opened_from_the_list(rooms: Rooms):
    claire = rooms.of(DOCTOR).get(HOME).submit(ENTER)
    assert location(claire) == RECORD
    assert rooms.session(claire).patient == PERSON


@pytest.mark.parametrize(
    ("typed_name", "found"), [("mart", 1), ("estree", 1), ("ann", 1), ("oud", 0), ("anne martin", 1), ("zz", 0)]
)
def test_names_are_looked_for_by_their_beginnings_and_stand_in_no_address(rooms: Rooms, typed_name, found):
    claire = rooms.of(DOCTOR).get(HOME).submit(HOME, name=typed_name)
    assert ("MARTIN" in claire.page) is bool(found)
    assert ("Aucun de vos patients" in claire.page) is not bool(found)
    assert typed_name not in (location(claire) or "")


def test_the_list_is_whole_while_a_record_is_open(rooms: Rooms):
    let_claire_into_both(rooms)
    claire = rooms.in_record(DOCTOR).get(HOME)
    assert "OUDIN" in claire.page
    assert claire.page.count(f'action="{ENTER}"') == 2


def test_what_is_new_counts_no_document_that_i_may_not_see(rooms: Rooms, store: Store):
    let_claire_into_both(rooms)
    fresh = Deposit(datetime.now(UTC), "899900000999", "1750000009", "DIRECTE")
    deposited(store, an_entry(1, deposit=fresh))
    assert "MARTIN" in rooms.of(DOCTOR).get(f"{HOME}?new=7").page
    rooms.change(lambda record: replace(record, visibility={uuid(1): Visibility(masked=True)}))
    deposited(store, an_entry(2, deposit=fresh), patient=OTHER)
    news = rooms.of(DOCTOR).get(f"{HOME}?new=7").page
    assert "OUDIN" in news
    assert "MARTIN" not in news


def test_only_professionals_come_here(rooms: Rooms):
    for path in (HOME, ACCESS, REVIEWS, "/professional/urgence", "/professional/regulation", "/professional/compte"):
        assert location(rooms.stranger().get(path)) == "/connexion"


# -- my part in a record


def test_those_let_in_and_kept_out_are_named(rooms: Rooms):
    rooms.change(lambda record: replace(record, blocked=frozenset({NURSE.id})))
    page = rooms.in_record(DOCTOR).get(ACCESS).page
    assert "Claire ARNOUX-TEST" in page
    assert "Nadia HAMON-TEST" in page.partition("Bloqués par la personne")[2]


def test_without_a_record_open_the_patients_are_shown(rooms: Rooms):
    for path in (ACCESS, f"{ACCESS}/renoncer"):
        assert location(rooms.of(DOCTOR).get(path)) == HOME


def test_who_reads_no_more_is_told_why_there_is_no_list(rooms: Rooms):
    claire = rooms.in_record(DOCTOR)
    rooms.change(lambda record: replace(record, authorisations=()))
    page = claire.get(ACCESS).page
    assert "Autorisés" not in page
    assert "alert-info" in page


def test_whoever_renounces_reads_no_more_and_leaves(rooms: Rooms):
    claire = rooms.in_record(DOCTOR).get(ACCESS).submit(f"{ACCESS}/renoncer")
    assert location(claire) == HOME
    assert rooms.session(claire).patient is None
    assert not rooms.status(DOCTOR).readable


def test_a_doctor_declares_himself_attending_and_the_holder_must_confirm(rooms: Rooms):
    claire = rooms.in_record(DOCTOR).get(ACCESS).submit(f"{ACCESS}/medecin-traitant")
    claire.follow()
    assert "doit le confirmer" in claire.page
    role = rooms.record().attending_of(DOCTOR.id)
    assert role is not None
    assert not role.confirmed
    claire.submit(f"{ACCESS}/medecin-traitant/fin").follow()
    assert "plus médecin traitant" in claire.page
    assert rooms.record().attending_of(DOCTOR.id) is None


def test_a_nurse_is_offered_no_such_role_and_is_refused_it(rooms: Rooms):
    rooms.change(lambda record: replace(record, authorisations=(given(NURSE),)))
    nadia = rooms.in_record(NURSE).get(ACCESS)
    assert "medecin-traitant" not in nadia.page
    token = nadia.page.partition('name="token" value="')[2].partition('"')[0]
    assert nadia.post(f"{ACCESS}/medecin-traitant", {"token": token}).status == 403
    assert rooms.record().attending == ()


def test_a_colleague_is_let_in_with_the_consent_of_the_person(rooms: Rooms):
    claire = rooms.in_record(DOCTOR).get(ACCESS).submit(f"{ACCESS}/collegue", colleague="barel")
    assert "Hugo BAREL-TEST" in claire.page
    claire.submit(f"{ACCESS}/autoriser")
    assert (claire.status, "Cochez la case" in claire.page) == (422, True)
    assert not rooms.status(COLLEAGUE).readable
    claire.submit(f"{ACCESS}/collegue", colleague=COLLEAGUE.id).submit(f"{ACCESS}/autoriser", consent="1")
    assert location(claire) == f"{ACCESS}?done=let-in"
    assert rooms.status(COLLEAGUE).readable


@pytest.mark.parametrize(("name", "sentence"), [("ba", "trois lettres"), ("zzzzzz", "Personne ne répond")])
def test_a_colleague_who_is_not_found_is_told_so(rooms: Rooms, name, sentence):
    claire = rooms.in_record(DOCTOR).get(ACCESS).submit(f"{ACCESS}/collegue", colleague=name)
    assert sentence in claire.page


def test_whoever_may_not_read_lets_nobody_in(rooms: Rooms):
    claire = rooms.in_record(DOCTOR).get(ACCESS).submit(f"{ACCESS}/collegue", colleague="barel")
    rooms.change(lambda record: replace(record, authorisations=()))
    assert claire.submit(f"{ACCESS}/autoriser", consent="1").status == 403
    assert rooms.record().authorisations == ()


def test_the_role_of_the_list_is_mine_when_i_am_attending(rooms: Rooms):
    rooms.change(lambda record: replace(record, attending=(Attending(DOCTOR.id, NOW - DAY, confirmed=True),)))
    assert "vous êtes médecin traitant" in rooms.of(DOCTOR).get(HOME).page
    assert "Ne plus être médecin traitant" in rooms.in_record(DOCTOR).get(ACCESS).page


def test_the_attending_doctor_keeps_somebody_out_at_the_persons_request(rooms: Rooms):
    mine = Attending(DOCTOR.id, NOW - DAY, confirmed=True)
    rooms.change(lambda record: replace(record, authorisations=(given(DOCTOR), given(NURSE)), attending=(mine,)))
    claire = rooms.in_record(DOCTOR).get(ACCESS)
    assert claire.page.count(f'action="{ACCESS}/bloquer"') == 1, "never himself"
    claire.submit(f"{ACCESS}/bloquer")
    assert (claire.status, rooms.record().blocked) == (422, frozenset())
    claire.submit(f"{ACCESS}/bloquer", asked="1").follow()
    assert "Le blocage est noté" in claire.page
    assert rooms.record().blocked == frozenset({NURSE.id})


def test_nobody_else_keeps_anybody_out(rooms: Rooms):
    rooms.change(lambda record: replace(record, authorisations=(given(DOCTOR), given(NURSE))))
    claire = rooms.in_record(DOCTOR).get(ACCESS)
    assert f"{ACCESS}/bloquer" not in claire.page
    token = claire.page.partition('name="token" value="')[2].partition('"')[0]
    assert claire.post(f"{ACCESS}/bloquer", {"token": token, "subject": NURSE.id, "asked": "1"}).status == 403
    assert rooms.record().blocked == frozenset()


# -- the emergencies of my structure


def broken(rooms: Rooms, by: Professional = NURSE, patient: PatientId = PERSON) -> None:
    glass = Caller(by, Mode.BREAK_GLASS, "Patient inconscient", patient)
    query = StoredQuery(FindDocuments(DocumentCriteria(patient, frozenset({EntryStatus.APPROVED}))))
    build_gate(rooms.store, rooms.settings).perform(glass, SearchRecord(patient, query), datetime.now(UTC))


def test_the_designated_one_reviews_an_emergency_once(rooms: Rooms):
    broken(rooms)
    hugo = rooms.of(COLLEAGUE).get(REVIEWS)
    assert "Nadia HAMON-TEST" in hugo.page
    assert "Patient inconscient" in hugo.page
    for hidden in ("MARTIN", PERSON.number):
        assert hidden not in hugo.page
    second = rooms.of(COLLEAGUE).get(REVIEWS)
    hugo.submit(REVIEWS, finding=Finding.JUSTIFIED, words="Vu avec le service.").follow()
    assert "Aucun accès en urgence" in hugo.page
    second.submit(REVIEWS, finding=Finding.UNJUSTIFIED, words="Non.")
    assert (second.status, "déjà été relu" in second.page) == (422, True)


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"finding": "justified"}, "words"), ({"words": "Vu."}, "finding"), ({"finding": "x", "words": "Vu."}, "finding")],
)
def test_a_review_without_finding_or_words_names_its_field(rooms: Rooms, fields, name):
    broken(rooms)
    hugo = rooms.of(COLLEAGUE).get(REVIEWS).submit(REVIEWS, **fields)
    assert hugo.status == 422
    assert f'href="#{name}-' in hugo.page


def test_nobody_else_sees_them_nor_reviews_his_own(rooms: Rooms):
    broken(rooms)
    broken(rooms, COLLEAGUE)
    assert rooms.of(DOCTOR).get(REVIEWS).status == 403
    hugo = rooms.of(COLLEAGUE).get(REVIEWS)
    answers = {own(hugo, part).status for part in hugo.page.split("<li>")[1:] if "Hugo BAREL-TEST" in part}
    assert answers == {403}


def own(browser: Browser, part: str) -> Browser:
    fields = {
        name: part.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("token", "record", "case")
    }
    return browser.post(REVIEWS, {**fields, "finding": "justified", "words": "Moi-même."})


# -- the brake


def test_the_brake_says_what_to_do_and_shows_nothing(loop, store: Store):
    rooms = Rooms(loop, store, daily_patients=1)
    let_claire_into_both(rooms)
    claire = rooms.in_record(DOCTOR).get(ACCESS)
    token = claire.get(HOME).page.partition('name="token" value="')[2].partition('"')[0]
    claire.post(ENTER, typed(OTHER, token=token))
    page = claire.get(RECORD).page
    assert "OUDIN BASILE" in page, "the bar names the record that is open"
    assert claire.status == 403
    assert "deux responsables peuvent" in page


def test_the_pages_are_in_english_too(rooms: Rooms):
    claire = rooms.in_record(DOCTOR)
    claire.cookies["__Host-dmp-language"] = ("en", True)
    said = {
        HOME: "My patients",
        ACCESS: "Who has access to this record",
        "/professional/ouvrir": "Open a record",
        "/professional/urgence": "Break the glass and open the record",
        "/professional/regulation": "Search without number",
        "/professional/compte": "Where shall codes go?",
    }
    for path, words in said.items():
        assert words in claire.get(path).page
