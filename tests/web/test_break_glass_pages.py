"""Emergencies in a browser: break-glass, the emergency call centre, and what each of them refuses (AR-9, AR-10)."""

from dataclasses import replace

import pytest

from browser_builders import Browser
from dmp.record.actor import Mode
from dmp.record.record import Oppositions
from dmp.store.tx import Store
from professional_builders import (
    BASILE,
    CLOSED,
    COLLEAGUE,
    DOCTOR,
    NOBODY,
    NURSE,
    OCCUPATIONAL,
    OTHER,
    RECORD,
    REGULATOR,
    Rooms,
    location,
    peopled,
    typed,
    without_secrets,
)
from store_builders import PERSON

GLASS, BACK = "/professional/urgence", "/professional/urgence/fin"
DISPATCH, SEARCH, IN = (
    "/professional/regulation",
    "/professional/regulation/recherche",
    "/professional/regulation/dossier",
)
WHY = {"why": "unconscious", "words": "Trouvée au sol, ne répond pas.", "known": "1"}


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return peopled(sqlite_store)


@pytest.fixture
def rooms(loop, store) -> Rooms:
    return Rooms(loop, store)


def glass(browser: Browser, patient=PERSON, **fields: str) -> Browser:
    return browser.get(GLASS).submit(GLASS, **{**typed(patient), **WHY, **fields})


def cases(rooms: Rooms, key: str = "rec-1"):
    with rooms.store.begin() as tx:
        tx.records.get(key)
        return tx.cases.of(key)


# -- break-glass


def test_the_glass_opens_one_record_for_a_reason_that_is_kept(rooms: Rooms):
    nadia = glass(rooms.of(NURSE))
    assert location(nadia) == RECORD
    session = rooms.session(nadia)
    assert (session.mode, session.patient) == (Mode.BREAK_GLASS, PERSON)
    assert session.reason == "Personne inconsciente : Trouvée au sol, ne répond pas."
    (case,) = cases(rooms)
    assert (case.person, case.reasons) == (NURSE.id, (session.reason,))
    nadia.get(RECORD)
    assert nadia.status == 200
    assert "Bris de glace" in nadia.page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"why": ""}, "why"),
        ({"why": "x"}, "why"),
        ({"words": "  "}, "words"),
        ({"known": ""}, "known"),
        ({"ins": "1"}, "ins"),
    ],
)
def test_without_a_reason_words_or_the_knowledge_of_what_follows_nothing_opens(rooms: Rooms, fields, field):
    nadia = glass(rooms.of(NURSE), **fields)
    assert nadia.status == 422
    assert f'href="#{field}"' in nadia.page
    assert rooms.session(nadia).mode is Mode.NORMAL
    assert cases(rooms) == []


def test_opposed_blocked_closed_and_unknown_are_answered_alike(rooms: Rooms):
    answers = []
    nadia = rooms.of(NURSE)
    for patient in (NOBODY, CLOSED, OTHER, PERSON):
        rooms.change(lambda record: replace(record, oppositions=Oppositions(break_glass=True)), OTHER)
        rooms.change(lambda record: replace(record, blocked=frozenset({NURSE.id})))
        glass(nadia, patient)
        answers.append((nadia.status, without_secrets(nadia).replace(patient.number, "")))
        assert rooms.session(nadia).patient is None
    assert answers == [answers[0]] * 4
    assert answers[0][0] == 422
    assert "soignez sans le dossier" in nadia.page


def test_an_occupational_doctor_has_no_glass_whatever_the_record(rooms: Rooms):
    odile, answers = rooms.of(OCCUPATIONAL), set()
    for patient in (PERSON, NOBODY, CLOSED):
        glass(odile, patient)
        answers.add((odile.status, without_secrets(odile)))
    assert len(answers) == 1
    assert odile.status == 403
    assert "Personne inconsciente" not in odile.page


def test_the_record_that_is_open_needs_no_number(rooms: Rooms):
    claire = rooms.in_record(DOCTOR).get(GLASS).submit(GLASS, **WHY, ins="", kind=PERSON.root)
    assert location(claire) == RECORD
    assert rooms.session(claire).mode is Mode.BREAK_GLASS


def test_the_mode_is_left_for_the_normal_one_or_for_no_record(rooms: Rooms):
    claire, nadia = glass(rooms.of(DOCTOR)), glass(rooms.of(NURSE))
    claire.get("/professional/acces").submit(BACK)
    session = rooms.session(claire)
    assert (location(claire), session.mode, session.patient, session.reason) == (RECORD, Mode.NORMAL, PERSON, "")
    nadia.get("/professional/acces").submit(BACK)
    assert (location(nadia), rooms.session(nadia).patient) == ("/professional", None)
    assert rooms.session(nadia).mode is Mode.NORMAL


def test_another_record_opened_meanwhile_is_not_in_that_mode(rooms: Rooms):
    """One record, one emergency: the mode does not follow somebody elsewhere."""
    claire = glass(rooms.of(DOCTOR), OTHER)
    claire.get("/professional").submit("/professional/ouvrir/dossier")
    session = rooms.session(claire)
    assert (session.patient, session.mode, session.reason) == (PERSON, Mode.NORMAL, "")


# -- the emergency call centre


def test_the_centre_finds_people_without_number_and_opens_in_its_mode(rooms: Rooms):
    remi = rooms.of(REGULATOR).get(DISPATCH).submit(SEARCH, family="Oudin", given="Basile")
    assert "OUDIN BASILE" in remi.page
    assert OTHER.number not in location(remi)
    remi.submit(IN)
    session = rooms.session(remi)
    assert (location(remi), session.mode, session.patient) == (RECORD, Mode.EMERGENCY_DISPATCH, OTHER)
    assert session.patient_called.startswith("OUDIN BASILE · né le 02/01/1960")


def test_who_opposed_to_the_centre_is_neither_found_nor_opened(rooms: Rooms):
    rooms.change(lambda record: replace(record, oppositions=Oppositions(emergency_dispatch=True)), OTHER)
    remi = rooms.of(REGULATOR).get(DISPATCH).submit(SEARCH, family="Oudin", given="Basile")
    assert "Personne ne répond à ces critères" in remi.page
    opposed = without_secrets(remi.submit(IN, **typed(OTHER))).replace(OTHER.number, "")
    nobody = without_secrets(remi.submit(IN, **typed(NOBODY))).replace(NOBODY.number, "")
    assert remi.status == 422
    # What was typed before is gone from both: the second form is that of the first answer.
    assert opposed == nobody


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"family": "Oudin"}, "un prénom ou une date"),
        ({"family": "Oudin", "given": "B", "birth": "hier"}, "31/01/1979"),
    ],
)
def test_too_little_is_asked_for_more(rooms: Rooms, fields, sentence):
    remi = rooms.of(REGULATOR).get(DISPATCH).submit(SEARCH, **fields)
    assert (remi.status, sentence in remi.page) == (422, True)


@pytest.mark.parametrize("who", [DOCTOR, COLLEAGUE])
def test_elsewhere_nobody_searches_nor_opens_so(rooms: Rooms, who):
    browser = rooms.of(who).get(DISPATCH).submit(SEARCH, family="Oudin", given="Basile")
    assert (browser.status, BASILE.birth_name in browser.page) == (403, False)
    assert browser.get(DISPATCH).submit(IN, **typed(PERSON)).status == 403
    assert rooms.session(browser).patient is None
