"""What seems to be one document is one line that opens to all its copies, on every page, by what is seen alone."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.in_force import take
from dmp.record.codes import Code
from dmp.record.entry import Deposit, DocumentEntry
from dmp.services.duplicates import RULES as DUPLICATES
from own_space_builders import token_of
from shelf_builders import AUTHOR, LOINC, MASKED, NOW, WAITING, Doors, a_letter, place
from store_builders import PERSON, deposited

LISTS = {"holder": "/patient/documents", "doctor": "/professional/dossier"}
HEALTH = {"holder": "/patient/sante", "doctor": "/professional/dossier/sante"}
TITLE = "Échographie du genou droit"
FRENCH = "1.2.250.1.213.1.1.4.12"
CARE = NOW - timedelta(days=100)


def a_copy(number: int, **changes) -> DocumentEntry:
    """A report of one examination, as somebody sent it."""
    known = {"service_start": f"{CARE:%Y%m%d}", "type_code": Code("18748-4", LOINC), "class_code": Code("31", "")}
    return a_letter(number, TITLE, **{**known, **changes})


def a_scan(number: int) -> DocumentEntry:
    """Its scan, which the patient added."""
    mine = Deposit(NOW - timedelta(days=3), PERSON.number, "", "")
    kind = {"type_code": Code("DOCPAT04", FRENCH), "class_code": Code("90", "")}
    return replace(a_copy(number, **kind), deposit=mine, authors=(), title="echographie genou droit")


HOSPITAL, BY_DOCTOR, SCAN = a_copy(5), a_copy(6), a_scan(7)


def browser_of(doors: Doors, who: str):
    return doors.holder() if who == "holder" else doors.doctor()


def searched(browser, who: str, words: str = "echographie") -> str:
    page = f"{HEALTH[who]}/recherche"
    browser.get(page)
    browser.post(page, {"token": token_of(browser), "words": words})
    return browser.page


def pages_of(browser, who: str) -> list[str]:
    """The pages that group copies, without what names a form or a request."""
    found = [browser.get(LISTS[who]).page, browser.get(f"{HEALTH[who]}/parcours").page, searched(browser, who)]
    found.append(browser.get(f"{HEALTH[who]}/parcours?exam=image:ultrasound").page)
    return [re.sub(r'name="token" value="[^"]*"', "", page) for page in found]


@pytest.mark.parametrize("who", LISTS)
def test_three_copies_are_one_line_that_opens_to_each_of_them(open_doors, who):
    doors = open_doors(HOSPITAL, BY_DOCTOR, SCAN)
    browser = browser_of(doors, who)
    base = {"holder": "/patient/documents", "doctor": "/professional/dossier/documents"}[who]
    for page in (browser.get(LISTS[who]).page, browser.get(f"{HEALTH[who]}/parcours").page, searched(browser, who)):
        (group,) = re.findall(r'<details class="copies">.*?</details>', page, re.DOTALL)
        assert "<summary>3 exemplaires" in group
        assert "paraissent être le même" in group
        assert group.count("ajouté par le patient") == 1
        assert all(f'href="{base}/{place(one.uuid)}' in group for one in (HOSPITAL, BY_DOCTOR, SCAN))
    assert all(browser.get(f"{base}/{place(one.uuid)}").status == 200 for one in (HOSPITAL, BY_DOCTOR, SCAN))


@pytest.mark.parametrize(("who", "hidden"), [("doctor", MASKED), ("holder", WAITING)])
@pytest.mark.parametrize("seen", [(), (BY_DOCTOR,), (BY_DOCTOR, SCAN)], ids=["none", "one", "two"])
def test_a_copy_that_is_hidden_changes_no_page(open_doors, who, hidden, seen):
    """Whatever it would have been: the first of its group, one more of it, or what makes a group of one."""
    doors = open_doors(*seen, visibility={HOSPITAL.chain: hidden})
    browser = browser_of(doors, who)
    before = pages_of(browser, who)
    secret = replace(HOSPITAL, hash=SCAN.hash, authors=(), deposit=replace(HOSPITAL.deposit, person=AUTHOR.id))
    deposited(doors.store, secret, number=9)
    assert pages_of(browser, who) == before
    assert ("exemplaires" in before[0]) is (len(seen) == 2)


@pytest.mark.parametrize("who", LISTS)
def test_the_numbers_of_the_operator_say_what_is_taken_for_one_document_on_every_page(open_doors, who, tmp_path):
    """His file names no type of a scan: the patient's stays alone, on each page that grouped it."""
    told = DUPLICATES.shipped_texts["duplicates.toml"]
    own = tmp_path / "own-rules"
    own.mkdir()
    (own / "duplicates.toml").write_text(told[: told.index("[[scan]]")], encoding="utf-8")
    doors = open_doors(HOSPITAL, BY_DOCTOR, SCAN)
    shipped = browser_of(doors, who)
    pages = [page for page in pages_of(shipped, who) if "exemplaires" in page]
    assert len(pages) >= 3
    assert all("3 exemplaires" in page for page in pages)

    take(doors.store, own, by="test", at=NOW)

    fresh = browser_of(Doors(doors.loop, doors.store), who)
    assert [page.count("3 exemplaires") for page in pages_of(fresh, who)] == [0] * 4
    assert sum("2 exemplaires" in page for page in pages_of(fresh, who)) == len(pages)


def test_what_the_patient_added_stays_among_what_he_added(open_doors):
    browser = open_doors(BY_DOCTOR, SCAN).holder()
    assert place(SCAN.uuid) in browser.get("/patient/documents?family=own").page


def test_a_search_of_the_list_finds_a_line_by_its_copy(open_doors):
    doors = open_doors(HOSPITAL, replace(BY_DOCTOR, title=TITLE, hash=HOSPITAL.hash, comments=""), SCAN)
    browser = doors.doctor().get(LISTS["doctor"])
    browser.post(LISTS["doctor"], {"token": token_of(browser), "words": "echographie genou droit"})
    assert browser.page.count("3 exemplaires") == 1


@pytest.mark.parametrize("who", LISTS)
def test_before_an_examination_the_last_comparable_one_is_shown_once_with_its_day_and_a_link(open_doors, who):
    coded = (Code("US", "1.2.840.10008.2.16.4"),)
    reports = [replace(one, event_codes=coded) for one in (HOSPITAL, BY_DOCTOR)]
    browser = browser_of(open_doors(*reports), who)
    page = browser.get(f"{HEALTH[who]}/parcours?exam=image:ultrasound").page
    found = page[page.index('id="already-done"') :]
    found = found[: found.index("</section>")]
    assert found.count("<li>") == 1
    assert f"{CARE:%d/%m/%Y}" in found
    assert re.search(r'href="[^"]+/documents/[0-9a-f-]{36}', found)
    assert ("À vous de juger" in found) is (who == "doctor")


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("doctor", "/professional/dossier"),
        ("doctor", "/professional/deposer"),
        ("doctor", "/professional/dossier/sante/resultats"),
        ("holder", "/patient/sante/resultats"),
    ],
)
def test_the_way_to_it_stands_where_one_asks_for_an_examination(open_doors, who, page):
    browser = browser_of(open_doors(HOSPITAL), who).get(page)
    (way,) = re.findall(r'href="([^"]+exam=choisir)#deja-fait"', browser.page)
    assert way == f"{HEALTH[who]}/parcours?exam=choisir"
    opened = browser.get(way).page
    assert '<details id="deja-fait" open>' in opened
