"""Corrected reports on the page (BIO-1): what a line was, to who may read the former version; and long reports."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from lxml import html

from dmp.actions.export_chart import ExportChart
from dmp.actions.open_chart import OpenChart
from dmp.projecting import project
from dmp.record.actor import Holder
from dmp.record.codes import Code
from dmp.record.entry import EntryStatus
from dmp.record.facts import KINDS, Concept
from dmp.record.hl7text import Xcn
from dmp.record.professional import PROFESSIONAL_AUTHORITY
from dmp.record.record import Authorisation
from dmp.record.visibility import Visibility
from dmp.sandbox.maker import biology_report
from dmp.sandbox.maker.catalogue import ANALYTES
from dmp.services.biology.analytes import packaged
from dmp.services.biology.readings import LOINC
from dmp.store.projections import Projections
from dmp.store.rebuild import rebuild
from dmp.web.chart.results_view import Choice, Period
from dmp.web.chart.room import PATIENT, PROFESSIONAL
from hostile_builders import SCRIPT, Hostile, put_facts
from maker_builders import a_context
from own_pages_builders import DAY, DOCTOR, NOW, Around, content, professional, put_in
from result_builders import report, result, shown, versions, words
from store_builders import PERSON, deposited
from xds_builders import Octets

PAGE, OF_PROFESSIONALS = "/patient/sante/resultats", "/professional/dossier/sante/resultats"
HOSTILE = "<script>alert(1)</script>"
POTASSIUM = result("2823-3", "4.1", "mmol/L")


def bare(sheet):
    return sheet.uuid.removeprefix("urn:uuid:")


def corrected(first, second, **others):
    former, now = versions(first, second, creation_time="20260107")
    return shown(now, replaced=[former], **others)


# -- what a line was


@pytest.mark.parametrize("choice", [Choice(), Choice(analyte="hba1c")])
def test_a_value_that_changed_shows_what_it_was_struck_out_with_the_day_of_that_version(choice):
    former, now = versions([result(value="9.9"), POTASSIUM], [result(value="7.9"), POTASSIUM], creation_time="20260107")
    tree = shown(now, replaced=[former], choice=choice)
    (line,) = tree.xpath("//tr[@class='changed']")
    assert "7,9" in words(line.xpath(".//strong")[0])
    assert [words(one) for one in line.iter("del")] == ["9,9 %"]
    assert "Corrigé par le laboratoire" in words(line)
    (link,) = line.xpath(f".//a[@href='/patient/documents/{bare(former)}']")
    assert words(link) == "version du 07/01/2026"


def test_an_unchanged_line_of_a_corrected_report_bears_no_mark():
    tree = corrected([result(value="9.9"), POTASSIUM], [result(value="7.9"), POTASSIUM])
    (line,) = tree.xpath("//table[contains(@class,'overview')]//tr[th/a[text()='Potassium']]")
    assert line.get("class") is None
    assert "orrigé" not in words(line)


def test_bounds_and_flags_that_changed_are_told_and_the_value_that_stayed_is_not_struck_out():
    first = result(value="6.5", interpretation=("N",), low="4", high="7", range_unit="%")
    second = result(value="6.5", interpretation=("H",), low="4", high="6", range_unit="%")
    assert [words(one) for one in corrected([first], [second]).iter("del")] == ["dans les bornes", "bornes : 4 – 7 %"]


def test_a_day_and_a_comment_that_changed_are_told():
    first = result(when="202601041000", comment="Hémolysé")
    tree = corrected([first], [result(when="202601051000")])
    assert [words(one) for one in tree.iter("del")] == ["prélevé le 04/01/2026 10:00", "Hémolysé"]


def test_a_line_that_a_corrected_report_added_says_so():
    (line,) = corrected([POTASSIUM], [POTASSIUM, result()]).xpath("//tr[@class='changed']")
    assert "Ajouté par le compte rendu corrigé" in words(line)
    assert list(line.iter("del")) == []


def test_what_was_taken_back_stands_apart_and_leads_to_both_versions():
    former, now = versions([POTASSIUM, result()], [result()])
    tree = shown(now, replaced=[former])
    section = tree.xpath("//section[@aria-labelledby='removed']")[0]
    assert [words(one) for one in section.iter("del")] == ["4,1 mmol/L"]
    assert "prélevé le 05/01/2026 10:00" in words(section)
    assert "ne plus en tenir compte" in words(section)
    assert {f"/patient/documents/{bare(one)}" for one in (former, now)} <= set(section.xpath(".//a/@href"))
    assert "Potassium" not in words(tree.xpath("//table[contains(@class,'overview')]")[0])


def test_what_was_taken_back_is_shown_with_its_own_analyte_only():
    older = report(result("2823-3", "4.4", "mmol/L", "202501011000"))
    former, now = versions([POTASSIUM, result()], [result()])
    of_potassium = shown(older, now, replaced=[former], choice=Choice(analyte="potassium"))
    assert of_potassium.xpath("//section[@aria-labelledby='removed']")
    assert len(of_potassium.xpath("//table[contains(@class,'results')]/tbody/tr")) == 1
    other = shown(older, now, replaced=[former], choice=Choice(analyte="hba1c"))
    assert not other.xpath("//section[@aria-labelledby='removed']")


def test_a_period_leaves_out_what_was_taken_back_before_it():
    former, now = versions([result("2823-3", "4.1", "mmol/L", "20200101"), result()], [result()])
    assert "4,1" not in words(shown(now, replaced=[former], choice=Choice(period=Period.YEAR)))


def test_only_the_new_value_is_a_point_of_the_curve():
    older = report(result(value="7.0", when="202501011000"))
    former, now = versions([result(value="9.9")], [result(value="7.9")])
    tree = shown(older, now, replaced=[former], choice=Choice(analyte="hba1c"))
    assert len(tree.xpath("//figure/svg//g[starts-with(@class,'curve-dot')]")) == 2
    assert "9,9" not in words(tree.find(".//figure"))


def test_values_by_date_say_which_were_corrected():
    older = report(result(value="7.0", when="202501011000"))
    former, now = versions([result(value="9.9")], [result(value="7.9")])
    table = shown(older, now, replaced=[former]).xpath("//table[contains(@class,'side')]")[0]
    assert [words(cell) for cell in table.xpath(".//tbody/tr/td")] == ["7,9 Corrigé par le laboratoire", "7,0"]


def test_an_antibiogram_says_what_was_corrected():
    germ = {"isolate": Concept(text="Escherichia coli"), "concept": Concept("28-1", "x", "Ampicilline [CMI]")}
    first, second = (result(value="8", unit="mg/L", interpretation=(flag,), **germ) for flag in ("S", "R"))
    line = words(corrected([first], [second]).xpath("//tr[@class='changed']")[0])
    assert line.startswith(
        "Ampicilline résistant (R) 8 mg/L Corrigé par le laboratoire Avant correction : sensible (S)"
    )


def test_a_former_version_that_cannot_be_compared_is_told_of_as_a_whole():
    former, now = versions([], [result()])
    assert "Compte rendu corrigé : comparez avec la version d’avant" in words(shown(now, replaced=[former]))


def test_words_of_a_former_version_are_never_markup():
    odd = {"concept": Concept("99999-9", LOINC, HOSTILE), "unit": HOSTILE, "comment": HOSTILE, "low": HOSTILE}
    former, now = versions(
        [result(**odd), result("88888-8", display=HOSTILE)], [result(**{**odd, "comment": "", "low": ""})]
    )
    for choice in (Choice(), Choice(analyte="code-99999-9")):
        tree = shown(now, replaced=[former], choice=choice)
        assert list(tree.iter("script")) == []
        assert HOSTILE in words(tree)


def test_it_is_all_there_in_english():
    told = words(corrected([result(value="9.9"), POTASSIUM], [result(value="7.9")], english=True))
    assert "Corrected by the laboratory Before correction: 9.9 % · version of 07/01/2026" in told
    assert "Results taken back by the laboratory" in told
    assert "orrigé" not in told


# -- a long report


def long_report(**values):
    """Forty-seven results of one morning, those that are named with another value than 3; the bounds are 1 and 5."""
    wanted = sorted(packaged().analytes, key=lambda key: key not in ("potassium", "sodium"))[:47]
    bounds = {"when": "202601051000", "low": "1", "high": "5"}
    return [
        result(min(one.codes), values.get(one.key, "3"), one.unit.text, **bounds)
        for one in map(packaged().analytes.__getitem__, wanted)
    ]


def test_a_long_report_is_folded_and_every_value_is_still_there():
    tree = shown(report(*long_report()))
    rows = tree.xpath("//table[contains(@class,'overview')]/tbody/tr")
    assert len(rows) == 47
    folded = tree.xpath("//details[@class='rest']")
    assert folded
    assert all(one.get("open") is None for one in folded)
    for one in folded:
        assert int(words(one.find("summary")).split()[0]) == len(one.xpath(".//tbody/tr"))


def test_what_is_out_of_its_bounds_or_was_corrected_is_never_folded():
    former, now = versions(long_report(potassium="2"), long_report(sodium="9"))
    tree = shown(now, replaced=[former])
    inside = " ".join(words(one) for one in tree.xpath("//details[@class='rest']"))
    outside = [words(one) for one in tree.xpath("//table[contains(@class,'overview')][not(ancestor::details)]//th/a")]
    assert {"Sodium", "Potassium"} <= set(outside)
    assert "Sodium " not in inside
    assert "Potassium " not in inside


def test_a_long_report_is_unfolded_without_a_script():
    tree = shown(report(*long_report()))
    (link,) = tree.xpath("//a[text()='Tout déplier']/@href")
    assert link.endswith("?tout=1")
    whole = shown(report(*long_report()), choice=Choice(whole=True))
    assert whole.xpath("//details[@class='rest']") == []
    assert "?tout=1" in whole.xpath("//a[text()='1 an']/@href")[0].replace("&tout", "?tout")
    assert whole.xpath("//a[text()='Replier']/@href") == [PAGE]


def test_a_short_report_is_not_folded():
    assert shown(report(*long_report()[:12])).xpath("//details[@class='rest']") == []


def test_dates_that_were_asked_for_are_open_and_a_doctor_has_them_open_always():
    sheets = [report(*long_report()), *(report(result(when=f"2025{month:02d}01")) for month in range(1, 13))]
    folded = "//section[h2[@id='side']]/details"
    assert shown(*sheets).xpath(folded)
    assert not shown(*sheets, choice=Choice(page=0, paged=True)).xpath(folded)
    assert not shown(*sheets, professional=True).xpath(folded)
    assert "page=0" in shown(*sheets, choice=Choice(page=1, paged=True)).xpath("//a[@rel='prev']/@href")[0]


# -- in the portals, by the rights of who looks

STRANGER = "899900000999"
PHARMACIST = replace(DOCTOR, id="899900000901", name="Odile PHARMA-TEST", profession="21", know_how="")
GENETICS = Code("51969-4", "2.16.840.1.113883.6.1", "CR de génétique")
LABORATORY = Code("11502-2", "2.16.840.1.113883.6.1", "CR")
LET_IN = tuple(
    Authorisation(who.id, NOW - DAY, NOW + 300 * DAY, who.id, by_holder=True) for who in (DOCTOR, PHARMACIST)
)


def version(number, of=1, by=STRANGER, kind=LABORATORY, status=EntryStatus.DEPRECATED, **values):
    """One version of a report, younger than those of lower numbers."""
    at = NOW - DAY + timedelta(minutes=number)
    results = [ANALYTES[key].result(Decimal(value), NOW - 30 * DAY) for key, value in values.items()]
    made = biology_report(a_context(id=f"1.2.250.1.999.1.1.{number}"), results)
    known = {"type_code": kind, "status": status, "title": f"Biologie {number}", "authors": ()}
    if by != STRANGER:
        known["legal_authenticator"] = Xcn(by, "", authority=PROFESSIONAL_AUTHORITY).text
    return put_in(number, at, by=by, chain=put_in(of).chain, **known), made


def in_force(number, **others):
    return version(number, status=EntryStatus.APPROVED, **others)


def fill(around, *documents, **changes):
    around.open(authorisations=LET_IN, **changes)
    for number, (one, made) in enumerate(documents, start=1):
        deposited(around.store, one, number=number, content=Octets(made))
    rebuild(around.store, project)


def page_of(around, who=None):
    browser, address = (around.browser(), PAGE) if who is None else (professional(around, who), OF_PROFESSIONALS)
    return content(browser.get(address).page)


def struck_out(page):
    return [words(one) for one in html.fromstring(page).iter("del")]


@pytest.mark.parametrize("who", [None, DOCTOR, PHARMACIST])
def test_who_may_read_both_versions_sees_what_changed(around: Around, who):
    fill(around, version(1, hba1c="9.9", crp="4"), in_force(2, hba1c="6.8", crp="4"))
    page = page_of(around, who)
    assert struck_out(page) == ["9,9 %"]
    assert page.count("Corrigé par le laboratoire") == 1


def test_only_the_last_version_before_is_compared(around: Around):
    fill(around, version(1, hba1c="9.9"), version(2, hba1c="8.8"), in_force(3, hba1c="6.8"))
    assert struck_out(page_of(around)) == ["8,8 %"]


def test_who_may_not_read_the_former_version_is_told_nothing_of_it(around: Around, other: Around):
    fill(around, version(1, kind=GENETICS, hba1c="9.9", crp="4"), in_force(2, hba1c="6.8"))
    fill(other, in_force(2, of=2, hba1c="6.8"))
    assert page_of(around, PHARMACIST) == page_of(other, PHARMACIST)
    assert "9,9 %" in struck_out(page_of(around, DOCTOR))


def test_a_version_that_may_not_be_read_is_stepped_over(around: Around, other: Around):
    fill(around, version(1, hba1c="9.9"), version(2, kind=GENETICS, hba1c="8.8"), in_force(3, hba1c="6.8"))
    fill(other, version(1, hba1c="9.9"), in_force(3, hba1c="6.8"))
    assert page_of(around, PHARMACIST) == page_of(other, PHARMACIST)
    assert struck_out(page_of(around, PHARMACIST)) == ["9,9 %"]


def test_a_doctor_whose_own_correction_alone_is_shown_to_him_reads_no_former_value(around: Around):
    before, after = version(1, hba1c="9.9"), in_force(2, by=DOCTOR.id, hba1c="6.8")
    fill(around, before, after, visibility={before[0].chain: Visibility(masked=True)})
    page = page_of(around, DOCTOR)
    assert "6,8" in page
    assert "9,9" not in page
    assert "orrigé" not in page
    assert struck_out(page_of(around)) == ["9,9 %"]


@pytest.mark.parametrize("status", [EntryStatus.DEPRECATED, EntryStatus.ARCHIVED, EntryStatus.DELETED])
def test_a_former_version_without_one_in_force_says_nothing(around: Around, status):
    fill(around, version(1, hba1c="9.9"), version(2, kind=GENETICS, status=EntryStatus.APPROVED, hba1c="6.8"))
    found = around.act(PHARMACIST, OpenChart(PERSON, replaced=True))
    assert (found.sheets, found.replaced) == ((), ())
    with around.store.begin() as tx:
        tx.inside(tx.records.of(PERSON)).set_status(put_in(2).uuid, status)
    assert "9,9" not in page_of(around)


@pytest.mark.parametrize("status", [EntryStatus.ARCHIVED, EntryStatus.DELETED])
def test_a_former_version_that_is_archived_or_deleted_says_nothing(around: Around, status):
    fill(around, version(1, status=status, hba1c="9.9"), in_force(2, hba1c="6.8"))
    assert "9,9" not in page_of(around)


def test_no_other_service_has_former_versions(around: Around):
    fill(around, version(1, hba1c="9.9"), in_force(2, hba1c="6.8"))
    assert around.act(Holder(PERSON), OpenChart(PERSON)).replaced == ()
    assert around.act(Holder(PERSON), ExportChart(PERSON)).chart.replaced == ()
    compared = around.act(Holder(PERSON), OpenChart(PERSON, replaced=True))
    assert len(compared.sheets) == len(compared.replaced) == 1
    assert [fact for kind in KINDS for sheet, fact in compared.of(kind) if sheet in compared.replaced] == []


def test_former_versions_are_read_only_where_there_are_some_that_may_be_read(around: Around, monkeypatch):
    read: list[str] = []
    facts = Projections.facts

    def watched(self, key, documents, kinds=KINDS):
        read.extend(documents)
        return facts(self, key, documents, kinds)

    fill(around, version(1, kind=GENETICS, hba1c="9.9"), in_force(2, hba1c="6.8"))
    monkeypatch.setattr(Projections, "facts", watched)
    around.act(PHARMACIST, OpenChart(PERSON, replaced=True))
    assert len(read) == 1
    read.clear()
    around.act(DOCTOR, OpenChart(PERSON, replaced=True))
    assert len(read) == 2


def test_a_mask_counts_at_once_for_who_has_just_read_both_versions(around: Around):
    before, after = version(1, hba1c="9.9"), in_force(2, by=DOCTOR.id, hba1c="6.8")
    fill(around, before, after)
    browser = professional(around, DOCTOR)
    assert "9,9" in browser.get(OF_PROFESSIONALS).page
    around.change(visibility={before[0].chain: Visibility(masked=True)})
    assert "9,9" not in browser.get(OF_PROFESSIONALS).page
    assert "6,8" in browser.page


@pytest.mark.parametrize("seed", range(4))
def test_whatever_two_versions_say_the_page_stands(around: Around, seed: int):
    chance = Hostile(seed)
    put_facts(around, [(version(1, crp="4")[0], chance.facts(9)), (in_force(2, crp="4")[0], chance.facts(9))])
    browser = around.browser()
    for query in ("", "?tout=1", "?analyse=hba1c", "?analyse=creatinine", "?periode=60"):
        page = browser.get(f"{PAGE}{query}").page
        assert browser.status == 200
        assert SCRIPT not in page


# -- imaging beside the results

RADIOLOGY, REPORTS = (
    Code("18748-4", "2.16.840.1.113883.6.1", "CR d’imagerie médicale"),
    Code("31", "1.2.250.1.213.1.1.4.1"),
)


def radiology(number, title, **changes):
    known = {"type_code": RADIOLOGY, "class_code": REPORTS, "title": title, "by": STRANGER, "authors": ()}
    return put_in(number, **{**known, **changes}), in_force(number, of=number, crp="4")[1]


@pytest.mark.parametrize("who", [None, DOCTOR])
def test_imaging_reports_stand_beside_the_results_in_both_portals(around: Around, who):
    hidden = radiology(3, "Scanner masqué", at=NOW - 2 * DAY)
    waits, masked = Visibility(hidden_from_patient_since=NOW - 2 * DAY), Visibility(masked=True)
    rights = {hidden[0].chain: waits if who is None else masked}
    fill(
        around,
        in_force(1, hba1c="6.8"),
        radiology(2, "Radio du thorax"),
        hidden,
        radiology(4, "Radio ancienne", status=EntryStatus.DEPRECATED),
        visibility=rights,
    )
    section = html.fromstring(page_of(around, who)).xpath("//section[@aria-labelledby='imaging']")[0]
    assert [words(link) for link in section.iter("a")] == ["Radio du thorax"]
    room = PATIENT if who is None else PROFESSIONAL
    assert section.xpath(".//a/@href") == [replace(room, here="resultats").document(put_in(2).uuid)]
