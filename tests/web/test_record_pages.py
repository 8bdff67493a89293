"""The record of a patient in the browser of a professional: what is new, what matters, the list, the changes."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.actions.find_documents import SearchRecord
from dmp.main import build_gate
from dmp.record.actor import Caller
from dmp.record.codes import Code
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import Deposit, EntryStatus
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import Attending
from dmp.record.verb import Verb
from dmp.web.days import day
from shelf_builders import (
    ATTENDING,
    AUTHOR,
    BY_HOLDER,
    DOCTOR,
    FROM_GUARDIANS,
    LETTER,
    LOINC,
    MASKED,
    NOW,
    WAITING,
    Doors,
    a_biology,
    a_letter,
    buttons,
    place,
    settings,
    titles,
)
from store_builders import PERSON, deposited, uuid

RECORD, DOCUMENTS = "/professional/dossier", "/professional/dossier/documents"
ALL = ["Mon ordonnance scannée", "Bilan sanguin", "Lettre du cœur"]
ATTENDED = (Attending(ATTENDING.id, NOW, confirmed=True),)
CHILD = IdentityTraits("TEST", "Léa", "Léa", "20150301", Sex.FEMALE)


def change_of(document: str) -> str:
    return f"{DOCUMENTS}/{place(document)}/changer"


@pytest.fixture
def doors(open_doors) -> Doors:
    return open_doors()


def change(browser, document: str, verb: Verb):
    path = change_of(document)
    return browser.get(path).submit(path, change=verb.value)


def visited(doors: Doors, days_ago: int, who=DOCTOR) -> None:
    """A search of the record, some days ago."""
    query = StoredQuery(FindDocuments(DocumentCriteria(PERSON, frozenset({EntryStatus.APPROVED}))))
    gate = build_gate(doors.store, settings())
    gate.perform(Caller(who, patient=PERSON), SearchRecord(PERSON, query), NOW - timedelta(days=days_ago))


def glance(page: str) -> str:
    return page.partition('id="glance"')[2].partition("</section>")[0]


def deposited_ago(days: int) -> Deposit:
    return Deposit(NOW - timedelta(days=days), AUTHOR.id, AUTHOR.facility.id, "DIRECTE")


def test_the_record_is_a_list_beside_a_place_for_the_document(doors: Doors):
    page = doors.doctor().get(RECORD).page
    assert titles(page) == ALL
    assert f'href="{DOCUMENTS}/{place(LETTER)}" data-line' in page
    assert 'id="pane"' in page
    assert 'href="/professional/deposer"' in page
    assert "Ajoutés par le patient" in page


def test_what_is_looked_for_first_stands_on_top_newest_of_each(open_doors):
    synthesis = a_letter(10, "Synthèse", type_code=Code("60591-5", LOINC))
    older = a_biology(11, "Bilan ancien", service_start="20200101")
    top = glance(open_doors(synthesis, older).doctor().get(RECORD).page)
    assert "<dt>Synthèse médicale</dt>" in top
    assert "<dt>Dernière biologie</dt>" in top
    assert "Bilan sanguin" in top
    assert "Bilan ancien" not in top
    assert "Allergies" not in top
    assert "Le dossier peut être incomplet." in top


def test_the_summary_stays_while_the_list_is_filtered(doors: Doors):
    page = doors.doctor().get(f"{RECORD}?family=letters").page
    assert (titles(page), "Bilan sanguin" in glance(page)) == ([], True)


def test_new_is_what_came_since_ones_own_last_visit_of_another_day(open_doors):
    recent = a_letter(10, "Tout récent", deposit=deposited_ago(1))
    doors = open_doors(recent, replace(a_letter(11, "Ancien"), deposit=deposited_ago(30)))
    visited(doors, 40)
    visited(doors, 5)
    claire = doors.doctor()
    for _ in range(2):
        top = glance(claire.get(RECORD).page)
        assert f"Nouveau depuis ma visite du {day(NOW - timedelta(days=5))}" in top, "today's visits do not count"
        assert "Tout récent" in top
        assert "Ancien" not in top
    assert "Nouveau</span>" in claire.page


def test_the_visits_of_others_say_nothing(doors: Doors):
    visited(doors, 5, AUTHOR)
    top = glance(doors.doctor().get(RECORD).page)
    assert ("Nouveau depuis" in top, "Votre dernière visite n’est pas connue" in top) == (False, True)


def test_what_is_new_and_masked_is_not_counted(open_doors):
    doors = open_doors(visibility={uuid(9): MASKED})
    visited(doors, 5)
    claire = doors.doctor()
    before = claire.get(RECORD).page
    secret = a_biology(9, "Le secret", chain=uuid(9), deposit=deposited_ago(0), service_start="20261101")
    deposited(doors.store, secret, number=2)
    assert claire.get(RECORD).page == before


def test_versions_and_copies_are_folded_by_what_is_seen_alone(open_doors):
    """A newer version of another type, which a profession does not see, does not fold the older one away."""
    old = a_letter(10, "Première", chain=LETTER, status=EntryStatus.DEPRECATED)
    page = open_doors(old).doctor().get(RECORD).page
    assert titles(page) == ALL
    assert "2 versions" in page
    assert f'href="{DOCUMENTS}/{place(uuid(10))}"' in page


def test_a_doctor_masks_what_he_sees_at_the_request_of_the_patient_and_no_longer_sees_it(doors: Doors):
    claire = doors.doctor()
    change(claire, LETTER, Verb.MASK).follow()
    assert ("Le document est masqué" in claire.page, titles(claire.page)) == (True, ALL[:2])
    assert claire.get(change_of(LETTER)).status == 404


def test_the_author_still_sees_what_is_masked_and_shows_it_again(open_doors):
    doors = open_doors(visibility={LETTER: MASKED})
    anne = doors.doctor(AUTHOR).get(RECORD)
    assert "Masqué aux professionnels</span>" in anne.page
    change(anne, LETTER, Verb.UNMASK).follow()
    assert "Masqué aux professionnels</span>" not in anne.page
    assert titles(doors.doctor().get(RECORD).page) == ALL


def test_what_is_masked_leaves_the_page_of_who_has_just_opened_it(doors: Doors):
    doctor, anne = doors.doctor(), doors.holder()
    assert titles(doctor.get(RECORD).page) == titles(doctor.get(RECORD).page) == ALL
    path = f"/patient/documents/{place(LETTER)}/masquer"
    anne.get(path).submit(path, change=Verb.MASK.value)
    assert titles(doctor.get(RECORD).page) == ALL[:2]
    assert titles(anne.get("/patient/documents").page) == ALL
    # A change makes a new version, which has an address of its own.
    newest = re.search(r'<form method="post" action="(/patient/documents/[^"]+/masquer)"', anne.get(path).page)
    assert newest is not None
    anne.submit(newest[1], change=Verb.UNMASK.value)
    assert titles(doctor.get(RECORD).page) == ALL


def test_the_rights_are_asked_anew_each_time_the_page_is_opened(doors: Doors):
    doctor = doors.doctor()
    assert titles(doctor.get(RECORD).page) == ALL
    with doors.store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        tx.records.change(replace(record, blocked=frozenset({DOCTOR.id})), at=NOW)
    assert titles(doctor.get(RECORD).page) == []
    assert doctor.status != 200


def test_only_the_author_and_the_attending_doctor_show_what_is_masked(open_doors):
    doors = open_doors(visibility={LETTER: MASKED}, attending=ATTENDED)
    hugo = doors.doctor(ATTENDING)
    assert Verb.UNMASK.value in buttons(hugo.get(change_of(LETTER)).page)
    assert hugo.submit(change_of(LETTER), change=Verb.UNMASK.value).status == 303


def test_a_document_to_be_announced_says_so_with_its_day_and_is_shown_to_the_patient(open_doors):
    doors = open_doors(visibility={LETTER: WAITING})
    claire = doors.doctor().get(RECORD)
    assert "À annoncer au patient : il ne le voit pas avant le" in claire.page
    anne = doors.holder()
    assert titles(anne.get("/patient/documents").page) == ALL[:2]
    claire.get(change_of(LETTER))
    assert "Sans rien faire, il le verra de lui-même le" in claire.page
    assert Verb.RELEASE.value in buttons(claire.page)
    claire.submit(change_of(LETTER), change=Verb.RELEASE.value).follow()
    assert "Le patient voit maintenant ce document." in claire.page
    assert titles(anne.get("/patient/documents").page) == ALL


def test_what_is_to_be_announced_is_not_masked_too(open_doors):
    """Nobody could announce it (AR-20)."""
    claire = open_doors(visibility={LETTER: WAITING}).doctor().get(change_of(LETTER))
    assert Verb.MASK.value not in buttons(claire.page)
    assert "il ne peut pas être masqué aux professionnels en même temps" in claire.page
    token = claire.page.partition('name="token" value="')[2].partition('"')[0]
    claire.post(change_of(LETTER), {"token": token, "change": Verb.MASK.value})
    assert (claire.status, "ne peut pas être masqué" in claire.page, f'href="{RECORD}"' in claire.page) == (
        422,
        True,
        True,
    )
    assert titles(claire.get(RECORD).page) == ALL


def test_in_a_secret_connection_a_document_is_hidden_from_representatives(open_doors):
    doors = open_doors(traits=CHILD)
    claire = doors.doctor()
    assert Verb.HIDE_FROM_GUARDIANS.value not in buttons(claire.get(change_of(LETTER)).page)
    token = claire.page.partition('name="token" value="')[2].partition('"')[0]
    assert claire.post(change_of(LETTER), {"token": token, "change": Verb.HIDE_FROM_GUARDIANS.value}).status == 403
    secretly = doors.doctor(secret=True)
    change(secretly, LETTER, Verb.HIDE_FROM_GUARDIANS).follow()
    assert "Le document est caché aux représentants." in secretly.page
    assert "Caché aux représentants</span>" in secretly.page


def test_the_author_shows_it_to_representatives_and_nobody_else_does(open_doors):
    doors = open_doors(visibility={LETTER: FROM_GUARDIANS})
    assert Verb.RELEASE_TO_GUARDIANS.value in buttons(doors.doctor(AUTHOR).get(change_of(LETTER)).page)
    assert Verb.RELEASE_TO_GUARDIANS.value not in buttons(doors.doctor().get(change_of(LETTER)).page)


def test_the_author_archives_takes_out_and_deletes_his_own(doors: Doors):
    anne = doors.doctor(AUTHOR)
    assert {Verb.ARCHIVE.value, Verb.DELETE.value} <= buttons(anne.get(change_of(LETTER)).page)
    change(anne, LETTER, Verb.ARCHIVE).follow()
    assert titles(anne.page) == ALL[:2]
    assert titles(anne.get(f"{RECORD}?state=archived").page) == ALL[2:]
    change(anne, LETTER, Verb.UNARCHIVE).follow()
    assert titles(anne.page) == ALL
    anne.get(f"{DOCUMENTS}/{place(LETTER)}/supprimer").submit(change_of(LETTER), change=Verb.DELETE.value).follow()
    assert ("Le document est supprimé." in anne.page, titles(anne.page)) == (True, ALL[:2])


def test_a_new_version_is_offered_to_the_author_alone(doors: Doors):
    link = f'href="/professional/deposer/remplacer/{place(LETTER)}"'
    assert link in doors.doctor(AUTHOR).get(change_of(LETTER)).page
    assert link not in doors.doctor().get(change_of(LETTER)).page


def test_what_is_deleted_is_there_for_its_author_and_not_for_others(doors: Doors):
    anne, claire = doors.doctor(AUTHOR), doors.doctor()
    before = claire.get(f"{RECORD}?state=deleted").page
    anne.get(f"{DOCUMENTS}/{place(LETTER)}/supprimer").submit(change_of(LETTER), change=Verb.DELETE.value)
    assert titles(anne.get(f"{RECORD}?state=deleted").page) == ALL[2:]
    assert claire.get(f"{RECORD}?state=deleted").page == before


@pytest.mark.parametrize("document", [LETTER, BY_HOLDER])
def test_the_document_of_somebody_else_is_neither_archived_nor_deleted(doors: Doors, document):
    claire = doors.doctor().get(change_of(document))
    assert buttons(claire.page) == {Verb.MASK.value}
    token = claire.page.partition('name="token" value="')[2].partition('"')[0]
    for verb in (Verb.ARCHIVE, Verb.DELETE, Verb.UNMASK, Verb.RELEASE):
        claire.post(change_of(document), {"token": token, "change": verb.value, "sure": "1"})
        assert (claire.status, "Rien n’a été changé" in claire.page) in ((403, True), (422, True), (303, False))
    assert titles(claire.get(RECORD).page) == ALL


def test_in_an_emergency_the_record_is_read_and_nothing_is_masked(open_doors):
    claire = open_doors(authorisations=()).in_emergency().get(RECORD)
    assert titles(claire.page) == ALL
    assert Verb.MASK.value not in buttons(claire.get(change_of(LETTER)).page)


def test_who_was_not_let_in_is_told_so(open_doors):
    claire = open_doors(authorisations=()).doctor().get(RECORD)
    assert claire.status == 403
    assert not titles(claire.page)


def test_without_an_open_record_one_is_led_home(doors: Doors):
    browser = doors.doctor(patient=None).get(RECORD)
    assert browser.answer is not None
    assert (browser.status, browser.answer.headers["location"]) == (303, "/professional")
    assert browser.get(change_of(LETTER)).status == 404


def test_a_patient_does_not_open_the_pages_of_a_professional(doors: Doors):
    assert doors.holder().get(RECORD).status == 303
    assert doors.holder().get(change_of(LETTER)).status == 303


def test_the_page_is_in_english_too(doors: Doors):
    claire = doors.doctor()
    claire.cookies["__Host-dmp-language"] = ("en", True)
    assert "At a glance" in claire.get(RECORD).page
    assert "Change this document" in claire.get(change_of(LETTER)).page
