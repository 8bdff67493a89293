"""«Mes documents» in a browser: the list, who sees a document, what is done to it, and the record as others see it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.actions.look_through import LookThrough
from dmp.actions.view_log import ViewLog
from dmp.main import build_gate
from dmp.record.actor import Caller, Holder
from dmp.record.entry import EntryStatus
from dmp.record.people import DelegateScope
from dmp.record.record import Attending
from dmp.record.verb import Verb
from dmp.web.shelf.choice import State
from shelf_builders import (
    ATTENDING,
    BIOLOGY,
    BY_HOLDER,
    DOCTOR,
    FROM_GUARDIANS,
    HELPERS,
    LETTER,
    MASKED,
    MOTHER,
    NOW,
    SENTENCE_404,
    WAITING,
    Doors,
    a_letter,
    buttons,
    place,
    settings,
    the_list,
    titles,
)
from store_builders import PERSON, deposited, uuid

LIST, SEE_AS = "/patient/documents", "/patient/documents/voir-comme"
ALL = ["Mon ordonnance scannée", "Bilan sanguin", "Lettre du cœur"]


def change_of(document: str) -> str:
    return f"{LIST}/{place(document)}/masquer"


@pytest.fixture
def doors(open_doors) -> Doors:
    return open_doors()


def change(browser, document: str, verb: Verb):
    path = change_of(document)
    return browser.get(path).submit(path, change=verb.value)


def test_the_list_says_what_when_who_and_leads_to_the_reader(doors: Doors):
    page = doors.holder().get(LIST).page
    assert titles(page) == ALL
    assert f'href="{LIST}/{place(LETTER)}"' in page
    assert f'href="{change_of(LETTER)}"' in page
    assert f'href="{LIST}/ajouter"' in page
    assert "3 documents" in page
    assert "ANNE DUPONT · Médecine générale" in page


def test_new_is_what_came_since_the_last_visit_of_who_looks(doors: Doors):
    gate, statuses = build_gate(doors.store, settings()), State.IN_FORCE.statuses
    before = NOW - timedelta(days=1, hours=12)
    gate.perform(Caller(Holder(PERSON), patient=PERSON), LookThrough(PERSON, statuses), before)
    page = doors.holder().get(LIST).page
    assert page.count("Nouveau</span>") == 1
    assert "Nouveau</span>" in page.partition("Lettre du cœur")[2]
    assert "Nouveau</span>" not in doors.acting(MOTHER).get(LIST).page


def test_a_family_chosen_stands_in_the_address_and_counts_tell_what_it_leaves(doors: Doors):
    anne = doors.holder().get(f"{LIST}?family=biology")
    assert titles(anne.page) == ["Bilan sanguin"]
    assert 'aria-current="true">Biologie <span class="hint">1</span>' in anne.page
    assert titles(anne.get(f"{LIST}?family=own").page) == ["Mon ordonnance scannée"]


def test_words_are_looked_for_by_a_form_that_keeps_what_was_chosen(doors: Doors):
    anne = doors.holder().get(LIST)
    assert titles(anne.submit(LIST, words="COEUR").page) == ["Lettre du cœur"]
    assert 'value="COEUR"' in anne.page
    token = anne.page.partition('name="token" value="')[2].partition('"')[0]
    assert '<button class="chip" name="family" value="reports">' in anne.page
    assert titles(anne.post(LIST, {"token": token, "words": "COEUR", "family": "reports"}).page) == ["Lettre du cœur"]
    assert titles(anne.post(LIST, {"token": token, "words": "COEUR", "family": "biology"}).page) == []
    anne.get(f"{LIST}?family=biology").submit(LIST, words="coeur")
    assert "Aucun document ici." in anne.page
    assert "coeur" not in "".join(anne.page.split('href="')[1:]).partition('"')[0]


def test_what_is_typed_is_text(doors: Doors):
    page = doors.holder().get(LIST).submit(LIST, words="<script>x</script>").page
    assert "<script>x" not in page


def test_pages_of_a_thick_record_lead_on_and_those_of_a_search_do_by_a_form(open_doors):
    anne = open_doors(*[a_letter(number, f"Note {number}") for number in range(10, 110)]).holder().get(LIST)
    assert (len(titles(anne.page)), "page 1 sur 3" in anne.page, f'href="{LIST}?page=2"' in anne.page) == (
        50,
        True,
        True,
    )
    assert len(titles(anne.get(f"{LIST}?page=3").page)) == 3
    anne.submit(LIST, words="note")
    assert "page 1 sur 2" in anne.page
    token = anne.page.partition('name="token" value="')[2].partition('"')[0]
    anne.post(LIST, {"token": token, "words": "note", "page": "2"})
    assert len(titles(anne.page)) == 50


def test_the_page_of_a_change_says_who_would_no_longer_see_the_document_before_it_is_saved(doors: Doors):
    page = doors.holder().get(change_of(LETTER)).page
    loses, sees = page.partition("Ne le verront plus")[2].partition("Le verront</h3>")[::2]
    assert "Médecin que vous avez autorisé" in loses
    assert "<strong>Claire ARNOUX-TEST</strong>" in loses
    assert "Vous, et ceux qui agissent pour vous" in sees
    assert "<strong>Anne DUPONT</strong>" in sees, "its author"
    assert "Médecin que vous avez autorisé" not in sees
    assert titles(doors.doctor().get("/professional/dossier").page) == ALL, "nothing was saved"


def test_the_confirmed_attending_doctor_still_sees_a_masked_document_and_the_preview_says_so(open_doors):
    page = open_doors(attending=(Attending(ATTENDING.id, NOW, confirmed=True),)).holder().get(change_of(LETTER)).page
    assert "<strong>Hugo BAREL-TEST</strong>" in page.partition("Le verront</h3>")[2]


def test_a_document_is_masked_and_shown_again(doors: Doors):
    anne, claire = doors.holder(), doors.doctor()
    change(anne, LETTER, Verb.MASK).follow()
    assert "Le document est masqué aux professionnels." in anne.page
    assert "Masqué aux professionnels</span>" in anne.page
    assert titles(claire.get("/professional/dossier").page) == ALL[:2]
    assert Verb.UNMASK.value in buttons(anne.get(change_of(LETTER)).page)
    back = anne.page.partition("Le verront de nouveau")[2].partition("Le verront</h3>")[0]
    assert "Médecin que vous avez autorisé" in back
    anne.submit(change_of(anne.page.partition(f'action="{LIST}/')[2].partition("/")[0]), change=Verb.UNMASK.value)
    assert titles(claire.get("/professional/dossier").page) == ALL


def test_a_masked_document_is_not_there_for_a_doctor_whatever_he_asks(open_doors):
    """The very same octets as of a record without it (AR-17, security 7)."""
    doors = open_doors(visibility={uuid(9): MASKED})
    claire = doors.doctor()
    paths = ["", "?family=reports", "?period=2026", "?order=author", "?state=archived"]
    before = [claire.get(f"/professional/dossier{path}").page for path in paths]
    words = claire.get("/professional/dossier").submit("/professional/dossier", words="secret").page
    deposited(doors.store, a_letter(9, "Le secret", chain=uuid(9)), number=2)
    assert [claire.get(f"/professional/dossier{path}").page for path in paths] == before
    assert claire.get("/professional/dossier").submit("/professional/dossier", words="secret").page == words
    assert "Le secret" in doors.holder().get(LIST).page


def test_a_masked_document_answers_changes_like_one_that_never_was(open_doors):
    doors = open_doors(a_letter(9, "Le secret"), visibility={uuid(9): MASKED})
    claire = doors.doctor().get("/professional/dossier")
    token = claire.page.partition('name="token" value="')[2].partition('"')[0]
    answers = []
    for document in (place(uuid(9)), place(uuid(999))):
        base = f"/professional/dossier/documents/{document}"
        for path in (f"{base}/changer", f"{base}/supprimer"):
            answers.append((path.replace(document, ""), claire.get(path).status, claire.page.replace(document, "")))
        for verb in (Verb.MASK, Verb.UNMASK, Verb.ARCHIVE, Verb.DELETE, Verb.RELEASE):
            claire.post(f"{base}/changer", {"token": token, "change": verb.value, "sure": "1"})
            answers.append((verb, claire.status, claire.page.replace(document, "")))
    half = len(answers) // 2
    assert answers[:half] == answers[half:]
    assert {status for _, status, _ in answers} == {404, 403} or {status for _, status, _ in answers} == {404}


def test_a_document_to_be_announced_is_in_nothing_of_its_patient(open_doors):
    doors = open_doors(visibility={uuid(9): WAITING})
    anne, mother = doors.holder(), doors.acting(MOTHER)
    pages = [LIST, f"{LIST}?order=added", f"{SEE_AS}?kind=p10", change_of(LETTER)]
    before = [(anne.get(path).page, mother.get(path).page) for path in pages]
    deposited(doors.store, a_letter(9, "À annoncer", chain=uuid(9)), number=2)
    assert [(anne.get(path).page, mother.get(path).page) for path in pages] == before
    for browser in (anne, mother):
        assert (browser.get(change_of(uuid(9))).status, SENTENCE_404 in browser.page) == (404, True)
        assert browser.get(f"{LIST}/{place(uuid(9))}/qui").status == 404


def test_what_is_hidden_from_representatives_is_not_there_for_them_and_marked_for_the_holder(open_doors):
    doors = open_doors(visibility={uuid(9): FROM_GUARDIANS})
    mother = doors.acting(MOTHER)
    before = mother.get(LIST).page
    deposited(doors.store, a_letter(9, "Contraception", chain=uuid(9)), number=2)
    assert mother.get(LIST).page == before
    anne = doors.holder()
    assert "Caché aux représentants</span>" in anne.get(LIST).page
    assert Verb.RELEASE_TO_GUARDIANS.value in buttons(anne.get(change_of(uuid(9))).page)
    change(anne, uuid(9), Verb.RELEASE_TO_GUARDIANS).follow()
    assert "Les représentants voient maintenant ce document." in anne.page
    assert "Contraception" in mother.get(LIST).page


def test_acts_are_offered_as_the_rights_let(doors: Doors):
    mask, delete, archive = Verb.MASK.value, Verb.DELETE.value, Verb.ARCHIVE.value
    anne = doors.holder()
    assert buttons(anne.get(change_of(LETTER)).page) == {mask}
    assert buttons(anne.get(change_of(BY_HOLDER)).page) == {mask, delete, archive}


def test_a_new_version_of_ones_own_deposit_is_offered(doors: Doors):
    anne = doors.holder()
    for document, offered in ((BY_HOLDER, True), (LETTER, False)):
        page = anne.get(change_of(document)).page
        assert (f'href="{LIST}/{place(document)}/remplacer"' in page) is offered


@pytest.mark.parametrize(
    ("scope", "letter", "own"),
    [
        (DelegateScope.READ, set(), set()),
        (DelegateScope.WRITE, set(), set()),
        (DelegateScope.MANAGE, {Verb.MASK.value}, {Verb.MASK.value}),
    ],
)
def test_a_delegate_is_offered_what_his_scope_lets_and_no_other_change_is_done(doors: Doors, scope, letter, own):
    helper = doors.acting(HELPERS[scope])
    assert titles(helper.get(LIST).page) == ALL
    assert buttons(helper.get(change_of(LETTER)).page) == letter
    assert buttons(helper.get(change_of(BY_HOLDER)).page) == own
    assert "Le verront</h3>" not in helper.page, "the preview is for the holder and legal representatives"
    token = helper.page.partition('name="token" value="')[2].partition('"')[0]
    for verb in (Verb.MASK, Verb.ARCHIVE, Verb.DELETE):
        helper.post(change_of(BY_HOLDER), {"token": token, "change": verb.value, "sure": "1"})
        assert helper.status == (303 if verb.value in own else 403)
    assert titles(doors.holder().get(LIST).page) == ALL


def test_ones_own_deposit_is_archived_and_taken_out_again(doors: Doors):
    anne = doors.holder()
    change(anne, BY_HOLDER, Verb.ARCHIVE).follow()
    assert titles(anne.page) == ALL[1:]
    assert titles(anne.get(f"{LIST}?state=archived").page) == ALL[:1]
    assert "Archivé</span>" in anne.page
    change(anne, BY_HOLDER, Verb.UNARCHIVE).follow()
    assert titles(anne.page) == ALL


def test_ones_own_deposit_is_deleted_once_one_is_sure(doors: Doors):
    anne = doors.holder()
    base = f"{LIST}/{place(BY_HOLDER)}"
    token = anne.get(change_of(BY_HOLDER)).page.partition('name="token" value="')[2].partition('"')[0]
    anne.post(f"{base}/masquer", {"token": token, "change": Verb.DELETE.value})
    assert anne.answer is not None
    assert anne.answer.headers["location"] == f"{base}/supprimer"
    anne.follow()
    assert "On ne revient pas en arrière." in anne.page
    anne.submit(f"{base}/masquer", change=Verb.DELETE.value).follow()
    assert (titles(anne.page), "Le document est supprimé." in anne.page) == (ALL[1:], True)
    assert titles(anne.get(f"{LIST}?state=deleted").page) == ALL[:1]


def test_what_others_wrote_is_neither_deleted_nor_archived_and_the_page_says_why(doors: Doors):
    anne = doors.holder()
    token = anne.get(LIST).page.partition('name="token" value="')[2].partition('"')[0]
    for verb in (Verb.DELETE, Verb.ARCHIVE):
        anne.post(change_of(LETTER), {"token": token, "change": verb.value, "sure": "1"})
        assert (anne.status, "Rien n’a été changé" in anne.page, f'href="{LIST}"' in anne.page) == (403, True, True)
    assert anne.get(f"{LIST}/{place(LETTER)}/supprimer").status == 303
    assert titles(anne.get(LIST).page) == ALL


@pytest.mark.parametrize("odd", ["", "TD2.1", "TD3.1", "ITI-62", "MASK"])
def test_nothing_but_a_change_of_a_document_is_done_there(doors: Doors, odd):
    anne = doors.holder()
    token = anne.get(LIST).page.partition('name="token" value="')[2].partition('"')[0]
    anne.post(change_of(LETTER), {"token": token, "change": odd})
    assert anne.status == 303
    assert titles(anne.get(LIST).page) == ALL


@pytest.mark.parametrize("id_", ["x", "00000000", "../../etc", "'; drop", "00000000-0000-4000-8000-000000000099"])
def test_the_id_of_nothing_is_not_there(doors: Doors, id_):
    anne = doors.holder()
    for path in (f"{LIST}/{id_}/masquer", f"{LIST}/{id_}/qui", f"{LIST}/{id_}/supprimer"):
        assert anne.get(path).status == 404


def test_the_page_of_a_former_version_leads_to_the_newest(doors: Doors):
    """A mask makes a new version of the metadata: the address that one had before still names the document."""
    anne = doors.holder()
    change(anne, LETTER, Verb.MASK)
    assert buttons(anne.get(change_of(LETTER)).page) == {Verb.UNMASK.value}


def test_who_sees_a_document_and_why_is_told_in_sentences(doors: Doors):
    anne = doors.holder().get(f"{LIST}/{place(LETTER)}/qui")
    assert "Visible pour votre médecin" in anne.page
    assert "Visible pour Claire ARNOUX-TEST" in anne.page
    assert "médecin pour votre employeur" not in anne.page
    assert "Caché à un médecin qui agit" in anne.page or "employeur" in anne.page
    anne.cookies["__Host-dmp-language"] = ("en", True)
    assert "Visible to your doctor" in anne.get(f"{LIST}/{place(LETTER)}/qui").page


def test_a_representative_reads_of_kinds_of_people_and_of_nobody_by_name(doors: Doors):
    """A minor may have let in somebody in secret (AR-21)."""
    mother = doors.acting(MOTHER)
    page = mother.get(f"{LIST}/{place(LETTER)}/qui").page
    assert ("Visible pour votre médecin" in page, "Claire" in page) == (True, False)
    assert "Claire" not in mother.get(change_of(LETTER)).page
    assert "Choisir une personne" not in mother.get(SEE_AS).page
    token = mother.page.partition('name="token" value="')[2].partition('"')[0]
    assert mother.post(SEE_AS, {"token": token, "rank": "0"}).status == 403


def test_a_delegate_reads_no_explanation(doors: Doors):
    helper = doors.acting(HELPERS[DelegateScope.MANAGE])
    page = helper.get(f"{LIST}/{place(LETTER)}/qui").page
    assert ("Visible pour" in page, "Seuls le titulaire" in page) == (False, True)
    assert helper.get(f"{SEE_AS}?kind=p10").status == 403


def test_the_list_seen_as_a_doctor_is_the_list_that_the_doctor_sees(open_doors):
    doors = open_doors(a_letter(9, "Le secret"), visibility={uuid(9): MASKED})
    theirs = the_list(doors.doctor().get("/professional/dossier").page)
    as_theirs = the_list(doors.holder().get(f"{SEE_AS}?kind=p10").page)
    assert "Bilan sanguin" in theirs
    assert as_theirs == theirs
    anne = doors.holder().get(SEE_AS).submit(SEE_AS)
    rank = _rank_of(anne.page, DOCTOR.name)
    assert the_list(anne.submit(SEE_AS, rank=rank).page) == theirs
    assert f"Ce que voit : {DOCTOR.name}" in anne.page


def test_the_list_seen_as_a_representative_is_hers(open_doors):
    doors = open_doors(a_letter(9, "Contraception"), visibility={uuid(9): FROM_GUARDIANS})
    hers = the_list(doors.acting(MOTHER).get(LIST).page)
    anne = doors.holder().get(SEE_AS).submit(SEE_AS)
    assert the_list(anne.submit(SEE_AS, rank=_rank_of(anne.page, "Mère TEST")).page) == hers
    assert "Contraception" not in hers


@pytest.mark.parametrize("kind", ["stranger", "employer", "insurer", "secretary", "p26"])
def test_who_is_refused_has_a_sentence_and_no_list(doors: Doors, kind):
    page = doors.holder().get(f"{SEE_AS}?kind={kind}").page
    assert "Voici ce qui lui serait répondu" in page or titles(page) == []
    assert "Bilan sanguin" not in page


def test_an_emergency_may_be_looked_as(doors: Doors):
    assert titles(doors.holder().get(f"{SEE_AS}?kind=break-glass").page) == ALL


@pytest.mark.parametrize("rank", ["99", "-1", "x", "²"])
def test_nobody_of_that_rank_is_nobody(doors: Doors, rank):
    anne = doors.holder().get(SEE_AS)
    token = anne.page.partition('name="token" value="')[2].partition('"')[0]
    anne.post(SEE_AS, {"token": token, "rank": rank})
    assert (anne.status, "Ce que voit" in anne.page) == (200, False)


def test_a_change_that_was_refused_tells_in_the_history_no_more_than_that_it_was(doors: Doors):
    """Which right was asked first depends on what is there: the line of a refused change says none (AR-17)."""
    helper = doors.acting(HELPERS[DelegateScope.READ]).get(LIST)
    token = helper.page.partition('name="token" value="')[2].partition('"')[0]
    helper.post(change_of(LETTER), {"token": token, "change": Verb.MASK.value})
    log = build_gate(doors.store, settings()).perform(Caller(Holder(PERSON), patient=PERSON), ViewLog(PERSON), NOW)
    refused = [line.act for line in log.lines if line.act is not None and line.act.ending == "refused"]
    assert [act.verb for act in refused] == ["change"]


def test_a_replaced_document_no_longer_changes_and_is_folded(open_doors):
    old = a_letter(9, "Ancienne lettre", chain=LETTER, status=EntryStatus.DEPRECATED)
    anne = open_doors(replace(old)).holder().get(LIST)
    assert titles(anne.page) == ALL
    assert "2 versions" in anne.page
    assert buttons(anne.get(change_of(uuid(9))).page) == set()
    token = anne.get(LIST).page.partition('name="token" value="')[2].partition('"')[0]
    assert anne.post(change_of(uuid(9)), {"token": token, "change": Verb.MASK.value}).status == 422
    assert "Ce changement n’est pas possible" in anne.page


def test_the_pages_are_in_english_too(doors: Doors):
    anne = doors.holder()
    anne.cookies["__Host-dmp-language"] = ("en", True)
    assert "Find a document" in anne.get(LIST).page
    assert "Hide from professionals" in anne.get(change_of(BIOLOGY)).page
    assert "See my record as" in anne.get(SEE_AS).page


def test_a_professional_does_not_open_the_pages_of_a_patient(doors: Doors):
    assert doors.doctor().get(LIST).status == 303
    assert doors.doctor().get(change_of(LETTER)).status == 303


def _rank_of(page: str, name: str) -> str:
    before = page.partition(f">{name}</label>")[0]
    assert before != page, page
    return before.rpartition('for="rank-')[2].partition('"')[0]
