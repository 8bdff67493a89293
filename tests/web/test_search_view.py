"""The page that searches inside the documents: what it shows, what it says where nothing is found."""

import re
from dataclasses import replace

import pytest

from dmp.services.chart import Chart, Person
from dmp.services.lookup.find import Paper
from dmp.sign_in.reception import Browser
from dmp.web.chart.pages import Shown
from dmp.web.chart.room import PATIENT, PROFESSIONAL
from dmp.web.chart.search_view import ON_A_PAGE, Choice, SearchView, choice_of, view
from dmp.web.portal.forms import Form
from dmp.web.portal.page import Language, Page, Portal, Visit
from dmp.web.portal.render import rendered
from lookup_builders import TODAY, a_paper, corpus

HASH = "a" * 40


def seen(words: str, *papers: Paper, room=PATIENT, **choice) -> SearchView:
    return view(papers or corpus(), Choice(words=words, **choice), today=TODAY, room=room)


def page(search: SearchView, room=PATIENT, language: Language = Language.FRENCH) -> str:
    """The whole page, as a browser gets it."""
    shown = Shown(room, (), room.page("recherche"), Chart(Person(), TODAY, complete=True), body=search)
    visit = Visit(Portal(None, None, None), shown.here, Form(), language, Browser("192.0.2.1"), {}, token="a-token")
    return rendered(Page("chart/search.html", ("Recherche", "Search"), shown), visit).decode()


def content(html: str) -> str:
    """What stands in the page itself, without tags."""
    return " ".join(re.sub("<[^>]+>", " ", html.partition('id="content"')[2]).split())


def test_a_hit_shows_title_day_kind_author_and_words_with_what_was_found_marked():
    html = page(seen("nodule thorax"))

    assert '<a href="/patient/documents/scanner-controle">TDM <mark>thorax</mark> de contrôle</a>' in html
    assert "27/11/2023 · Compte rendu d&#39;imagerie médicale" in html
    assert "Le <mark>nodule</mark> pulmonaire" in html


def test_a_professional_is_led_to_his_own_pages():
    assert "/professional/dossier/documents/scanner-controle" in page(seen("nodule", room=PROFESSIONAL), PROFESSIONAL)


def test_words_go_by_post_and_stand_in_no_address():
    html = page(seen("nodule"))

    assert '<form method="post" action="/patient/sante/recherche" role="search"' in html
    assert not re.search(r'(?:href|action)="[^"]*nodule', html)
    assert 'value="nodule"' in html


def test_the_field_has_a_label_and_a_hint_and_the_answer_is_announced():
    html = page(seen("nodule"))

    assert '<label class="form-label" for="words">' in html
    assert 'aria-describedby="words-hint"' in html
    assert 'aria-live="polite"' in html


def test_markup_of_a_document_and_of_a_query_is_text():
    paper = a_paper("a", "radius <script>alert(1)</script>", title="<b>radius</b>")
    html = page(seen('radius "><script>', paper))

    assert "<script>alert" not in html
    assert '"><script>' not in html
    assert "&lt;<mark>script</mark>&gt;alert(1)" in html


def test_nothing_found_says_what_to_try():
    text = content(page(seen("zygomycose")))

    assert "Rien trouvé" in text
    assert "Dans aucun document : zygomycose" in text
    assert "Vous pouvez essayer" in text


def test_a_typing_mistake_is_put_right_by_a_button():
    search = seen("glicémie jeun")

    assert [(one.words, one.word) for one in search.corrections] == [("glycémie jeun", "glycémie")]
    assert 'name="words" value="glycémie jeun">glycémie</button>' in page(search)


def test_words_that_say_nothing_are_told_to_be_too_common():
    assert "trop courants" in content(page(seen("le la")))
    assert "trop courants" not in content(page(seen("")))


def test_a_long_demand_is_told_to_be_cut():
    assert "votre demande est longue" in content(page(seen("mot " + "radius tibia " * 40))).lower()


def test_filters_leave_what_is_of_a_kind_and_of_a_year():
    every = seen("scanner")
    imaging = seen("scanner", family="imaging", year="2023")

    assert {option.value for option in every.families} >= {"imaging"}
    assert imaging.total == sum(1 for hit in imaging.hits if hit.day.endswith("2023"))
    assert 0 < imaging.total < every.total
    assert next(option.count for option in every.families if option.value == "imaging") >= imaging.total


def test_a_filter_that_leaves_nothing_can_be_taken_back():
    text = page(seen("psychiatrie", year="2007"))

    assert "Rien trouvé" in text
    assert 'id="year"' in text
    assert "d’enlever le genre ou l’année" in text


def test_the_newest_first_where_it_is_chosen_or_typed():
    for search in (seen("HbA1c", newest=True), seen("dernière HbA1c")):
        assert search.hits[0].day == "02/06/2025"
        assert '<option value="newest" selected>' in page(search)


def test_a_long_answer_has_pages():
    papers = [a_paper(f"p{number:02}", "scanner", title=f"Document {number}") for number in range(ON_A_PAGE + 3)]
    first, second, beyond = (seen("scanner", *papers, page=number) for number in (1, 2, 99))

    assert (len(first.hits), first.more, len(second.hits), second.more) == (ON_A_PAGE, True, 3, False)
    assert beyond == second
    assert 'name="page" value="2"' in page(first)
    assert f'<ol class="lookup-hits" start="{ON_A_PAGE + 1}">' in page(second)


def test_copies_of_one_document_are_one_answer_with_each_of_them():
    """Found in the text of the scan alone: the others of its group are there too, and it counts once."""
    papers = [
        a_paper("hospital", "sans ce mot", title="Radiographie du genou droit", author="HOPITAL Zoé"),
        a_paper("doctor", "entorse", title="Radiographie du genou droit", hash=HASH, author="MEDECIN Luc"),
        a_paper("scan", "entorse", title="radiographie genou droit.pdf", kind="DOCPAT03", hash=HASH),
        a_paper("other", "entorse", title="Courrier"),
    ]
    found = seen("entorse", *papers)
    (hit,) = [hit for hit in found.hits if hit.copies]
    assert (found.total, [one.id for one in hit.copies]) == (2, ["doctor", "hospital", "scan"])
    assert [option.count for option in found.years] == [2]
    shown = content(page(found))
    assert "3 exemplaires" in shown
    assert all(f"/{name}" in page(found) for name in ("hospital", "doctor", "scan"))


def test_a_copy_of_another_kind_is_counted_in_its_own_family_too():
    papers = [
        a_paper("report", "entorse", title="Radiographie du genou droit", hash=HASH),
        a_paper("scan", "entorse", title="Ma radio", kind="DOCPAT03", hash=HASH),
    ]
    assert seen("entorse", *papers).total == 1
    assert {option.value: option.count for option in seen("entorse", *papers).families} == {"reports": 1, "own": 1}
    assert seen("entorse", *papers, family="own").total == 1


def test_what_cannot_be_searched_inside_is_told():
    text = content(page(seen("numérisé", a_paper("scan", title="Courrier numérisé"), a_paper("words", "numérisé"))))

    assert "2 documents regardés." in text
    assert "1 sans texte" in text
    assert "ce document n’a pas de texte à chercher" in text


def test_a_document_without_date_author_or_kind_is_shown():
    paper = a_paper("bare", "radius")
    entry = replace(paper.entry, title="", authors=(), service_start="", creation_time="19")

    assert "Sans date" in page(seen("radius", replace(paper, entry=entry)))


@pytest.mark.parametrize("words", ["scanner", "glicémie", "psychiatrie", "HTA", "", "zzz"])
def test_a_page_is_that_of_a_record_without_the_hidden_documents(words):
    hidden = ("psy", "bio-2023", "scanner-thorax", "scan-courrier")
    left = [paper for paper in corpus() if paper.uuid.removeprefix("urn:uuid:") not in hidden]
    page(seen(words))  # by somebody who may see them all, in the same process

    html = page(seen(words, *left))

    assert html == page(seen(words, *(replace(paper) for paper in reversed(left))))
    assert not any(f"/{name}" in html for name in hidden)


def test_both_languages():
    assert "documents found" in page(seen("scanner"), language=Language.ENGLISH)


def test_a_form_that_is_not_ours_chooses_nothing():
    fields = {"words": "x" * 9_000, "family": "../../etc", "year": "20x3", "ranking": "worst", "page": "-4"}

    choice = choice_of(Form(fields))

    assert choice == Choice(words="x" * 800)
    assert choice_of(
        Form({"words": "a", "family": "imaging", "year": "2023", "ranking": "newest", "page": "2"})
    ) == Choice("a", "imaging", "2023", newest=True, page=2)
