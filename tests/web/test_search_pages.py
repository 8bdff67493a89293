"""The pages that search inside the documents: what is hidden changes nothing, and no word is written down."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from browser_builders import Browser
from dmp.in_force import take
from dmp.record.entry import EntryStatus
from dmp.record.visibility import Visibility
from dmp.services import RULE_SETS
from dmp.services.rule_set import RefusedRules, read_rules
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sign_in import Proof, Proven
from dmp.web.metrics import ACTS
from own_pages_builders import DAY, DOCTOR, NOW, NURSE, Around, content, put_in, the_settings
from search_builders import PATIENT_SEARCH, PROFESSIONAL_SEARCH, a_deposit, a_letter, fill
from store_builders import PERSON

SHOWN = a_letter("Bilan de contrôle, glycémie à jeun normale, pas de fièvre.")
HIDDEN = a_letter("Recherche d'une drépanocytose : glycémie à refaire.", 2)


def searched(browser: Browser, path: str, words: str, **more: str) -> str:
    """The page that answers."""
    return content(browser.get(path).submit(path, words=words, **more).page)


def doctor(around: Around) -> Browser:
    """The doctor, with the record of Anne open."""
    secret = around.reception.proved(Proven(Proof.CERTIFICATE, professional=DOCTOR), Visitor("192.0.2.1")).secret
    session = around.reception.desk.one(secret)
    assert session is not None
    opened_for = replace(session, patient=PERSON, patient_called="Anne")
    browser = around.browser()
    browser.cookies["__Host-dmp-session"] = (around.reception.desk.renewed(secret, opened_for), True)
    return browser


def token_in(page: str) -> str:
    """What the forms of the page send back."""
    return re.findall(r'name="token" value="([^"]+)"', page)[0]


def found(page: str) -> list[int]:
    """The numbers of the documents that are listed, in order."""
    return [int(number) for number in re.findall(r'<h3><a href="[^"]*0{8}-0{4}-4000-8000-(\d{12})">', page)]


@pytest.mark.parametrize(("who", "path"), [("holder", PATIENT_SEARCH), ("doctor", PROFESSIONAL_SEARCH)])
def test_a_letter_that_was_deposited_is_found_by_its_words(around: Around, who: str, path: str):
    fill(around)
    around.act(DOCTOR, a_deposit(a_letter("Découverte d'un nodule pulmonaire du lobe supérieur.")))
    browser = around.browser() if who == "holder" else doctor(around)

    page = searched(browser, path, "nodules du poumon")

    assert "1 document trouvé" in page
    assert "<mark>nodule</mark>" in page


def test_the_box_is_empty_until_something_is_asked(around: Around):
    fill(around, (put_in(1), SHOWN))

    page = around.browser().get(PATIENT_SEARCH)

    assert page.status == 200
    assert "trouvé" not in content(page.page)
    assert f'<a href="{PATIENT_SEARCH}" aria-current="page">Chercher</a>' in page.page


def test_both_lists_of_documents_lead_into_the_texts(around: Around):
    fill(around, (put_in(1), SHOWN))

    assert f'formaction="{PATIENT_SEARCH}"' in around.browser().get("/patient/documents").page
    assert f'formaction="{PROFESSIONAL_SEARCH}"' in doctor(around).get("/professional/dossier").page


def test_what_a_list_is_sorted_by_does_not_sort_what_is_found(around: Around):
    once, often = a_letter("Une fièvre. " + "Rien à signaler. " * 20, 1), a_letter("Fièvre, fièvre, fièvre.", 2)
    first, second = (
        put_in(1, service_start="20260201", hash="a" * 40),
        put_in(2, service_start="20260101", hash="b" * 40),
    )
    fill(around, (first, once), (second, often))
    browser = around.browser().get("/patient/documents")

    browser.post(PATIENT_SEARCH, {"token": token_in(browser.page), "words": "fièvre", "order": "newest"})

    assert found(browser.page) == [2, 1]
    assert found(searched(around.browser(), PATIENT_SEARCH, "fièvre", ranking="newest")) == [1, 2]


ASKED = ("drépanocytose", "drepanocitose", "glycémie", "glycémie drépanocytose", "dre", "glycemi", "2 janvier", "")


@pytest.mark.parametrize("words", ASKED)
def test_a_masked_document_changes_no_octet_for_a_professional(around: Around, other: Around, words: str):
    masked = put_in(1, by=NURSE.id, authors=())
    fill(around, (masked, HIDDEN), (put_in(2), SHOWN), visibility={masked.chain: Visibility(masked=True)})
    fill(other, (put_in(2), SHOWN))

    with_it, without = (searched(doctor(one), PROFESSIONAL_SEARCH, words) for one in (around, other))

    assert with_it == without


@pytest.mark.parametrize("words", ASKED)
def test_what_waits_to_be_announced_changes_no_octet_for_the_holder(around: Around, other: Around, words: str):
    waiting = put_in(1, NOW - 2 * DAY)
    hidden = Visibility(hidden_from_patient_since=NOW - 2 * DAY)
    fill(around, (waiting, HIDDEN), (put_in(2), SHOWN), visibility={waiting.chain: hidden})
    fill(other, (put_in(2), SHOWN))

    with_it, without = (searched(one.browser(), PATIENT_SEARCH, words) for one in (around, other))

    assert with_it == without


def test_who_may_read_it_does_find_it(around: Around):
    """Otherwise the two tests above would prove nothing."""
    masked = put_in(1, by=NURSE.id, authors=())
    fill(around, (masked, HIDDEN), (put_in(2), SHOWN), visibility={masked.chain: Visibility(masked=True)})

    assert found(searched(around.browser(), PATIENT_SEARCH, "drépanocytose")) == [1]
    assert sorted(found(searched(around.browser(), PATIENT_SEARCH, "glycémie"))) == [1, 2]
    assert found(searched(doctor(around), PROFESSIONAL_SEARCH, "glycémie")) == [2]


def test_a_search_leaves_one_trace_that_holds_none_of_the_words(around: Around):
    fill(around, (put_in(1), SHOWN))
    browser = around.browser().get(PATIENT_SEARCH)
    before = len(around.verbs())

    browser.submit(PATIENT_SEARCH, words="drépanocytose fièvre")

    assert around.verbs()[before:] == [("TD3.1", "done")]
    with around.store.begin() as tx:
        tx.records.get("rec-1")
        last = list(tx.traces.of("rec-1"))[-1]
    assert last.transaction == "SearchTexts"
    assert not re.search("dr[eé]pano|fi[eè]vre|fievr", repr(last), re.IGNORECASE)


def test_figures_and_the_journal_hold_none_of_the_words(around: Around, caplog, capsys):
    fill(around, (put_in(1), SHOWN))

    searched(around.browser(), PATIENT_SEARCH, "drépanocytose")

    figures = repr([sample.labels for metric in ACTS.collect() for sample in metric.samples])
    written = "".join((*capsys.readouterr(), caplog.text, figures))
    assert "SearchTexts" in figures
    assert "drépano" not in written


def test_a_professional_who_has_no_record_open_is_led_home(around: Around):
    around.open()
    secret = around.reception.proved(Proven(Proof.CERTIFICATE, professional=DOCTOR), Visitor("192.0.2.1")).secret
    browser = around.browser()
    browser.cookies["__Host-dmp-session"] = (secret, True)

    assert browser.get(PROFESSIONAL_SEARCH).follow().answer.url.path == "/professional"


def test_a_form_without_its_token_searches_nothing(around: Around):
    fill(around, (put_in(1), SHOWN))
    before = len(around.verbs())

    refused = around.browser().post(PATIENT_SEARCH, {"words": "glycémie"})

    assert refused.status == 403
    assert around.verbs()[before:] == []


def test_who_may_not_read_searches_nothing(around: Around):
    around.open(put_in(1))

    page = doctor(around).get(PROFESSIONAL_SEARCH)

    assert page.status != 200


def test_a_title_is_searched_beside_the_text(around: Around):
    fill(around, (put_in(1, title="Courrier"), SHOWN), (put_in(2), SHOWN))

    assert found(searched(around.browser(), PATIENT_SEARCH, "courrier")) == [1]


@pytest.mark.parametrize("status", [EntryStatus.DEPRECATED, EntryStatus.ARCHIVED, EntryStatus.DELETED])
def test_what_is_no_longer_in_force_is_not_searched(around: Around, status: EntryStatus):
    fill(around, (put_in(1, status=status), SHOWN))

    assert found(searched(around.browser(), PATIENT_SEARCH, "glycémie")) == []


OWN = """version = "2026-11"
from = 2026-11-01

[words]
both_ways = true
source = "Usage de la maison"
mark = "decided"

[words.words]
"tournicoti" = "fièvre"
"""


def test_synonyms_of_the_operator_take_the_place_of_ours(loop, sqlite_store, tmp_path: Path):
    own = tmp_path / "rules" / "lookup"
    own.mkdir(parents=True)
    (own / "synonyms.toml").write_text(OWN, encoding="utf-8")
    take(sqlite_store, own.parent, by="test", at=NOW)
    around = Around(loop, sqlite_store, the_settings())
    fill(around, (put_in(1), SHOWN))

    assert found(searched(around.browser(), PATIENT_SEARCH, "tournicoti")) == [1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OWN.replace('"fièvre"', '"le la"'), "tournicoti, line 10"),
        (OWN.replace('version = "2026-11"', "version 2026"), "line 1"),
    ],
)
def test_broken_synonyms_are_refused_and_the_line_is_named(text: str, said: str):
    with pytest.raises(RefusedRules, match=said) as refused:
        read_rules({"lookup/synonyms.toml": text}, RULE_SETS)

    assert str(refused.value).startswith("lookup/synonyms.toml, ")
