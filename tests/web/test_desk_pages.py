"""The desk: staff and professionals help who stands before them, under a mandate that is seen and that ends (PT-18)."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from browser_builders import Browser
from dmp.portal import build_pages, build_portal
from dmp.record.account import Account
from dmp.record.actor import Authentication, Facility, Professional, Staff
from dmp.record.ins import nir_key
from dmp.record.notice import Address, Channel
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.record import Authorisation, ClosingReason, Closure, Oppositions, Record, RecordState, Regime
from dmp.settings import Settings
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.tx import Store
from store_builders import NIR, PERSON, a_record, opened

ORIGIN = "https://portail.example.fr"
NOW = datetime.now(UTC)
HOSPITAL = Facility("1750000002", "Hôpital Test", "SA01")
NADIA = Staff("3750000002/1001", "Nadia HAMON-TEST", "SECRETARIAT_MEDICAL", HOSPITAL)
INSURER = replace(NADIA, facility=Facility("1750000009", "Mutuelle Test", "SA23"))
DOCTOR = Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", HOSPITAL, via=Authentication.DIRECT)
PHARMACIST = replace(DOCTOR, id="899900000303", name="Léa ESNAULT-TEST", profession="21", know_how="A")
OCCUPATIONAL = replace(DOCTOR, id="899900000404", know_how="SM25")
TRAITS = IdentityTraits("DUPONT-TEST", "ANNE", "ANNE LISE", "1979-03-28", Sex.FEMALE, "75107")
NOBODYS = "160012B074001" + nir_key("160012B074001")
DESK, PERSONNE, LEAVE = "/desk", "/desk/personne", "/dossier/quitter"
FORMS = tuple(
    f"/desk/{name}"
    for name in ("ouverture", "accord", "urgence", "fermeture", "reouverture", "acces", "renouvellement", "adresse")
)
WHO = {"ins": PERSON.number, "kind": NIR, "name": "Dupont-Test", "birth": "28/03/1979"}
MANDATE = {**WHO, "asked": "ACCESS", "present": "1"}
OPENING = {
    "birth_name": "Dupont-Test",
    "birth_first_name": "Anne",
    "sex": "F",
    "paper": "1",
    "break_glass": "no",
    "dispatch": "yes",
    "informed": "1",
    "consent": "1",
    "mail": "anne@example.org",
}


@pytest.fixture
def settings() -> Settings:
    nowhere = Path("/nowhere")
    portal = {"portal_port": 8444, "portal_url": f"{ORIGIN}/"}
    return Settings("", nowhere, nowhere, nowhere, nowhere, nowhere, nowhere, production=False, **portal)


class Clock:
    """That of the sessions."""

    def __init__(self):
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock(monkeypatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("dmp.portal.SteadyClock", lambda _now: made)
    return made


class Doors:
    """Browsers of people at a desk."""

    def __init__(self, loop, store: Store, settings: Settings):
        self.loop, self.store, self.app = loop, store, build_pages(store, settings)
        self.reception = build_portal(store, settings).reception

    def staff(self, who: Staff = NADIA) -> Browser:
        return self._of(Proven(Proof.CERTIFICATE, staff=who))

    def professional(self, who: Professional = DOCTOR) -> Browser:
        return self._of(Proven(Proof.CERTIFICATE, professional=who))

    def with_mandate(self, who: Staff | Professional = NADIA, **changes: str) -> Browser:
        """Somebody who has received the person."""
        browser = self.staff(who) if isinstance(who, Staff) else self.professional(who)
        browser.get(DESK).submit(DESK, **{**MANDATE, **changes})
        assert browser.status == 303, browser.page
        return browser.follow()

    def _of(self, proven: Proven) -> Browser:
        browser = Browser(self.loop, self.app, ORIGIN)
        secret = self.reception.proved(proven, Visitor("192.0.2.1")).secret
        browser.cookies["__Host-dmp-session"] = (secret, True)
        return browser


@pytest.fixture
def doors(loop, clock, sqlite_store, settings) -> Doors:
    return Doors(loop, sqlite_store, settings)


def the_record(store: Store, patient=PERSON) -> Record | None:
    with store.begin() as tx:
        return tx.records.of(patient)


def known(store: Store, **changes) -> None:
    """The record of the person, who let the structure in."""
    until = NOW + timedelta(days=300)
    given = tuple(Authorisation(subject, NOW - timedelta(days=1), until, subject) for subject in (HOSPITAL.id,))
    opened(store, a_record(**{"traits": TRAITS, "authorisations": given, **changes}))


def with_account(store: Store) -> None:
    known(store, portal_account=True)
    channels = (Address(Channel.EMAIL, "anne@example.org"),)
    with store.begin() as tx:
        tx.accounts.add(Account("a-1", PERSON, "Anne", "anne", password="x", channels=channels))


def traced(store: Store) -> list[tuple[str, str, str]]:
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        return [(one.verb, one.who.person, one.who.reason) for one in tx.traces.of(record.key)]


def letter(page: str) -> tuple[str, str]:
    found = re.findall(r"<dd>([^<]+)</dd>", page)
    return html.unescape(found[-2]), html.unescape(found[-1])


# -- the mandate


def test_a_mandate_says_who_for_whom_since_and_until_on_each_page_and_in_each_trace(doors: Doors, sqlite_store):
    known(sqlite_store)
    nadia = doors.with_mandate()
    assert nadia.status == 200
    begins, ends = re.findall(r"en sa présence, de (\d\d:\d\d)\s+à (\d\d:\d\d)", nadia.page)[0]
    for path in (PERSONNE, DESK, "/desk/notice", *FORMS, "/sessions"):
        page = nadia.get(path).page
        assert nadia.status == 200, path
        assert "Mandat : vous aidez" in page, path
        assert "DUPONT-TEST · 28/03/1979" in page, path
    nadia.get("/desk/accord").submit("/desk/accord", consent="1")
    told = f"Mandat au guichet, personne présente, de {begins} à {ends} : accès en ligne"
    assert {(who, reason) for _, who, reason in traced(sqlite_store)} == {(NADIA.id, told)}
    assert [verb for verb, _, _ in traced(sqlite_store)][-1] == "TD0.3-authorise"


@pytest.mark.parametrize("name", ["Dupont-Test", "Autre"])
def test_a_mandate_opens_no_page_of_the_record_whosever_name_it_bears(doors: Doors, sqlite_store, name):
    known(sqlite_store)
    before = traced(sqlite_store)
    for who, home in ((DOCTOR, "/professional"), (NADIA, "/")):
        browser = doors.with_mandate(who, name=name)
        for path in ("/historique", "/historique/tableau", "/historique/preuves"):
            assert browser.get(path).answer.headers["location"] == "/", path
        for path in ("/professional/dossier", "/professional/acces"):
            assert browser.get(path).answer.headers["location"] == home, path
        assert "multipart/form-data" not in browser.get("/professional/deposer").page
        assert browser.get(f"/professional/dossier/documents/{UUID(int=1)}").status in (303, 404)
        assert "Mandat : vous aidez" in browser.get(PERSONNE).page
    acts = [verb for verb, _, _ in traced(sqlite_store)[len(before) :]]
    assert acts == (["TD0.2"] * 4 if name == "Dupont-Test" else []), "the existence of the record is all that was read"


def test_the_glass_is_not_broken_for_the_name_of_a_mandate(doors: Doors, sqlite_store):
    known(sqlite_store)
    page = doors.with_mandate(DOCTOR, name="Autre").get("/professional/urgence").page
    assert "AUTRE" not in page
    assert 'name="ins"' in page


def test_a_mandate_ends_by_its_button(doors: Doors, sqlite_store):
    known(sqlite_store)
    nadia = doors.with_mandate()
    assert nadia.submit(LEAVE).answer.headers["location"] == DESK
    assert "Mandat : vous aidez" not in nadia.follow().page
    for path in (PERSONNE, *FORMS):
        assert nadia.get(path).answer.headers["location"] == "/desk?fini=oui", path


@pytest.mark.parametrize("path", FORMS)
def test_a_mandate_ends_by_itself_and_what_comes_later_does_nothing(doors: Doors, clock, sqlite_store, path):
    known(sqlite_store)
    nadia = doors.with_mandate().get(path)
    clock.ahead = timedelta(minutes=8)
    nadia.get(PERSONNE)
    clock.ahead = timedelta(minutes=16)
    nadia.get(PERSONNE)
    clock.ahead = timedelta(minutes=24)
    assert nadia.get(path).status == 200
    before, page = the_record(sqlite_store), nadia.page
    clock.ahead = timedelta(minutes=31)
    nadia.submit(path, **OPENING, asked="1", channel="email", address="x@example.org", act="ADD")
    assert nadia.answer.headers["location"] == "/desk?fini=oui", page
    assert "Le mandat est terminé" in nadia.follow().page
    assert the_record(sqlite_store) == before


def test_nobody_is_helped_for_two_at_once(doors: Doors):
    nadia = doors.with_mandate().get(DESK)
    token = nadia.page.partition('name="token" value="')[2].partition('"')[0]
    nadia.post(DESK, {"token": token, **MANDATE, "ins": NOBODYS, "name": "Autre"})
    assert (nadia.status, "Mettez d’abord fin au mandat" in nadia.page) == (422, True)
    assert "DUPONT-TEST" in nadia.page


def test_a_form_of_one_person_is_worth_nothing_for_the_next(doors: Doors, sqlite_store):
    known(sqlite_store)
    nadia = doors.with_mandate().get("/desk/fermeture")
    token = nadia.page.partition('action="/desk/fermeture"')[2].partition('value="')[2].partition('"')[0]
    nadia.submit(LEAVE).follow().submit(DESK, **{**MANDATE, "asked": "OTHER"})
    assert nadia.post("/desk/fermeture", {"token": token, "asked": "1"}).status == 403
    record = the_record(sqlite_store)
    assert record is not None
    assert record.state is RecordState.ACTIVE


@pytest.mark.parametrize(
    ("field", "typed"),
    [("ins", "279035121518988"), ("ins", ""), ("name", " "), ("birth", "hier"), ("asked", "HEALTH"), ("present", "")],
)
def test_a_mandate_lacks_nothing_and_keeps_what_was_typed(doors: Doors, field, typed):
    nadia = doors.staff().get(DESK)
    nadia.submit(DESK, **{**MANDATE, field: typed})
    assert nadia.status == 422
    assert f'href="#{field}"' in nadia.page
    for name in {"ins", "name", "birth"} - {field}:
        assert f'value="{MANDATE[name]}"' in nadia.page


def test_no_number_stands_in_an_address(doors: Doors):
    nadia = doors.staff().get(DESK)
    nadia.submit(DESK, **MANDATE)
    assert nadia.answer.headers["location"] == PERSONNE


# -- who may


@pytest.mark.parametrize("path", [DESK, PERSONNE, "/desk/notice", *FORMS])
def test_the_desk_is_for_who_stands_at_one(loop, doors: Doors, path):
    assert Browser(loop, doors.app, ORIGIN).get(path).answer.headers["location"] == "/connexion"


def test_a_patient_is_not_at_the_desk(loop, doors: Doors, sqlite_store):
    with_account(sqlite_store)
    with sqlite_store.begin() as tx:
        account = tx.accounts.of_person(PERSON)
    anne = doors._of(Proven(Proof.PASSKEY, account=account))
    for path in (DESK, "/desk/acces"):
        assert anne.get(path).answer.headers["location"] == "/"


def test_staff_of_a_sector_that_the_law_shuts_out_does_nothing(doors: Doors, sqlite_store):
    known(sqlite_store)
    insurer = doors.with_mandate(INSURER)
    assert insurer.status == 403
    for path in ("/desk/ouverture", "/desk/accord", "/desk/fermeture"):
        fields = OPENING if path == "/desk/ouverture" else {"consent": "1", "asked": "1"}
        assert insurer.get(path).submit(path, **fields).status == 403, path
    record = the_record(sqlite_store)
    assert record is not None
    assert (record.state, len(record.authorisations)) == (RecordState.ACTIVE, 1)


def test_an_occupational_doctor_opens_and_closes_nothing(doors: Doors, sqlite_store):
    doctor = doors.with_mandate(OCCUPATIONAL)
    assert doctor.get("/desk/ouverture").submit("/desk/ouverture", **OPENING).status == 403
    assert the_record(sqlite_store) is None
    known(sqlite_store)
    assert doctor.get("/desk/fermeture").submit("/desk/fermeture", asked="1").status == 403
    assert doctor.get("/desk/acces").submit("/desk/acces", channel="email", address="a@example.org").status == 403


def test_under_a_mandate_an_employee_reads_no_document_and_masks_none(doors: Doors, sqlite_store):
    known(sqlite_store)
    nadia = doors.with_mandate()
    assert "Votre carte ne permet ni de lire, ni d’imprimer, ni de masquer un document" in nadia.page
    assert nadia.get("/patient/documents").status in (303, 403, 404)


def test_a_professional_is_led_to_his_own_space_to_mask(doors: Doors, sqlite_store):
    known(sqlite_store)
    page = doors.with_mandate(PHARMACIST).page
    assert 'href="/professional/ouvrir"' in page
    assert "vos droits de professionnel s’y appliquent" in page


# -- open


@pytest.mark.parametrize("who", [NADIA, DOCTOR, PHARMACIST])
def test_a_record_is_opened_with_consent_traced_and_both_oppositions(doors: Doors, sqlite_store, who):
    desk = doors.with_mandate(who, asked="OPEN")
    assert "Aucun dossier ne s’ouvre sous ce numéro" in desk.page
    desk.get("/desk/ouverture").submit("/desk/ouverture", **OPENING)
    assert desk.status == 303, desk.page
    assert "Le dossier est ouvert. L’accord est gardé" in desk.follow().page
    record = the_record(sqlite_store)
    assert record is not None
    assert record.traits == IdentityTraits("DUPONT-TEST", "ANNE", "ANNE", "1979-03-28", Sex.FEMALE)
    assert record.consent is not None
    assert record.consent.author == who.id
    assert record.oppositions == Oppositions(break_glass=True, emergency_dispatch=False)
    assert [address for _, address in record.contact.telecoms] == ["mailto:anne@example.org"]


@pytest.mark.parametrize(
    "field", ["birth_name", "birth_first_name", "sex", "paper", "break_glass", "dispatch", "informed", "consent"]
)
def test_an_opening_that_lacks_something_names_it_and_keeps_the_rest(doors: Doors, sqlite_store, field):
    desk = doors.with_mandate().get("/desk/ouverture")
    desk.submit("/desk/ouverture", **{**OPENING, field: ""})
    assert (desk.status, f'href="#{field}"' in desk.page) == (422, True)
    assert 'value="anne@example.org"' in desk.page
    assert the_record(sqlite_store) is None


def test_nothing_about_emergencies_is_answered_beforehand(doors: Doors):
    page = doors.with_mandate().get("/desk/ouverture").page
    assert not re.search(r'name="(break_glass|dispatch|informed|consent|paper)"[^>]* checked', page)


def test_a_record_is_opened_for_the_person_of_the_mandate_alone(doors: Doors, sqlite_store):
    desk = doors.with_mandate().get("/desk/ouverture")
    desk.submit("/desk/ouverture", **{**OPENING, "birth_name": "Martin"})
    assert (desk.status, "n’est pas celui du mandat" in desk.page) == (422, True)
    desk.submit("/desk/ouverture", **OPENING, birth="01/01/1950")
    record = the_record(sqlite_store)
    assert record is not None
    assert record.traits is not None
    assert record.traits.birth_date == "1979-03-28"


def test_a_minor_needs_a_representative(doors: Doors, sqlite_store):
    born = f"{NOW.year - 7}-03-28"
    desk = doors.with_mandate(birth=born).get("/desk/ouverture")
    desk.submit("/desk/ouverture", **OPENING)
    assert (desk.status, 'href="#guardian"' in desk.page) == (422, True)
    desk.submit("/desk/ouverture", **OPENING, relation="MTH", guardian="Dupont", guardian_given="Eve")
    assert desk.status == 303
    record = the_record(sqlite_store)
    assert record is not None
    assert [one.family for one in record.guardians] == ["DUPONT"]


def test_where_the_insurer_opens_records_the_desk_opens_none(loop, clock, sqlite_store, settings):
    doors = Doors(loop, sqlite_store, replace(settings, regime=Regime.OPT_OUT))
    desk = doors.with_mandate()
    assert ("par l’Assurance maladie" in desk.page, "/desk/ouverture" in desk.page) == (True, False)
    desk.get("/desk/ouverture").submit("/desk/ouverture", **OPENING)
    assert desk.status == 422
    assert the_record(sqlite_store) is None


def test_a_record_that_exists_and_an_opposition_are_told_in_the_same_words(doors: Doors, sqlite_store):
    """Under another identity than that of the record, nobody learns that there is one."""
    opened(sqlite_store, a_record(traits=replace(TRAITS, birth_name="AUTRE-TEST")))
    there = doors.with_mandate()
    assert "Aucun dossier ne s’ouvre sous ce numéro et cette identité." in there.page
    there.get("/desk/ouverture").submit("/desk/ouverture", **OPENING)
    assert there.status == 422
    assert "il en existe déjà un sous ce numéro, ou la personne s’était opposée" in there.page


def test_under_another_identity_a_record_is_as_if_there_were_none(doors: Doors, sqlite_store):
    known(sqlite_store, traits=replace(TRAITS, birth_date="1980-01-01"))
    other = doors.with_mandate()
    none = Doors.with_mandate(doors, NADIA, ins=NOBODYS)

    def told(page: str) -> str:
        return (
            page.partition("<main")[2].partition("</main>")[0].replace(none.page.partition('name="token"')[2][:90], "")
        )

    plain = [re.sub(r'name="token" value="[^"]+"', "", told(one.page)) for one in (other, none)]
    assert plain[0] == plain[1]
    for path, fields in (
        ("/desk/accord", {"consent": "1"}),
        ("/desk/fermeture", {"asked": "1"}),
        ("/desk/renouvellement", {}),
    ):
        answers = [one.get(path).submit(path, **fields).status for one in (other, none)]
        assert answers == [404, 404], path
    record = the_record(sqlite_store)
    assert record is not None
    assert record.state is RecordState.ACTIVE


# -- the online access


def test_an_access_is_handed_out_once_the_structure_was_let_in(doors: Doors, sqlite_store):
    known(sqlite_store, authorisations=())
    nadia = doors.with_mandate()
    assert ("/desk/accord" in nadia.page, "/desk/acces" in nadia.page) == (True, False)
    assert nadia.get("/desk/acces").submit("/desk/acces", channel="email", address="a@example.org").status == 403
    assert nadia.get("/desk/accord").submit("/desk/accord").status == 422
    nadia.submit("/desk/accord", consent="1").follow()
    assert "L’accord est noté, pour un an." in nadia.page
    nadia.get("/desk/acces").submit("/desk/acces", channel="sms", address="06 39 98 00 01")
    assert nadia.status == 200
    login, password = letter(nadia.page)
    with sqlite_store.begin() as tx:
        account = tx.accounts.of_person(PERSON)
    assert account is not None
    assert (account.login, account.temporary) == (login, True)
    assert account.channels == (Address(Channel.SMS, "+33639980001"),)
    assert len(password) == 20
    assert f"{ORIGIN}/activation" in nadia.page


def test_the_letter_is_never_shown_twice(doors: Doors, sqlite_store):
    known(sqlite_store)
    nadia = doors.with_mandate().get("/desk/acces")
    token = nadia.page.partition('action="/desk/acces"')[2].partition('value="')[2].partition('"')[0]
    fields = {"token": token, "channel": "email", "address": "anne@example.org"}
    login, password = letter(nadia.post("/desk/acces", fields).page)
    assert nadia.answer.headers["cache-control"] == "no-store"
    again = nadia.post("/desk/acces", fields)
    assert (again.status, "déjà un accès" in again.page) == (422, True)
    for path in (PERSONNE, "/desk/acces", "/desk/renouvellement", DESK):
        page = nadia.get(path).page
        assert login not in page
        assert password not in page


def test_an_access_that_was_lost_is_renewed_and_its_addresses_stay(doors: Doors, sqlite_store):
    with_account(sqlite_store)
    nadia = doors.with_mandate()
    assert "/desk/renouvellement" in nadia.page
    login, _ = letter(nadia.get("/desk/renouvellement").submit("/desk/renouvellement").page)
    with sqlite_store.begin() as tx:
        account = tx.accounts.of_person(PERSON)
    assert account is not None
    assert (account.login, account.channels) == (login, (Address(Channel.EMAIL, "anne@example.org"),))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"channel": "", "address": "a@example.org"}, "channel"),
        ({"channel": "email", "address": "pas une adresse"}, "address"),
        ({"channel": "sms", "address": "0139980001"}, "address"),
    ],
)
def test_an_address_that_is_none_is_named_and_kept(doors: Doors, sqlite_store, fields, wrong):
    known(sqlite_store)
    nadia = doors.with_mandate().get("/desk/acces")
    nadia.submit("/desk/acces", **fields)
    assert (nadia.status, f'href="#{wrong}"' in nadia.page) == (422, True)
    assert f'value="{fields["address"]}"' in nadia.page


def test_an_address_is_added_replaced_and_taken_away(doors: Doors, sqlite_store):
    with_account(sqlite_store)
    nadia, path = doors.with_mandate(asked="ADDRESS"), "/desk/adresse"

    def change(act: str, channel: str, address: str) -> int:
        return nadia.get(path).submit(path, act=act, channel=channel, address=address).status

    assert change("ADD", "sms", "0639980001") == 303
    assert "prévenue sur ses adresses" in nadia.follow().page
    assert change("ADD", "sms", "0639980001") == 422
    assert change("CHANGE", "email", "lise@example.org") == 303
    assert change("REMOVE", "sms", "0639980001") == 303
    assert change("REMOVE", "email", "lise@example.org") == 422, "the last one stays"
    assert change("", "email", "x@example.org") == 422
    with sqlite_store.begin() as tx:
        account = tx.accounts.of_person(PERSON)
    assert account is not None
    assert account.channels == (Address(Channel.EMAIL, "lise@example.org"),)


def test_who_has_no_access_is_told_so(doors: Doors, sqlite_store):
    known(sqlite_store)
    nadia = doors.with_mandate()
    assert nadia.get("/desk/renouvellement").submit("/desk/renouvellement").status == 422
    fields = {"act": "ADD", "channel": "email", "address": "a@example.org"}
    assert nadia.get("/desk/adresse").submit("/desk/adresse", **fields).status == 422


# -- choices, closing, reopening


def test_choices_for_emergencies_are_written(doors: Doors, sqlite_store):
    known(sqlite_store)
    nadia = doors.with_mandate(asked="EMERGENCIES").get("/desk/urgence")
    assert nadia.submit("/desk/urgence", break_glass="no").status == 422
    assert nadia.submit("/desk/urgence", break_glass="no", dispatch="no").status == 303
    record = the_record(sqlite_store)
    assert record is not None
    assert record.oppositions == Oppositions(break_glass=True, emergency_dispatch=True)


def test_a_record_is_closed_and_opened_again_as_the_person_asks(doors: Doors, sqlite_store):
    known(sqlite_store)
    nadia = doors.with_mandate(asked="CLOSING").get("/desk/fermeture")
    assert nadia.submit("/desk/fermeture").status == 422
    nadia.submit("/desk/fermeture", asked="1").follow()
    assert "Le dossier est fermé : personne ne peut le lire" in nadia.page
    closed = the_record(sqlite_store)
    assert closed is not None
    assert closed.closure is not None
    assert closed.closure.reason is ClosingReason.PATIENT_REQUEST
    assert nadia.get("/desk/reouverture").submit("/desk/reouverture").status == 422
    nadia.submit("/desk/reouverture", consent="1").follow()
    assert "Le dossier est rouvert." in nadia.page
    assert (
        nadia.get("/desk/reouverture").submit("/desk/reouverture", consent="1").answer.headers["location"] == PERSONNE
    )


def test_what_is_linked_to_the_health_space_is_changed_there(doors: Doors, sqlite_store):
    known(sqlite_store, linked_to_portal=True)
    nadia = doors.with_mandate()
    assert "Le guichet ne peut rien y changer." in nadia.page
    assert nadia.get("/desk/fermeture").submit("/desk/fermeture", asked="1").status == 403


def test_a_closed_record_takes_nothing_but_its_reopening(doors: Doors, sqlite_store):
    known(sqlite_store, state=RecordState.CLOSED, closure=Closure(NOW, ClosingReason.PATIENT_REQUEST))
    nadia = doors.with_mandate()
    assert ("/desk/reouverture" in nadia.page, "/desk/acces" in nadia.page) == (True, False)
    assert nadia.get("/desk/accord").submit("/desk/accord", consent="1").status == 403


def test_a_block_is_told_to_nobody_at_the_desk(doors: Doors, sqlite_store):
    known(sqlite_store, authorisations=(), blocked=frozenset({HOSPITAL.id}))
    blocked = doors.with_mandate().page
    assert "bloqu" not in blocked
    assert "/desk/accord" in blocked


# -- what is printed


def test_the_leaflet_stands_in_french_with_english_beside(doors: Doors):
    page = doors.staff().get("/desk/notice").page
    assert ('<section lang="fr">' in page, '<section lang="en">' in page) == (True, True)
    assert "Dire non ne change rien à vos soins ni à vos remboursements." in page
    assert "To say no changes nothing to your care or your reimbursements." in page
