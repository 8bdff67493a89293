"""The pages of screening and of the pathway, through both portals: what is shown comes from what may be read."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.actions.health_choices import WriteChoice
from dmp.record.actor import Holder
from dmp.record.choice import ChoiceKind
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.visibility import Visibility
from dmp.web.chart.room import CHOICES
from own_pages_builders import NOW, Around, content
from own_space_builders import token_of
from shelf_builders import AUTHOR, MASKED, Doors, a_letter, the_record
from store_builders import PERSON

CCAM = "1.2.250.1.215.300.1"
WOMAN = IdentityTraits("TEST", "ANNE", "ANNE", f"{NOW.year - 60}-02-01", Sex.FEMALE)
SCREENING, PATHWAY = "depistages", "parcours"
HEALTH, PRO = "/patient/sante", "/professional/dossier/sante"


def a_mammogram(number: int = 7, days: int = 100, **changes) -> DocumentEntry:
    known = {
        "title": "Mammographie de contrôle",
        "event_codes": (Code("QEQK004", CCAM, "Mammographie de dépistage"),),
        "service_start": f"{NOW - timedelta(days=days):%Y%m%d}",
        "type_code": Code("18748-4", "2.16.840.1.113883.6.1", "CR d'imagerie médicale"),
    }
    return a_letter(number, **{**known, **changes})


@pytest.fixture
def record(around: Around):
    """The record of a woman of 60, read by a doctor, with these documents."""

    def filled(*documents: DocumentEntry, **changes) -> Around:
        known = {"traits": WOMAN, "authorisations": the_record().authorisations}
        around.open(*documents, **{**known, **changes})
        return around

    return filled


@pytest.fixture
def doctor(loop, sqlite_store):
    """Opens the browser of the doctor, once the record is there."""
    return lambda: Doors(loop, sqlite_store).doctor()


def page(around: Around, slug: str, query: str = "") -> str:
    return content(around.browser().get(f"{HEALTH}/{slug}{query}").page)


def test_the_holder_reads_her_mammogram_with_its_document(record):
    shown = page(record(a_mammogram()), SCREENING)
    assert "Mammographie de contrôle" in shown
    assert f"{NOW - timedelta(days=100):%d/%m/%Y}" in shown
    assert "/patient/documents/" in shown


def test_what_matters_calls_the_day_to_come_of_a_screening_the_next_one(record):
    shown = content(record(a_mammogram()).browser().get(HEALTH).page)
    line = shown.partition("Cancer du sein")[2].partition("</li>")[0]
    assert re.search("prochaine date\\s: \\d\\d/\\d\\d/", line, re.DOTALL), line


def test_a_doctor_reads_it_in_his_own_words(record, doctor):
    record(a_mammogram())
    shown = content(doctor().get(f"{PRO}/{SCREENING}").page)
    assert "Mammographie de contrôle" in shown
    assert "/professional/dossier/documents/" in shown
    assert "À voir avec la personne" in shown


def test_a_masked_mammogram_is_not_there_for_him_and_the_page_is_that_of_none(record, doctor):
    masked = a_mammogram(authors=(), deposit=replace(a_letter().deposit, person=AUTHOR.id))
    record(masked, visibility={masked.chain: MASKED})
    his = doctor()
    shown = content(his.get(f"{PRO}/{SCREENING}").page)
    assert "Mammographie de contrôle" not in shown
    assert "Aucun test n’apparaît" in shown
    assert "Mammographie de contrôle" not in content(his.get(f"{PRO}/{PATHWAY}").page)


def test_what_waits_to_be_announced_is_in_no_card_and_no_count_of_the_holder(record):
    waiting = a_mammogram()
    shown = record(waiting, visibility={waiting.chain: Visibility(hidden_from_patient_since=NOW)})
    assert "Mammographie de contrôle" not in page(shown, SCREENING)
    assert "Aucun événement ici." in page(shown, PATHWAY)


def test_the_pathway_leads_from_the_grid_to_the_events(record):
    shown = record(a_mammogram(), a_letter(2))
    day = NOW - timedelta(days=100)
    everything, that_month = page(shown, PATHWAY), page(shown, PATHWAY, f"?period={day:%Y%m}&lane=imaging")
    assert "Lettre du cœur" in everything
    assert "Mammographie de contrôle" in that_month
    assert "Lettre du cœur" not in that_month


@pytest.mark.parametrize("query", ["?period=19&page=x", "?lane=%00&stay=a", "?period=99999999", "?" + "page=1&" * 50])
def test_an_odd_address_is_a_page(record, query):
    assert "Événements" in record(a_mammogram()).browser().get(f"{HEALTH}/{PATHWAY}{query}").page


def test_a_refusal_that_is_not_shared_is_not_told_to_a_professional(record, doctor):
    around = record()
    his = doctor()
    before = content(his.get(f"{PRO}/{SCREENING}").page)
    around.act(Holder(PERSON), WriteChoice(PERSON, "screening", ChoiceKind.DECLINED, "breast"))
    assert content(his.get(f"{PRO}/{SCREENING}").page) == before
    assert "Vous n’en voulez pas" in page(around, SCREENING)


def test_what_is_due_stands_in_the_pathway_of_both_and_a_private_refusal_changes_it_for_the_holder_alone(
    record, doctor
):
    around = record()
    his = doctor()
    before = content(his.get(f"{PRO}/{PATHWAY}").page)
    assert "Dépistage : Cancer du sein" in before
    assert "Dépistage : Cancer du sein" in page(around, PATHWAY)
    around.act(Holder(PERSON), WriteChoice(PERSON, "screening", ChoiceKind.DECLINED, "breast"))
    assert content(his.get(f"{PRO}/{PATHWAY}").page) == before
    assert "Dépistage : Cancer du sein" not in page(around, PATHWAY)


def test_the_holder_declines_by_the_form_and_takes_it_back(record):
    browser = record().browser()
    form = {"service": "screening", "kind": "declined", "subject": "breast", "sure": "1"}
    browser.get(f"{HEALTH}/{SCREENING}")
    browser.post(f"{HEALTH}/{CHOICES}", {**form, "token": token_of(browser)})
    declined = browser.get(f"{HEALTH}/{SCREENING}").page
    assert "Vous n’en voulez pas" in declined
    [choice] = set(re.findall(r'name="choice" value="([^"]+)"', declined))
    browser.post(f"{HEALTH}/{CHOICES}", {"token": token_of(browser), **form, "kind": "take-back", "choice": choice})
    assert "Vous n’en voulez pas" not in browser.get(f"{HEALTH}/{SCREENING}").page
