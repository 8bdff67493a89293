"""Calendars and tables are data: another year loads with no change of code, a broken file is refused and named."""

from datetime import date
from importlib.resources import files

import pytest

from dmp.services.tables import BrokenTable, Mark
from dmp.services.vaccination import rulebook
from dmp.services.vaccination.evaluate import evaluate
from dmp.services.vaccination.loading import read_calendar
from dmp.services.vaccination.states import State
from dmp.services.vaccination.valences import read_valences
from vaccination_builders import a_chart, a_dose, a_sheet

SHIPPED = files("dmp.services.vaccination").joinpath("calendar_fr_2025.toml").read_text(encoding="utf-8")
TABLE = files("dmp.services.vaccination").joinpath("valences.csv").read_text(encoding="utf-8")
NEXT_YEAR = (
    SHIPPED.replace('version = "2025.1"', 'version = "2026.1"')
    .replace("from = 2025-01-01\n\n# Codes", "from = 2026-01-01\n\n# Codes")
    .replace('ages = ["45y", "65y"]', 'ages = ["50y", "65y"]')
    .replace("[parameters]", "[parameters]\nhpv26_from = 2026-01-01")
)


def test_every_row_of_the_calendar_is_there_with_a_label_a_source_and_a_mark():
    (calendar,) = rulebook.shipped().calendars
    wanted = [f"C{number:02}" for number in range(1, 19)] + [f"A{number:02}" for number in range(1, 18)]
    rules = {rule.id: rule for rule in calendar.rules}
    assert [name for name in wanted if name not in rules] == []
    for rule in calendar.rules:
        assert rule.label[0]
        assert rule.label[1]
        assert rule.source
        assert rule.since
    assert {rule.mark for rule in calendar.rules} == {Mark.CONFIRMED, Mark.RECALLED}


def test_a_calendar_of_another_year_answers_from_its_first_day():
    book = _with_next_year()
    assert book.on(date(2025, 12, 31)).version == "2025.1"
    assert book.on(date(2026, 1, 1)).version == "2026.1"


def test_another_year_changes_ages_and_catch_ups_without_a_change_of_code():
    book = _with_next_year()
    dose = a_sheet(a_dose("20000110", "tetra"))
    at_46 = a_chart(date(1980, 1, 10), date(2026, 2, 1), dose)
    assert evaluate(at_46).status("A02").state is State.OVERDUE
    assert evaluate(at_46, book).status("A02").recommended == date(2030, 1, 10)
    at_22 = a_chart(date(2003, 1, 10), date(2025, 2, 1), a_sheet(a_dose("20160110", "tetra")))
    assert evaluate(at_22, book).status("C10").state is State.CLOSED
    at_23 = a_chart(date(2003, 1, 10), date(2026, 2, 1), a_sheet(a_dose("20160110", "tetra")))
    assert evaluate(at_23, book).status("C10").state is State.OVERDUE


def test_a_small_calendar_of_ones_own_is_enough():
    small = SHIPPED[: SHIPPED.index("[[rules]]")] + "\n".join(
        [
            "[[rules]]",
            'id = "X1"',
            'kind = "series"',
            'label_fr = "Essai"',
            'label_en = "Trial"',
            'antigens = ["Rabies"]',
            'mark = "decided"',
            'source = "a made-up calendar"',
            "from = 2026-01-01",
            "[[rules.schemes]]",
            'steps = [{ age = "3y" }]',
        ]
    )
    text = small[: small.index("[[duties]]")] + small[small.index("[[rules]]") :]
    calendar = read_calendar(text.replace("from = 2025-01-01", "from = 2026-01-01"), "calendar_2026.toml")
    book = rulebook.Rulebook((calendar,), rulebook.shipped().valences)
    status = evaluate(a_chart(date(2024, 12, 1), date(2026, 1, 5)), book).status("X1")
    assert (status.state, status.recommended) == (State.NOT_ELIGIBLE_YET, date(2027, 12, 1))


def test_a_day_that_no_calendar_covers_is_answered_by_the_latest_earlier_one_and_told():
    chart = a_chart(date(1980, 1, 10), date(2031, 2, 1), a_sheet(a_dose("20250110", "dtp")))
    ended = SHIPPED.replace("from = 2025-01-01\n\n# Codes", "from = 2025-01-01\nuntil = 2026-01-01\n\n# Codes")
    situation = evaluate(chart, rulebook.Rulebook((read_calendar(ended, "ended.toml"),), rulebook.shipped().valences))
    assert not situation.current
    assert situation.status("A02") is not None
    assert evaluate(chart).current


@pytest.mark.parametrize(
    ("before", "after", "place", "reason"),
    [
        ('age = "2m", min_age = "6w" }', 'age = "2 months" }', "rules C01", "'2 months' is no age"),
        ('antigens = ["MenB"]', 'antigens = ["MenX"]', "rules C03", "unknown antigen MenX"),
        ('ignore_before = "5y"', 'ignore_befor = "5y"', "rules C07", "unknown key ignore_befor"),
        ('after = "C01"', 'after = "C99"', "rules C07", "unknown rule C99"),
        ('any_of = ["BCG_RISK"]', 'any_of = ["RISK"]', "rules C14", "unknown condition RISK"),
        ('season = "rsv"', 'season = "sun"', "rules C16", "unknown season sun"),
        ('kind = "season"', 'kind = "whim"', "rules C15", "kind 'whim' is none of"),
        ('mark = "confirmed"', 'mark = "sure"', "rules C01", "mark 'sure' is none of"),
        ('label_en = "Shingles"\n', "", "antigens Zoster", "label_en is missing"),
        ('start = "10-15"', 'start = "15-10"', "seasons flu", "no month and day"),
        ('tolerance = "4d"', "tolerance = 4", "as a whole, numbers", "tolerance is not of the right kind"),
        ('grace_adult = "180d"', "", "as a whole, numbers", "grace_adult missing"),
        ('weeks_from = "20w"\n', "", "rules A03", "weeks_from is missing"),
        ('id = "C02p"', 'id = "C02"', "as a whole", "two rules have the same id"),
        ("from = 2025-01-01\nborn_from", 'from = "2025"\nborn_from', "line ", "from is not of the right kind"),
        ("[[rules]]", "[[rules", "as a whole", "at line"),
    ],
)
def test_a_broken_calendar_is_refused_with_the_place_and_the_reason(before, after, place, reason):
    assert before in SHIPPED
    with pytest.raises(BrokenTable) as refused:
        read_calendar(SHIPPED.replace(before, after, 1), "own.toml")
    assert refused.value.file == "own.toml"
    assert refused.value.place.startswith(place)
    assert reason in refused.value.reason


def test_the_place_names_the_line_of_the_rule():
    with pytest.raises(BrokenTable) as refused:
        read_calendar(SHIPPED.replace('antigens = ["MenB"]', 'antigens = ["MenX"]', 1), "own.toml")
    line = SHIPPED.splitlines().index('id = "C03"') + 1
    assert refused.value.place == f"rules C03 (line {line})"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("# version: 2025.1", "# none", "no version"),
        ("system,code,label_fr", "code,system,label_fr", "columns are not"),
        ("ATC,J07CA06,", "ATC,J07CA09,", "ATC J07CA09 stands twice"),
        ("ATC,J07CA09,", "XYZ,J07CA09,", "unknown system 'XYZ'"),
        ("D|T|P|aP|Hib|HepB,no,,recalled", "D|T|P|aP|Hib|HepB,no,,sure", "unknown mark 'sure'"),
        ("D|T|P|aP|Hib|HepB,no", "D|T|P|aP|Hib|HepB,maybe", "live is 'maybe'"),
        (',D|T|P|aP|Hib|HepB,no,,recalled,"ATC classification, WHO"', ",D", "another number of columns"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(before, after, reason):
    assert before in TABLE
    with pytest.raises(BrokenTable, match="line") as refused:
        read_valences(TABLE.replace(before, after, 1), "own.csv")
    assert reason in refused.value.reason


def test_an_antigen_that_the_calendar_does_not_know_is_refused():
    own = TABLE + 'ATC,J07ZZ99,Essai,Unobtainium,no,,decided,"a made-up table"\n'
    with pytest.raises(BrokenTable, match="unknown antigen Unobtainium") as refused:
        rulebook.RULES.edition({"vaccination/valences.csv": own})
    assert refused.value.file == "vaccination/valences.csv"


def test_two_calendars_of_one_name_are_refused():
    with pytest.raises(BrokenTable, match=r"another calendar is called fr-calendar 2025\.1"):
        rulebook.RULES.edition({"vaccination/calendar_fr_2026.toml": SHIPPED})


def _with_next_year() -> rulebook.Rulebook:
    return rulebook.read_rulebook({**rulebook.RULES.shipped_texts, "vaccination/calendar_fr_2026.toml": NEXT_YEAR})
