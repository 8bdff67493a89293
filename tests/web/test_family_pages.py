"""«Mes proches» and «En cas d'urgence» in a browser: whose records one opens, who acts for oneself, what was wished."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from browser_builders import Browser
from dmp.actions.acting_for import ListActedFor
from dmp.actions.find_documents import SearchRecord
from dmp.actions.representatives import EndRepresentation
from dmp.actions.review_emergencies import ReviewCase
from dmp.record.actor import Holder, Mode, Operator, Representative
from dmp.record.criteria import DocumentCriteria
from dmp.record.emergency import Finding
from dmp.record.entry import EntryStatus
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.record.people import Delegate, DelegateScope, Measure, Protection
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import ClosingReason, Closure, Oppositions, Record, RecordState
from dmp.store.directory import designation
from dmp.web.days import day
from own_pages_builders import (
    ADULT,
    ANNE,
    CHILD_TRAITS,
    DAY,
    DOCTOR,
    GUARDIAN,
    MERE,
    MOTHER,
    NOW,
    NURSE,
    PAUL,
    SON,
    Around,
    content,
)
from store_builders import PERSON, opened

FAMILY, OPEN = "/patient/proches", "/patient/proches/ouvrir"
DELEGATES, REVOKE = "/patient/proches/delegues", "/patient/proches/delegues/retirer"
HEIRS, LEAVE = "/patient/proches/ayants-droit", "/patient/proches/quitter"
EMERGENCIES, HIDING = "/patient/urgences", "/patient/urgences/tout-cacher"
SEARCH = SearchRecord(PERSON, StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset({EntryStatus.APPROVED})))))
PAUL_READS = Delegate(SON, "Paul FICTIF", DelegateScope.READ, NOW - DAY, NOW + 100 * DAY)


def opens(browser: Browser, name: str) -> Browser:
    """Open the record of somebody of the list."""
    page = browser.get(FAMILY).page
    key = page.partition(f"{name}")[2].partition('name="key" value="')[2].partition('"')[0]
    return browser.submit(OPEN, key=key)


# -- for whom one acts


def test_a_mother_opens_the_record_of_her_child_and_goes_back_to_her_own(around: Around):
    around.open(traits=CHILD_TRAITS, guardians=(GUARDIAN,))
    opened(around.store, Record("rec-9", (MOTHER,), opened=NOW, traits=ADULT))
    mother = around.browser(MERE)
    page = mother.get(FAMILY).page
    assert "Lou FICTIF, 28/03/2015" in page
    assert "représentant légal jusqu’à la veille de ses 18 ans, le 27/03/2033" in page
    assert PERSON.number not in page
    opens(mother, "Lou FICTIF").follow()
    assert "Dossier de</span> <strong>Lou FICTIF, 28/03/2015</strong>" in mother.page
    assert "Vous agissez pour cette personne" in mother.page
    assert '<span class="badge text-bg-primary">Ouvert</span>' in mother.get(FAMILY).page
    mother.submit("/dossier/quitter").follow()
    assert "Dossier de" not in mother.page
    assert "Bonjour Mère FICTIF" in mother.page


def test_the_child_of_somebody_is_not_told_of_the_list_and_only_its_owner_gets_it(around: Around):
    around.open(traits=CHILD_TRAITS, guardians=(GUARDIAN,))
    around.browser(MERE).get(FAMILY)
    assert around.verbs() == []
    asked = ListActedFor(MOTHER.number)
    assert around.gate.perform(around_caller(SON, "Paul"), asked, NOW) == ()
    assert len(around.gate.perform(around_caller(MOTHER, "Mère"), asked, NOW)) == 1


def around_caller(person: PatientId, name: str):
    from dmp.record.actor import Caller

    return Caller(Representative(person.number, name))


@pytest.mark.parametrize(
    "changes",
    [
        {"traits": replace(CHILD_TRAITS, birth_date="2000-01-01")},
        {"guardians": ()},
        {"state": RecordState.CLOSED, "closure": Closure(NOW, ClosingReason.PATIENT_REQUEST)},
    ],
)
def test_who_represents_nobody_any_more_finds_nobody(around: Around, changes):
    around.open(**{"traits": CHILD_TRAITS, "guardians": (GUARDIAN,), **changes})
    mother = around.browser(MERE)
    assert "Aucun. Vous verrez ici vos enfants mineurs" in mother.get(FAMILY).page
    assert "À 18 ans, votre enfant gère seul son dossier" in mother.page
    assert "FICTIF, 28" not in mother.page


def test_an_authority_that_was_withdrawn_leaves_the_list(around: Around):
    around.open(traits=CHILD_TRAITS, guardians=(GUARDIAN,))
    around.act(Operator("desk"), EndRepresentation(PERSON, MOTHER.number), reason="jugement")
    assert "Lou FICTIF" not in around.browser(MERE).get(FAMILY).page


def test_a_delegate_and_who_protects_an_adult_find_the_record_within_their_dates(around: Around):
    measure = Protection(MOTHER, "Mère", Measure.GUARDIANSHIP, NOW - DAY, NOW + 50 * DAY)
    around.open(delegates=(PAUL_READS,), protections=(measure,))
    paul, mother = around.browser(PAUL), around.browser(MERE)
    assert f"délégué (lire) jusqu’au {day(NOW + 100 * DAY)}" in paul.get(FAMILY).page
    assert "chargé de sa protection juridique" in mother.get(FAMILY).page
    over = NOW - timedelta(minutes=1)
    around.change(delegates=(replace(PAUL_READS, until=over),), protections=(replace(measure, until=over),))
    for browser in (paul, mother):
        assert "Anne FICTIF, 28/03/1979" not in browser.get(FAMILY).page


def test_a_curator_assists_and_opens_nothing(around: Around):
    around.open(protections=(Protection(MOTHER, "Mère", Measure.CURATORSHIP, NOW - DAY, NOW + 50 * DAY),))
    assert "28/03/1979" not in around.browser(MERE).get(FAMILY).page


def test_a_record_that_is_not_in_the_list_is_not_opened(around: Around):
    around.open()
    paul = around.browser(PAUL)
    token = paul.get("/sessions").page.partition('name="token" value="')[2].partition('"')[0]
    for key in ("rec-1", "", PERSON.number):
        paul.post(OPEN, {"token": token, "key": key})
        assert paul.answer is not None
        assert (paul.status, paul.answer.headers["location"]) == (303, FAMILY)
    assert "Dossier de" not in paul.get(FAMILY).page


def test_a_delegate_leaves_what_he_holds_and_nothing_else(around: Around):
    around.open(delegates=(PAUL_READS,))
    paul = around.browser(PAUL)
    assert paul.get(LEAVE).status == 303
    opens(paul, "Anne FICTIF").follow()
    assert "/patient/proches/quitter" in paul.get(FAMILY).page
    paul.get(LEAVE).submit(LEAVE).follow()
    assert "C’est fait : vous n’êtes plus délégué." in paul.page
    assert "28/03/1979" not in paul.page
    assert not around.record.delegates[0].holds(datetime.now(UTC))


def test_a_parent_is_no_delegate_and_leaves_nothing(around: Around):
    around.open(traits=CHILD_TRAITS, guardians=(GUARDIAN,))
    mother = around.browser(MERE, PERSON).get(LEAVE).submit(LEAVE)
    assert (mother.status, "Vous n’êtes pas délégué de cette personne." in mother.page) == (422, True)


# -- who acts for the holder


def named(browser: Browser, **typed: str) -> Browser:
    last = day(NOW + 30 * DAY)
    told = {"name": "Paul", "number": "1 80 01 75 111 999 91", "scope": "read", "until": last, **typed}
    return browser.get(DELEGATES).submit(DELEGATES, **told)


def test_a_delegate_is_named_in_plain_words_and_taken_back_at_once(around: Around):
    around.open()
    anne = around.browser()
    assert "masque des documents, autorise et bloque des professionnels" in anne.get(DELEGATES).page
    named(anne, scope="write").follow()
    assert "C’est fait : votre délégué peut ouvrir votre dossier." in anne.page
    assert "Paul FICTIF" in anne.page
    (delegate,) = around.record.delegates
    assert (delegate.person, delegate.scope) == (SON, DelegateScope.WRITE)
    assert "Anne FICTIF" in around.browser(PAUL).get(FAMILY).page
    anne.submit(REVOKE, person=SON.number).follow()
    assert "Aucun délégué." in anne.page
    assert "28/03/1979" not in around.browser(PAUL).get(FAMILY).page


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"scope": "all"}, "scope", "Choisissez une réponse."),
        ({"until": ""}, "until", "Écrivez le dernier jour"),
        ({"until": "2027"}, "until", "Cette date n’existe pas"),
        ({"until": "01/01/2020"}, "until", "La date de fin est déjà passée"),
        ({"until": "01/01/2099"}, "until", "Une délégation dure au plus deux ans"),
        ({"number": PERSON.number, "name": "Anne"}, "number", "Cette personne est le titulaire"),
        ({"number": "270017511199991"}, "number", "Aucun compte ne répond à ce numéro et à ce nom"),
        ({"name": "Jacques"}, "number", "Aucun compte ne répond à ce numéro et à ce nom"),
        ({"name": ""}, "number", "Aucun compte ne répond à ce numéro et à ce nom"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_what_was_typed_is_kept(around: Around, typed, field, told):
    around.open()
    anne = named(around.browser(), **typed)
    assert anne.status == 422
    assert told in anne.page.replace("&#39;", "’")
    assert f'id="{field}-error"' in anne.page
    kept = typed.get("name", "Paul")
    assert f'value="{kept}"' in anne.page
    assert around.record.delegates == ()


def test_revoking_nobody_changes_nothing(around: Around):
    around.open(delegates=(PAUL_READS,))
    anne = around.browser().get(DELEGATES)
    anne.submit(REVOKE, person="rien").follow()
    assert "Paul FICTIF" in anne.page
    assert "n’est plus délégué" not in anne.page


def test_a_delegate_reads_no_list_of_people_and_names_nobody(around: Around):
    around.open(delegates=(replace(PAUL_READS, scope=DelegateScope.MANAGE),))
    paul = around.browser(PAUL, PERSON)
    assert paul.get(DELEGATES).status == 403
    token = paul.get("/sessions").page.partition('name="token" value="')[2].partition('"')[0]
    for path in (DELEGATES, REVOKE, HEIRS):
        fields = {"name": "Mère", "number": MOTHER.number, "scope": "read", "until": day(NOW + DAY)}
        paul.post(path, {"token": token, **fields, "person": SON.number, "opposed": "yes"})
        assert paul.status == 403, path
    assert (len(around.record.delegates), around.record.heirs_opposed) == (1, False)


def test_a_minor_has_no_delegates_and_the_page_says_when_his_parents_leave(around: Around):
    around.open(traits=CHILD_TRAITS, guardians=(GUARDIAN,))
    for account, patient in ((ANNE, None), (MERE, PERSON)):
        page = around.browser(account, patient).get(DELEGATES).page
        assert "MERE FICTIF" in page
        assert "Leur accès prend fin le 28/03/2033" in page
        assert "Un mineur ne désigne pas de délégué" in page
        assert "Nommer ce délégué" not in page


def test_who_has_come_of_age_reads_that_his_parents_have_no_access(around: Around):
    around.open(traits=replace(CHILD_TRAITS, birth_date="2007-03-28"), guardians=(GUARDIAN,))
    page = around.browser().get(DELEGATES).page
    assert "Vous êtes majeur depuis le 28/03/2025." in page
    assert "n’ont plus accès à ce dossier comme représentants : MERE FICTIF." in page.replace("\n", " ")
    assert around.browser(MERE, PERSON).get(DELEGATES).status == 404


def test_the_wish_about_heirs_is_shown_and_changed_by_the_holder_alone(around: Around):
    around.open(traits=ADULT)
    anne = around.browser().get(DELEGATES)
    assert 'id="opposed-no" name="opposed" value="no" checked' in anne.page
    anne.submit(HEIRS, opposed="yes").follow()
    assert 'id="opposed-yes" name="opposed" value="yes" checked' in anne.page
    assert around.record.heirs_opposed
    assert anne.submit(HEIRS, opposed="maybe").status == 422
    around.change(traits=CHILD_TRAITS, guardians=(GUARDIAN,))
    assert "Après mon décès" not in around.browser(MERE, PERSON).get(DELEGATES).page


# -- emergencies


def test_the_choices_in_force_are_shown_and_changed(around: Around):
    around.open(oppositions=Oppositions(break_glass=True), emergency_reads_masked=True)
    anne = around.browser().get(EMERGENCIES)
    for chosen in ("break_glass-no", "dispatch-yes", "masked-yes"):
        assert f'id="{chosen}" name="{chosen.split("-")[0]}" value="{chosen.split("-")[1]}" checked' in anne.page
    anne.submit(EMERGENCIES, break_glass="yes", dispatch="no", masked="no").follow()
    assert "Vos choix sont enregistrés." in anne.page
    assert around.record.oppositions == Oppositions(emergency_dispatch=True)
    assert not around.record.emergency_reads_masked


def test_a_choice_that_is_none_is_told_and_nothing_is_written(around: Around):
    around.open()
    anne = around.browser().get(EMERGENCIES).submit(EMERGENCIES, break_glass="no", dispatch="", masked="yes")
    assert (anne.status, 'id="dispatch-error"' in anne.page) == (422, True)
    assert 'value="no" checked' in anne.page
    assert around.record.oppositions == Oppositions()


def test_everything_is_hidden_after_it_was_explained_and_shown_again(around: Around):
    around.open()
    anne = around.browser().get(HIDING)
    assert "Plus aucun professionnel ne lira les documents de ce dossier, même en urgence." in anne.page
    assert not around.record.hide_everything
    anne.submit(HIDING, hidden="yes").follow()
    assert "Tout le dossier est caché en ce moment" in anne.page
    assert around.record.hide_everything
    anne.get(f"{HIDING}?montrer=1").submit(HIDING, hidden="no").follow()
    assert not around.record.hide_everything
    assert anne.get(HIDING).submit(HIDING, hidden="perhaps").status == 303
    assert not around.record.hide_everything


def test_an_emergency_access_is_told_with_what_its_review_found(around: Around):
    around.open()
    with around.store.begin() as tx:
        tx.directory.load([designation(NURSE.id, DOCTOR.facility.id)], [(NURSE.id, DOCTOR.facility.id)])
    around.act(DOCTOR, SEARCH, mode=Mode.BREAK_GLASS, reason="inconsciente")
    anne = around.browser()
    page = anne.get(EMERGENCIES).page
    assert "Claire ARNOUX-TEST" in page
    assert "« inconsciente »" in page
    assert "Son établissement doit contrôler cet accès avant le" in page
    with around.store.begin() as tx:
        tx.records.get("rec-1")
        (case,) = tx.cases.of("rec-1")
    reviewer = replace(NURSE, facility=DOCTOR.facility)
    around.act(reviewer, ReviewCase("rec-1", case.id, Finding.UNJUSTIFIED, "Aucun <b>danger</b>."))
    page = anne.get(EMERGENCIES).page
    assert "Ce n’était pas une urgence." in page
    assert "Aucun &lt;b&gt;danger&lt;/b&gt;." in page


def test_a_mother_learns_nothing_of_an_emergency_of_a_secret_connection(around: Around, other: Around):
    for world in (around, other):
        world.open(traits=CHILD_TRAITS, guardians=(GUARDIAN,))
        world.act(DOCTOR, SEARCH, mode=Mode.BREAK_GLASS, reason="chute")
    other.act(DOCTOR, SEARCH, mode=Mode.BREAK_GLASS, reason="confidence", secret=True)
    pages = [content(world.browser(MERE, PERSON).get(EMERGENCIES).page) for world in (around, other)]
    assert pages[0] == pages[1]
    assert "chute" in pages[0]
    assert "confidence" in other.browser(ANNE).get(EMERGENCIES).page


def test_a_delegate_neither_reads_nor_changes_the_choices(around: Around):
    around.open(delegates=(replace(PAUL_READS, scope=DelegateScope.MANAGE),))
    paul = around.browser(PAUL, PERSON)
    assert paul.get(EMERGENCIES).status == 403
    hidden = paul.get(HIDING).submit(HIDING, hidden="yes")
    assert (hidden.status, around.record.hide_everything) == (403, False)


def test_the_pages_are_in_english_too(around: Around):
    around.open(delegates=(PAUL_READS,))
    anne, paul = around.browser(), around.browser(PAUL)
    for browser in (anne, paul):
        browser.cookies["__Host-dmp-language"] = ("en", True)
    assert "Take back at once" in anne.get(DELEGATES).page
    assert "delegate (read) until" in paul.get(FAMILY).page
    assert "The choices in force" in anne.get(EMERGENCIES).page


def test_a_name_of_somebody_is_text_on_every_page(around: Around):
    around.open(traits=IdentityTraits("<b>", "<i>", "<i>", "1979-03-28", Sex.FEMALE), delegates=(PAUL_READS,))
    paul = around.browser(PAUL)
    assert "<b>" not in paul.get(FAMILY).page
    opens(paul, "28/03/1979").follow()
    assert "<b>" not in paul.page


def test_the_holder_himself_is_never_in_his_own_list(around: Around):
    around.open(guardians=(replace(GUARDIAN, identifier=PERSON),), traits=CHILD_TRAITS)
    assert around.act(Holder(PERSON), SEARCH) is not None
    assert "Aucun. Vous verrez ici" in around.browser().get(FAMILY).page
