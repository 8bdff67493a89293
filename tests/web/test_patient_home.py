"""The first page of a patient: what is new, who came, what waits; and nothing that its reader may not know of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp.actions.ask_about_access import AskAboutAccess
from dmp.actions.decide_access import ChooseForEmergencies, HideEverything
from dmp.actions.find_documents import SearchRecord
from dmp.actions.patient_home import AT_ONCE
from dmp.actions.read_entry import ReadEntry
from dmp.actions.view_log import ViewLog
from dmp.record.actor import Holder, Mode
from dmp.record.codes import Code
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import SIGNATURE_TYPE, EntryStatus
from dmp.record.notice import Address, Channel
from dmp.record.people import Delegate, DelegateScope, HeirAnswer, HeirMotive, HeirQuality, HeirRequest
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import Attending, Authorisation, ClosingReason, Closure, Oppositions, RecordState
from dmp.record.visibility import Visibility
from dmp.web.days import day, moment
from own_pages_builders import (
    ADULT,
    ANNE,
    CHILD_TRAITS,
    DAY,
    DOCTOR,
    GUARDIAN,
    MERE,
    NOW,
    NURSE,
    PAUL,
    SON,
    Around,
    content,
    put_in,
)
from store_builders import PERSON, SOMEBODY_ELSE, deposited, uuid

HOME = "/patient"
LOINC = "2.16.840.1.113883.6.1"
BIOLOGY = Code("11502-2", LOINC, "CR d'examens biologiques")
GIVEN = Authorisation(DOCTOR.id, NOW - DAY, NOW + 300 * DAY, DOCTOR.id)
SEARCH = SearchRecord(PERSON, StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset({EntryStatus.APPROVED})))))


def delegate(scope=DelegateScope.READ, until=NOW + 100 * DAY) -> Delegate:
    return Delegate(SON, "Paul FICTIF", scope, NOW - DAY, until)


def test_what_is_new_is_told_by_plain_kind(around: Around):
    around.open(put_in(1, type_code=BIOLOGY), put_in(2, type_code=BIOLOGY), put_in(3))
    page = around.browser().get(HOME).page
    assert "Nouveau ces trente derniers jours" in page
    assert 'Biologie <span class="hint">2</span>' in page
    assert 'href="/patient/documents"' in page


def test_a_document_of_before_the_last_visit_is_not_new_and_one_of_after_is(around: Around):
    around.open(put_in(1, NOW - 9 * DAY, type_code=BIOLOGY), put_in(2, NOW - DAY))
    around.act(Holder(PERSON), SEARCH, NOW - 5 * DAY)
    page = around.browser().get(HOME).page
    assert f"Nouveau depuis le {day(NOW - 5 * DAY)}" in page
    assert "Biologie" not in page
    assert "Aucun nouveau document." not in page


def test_the_visit_of_now_does_not_make_what_is_new_old(around: Around):
    around.open(put_in(1))
    anne = around.browser()
    assert content(anne.get(HOME).page) == content(anne.get(HOME).page)
    assert "Aucun nouveau document." not in anne.page


@pytest.mark.parametrize(
    "changes",
    [{"status": EntryStatus.ARCHIVED}, {"status": EntryStatus.DEPRECATED}],
)
def test_what_is_no_longer_in_force_is_not_new(around: Around, changes):
    around.open(put_in(1, **changes))
    assert "Aucun nouveau document." in around.browser().get(HOME).page


def test_what_the_holder_put_in_himself_is_not_news(around: Around):
    around.open(put_in(1, by=PERSON.number))
    assert "Aucun nouveau document." in around.browser().get(HOME).page


@pytest.mark.parametrize("account", [ANNE, PAUL])
def test_what_waits_to_be_announced_changes_no_byte_of_the_page(around: Around, other: Around, account):
    waiting = {uuid(2): Visibility(hidden_from_patient_since=NOW - 2 * DAY)}
    hidden = put_in(2, NOW - 2 * DAY, type_code=BIOLOGY)
    around.open(put_in(1), delegates=(delegate(),))
    other.open(put_in(1), hidden, delegates=(delegate(),), visibility=waiting)
    pages = [content(each.browser(account, PERSON).get(HOME).page) for each in (around, other)]
    assert pages[0] == pages[1]
    assert "Comptes rendus" in pages[0]


def test_what_was_never_announced_is_new_when_it_is_shown_by_itself(around: Around):
    put = NOW - 40 * DAY
    around.open(put_in(1, put, type_code=BIOLOGY), visibility={uuid(1): Visibility(hidden_from_patient_since=put)})
    around.act(Holder(PERSON), SEARCH, NOW - 20 * DAY)
    assert "Biologie" in around.browser().get(HOME).page


def test_who_came_is_named_with_his_place_and_an_emergency_stands_out(around: Around):
    around.open(authorisations=(GIVEN,))
    around.act(DOCTOR, SEARCH, NOW - timedelta(hours=2))
    page = around.browser().get(HOME).page
    assert "Claire ARNOUX-TEST" in page
    assert "Cabinet Test de Nantes" in page
    assert "Accès en urgence" not in page
    around.act(DOCTOR, SEARCH, NOW - timedelta(hours=1), mode=Mode.BREAK_GLASS, reason="inconsciente")
    page = around.browser().get(HOME).page
    assert "Accès en urgence" in page
    assert "inconsciente" in page
    assert 'class="alert alert-danger"' in page
    assert 'href="/patient/urgences"' in page


def test_who_came_is_found_behind_what_may_not_be_told(around: Around, other: Around):
    waiting = {uuid(1): Visibility(hidden_from_patient_since=NOW - 2 * DAY)}
    for world in (around, other):
        world.open(put_in(1, NOW - 2 * DAY), authorisations=(GIVEN,), visibility=waiting)
        world.act(DOCTOR, SEARCH, NOW - timedelta(hours=9))
    for minute in range(3 * AT_ONCE + 1):
        other.act(DOCTOR, ReadEntry(PERSON, uuid(1)), NOW - timedelta(hours=8, minutes=minute))
    pages = [content(each.browser().get(HOME).page) for each in (around, other)]
    assert pages[0] == pages[1]
    assert "Claire ARNOUX-TEST" in pages[0]


def test_of_each_who_came_the_last_time_is_told(around: Around):
    around.open(authorisations=(GIVEN, replace(GIVEN, subject=NURSE.id)))
    for hours in (5, 2, 7):
        around.act(DOCTOR, SEARCH, NOW - timedelta(hours=hours))
    around.act(NURSE, SEARCH, NOW - timedelta(hours=4))
    came = content(around.browser().get(HOME).page).partition("Qui est venu</h2>")[2]
    assert (came.count(DOCTOR.name), came.count(NURSE.name)) == (1, 1)
    assert came.index(DOCTOR.name) < came.index(NURSE.name)
    assert moment(NOW - timedelta(hours=2)) in came


def test_who_read_the_signature_of_a_lot_alone_came(around: Around):
    signature = put_in(2, type_code=replace(BIOLOGY, code=SIGNATURE_TYPE))
    around.open(authorisations=(GIVEN,))
    deposited(around.store, put_in(1), signature)
    around.act(DOCTOR, ReadEntry(PERSON, uuid(2)), NOW - timedelta(hours=1))
    assert "Claire ARNOUX-TEST" in around.browser().get(HOME).page


def test_what_another_one_does_meanwhile_is_on_the_page_that_is_opened_again(around: Around):
    around.open(put_in(1), authorisations=(GIVEN,))
    anne = around.browser()
    assert "ARNOUX" not in anne.get(HOME).page
    around.act(DOCTOR, SEARCH, NOW - timedelta(minutes=5))
    assert "ARNOUX" in anne.get(HOME).page
    assert "Biologie" not in anne.page
    deposited(around.store, put_in(2, type_code=BIOLOGY), number=2)
    assert "Biologie" in anne.get(HOME).page
    around.change(visibility={uuid(2): Visibility(hidden_from_patient_since=NOW)})
    assert "Biologie" not in anne.get(HOME).page


def test_the_first_choices_wait_until_they_are_made(around: Around):
    around.open()
    asked = "Dites qui peut ouvrir votre dossier en cas d’urgence."
    assert asked in around.browser().get(HOME).page
    around.act(Holder(PERSON), ChooseForEmergencies(PERSON, Oppositions(), reads_masked=False))
    assert asked not in around.browser().get(HOME).page


def test_a_doctor_who_calls_himself_attending_waits_for_an_answer(around: Around):
    around.open(attending=(Attending(DOCTOR.id, NOW),))
    said = "Claire ARNOUX-TEST dit être votre médecin traitant."
    assert said in around.browser().get(HOME).page
    around.change(blocked=frozenset({DOCTOR.id}))
    assert said not in around.browser().get(HOME).page
    around.change(blocked=frozenset(), attending=(Attending(DOCTOR.id, NOW, confirmed=True),))
    assert said not in around.browser().get(HOME).page


def test_an_answer_of_a_structure_waits_until_the_next_visit(around: Around):
    around.open(authorisations=(GIVEN,))
    around.act(DOCTOR, SEARCH, NOW - timedelta(hours=9))
    lines = around.act(Holder(PERSON), ViewLog(PERSON)).lines
    access = next(line.act.id for line in lines if line.act and line.act.verb == "TD3.1")
    around.act(Holder(PERSON), AskAboutAccess(PERSON, access, "Pourquoi ?"), NOW - timedelta(hours=8))
    told = "Cabinet Test de Nantes a répondu à votre question."
    assert told not in around.browser().get(HOME).page
    with around.store.begin() as tx:
        tx.records.get("rec-1")
        question = tx.questions.about(access)
        assert question is not None
        tx.questions.answer(replace(question, answered_at=datetime.now(UTC), answered_by="x", answer="Remplacement."))
    assert told in around.browser().get(HOME).page


def test_a_delegation_that_ends_soon_is_told_to_the_holder(around: Around):
    around.open(delegates=(delegate(until=NOW + 10 * DAY),))
    assert "Paul FICTIF est votre délégué jusqu’au" in around.browser().get(HOME).page
    around.change(delegates=(delegate(until=NOW + 60 * DAY),))
    assert "est votre délégué jusqu’au" not in around.browser().get(HOME).page


def test_one_means_of_signing_in_is_told_and_two_are_not(around: Around):
    around.open()
    told = "Vous n’avez qu’un moyen de recevoir votre code."
    assert told in around.browser().get(HOME).page
    with around.store.begin() as tx:
        account = tx.accounts.of_person(PERSON)
        assert account is not None
        tx.accounts.change(replace(account, channels=(*account.channels, Address(Channel.SMS, "+33639980001"))))
    assert told not in around.browser().get(HOME).page


def test_a_delegate_sees_documents_and_neither_accesses_nor_what_waits(around: Around):
    around.open(put_in(1), authorisations=(GIVEN,), delegates=(delegate(),), attending=(Attending(DOCTOR.id, NOW),))
    around.act(DOCTOR, SEARCH)
    page = content(around.browser(PAUL, PERSON).get(HOME).page)
    assert "délégué (lire)" in page
    assert "Aucun nouveau document." not in page
    for told in (
        "ARNOUX",
        "Qui est venu</h2>",
        "/historique",
        "/patient/urgences",
        'href="/patient/professionnels"><strong',
    ):
        assert told not in page
    around.change(delegates=(delegate(DelegateScope.MANAGE),))
    assert 'href="/patient/professionnels"><strong' in around.browser(PAUL, PERSON).get(HOME).page


def test_a_delegation_that_is_over_leads_back_and_tells_nothing(around: Around):
    around.open(put_in(1), delegates=(delegate(until=NOW - timedelta(minutes=1)),))
    page = around.browser(PAUL, PERSON).get(HOME).page
    stranger = around.browser(PAUL, SOMEBODY_ELSE).get(HOME).page
    assert "Vous n’avez pas, ou plus, le droit d’ouvrir ce dossier" in page
    assert content(page) == content(stranger)


def test_a_mother_sees_what_is_new_and_no_byte_of_what_her_daughter_keeps_to_herself(around: Around, other: Around):
    minor = {"traits": CHILD_TRAITS, "guardians": (GUARDIAN,), "authorisations": (GIVEN,)}
    around.open(put_in(1), **minor)
    secret = {uuid(2): Visibility(hidden_from_guardians=True)}
    declared = (Attending(DOCTOR.id, NOW),)
    other.open(put_in(1), put_in(2, type_code=BIOLOGY), **minor, visibility=secret, attending=declared)
    for world in (around, other):
        world.act(DOCTOR, SEARCH, NOW - timedelta(hours=3))
    other.act(DOCTOR, SEARCH, NOW - timedelta(hours=2), secret=True)
    other.act(DOCTOR, SEARCH, NOW - timedelta(hours=1), mode=Mode.BREAK_GLASS, reason="secret", secret=True)
    pages = [content(world.browser(MERE, PERSON).get(HOME).page) for world in (around, other)]
    assert pages[0] == pages[1]
    assert "représentant légal jusqu’à la veille de ses 18 ans, le 27/03/2033" in pages[0]
    assert "ARNOUX" in pages[0]


def test_an_heir_sees_the_documents_and_nothing_else(around: Around):
    asked = HeirRequest(
        SON,
        "Paul",
        HeirQuality.HEIR,
        HeirMotive.RIGHTS,
        NOW - 9 * DAY,
        HeirAnswer.GRANTED,
        NOW - DAY,
        "op",
        "acte",
        NOW + DAY,
    )
    around.open(
        put_in(1),
        put_in(2, type_code=BIOLOGY),
        visibility={uuid(2): Visibility(masked=True)},
        heirs=(asked,),
        deceased=True,
        state=RecordState.CLOSED,
        closure=Closure(NOW - 9 * DAY, ClosingReason.DEATH),
    )
    page = content(around.browser(PAUL, PERSON).get(HOME).page)
    assert "ayant droit : lecture seule" in page
    assert "Biologie" not in page
    assert "/historique" not in page


def test_everything_hidden_is_recalled_to_the_holder(around: Around):
    around.open()
    around.act(Holder(PERSON), HideEverything(PERSON, hidden=True))
    assert "Tout le dossier est caché, même en urgence." in around.browser().get(HOME).page


def test_without_a_record_or_with_a_closed_one_the_page_is_no_dead_end(around: Around):
    page = around.browser().get(HOME).page
    assert "Vous n’avez pas encore de dossier" in page
    assert 'href="/patient/proches"' in page
    around.open(state=RecordState.CLOSED, closure=Closure(NOW, ClosingReason.PATIENT_REQUEST))
    page = around.browser().get(HOME).page
    assert "Votre dossier est fermé." in page
    assert 'href="/historique"' in page


def test_one_trace_and_pages_in_english(around: Around):
    around.open(traits=ADULT)
    anne = around.browser(ANNE)
    anne.cookies["__Host-dmp-language"] = ("en", True)
    assert "What waits for you" in anne.get(HOME).page
    assert around.verbs() == [("TD3.1", "done")]
