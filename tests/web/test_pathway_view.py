"""The page of the pathway and the panel «already done»: what they show, where they lead, what they never tell."""

from datetime import date
from html.parser import HTMLParser

import pytest

from dmp.services.pathway.already_done import Wanted, already_done
from dmp.services.pathway.comparing import shipped as comparable
from dmp.services.pathway.planned import Planned
from dmp.web.chart.already_done_view import already_done_view
from dmp.web.chart.pathway_asked import Asked, read_asked
from dmp.web.chart.pathway_view import PathwayView, view
from dmp.web.chart.room import PATIENT, PROFESSIONAL
from dmp.web.portal.render import _environment
from sheet_builders import SYSTEMS, a_chart

HERE = "/patient/sante/parcours"
TODAY = date(2025, 12, 31)
DOCUMENTS = [
    {"type": "11502-2", "day": "20240110", "place": "Labo A", "title": "Bilan", "events": ["ccam:QEQK004"]},
    {"type": "11488-4", "day": "20250110", "place": "Cabinet B", "title": "Consultation"},
    {"type": "34874-8", "day": "20250210", "end": "20250215", "place": "CH A", "title": "<i>Opération</i>"},
    {"type": "11488-4", "day": "2024-13", "title": "Sans jour"},
]
LETTER = {
    "type": "11490-0", "day": "20251120", "end": "20251125", "place": "CH A",
    "plan": [{"text": "Contrôle", "day": "20260110"}],
}  # fmt: skip


def seen(documents=DOCUMENTS, due: tuple[Planned, ...] = (), **asked: str) -> PathwayView:
    return view(a_chart({"today": TODAY, "documents": documents}), lambda name: asked.get(name, ""), due=due)


def html(shown: PathwayView, room=PATIENT) -> str:
    """The whole panel, in French."""
    parts = _environment(()).get_template("chart/pathway_parts.html").module

    def t(french: str, _: str) -> str:
        return french

    drawn = [parts.questions(shown, room, t), parts.coming(shown, room, t), parts.filters(shown, HERE, t)]
    drawn += [parts.grid(shown, HERE, t), parts.stays(shown, HERE, room, t), parts.years(shown, HERE, room, t)]
    return "".join(str(part) for part in drawn)


class Links(HTMLParser):
    def __init__(self, text: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append(dict(attrs)["href"])


def titles(shown: PathwayView) -> list[str]:
    return [item.title for year in shown.years for month in year.months for item in month.items]


def test_events_stand_by_year_and_month_newest_first_and_without_a_day_last():
    shown = seen()
    assert [year.words[0] for year in shown.years] == ["2025", "2024", "Sans date lisible"]
    assert [month.words[0] for month in shown.years[0].months] == ["février", "janvier"]
    assert titles(shown) == ["<i>Opération</i>", "Consultation", "Bilan", "Sans jour"]


def test_each_event_leads_to_its_document_in_each_portal():
    for room in (PATIENT, PROFESSIONAL):
        text = html(seen(), room)
        for year in seen().years:
            for month in year.months:
                for item in month.items:
                    assert room.document(item.evidence[0].uuid) in text


def test_the_grid_and_the_list_say_the_same():
    shown = seen()
    counted = sum(cell.count for row in shown.rows for cell in row.cells)
    assert counted == len([title for title in titles(shown) if title != "Sans jour"])
    assert len(shown.picture.dots) == sum(bool(cell.count) for row in shown.rows for cell in row.cells)


def test_each_number_of_the_grid_leads_to_as_many_events():
    shown = seen()
    for row in shown.rows:
        for cell in row.cells:
            asked = dict(pair.split("=") for pair in cell.query[1:].split("&"))
            assert seen(**asked).total == cell.count


def test_one_looks_nearer_and_back():
    assert seen().asked.zoom == "year"
    months = seen(period="2025")
    assert [heading.words[0] for heading in months.headings] == ["janvier 2025", "février 2025"]
    assert seen(period="202501").headings[0].words[0] == "10/01/2025"
    assert f"{HERE}?period=2025" in html(seen(period="202501"))


def test_a_filter_is_kept_by_every_other_choice():
    shown = seen(lane="visits", structure="Cabinet B")
    assert titles(shown) == ["Consultation"]
    assert "lane=visits" in shown.asked.query(period="2025")
    assert "structure=Cabinet+B" in shown.asked.query(lane="")


@pytest.mark.parametrize(
    "asked", [{"period": "19"}, {"period": "2024-13"}, {"period": "202513"}, {"page": "-1"}, {"page": "x"}]
)
def test_what_an_address_cannot_ask_for_is_left_out(asked):
    assert read_asked(lambda name: asked.get(name, "")) == Asked()


@pytest.mark.parametrize("asked", [{"lane": "nothing"}, {"stay": "nothing"}, {"code": "x"}, {"page": "99"}])
def test_a_choice_of_nothing_is_an_empty_page_and_breaks_nothing(asked):
    html(seen(**asked))


def test_a_stay_is_folded_and_opens():
    shown = seen()
    [bar] = shown.stays
    assert (bar.start, bar.end, bar.count) == ("10/02/2025", "15/02/2025", 1)
    asked = dict(pair.split("=") for pair in bar.query[1:].split("&"))
    assert titles(seen(**asked)) == ["<i>Opération</i>"]


def test_what_is_missing_is_a_question_in_careful_words():
    text = html(seen())
    assert "Lettre de sortie non retrouvée" in text
    assert "D’après ce que vous pouvez voir" in text


def test_what_is_planned_stands_above():
    assert "10/01/2026 · Contrôle" in html(seen([LETTER]))


def test_words_of_documents_are_escaped():
    assert "<i>" not in html(seen())


def test_nothing_of_a_hidden_document_is_told():
    """The page of a record without it is the page of a record in which it never was."""
    without = seen(DOCUMENTS[:2])
    assert "CH A" not in html(without)
    assert "Lettre de sortie" not in html(without)


def test_an_empty_record_has_a_page():
    assert "Aucun événement ici." in html(seen([]))


def test_long_lists_have_pages():
    many = [{"day": f"2025{number % 12 + 1:02}{number % 28 + 1:02}", "title": f"N{number}"} for number in range(150)]
    first, last = seen(many), seen(many, page="3")
    assert (first.total, first.pages, len(titles(first)), len(titles(last))) == (150, 3, 60, 30)
    assert f"{HERE}?page=2" in Links(html(first)).found
    assert f"{HERE}?page=2" in Links(html(last)).found


def done_html(documents, room=PROFESSIONAL) -> str:
    wanted = Wanted("4548-4", SYSTEMS["loinc"])
    found = already_done(a_chart({"today": TODAY, "documents": documents}), wanted, comparable())
    macro = _environment(()).get_template("chart/already_done.html").module.already_done
    return str(macro(already_done_view(found), room, lambda french, _: french))


def test_the_panel_names_the_last_comparable_examination_with_its_day_and_link():
    told = [{"day": "20251101", "results": [{"code": "loinc:59261-8"}]}]
    text = done_html(told)
    assert "01/11/2025" in text
    assert "HbA1c" in text
    assert "À vous de juger" in text
    assert any(link.startswith(PROFESSIONAL.documents) for link in Links(text).found)


def test_an_old_one_is_shown_and_not_called_recent():
    assert "a plus de 3 mois" in done_html([{"day": "20250101", "results": [{"code": "loinc:59261-8"}]}])


def ask_html(documents, **asked: str) -> str:
    macro = _environment(()).get_template("chart/already_done.html").module.ask
    shown = seen(documents, **asked)
    return str(macro(shown.done, HERE, PATIENT, lambda french, _: french))


def test_one_asks_about_an_examination_by_its_name():
    told = [{"day": "20251101", "results": [{"code": "loinc:59261-8"}]}]
    assert "01/11/2025" in ask_html(told, exam="hba1c")
    assert "01/11/2025" not in ask_html(told, exam="tsh")
    assert "01/11/2025" not in ask_html(told)


def test_one_asks_about_images_by_kind_and_part_of_the_body():
    told = [{"day": "20251101", "class": "31", "events": ["dcm:CT", "snomed:67734004"]}]
    assert "01/11/2025" in ask_html(told, exam="image:ct", region="67734004")
    assert "01/11/2025" in ask_html(told, exam="image:ct")
    assert "01/11/2025" not in ask_html(told, exam="image:ct", region="774007")


@pytest.mark.parametrize("asked", [{"exam": "x"}, {"exam": "image:x"}, {"region": "x"}, {"exam": "image:"}])
def test_an_examination_that_nobody_knows_is_no_question(asked):
    assert "Déjà fait" not in ask_html([], **asked)


def test_without_any_the_panel_says_from_what_can_be_seen():
    assert "que vous pouvez voir" in done_html([])


def test_what_is_advised_leads_to_its_page_and_what_is_due_now_comes_first():
    due = (
        Planned("Vaccin : Zona", "vaccination", "zoster", date(2027, 1, 5), "", (), "Vaccine: shingles"),
        Planned("Dépistage : sein", "screening", "breast", None, "", (), now=True),
    )
    shown = html(seen([LETTER], due=due))
    places = [shown.index(words) for words in ("À voir maintenant", "Dépistage : sein", "Plus tard", "Vaccin : Zona")]
    assert places == sorted(places)
    assert 'sante/vaccinations">Vaccin : Zona</a> <span class="badge text-bg-light">conseillé' in shown
    assert 'Contrôle <span class="badge text-bg-light">prévu' in shown


def test_what_is_to_come_stands_right_of_today_in_the_picture_and_passes_no_filter():
    due = (Planned("Vaccin : Zona", "vaccination", "zoster", date(2027, 1, 5), "", ()),)
    whole, filtered = seen([LETTER], due=due).picture, seen([LETTER], due=due, period="2025").picture
    hollow = [dot for dot in whole.dots if dot.hollow]
    assert [dot.x > whole.today for dot in hollow] == [True, True]
    assert max(dot.x for dot in whole.dots if not dot.hollow) < whole.today
    assert (filtered.today, [dot for dot in filtered.dots if dot.hollow]) == (0, [])


def test_copies_of_a_document_are_one_event_that_opens_to_all_of_them():
    told = {"title": "Échographie du genou droit", "day": "20251010"}
    shown = html(
        seen([{**told, "place": "CH A"}, {**told, "place": "Cabinet B"}, {**told, "place": "CH A", "hash": "ab"}])
    )
    assert "3 exemplaires" in shown
    assert shown.count('<span class="line-day">10/10/2025') == 1
    assert shown.count("<li><a href=") >= 3
