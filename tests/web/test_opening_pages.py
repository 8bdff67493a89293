"""The way into a record by its number: what it tells, consent, closing, creation, the account (TD0.2, TD0.3)."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from browser_builders import Browser
from dmp.record.patient import PatientId
from dmp.record.record import Authorisation, Oppositions, RecordState, Regime
from dmp.store.tx import Store
from dmp.web.professional.room import PACE
from professional_builders import (
    AGREE,
    CABINET,
    CLOSED,
    COLLEAGUE,
    DAY,
    DOCTOR,
    ENTER,
    NOBODY,
    NOW,
    NURSE,
    OCCUPATIONAL,
    OPEN,
    OTHER,
    RECORD,
    Rooms,
    given,
    location,
    peopled,
    typed,
    without_secrets,
)
from store_builders import PERSON

CREATE, CREATE_NOW, REOPEN = (f"{OPEN}/creation", f"{OPEN}/creation/envoi", f"{OPEN}/reouverture")
ACCOUNT, RENEW = "/professional/compte", "/professional/compte/renouveler"
AGREED = {"name": "Martin", "birth": "28/03/1979", "consent": "1"}
NEW = {
    "birth_name": "Legrand",
    "birth_first_name": "Élise",
    "birth": "31/08/1950",
    "sex": "F",
    "informed": "1",
    "consent": "1",
}


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return peopled(sqlite_store)


@pytest.fixture
def rooms(loop, store) -> Rooms:
    return Rooms(loop, store)


def look(browser: Browser, patient=PERSON, **fields: str) -> Browser:
    return browser.get(OPEN).submit(OPEN, **typed(patient, **fields))


# -- by number


def test_whoever_may_read_compares_the_identity_then_goes_in(rooms: Rooms):
    claire = look(rooms.of(DOCTOR))
    for trait in ("MARTIN", "ANNE MARIE", "28/03/1979", "Féminin", "75107"):
        assert trait in claire.page
    claire.submit(ENTER)
    assert location(claire) == RECORD
    session = rooms.session(claire)
    assert session.patient == PERSON
    assert session.patient_called.startswith("D&#39;ESTREE".replace("&#39;", "'"))
    assert re.fullmatch(r"D'ESTREE-FICTIVE \(MARTIN\) ANNE · née le 28/03/1979 · \d+ ans", session.patient_called)


def test_the_number_stands_in_no_address(rooms: Rooms):
    claire = look(rooms.of(DOCTOR))
    for address in re.findall(r'(?:href|action)="([^"]*)"', claire.page):
        assert PERSON.number not in address
    assert PERSON.number not in location(claire.submit(ENTER))


@pytest.mark.parametrize("number", ["", "12", "279035121518900", "é" * 15])
def test_what_is_no_number_names_its_field_and_keeps_what_was_typed(rooms: Rooms, number):
    claire = rooms.of(DOCTOR).get(OPEN).submit(OPEN, ins=number, kind=PERSON.root)
    assert (claire.status, 'id="ins-error"' in claire.page) == (422, True)
    assert f'value="{number}"' in claire.page


def test_blanks_in_a_number_do_not_count(rooms: Rooms):
    spaced = "2 79 03 51 215 189 89"
    assert "MARTIN" in rooms.of(DOCTOR).get(OPEN).submit(OPEN, ins=spaced, kind=PERSON.root).page


def test_unknown_closed_blocked_and_never_let_in_are_answered_alike(rooms: Rooms):
    """A number tells nothing to who has no right to the record behind it (security 9.4, DEC-9)."""
    hugo, alike = rooms.of(COLLEAGUE), []

    def seen(patient: PatientId) -> None:
        look(hugo, patient)
        alike.append((hugo.status, without_secrets(hugo)))

    for patient in (NOBODY, CLOSED, OTHER, PERSON):
        seen(patient)
    rooms.change(lambda record: replace(record, blocked=frozenset({COLLEAGUE.id})))
    seen(PERSON)
    rooms.change(lambda record: replace(record, blocked=frozenset(), authorisations=(given(COLLEAGUE, days=-3),)))
    seen(PERSON)
    assert alike == [alike[0]] * 6
    assert hugo.status == 200
    assert "MARTIN" not in hugo.page


def test_the_time_of_the_answer_tells_nothing_either(rooms: Rooms):
    hugo = rooms.of(COLLEAGUE).get(OPEN)
    for patient in (NOBODY, PERSON):
        begun = time.monotonic()
        hugo.submit(OPEN, **typed(patient)).get(OPEN)
        assert time.monotonic() - begun >= PACE


def test_going_straight_in_is_answered_alike_too(rooms: Rooms):
    hugo = rooms.of(COLLEAGUE)
    token = hugo.get(OPEN).page.partition('name="token" value="')[2].partition('"')[0]
    answers = set()
    for patient in (NOBODY, CLOSED, PERSON):
        hugo.post(ENTER, typed(patient, token=token))
        answers.add((hugo.status, without_secrets(hugo)))
    assert len(answers) == 1
    assert rooms.session(hugo).patient is None


def test_an_occupational_doctor_let_in_by_a_professional_is_told_nothing(rooms: Rooms):
    rooms.change(lambda record: replace(record, authorisations=(given(OCCUPATIONAL),)))
    assert "MARTIN" not in look(rooms.of(OCCUPATIONAL)).page
    rooms.change(lambda record: replace(record, authorisations=(given(OCCUPATIONAL, by_holder=True),)))
    assert "MARTIN" in look(rooms.of(OCCUPATIONAL)).page


def test_the_address_alone_opens_nothing(rooms: Rooms):
    for path in (ENTER, AGREE, REOPEN, CREATE, CREATE_NOW):
        assert location(rooms.of(DOCTOR).get(path)) == OPEN
    assert location(rooms.stranger().get(OPEN)) == "/connexion"


# -- consent


def test_with_consent_and_identity_the_record_opens_and_the_right_is_written_for_a_year(rooms: Rooms):
    hugo = look(rooms.of(COLLEAGUE)).submit(AGREE, **AGREED)
    assert location(hugo) == RECORD
    assert rooms.session(hugo).patient == PERSON
    (mine,) = [one for one in rooms.record().authorisations if one.subject == COLLEAGUE.id]
    assert mine.until - datetime.now(UTC) > 364 * DAY
    assert not mine.by_holder


@pytest.mark.parametrize("name", ["MARTIN", "d’estrée fictive", "Destree-Fictive"])
def test_either_name_will_do_however_it_is_written(rooms: Rooms, name):
    assert location(look(rooms.of(COLLEAGUE)).submit(AGREE, **{**AGREED, "name": name})) == RECORD


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"consent": ""}, "consent"), ({"name": " "}, "name"), ({"birth": "hier"}, "birth"), ({"birth": ""}, "birth")],
)
def test_without_consent_or_identity_nothing_is_written(rooms: Rooms, fields, field):
    hugo = look(rooms.of(COLLEAGUE)).submit(AGREE, **{**AGREED, **fields})
    assert hugo.status == 422
    assert f'href="#{field}"' in hugo.page
    assert rooms.record().authorisations == (given(DOCTOR),)


def test_a_wrong_identity_a_block_and_no_record_are_answered_alike(rooms: Rooms):
    hugo = rooms.of(COLLEAGUE)
    answers = [without_secrets(look(hugo, NOBODY).submit(AGREE, **AGREED))]
    for wrong in ({"name": "Durand"}, {"birth": "29/03/1979"}):
        look(hugo).submit(AGREE, **{**AGREED, **wrong})
        shown = without_secrets(hugo).replace("Durand", "Martin").replace("29/03/1979", "28/03/1979")
        answers.append(shown)
    rooms.change(lambda record: replace(record, blocked=frozenset({CABINET.id})))
    answers.append(without_secrets(look(hugo).submit(AGREE, **AGREED)))
    assert len(set(answers)) == 1
    assert hugo.status == 404
    assert rooms.record().authorisations == (given(DOCTOR),)


def test_who_may_not_declare_is_told_so_whatever_the_record(rooms: Rooms):
    odile = rooms.of(OCCUPATIONAL)
    pages = {without_secrets(look(odile, patient).submit(AGREE, **AGREED)) for patient in (PERSON, NOBODY, CLOSED)}
    assert odile.status == 403
    assert len(pages) == 1


def test_the_secret_connection_is_for_minors(rooms: Rooms):
    claire = look(rooms.of(DOCTOR)).submit(ENTER, secret="1")
    assert (claire.status, "réservée aux soins des mineurs" in claire.page) == (422, True)
    young = f"{datetime.now(UTC).year - 15}-03-28"
    rooms.change(lambda record: replace(record, traits=record.traits and replace(record.traits, birth_date=young)))
    claire = look(rooms.of(DOCTOR)).submit(ENTER, secret="1")
    assert location(claire) == RECORD
    assert rooms.session(claire).secret


def test_parents_read_nothing_of_the_way_into_a_secret_connection(rooms: Rooms):
    young = f"{datetime.now(UTC).year - 15}-03-28"
    rooms.change(lambda record: replace(record, traits=record.traits and replace(record.traits, birth_date=young)))
    claire = look(rooms.of(DOCTOR), secret="1")
    assert 'name="secret" value="1" checked' in claire.page
    assert location(claire.submit(ENTER, secret="1")) == RECORD
    with rooms.store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        assert {trace.who.secret for trace in tx.traces.of(record.key)} == {True}


def test_a_secret_connection_tells_nothing_of_the_records_of_adults(rooms: Rooms):
    hugo = rooms.of(COLLEAGUE)
    token = hugo.get(OPEN).page.partition('name="token" value="')[2].partition('"')[0]
    for path in (OPEN, ENTER):
        answers = set()
        for patient in (NOBODY, CLOSED, PERSON):
            hugo.post(path, typed(patient, token=token, secret="1"))
            answers.add((hugo.status, without_secrets(hugo)))
        assert len(answers) == 1, path


def test_another_record_may_be_open_meanwhile(rooms: Rooms):
    rooms.change(lambda record: replace(record, authorisations=(given(DOCTOR),)), OTHER)
    claire = look(rooms.in_record(DOCTOR), OTHER)
    assert "OUDIN" in claire.page
    claire.submit(ENTER)
    assert rooms.session(claire).patient == OTHER


# -- closed


def test_a_closed_record_is_told_with_consent_and_identity_and_opens_again(rooms: Rooms):
    hugo = look(rooms.of(COLLEAGUE), CLOSED).submit(AGREE, name="Petit", birth="15/07/1977", consent="1")
    assert "il est fermé" in hugo.page
    assert hugo.submit(REOPEN).status == 422
    assert rooms.record(CLOSED).state is RecordState.CLOSED
    hugo.submit(REOPEN, consent="1")
    assert "Le dossier est rouvert" in hugo.page
    assert rooms.record(CLOSED).state is RecordState.ACTIVE
    hugo.submit(AGREE, name="Petit", birth="15/07/1977", consent="1")
    assert rooms.session(hugo).patient == CLOSED


def test_reopening_tells_nothing_of_other_numbers(rooms: Rooms):
    hugo = rooms.of(COLLEAGUE)
    token = hugo.get(OPEN).page.partition('name="token" value="')[2].partition('"')[0]
    answers = set()
    rooms.change(lambda record: replace(record, blocked=frozenset({COLLEAGUE.id})), OTHER)
    for patient in (PERSON, NOBODY, OTHER, CLOSED):
        hugo.post(REOPEN, typed(patient, token=token, consent="1", name="Autre", birth="01/02/1950"))
        answers.add((hugo.status, without_secrets(hugo)))
    assert len(answers) == 1
    assert rooms.record(CLOSED).state is RecordState.CLOSED


def test_a_number_alone_reopens_nothing(rooms: Rooms):
    hugo = rooms.of(COLLEAGUE)
    token = hugo.get(OPEN).page.partition('name="token" value="')[2].partition('"')[0]
    hugo.post(REOPEN, typed(CLOSED, token=token, consent="1"))
    assert (hugo.status, "Écrivez le nom de naissance" in hugo.page) == (422, True)
    assert rooms.record(CLOSED).state is RecordState.CLOSED


# -- the simulated card


def test_a_fictional_card_fills_the_identity_in_and_production_reads_none(rooms: Rooms):
    hugo = look(rooms.of(COLLEAGUE), card="1", name="MARTIN", birth="28/03/1979")
    assert "Identité lue sur la carte fictive" in hugo.page
    assert 'value="MARTIN"' in hugo.page
    assert location(hugo.submit(AGREE, consent="1", name="MARTIN", birth="28/03/1979")) == RECORD
    production = Rooms(rooms.loop, rooms.store, production=True).of(COLLEAGUE).get(OPEN)
    assert "simulé" not in production.page


# -- creation


def created(browser: Browser, **fields: str) -> Browser:
    look(browser, NOBODY).submit(AGREE, name="Legrand", birth="31/08/1950", consent="1")
    return browser.submit(CREATE).submit(CREATE_NOW, **{**NEW, **fields})


def test_a_record_is_created_with_consent_then_read_with_consent(rooms: Rooms):
    hugo = created(rooms.of(COLLEAGUE), no_break_glass="1", telephone="06 39 98 00 01", mail="elise@example.org")
    assert "Le dossier est créé" in hugo.page
    record = rooms.record(NOBODY)
    assert record.traits is not None
    assert (record.traits.birth_name, record.traits.birth_first_name) == ("LEGRAND", "ELISE")
    assert record.traits.birth_date == "1950-08-31"
    assert record.oppositions == Oppositions(break_glass=True)
    assert record.consent is not None
    assert record.consent.author == COLLEAGUE.id
    assert record.contact.telecoms == (("MC", "tel:0639980001"), ("", "mailto:elise@example.org"))
    assert record.authorisations == (), "to create is not to read"
    hugo.submit(AGREE, name="Legrand", birth="31/08/1950", consent="1")
    assert location(hugo) == RECORD


@pytest.mark.parametrize("field", ["consent", "informed", "birth_name", "birth_first_name", "birth", "sex"])
def test_nothing_is_created_without_all_that_the_law_asks_for(rooms: Rooms, field):
    hugo = created(rooms.of(COLLEAGUE), **{field: ""})
    assert hugo.status == 422
    assert f'href="#{field}"' in hugo.page
    assert not rooms.status(COLLEAGUE, NOBODY).found


def test_a_minor_needs_a_representative(rooms: Rooms):
    birth = f"31/08/{NOW.year - 5}"
    hugo = created(rooms.of(COLLEAGUE), birth=birth)
    assert (hugo.status, 'href="#guardian"' in hugo.page) == (422, True)
    hugo.submit(
        CREATE_NOW, **{**NEW, "birth": birth, "guardian": "Legrand", "guardian_given": "Paul", "relation": "FTH"}
    )
    (guardian,) = rooms.record(NOBODY).guardians
    assert (guardian.relationship, guardian.family, guardian.given) == ("FTH", "LEGRAND", "PAUL")


def test_a_second_record_is_refused_in_the_words_of_an_opposition(rooms: Rooms):
    hugo = rooms.of(COLLEAGUE)
    token = hugo.get(OPEN).page.partition('name="token" value="')[2].partition('"')[0]
    answers = set()
    for patient in (PERSON, CLOSED, OTHER):
        hugo.post(CREATE_NOW, {**typed(patient, token=token), **NEW})
        answers.add((hugo.status, without_secrets(hugo)))
        rooms.change(lambda record: replace(record, blocked=frozenset({COLLEAGUE.id})), OTHER)
    assert len(answers) == 1
    assert (hugo.status, "il en existe déjà un sous ce numéro, ou la personne" in hugo.page) == (422, True)


def test_where_the_insurer_opens_records_nobody_else_is_offered_to(rooms: Rooms):
    hugo = Rooms(rooms.loop, rooms.store, regime=Regime.OPT_OUT).of(COLLEAGUE)
    look(hugo, NOBODY).submit(AGREE, **AGREED)
    assert "Assurance maladie" in hugo.page
    assert CREATE not in hugo.page


# -- the account of the person


def test_the_account_comes_with_a_letter_that_is_shown_once(rooms: Rooms):
    claire = rooms.in_record(DOCTOR).get(ACCOUNT).submit(ACCOUNT, channel="sms", address="06 39 98 00 01")
    login, password = re.findall(r"<dd>([^<]+)</dd>", claire.page)[-2:]
    with rooms.store.begin() as tx:
        account = tx.accounts.of_login(login)
    assert account is not None
    assert (account.person, account.temporary) == (PERSON, True)
    assert password not in claire.get(ACCOUNT).page
    claire.submit(ACCOUNT, channel="sms", address="06 39 98 00 01")
    assert (claire.status, "a déjà un compte" in claire.page) == (422, True)
    renewed = claire.submit(RENEW)
    assert login not in renewed.page
    assert "Mot de passe provisoire" in renewed.page


def test_an_account_needs_an_address_and_a_record_open(rooms: Rooms):
    claire = rooms.in_record(DOCTOR).get(ACCOUNT).submit(ACCOUNT, channel="email", address="nulle part")
    assert (claire.status, 'href="#address"' in claire.page) == (422, True)
    assert claire.get(ACCOUNT).submit(RENEW).status == 422
    assert location(rooms.of(NURSE).get(ACCOUNT)) == "/professional"


def test_who_was_let_in_no_more_makes_no_account(rooms: Rooms):
    claire = rooms.in_record(DOCTOR).get(ACCOUNT)
    rooms.change(lambda record: replace(record, authorisations=(Authorisation(DOCTOR.id, NOW - DAY, NOW, DOCTOR.id),)))
    claire.submit(ACCOUNT, channel="email", address="anne@example.org")
    assert claire.status == 403
