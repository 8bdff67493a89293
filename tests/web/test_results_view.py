"""Results as pages show them, in both portals: what stands where, in which words, with which way to the document."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from lxml import html

from dmp.projecting import project
from dmp.record.codes import Code
from dmp.record.entry import EntryStatus
from dmp.record.facts import Concept, Facts, Quantity
from dmp.record.visibility import Visibility
from dmp.sandbox.maker import biology_report
from dmp.sandbox.maker.catalogue import ANALYTES
from dmp.services.chart import Sheet
from dmp.store.rebuild import rebuild
from dmp.web.chart.results_rows import key_in_address
from dmp.web.chart.results_view import Choice, Period, view
from maker_builders import a_context
from own_pages_builders import DAY, NOW, Around, content, put_in
from professional_builders import Rooms, peopled
from result_builders import chart, entry, report, result, results, shown, words
from store_builders import deposited, uuid
from xds_builders import Octets

BOUNDS = {"low": "4.0", "high": "6.0", "range_unit": "%"}
HOSTILE = "<script>alert(1)</script>\"'&"
PAGE = "/patient/sante/resultats"


def several():
    return [
        report(result(value="7.9", when="202501010800", **BOUNDS), laboratory="Port"),
        report(result("59261-8", "53", "mmol/mol", "202506010800"), laboratory="Gare"),
        report(result("2823-3", "4.1", "mmol/L", "202506010800", low="3.5", high="5.1", range_unit="mmol/L")),
    ]


# -- the overview


def test_each_analyte_has_one_row_with_its_last_value_its_day_and_its_laboratory():
    rows = [words(row) for row in shown(*several()).xpath("//table[contains(@class,'overview')]/tbody/tr")]
    assert len(rows) == 2
    assert rows[0].startswith("HbA1c Sucre moyen des 3 derniers mois 7,0 % ↘ en baisse non données 01/06/2025 Gare")
    assert rows[1].startswith("Potassium 4,1 mmol/L dans les bornes")


def test_a_professional_reads_no_lay_words():
    assert "Sucre moyen" not in words(shown(*several(), professional=True))


def test_abnormal_values_stand_first_in_their_chapter_and_on_top():
    low = report(result("2951-2", "120", "mmol/L", "202506010800", interpretation=("LL",)))
    tree = shown(*several(), low)
    assert [words(row.find("th")).split()[0] for row in tree.xpath("//section[h2[@id='salts']]//tbody/tr")] == [
        "Sodium",
        "Potassium",
    ]
    assert words(tree.xpath("//section[@aria-labelledby='first']//dl")[0]) == "Sodium 120 mmol/L très bas 01/06/2025"


def test_every_row_leads_to_its_document_and_to_its_analyte():
    sheets = several()
    links = {link.get("href") for link in shown(*sheets).iter("a")}
    assert f"/patient/documents/{sheets[1].uuid.removeprefix('urn:uuid:')}" in links
    assert "/patient/sante/resultats?analyse=hba1c" in links


def test_a_newer_value_in_another_unit_is_shown_as_it_came_and_says_why():
    newer = report(result(value="9.5", unit="croix", when="202507010800", interpretation=("HH",)))
    row = words(shown(*several(), newer).xpath("//table[contains(@class,'overview')]/tbody/tr[1]")[0])
    assert row.startswith("HbA1c Sucre moyen des 3 derniers mois 9,5 croix très haut Unité non convertible")


def test_a_period_leaves_out_what_is_older():
    tree = shown(*several(), choice=Choice(period=Period.YEAR), today=date(2026, 3, 1))
    assert "HbA1c" in words(tree)
    assert "01/01/2025" not in words(tree)
    old = shown(report(result(when="20200101")), choice=Choice(period=Period.SIX_MONTHS))
    assert "Aucun résultat dans les documents que vous pouvez voir sur cette période" in words(old)


def test_silence_is_told_as_silence():
    assert "Aucun résultat dans les documents que vous pouvez voir." in words(shown())


def test_values_by_date_name_the_laboratory_of_each_column():
    table = shown(*several()).xpath("//table[contains(@class,'side')]")[0]
    heads = [words(head) for head in table.xpath(".//thead//th")][1:]
    assert heads == ["01/06/2025 08:00", "01/01/2025 08:00 Port"]
    assert [words(cell) for cell in table.xpath(".//tbody/tr[1]/td")] == ["7,0 Gare", "7,9 haut"]
    assert [words(cell) for cell in table.xpath(".//tbody/tr[2]/td")] == ["4,1 Laboratoire du Port", "–"]


def test_values_by_date_have_pages_without_an_end():
    sheets = [report(result(when=f"2025{month:02d}01")) for month in range(1, 13)]
    tree = shown(*sheets, choice=Choice(page=1))
    days = [words(head) for head in tree.xpath("//table[contains(@class,'side')]//thead//th")][1:]
    assert days[0] == "01/06/2025 Laboratoire du Port"
    assert len(days) == 6
    assert tree.xpath("//a[@rel='prev']")
    assert not tree.xpath("//a[@rel='next']")
    beyond = view(chart(*sheets), Choice(page=999))
    assert beyond.side.columns == view(chart(*sheets), Choice()).side.columns


def test_reports_without_structure_and_imaging_stand_beside():
    scan = Sheet(entry(title="Scan du labo"), Facts())
    xray = Sheet(entry(title="Radio du thorax", type_code=Code("IMG", "x"), class_code=Code("31", "x")), Facts())
    tree = shown(scan, xray)
    assert "Scan du labo" in words(tree.xpath("//section[@aria-labelledby='unread']")[0])
    assert "Radio du thorax" in words(tree.xpath("//section[@aria-labelledby='imaging']")[0])


def test_an_antibiogram_is_a_table_under_its_germ():
    germ = {"isolate": Concept(text="Escherichia coli"), "specimen": Concept(text="Urine")}
    tree = shown(
        report(
            result(
                "28-1", "8", "mg/L", interpretation=("R",), concept=Concept("28-1", "x", "Ampicilline [CMI]"), **germ
            )
        )
    )
    section = words(tree.xpath("//section[@aria-labelledby='germs']")[0])
    assert "Escherichia coli · Urine" in section
    assert "Ampicilline résistant (R) 8 mg/L" in section


# -- one analyte


def test_an_analyte_has_its_curve_its_words_and_the_table_of_the_same_values():
    tree = shown(*several(), choice=Choice(analyte="hba1c"))
    picture = tree.xpath("//figure/svg")[0]
    assert picture.xpath("./title")[0].text == "HbA1c (%)"
    said = picture.xpath("./desc")[0].text
    assert said == (
        "2 valeurs du 01/01/2025 au 01/06/2025. Dernière\u00a0: 7,0 % le 01/06/2025. Plus basse\u00a0: 7,0, "
        "plus haute\u00a0: 7,9 %. 1 hors des bornes du compte rendu."
    )
    assert words(tree.find(".//figcaption")).startswith(" ".join(said.split()))
    rows = [words(row) for row in tree.xpath("//table[contains(@class,'results')]/tbody/tr")]
    assert len(rows) == len(picture.xpath(".//g[contains(@class,'curve-dot')]")) == 2
    assert rows[0].startswith("01/06/2025 08:00 7,0 Reçu : 53 mmol/mol")
    assert "Autre laboratoire que la valeur d’avant" in rows[0]
    assert rows[1].startswith("01/01/2025 08:00 7,9 haut d’après les bornes du compte rendu de 4 à 6 Port")


def test_the_description_counts_what_the_picture_shows():
    sheets = [
        report(result(value="7.9", when="20250101", **BOUNDS)),
        report(result(quantity=Quantity("4.5", "%", "<"), when="20250201", **BOUNDS)),
        report(result(value="70", when="20250301", **BOUNDS)),
        report(result(value="5.0", when="20250401", **BOUNDS)),
        report(result(value="5.0", when="2025", **BOUNDS)),
        report(result(value="5.0", unit="croix", when="20250501", **BOUNDS)),
    ]
    tree = shown(*sheets, choice=Choice(analyte="hba1c"))
    picture = tree.xpath("//figure/svg")[0]
    shapes = [one.get("class").split("curve-")[-1] for one in picture.xpath(".//g[starts-with(@class,'curve-dot')]")]
    assert shapes == ["flagged", "below", "outside", "plain"]
    said = picture.xpath("./desc")[0].text
    for part in (
        "4 valeurs",
        "1 hors des bornes",
        "1 sous une limite",
        "1 peu vraisemblable",
        "Bornes du dernier compte rendu\u00a0: de 4 à 6",
    ):
        assert part in said
    apart = words(tree.xpath("//section[@aria-labelledby='apart']")[0])
    assert "Date du prélèvement inconnue ou incomplète" in apart
    assert "Unité non convertible" in apart
    assert "5,0 croix" in apart


def test_another_unit_can_be_chosen_and_a_strange_one_changes_nothing():
    tree = shown(*several(), choice=Choice(analyte="hba1c", unit="mmol/mol"))
    assert words(tree.xpath("//table[contains(@class,'results')]/tbody/tr[2]/td[1]")[0]).startswith("63 haut")
    assert "unite=mmol/mol" in tree.xpath("//a[text()='mmol/mol']/@href")[0]
    strange = shown(*several(), choice=Choice(analyte="hba1c", unit=HOSTILE))
    assert words(strange.xpath("//table[contains(@class,'results')]/thead//th[2]")[0]) == "Valeur (%)"


def test_one_value_alone_has_no_curve():
    tree = shown(report(result()), choice=Choice(analyte="hba1c"))
    assert tree.xpath("//figure") == []
    assert "Pas de courbe" in words(tree)


def test_an_analyte_that_is_not_there_is_told_and_the_overview_stays():
    body = view(chart(*several()), Choice(analyte=HOSTILE))
    assert body.unknown
    assert body.analyte is None
    assert body.sections


def test_the_filtration_of_the_kidneys_says_that_it_is_computed():
    tree = shown(report(result("2160-0", "10", "mg/L", "20260101")), choice=Choice(analyte="creatinine"))
    section = words(tree.xpath("//section[@aria-labelledby='estimates']")[0])
    assert "calculée ici" in section
    assert "n’est pas un résultat de laboratoire" in section
    assert "01/01/2026 59" in section


def test_an_address_names_a_code_and_never_words():
    groups = results(report(result(concept=Concept(text="Recherche de paludisme"))), report(result("99999-9"))).groups
    assert sorted(key_in_address(group).partition("-")[0] for group in groups) == ["code", "texte"]
    assert "paludisme" not in "".join(key_in_address(group) for group in groups)


def test_words_of_a_document_are_never_markup():
    concept = Concept("99999-9", "2.16.840.1.113883.6.1", HOSTILE)
    given = {"concept": concept, "comment": HOSTILE, "low": HOSTILE, "range_unit": HOSTILE, "unit": HOSTILE}
    sheets = [report(result(when=f"2025010{day}", **given), laboratory=HOSTILE) for day in (1, 2)]
    sheets += [report(result(when=f"2025020{day}", **{**given, "unit": "g/L"}), laboratory=HOSTILE) for day in (1, 2)]
    for choice in (Choice(), Choice(analyte="code-99999-9")):
        tree = shown(*sheets, choice=choice)
        assert list(tree.iter("script")) == []
        assert "alert(1)" in words(tree)


def test_it_is_all_there_in_english():
    assert "Last value" in words(shown(*several(), english=True))
    one = shown(*several(), choice=Choice(analyte="hba1c"), english=True)
    assert "2 values from 01/01/2025 to 01/06/2025. Last: 7.0 % on 01/06/2025." in words(one)
    assert not {"valeurs", "laboratoire", "haut"} & set(words(one).casefold().replace(":", " ").split())


# -- in the portals


def _laboratory(number, days, **values):
    results = [ANALYTES[key].result(Decimal(value), NOW - timedelta(days=days)) for key, value in values.items()]
    octets = biology_report(a_context(id=f"1.2.250.1.999.1.1.{number}"), results)
    return put_in(number, type_code=Code("11502-2", "2.16.840.1.113883.6.1", "CR"), title=f"Biologie {number}"), octets


def _fill(around, *documents, **changes):
    around.open(**changes)
    for number, (one, octets) in enumerate(documents, start=1):
        deposited(around.store, one, number=number, content=Octets(octets))
    rebuild(around.store, project)


def test_the_holder_reads_the_last_hba1c_and_its_curve(around: Around):
    _fill(around, _laboratory(1, 400, hba1c="7.4"), _laboratory(2, 30, hba1c="6.8"))
    browser = around.browser()

    page = html.fromstring(browser.get(PAGE).page)
    (row,) = page.xpath("//table[contains(@class,'overview')]/tbody/tr")
    assert "6,8" in words(row)
    address = row.xpath(".//th/a/@href")[0]
    one = html.fromstring(browser.get(address).page)

    assert len(one.xpath("//figure/svg//g[contains(@class,'curve-dot')]")) == 2
    assert f"/patient/documents/{uuid(2).removeprefix('urn:uuid:')}?de=resultats" in one.xpath("//a/@href")
    assert browser.status == 200


@pytest.mark.parametrize(
    "query", ["analyse=<b>", "periode=99", "page=-1", "page=99999999999999", "unite=%00", "analyse=hba1c&unite=g"]
)
def test_whatever_an_address_asks_for_gives_a_page(around: Around, query: str):
    _fill(around, _laboratory(1, 30, hba1c="6.8"))
    assert around.browser().get(f"{PAGE}?{query}").status == 200


def test_the_curve_is_the_same_to_the_octet_with_and_without_what_is_hidden(around: Around, other: Around):
    told, hidden = _laboratory(1, 30, hba1c="6.8", crp="4"), _laboratory(2, 3, hba1c="12.9", potassium="6.9")
    waiting = replace(hidden[0], deposit=replace(hidden[0].deposit, at=NOW - 2 * DAY))
    _fill(
        around,
        told,
        (waiting, hidden[1]),
        visibility={waiting.chain: Visibility(hidden_from_patient_since=NOW - 2 * DAY)},
    )
    _fill(other, told)

    for query in ("", "?analyse=hba1c", "?analyse=potassium", "?periode=6"):
        mine, theirs = around.browser().get(f"{PAGE}{query}").page, other.browser().get(f"{PAGE}{query}").page
        assert content(mine) == content(theirs)
        assert "12,9" not in mine


def test_what_was_replaced_gives_no_value(around: Around):
    old, new = _laboratory(1, 30, hba1c="9.9"), _laboratory(2, 30, hba1c="6.8")
    _fill(around, (replace(old[0], status=EntryStatus.DEPRECATED), old[1]), new)
    page = content(around.browser().get(PAGE).page)
    assert "9,9" not in page
    assert "6,8" in page


def test_a_doctor_reads_the_same_page_without_what_is_masked(loop, sqlite_store):
    told, masked = _laboratory(1, 30, hba1c="6.8"), _laboratory(2, 3, hba1c="12.9")
    hidden = replace(masked[0], deposit=replace(masked[0].deposit, person="899900000999"), authors=())
    store = peopled(sqlite_store)
    for number, (one, octets) in enumerate((told, (hidden, masked[1])), start=1):
        deposited(store, one, number=number, content=Octets(octets))
    rebuild(store, project)
    rooms = Rooms(loop, store)
    rooms.change(lambda record: replace(record, visibility={hidden.chain: Visibility(masked=True)}))

    page = content(rooms.in_record().get("/professional/dossier/sante/resultats").page)

    assert "6,8" in page
    assert "12,9" not in page
    assert "/professional/dossier/documents/" in page
    assert "Sucre moyen" not in page
