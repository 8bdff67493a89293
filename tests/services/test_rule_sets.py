"""Rule sets: files of an operator in the place of ours; a broken or unknown one is refused, line and reason named."""

import pytest

from dmp.services import RULE_SETS, SERVICES
from dmp.services.biology.analytes import RULES as BIOLOGY
from dmp.services.lookup.lexicon import RULES as SYNONYMS
from dmp.services.medicines.cycle import cycle_of
from dmp.services.rule_set import SHIPPED, RefusedRules, digest_of, read_rules, told_by
from dmp.services.screening.loading import RULES as SCREENING
from dmp.services.tables import Mark
from dmp.services.vaccination.rulebook import RULES as VACCINATION

TEXTS = {name: text for one in RULE_SETS for name, text in one.shipped_texts.items()}
BROKEN = {
    "vaccination/calendar_fr_2025.toml": ('antigens = ["MenB"]', 'antigens = ["MenX"]', "rules C03 (line ", "MenX"),
    "vaccination/valences.csv": ("ATC,J07CA06,", "ATC,J07CA09,", "line ", "stands twice"),
    "screening/programmes.toml": ('id = "colonoscopy"\n', "", "line ", "id is missing"),
    "biology/analytes.csv": ("crp,inflammation", "hba1c,inflammation", "line ", "there twice"),
    "biology/units.csv": ("prefix,k,1000", "prefix,k,1/0", "line ", "is no number"),
    "biology/chapters.csv": ("kidney,,Biochimie : reins", "kidney,,", "line ", "label_fr is empty"),
    "pathway/pathway.toml": ('kind = "document"\n', "", "line ", "kind is missing"),
    "pathway/comparable.toml": ("[[group]]", "[[grup]]", "as a whole", "unknown key grup"),
    "medicines/parameters.toml": ("value = 30", 'value = "x"', "as a whole, days, not_collected", ""),
    "medicines/durations.toml": ("most_days = 7\n", "", "line ", "most_days is missing"),
    "medicines/alerts.toml": ('id = "penicillins"\n', "", "line ", "id is missing"),
    "duplicates.toml": ('id = "DOCPAT02"', 'id = "DOCPAT01"', "line ", "DOCPAT01 stands twice"),
    "lookup/synonyms.toml": ("both_ways = true", 'both_ways = "x"', "as a whole, abbreviations", "both_ways"),
}


def spoilt(name: str) -> str:
    before, after, _, _ = BROKEN[name]
    assert before in TEXTS[name]
    return TEXTS[name].replace(before, after, 1)


def refusal(own: dict[str, str]) -> RefusedRules:
    with pytest.raises(RefusedRules) as refused:
        read_rules(own, RULE_SETS)
    return refused.value


def test_every_file_of_every_set_has_a_broken_one_here():
    assert set(BROKEN) == set(TEXTS)


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_file_of_each_kind_is_refused_with_its_name_its_place_and_the_reason(name: str):
    (fault,) = refusal({name: spoilt(name)}).faults
    assert fault.file == name
    assert fault.place.startswith(BROKEN[name][2])
    assert BROKEN[name][3] in fault.reason


@pytest.mark.parametrize("name", sorted(TEXTS))
@pytest.mark.parametrize(
    "text", ["", "=", "\x00", "[[[[", "a = 1\n" * 50, '"', "version = {}\nset = 3\n", "[set]\n" * 2]
)
def test_any_text_is_refused_and_never_a_crash(name: str, text: str):
    assert [fault.file for fault in refusal({name: text}).faults] == [name]


HUGE, DEEP = "0x" + "f" * 900, "x." * 400 + "x = 1"
UNWELCOME = (
    ("pathway/pathway.toml", "stay_margin_days = ", f"stay_margin_days = {10**9} #", "stay_margin_days is more than"),
    ("pathway/pathway.toml", "stay_margin_days = ", f"stay_margin_days = {HUGE} #", "stay_margin_days is more than"),
    ("screening/programmes.toml", "gaps_months = ", f"gaps_months = [{10**9}] #", "gaps_months"),
    ("medicines/parameters.toml", "value = 30", f"value = {10**9}", "value is more than"),
    ("medicines/parameters.toml", "value = 30", f"value = 30\n{DEEP}", "tables inside one another"),
    ("medicines/parameters.toml", "value = 30", f"value = {'9' * 900}\n", "value is more than"),
    ("medicines/alerts.toml", "pregnancy_days = ", f"pregnancy_days = {10**9} #", "pregnancy_days is more than"),
    ("medicines/alerts.toml", "from = ", "from = 2025-01-01T00:00:00 #", "from is not of the right kind"),
    ("medicines/durations.toml", "most_days = 7\n", "most_days = inf\n", "most_days is not of the right kind"),
    ("medicines/durations.toml", "atc = ", 'atc = "N05BA" #', "atc is not of the right kind"),
    ("vaccination/calendar_fr_2025.toml", 'season = "', 'season = "" #', "unknown season"),
    (
        "vaccination/calendar_fr_2025.toml",
        "\nfrom = 2025-01-01\n",
        "\nfrom = 2025-01-01\nuntil = 0001-01-01\n",
        "until",
    ),
    ("duplicates.toml", "title = 60", "title = 101", "title is more than 100"),
    ("duplicates.toml", "telling = 2", "telling = 0", "telling is 0, less than 1"),
    ("biology/units.csv", "prefix,k,1000", "prefix,k,1E999999999", "is no number"),
    ("biology/units.csv", "prefix,k,1000", "prefix,k,0", "a factor of nothing"),
    ("biology/units.csv", "prefix,k,1000", "prefix,],1000", "is not one letter"),
    ("biology/units.csv", "atom,h,3600 s", "atom,h,1e99 s", "a factor of nothing"),
)


@pytest.mark.parametrize(("name", "before", "after", "reason"), UNWELCOME)
def test_what_would_break_a_page_or_never_end_is_refused_as_it_is_read(name: str, before: str, after: str, reason: str):
    assert before in TEXTS[name]
    (fault,) = refusal({name: TEXTS[name].replace(before, after, 1)}).faults
    assert fault.file == name
    assert reason in fault.reason


def test_alerts_without_a_class_of_allergies_are_refused():
    text = TEXTS["medicines/alerts.toml"]
    start, end = text.index("[[classes]]"), text.index("[[reminders]]")
    (fault,) = refusal({"medicines/alerts.toml": f"classes = []\n{text[:start]}{text[end:]}"}).faults
    assert (fault.place, fault.reason) == ("classes", "there is none")


def test_a_line_that_is_endless_is_refused_at_once():
    (fault,) = refusal({"pathway/pathway.toml": "a" + ".a" * 500_000 + " = 1\n"}).faults
    assert fault.place == "line 1"


def test_what_a_refusal_repeats_of_a_file_is_short():
    text = TEXTS["pathway/pathway.toml"].replace("most_gaps = ", f'most_gaps = "{"x" * 900}" #', 1)
    (fault,) = refusal({"pathway/pathway.toml": text}).faults
    assert "most_gaps" in fault.reason
    assert len(fault.reason) < 700


def test_every_broken_set_is_told_at_once():
    names = ("lookup/synonyms.toml", "pathway/pathway.toml", "vaccination/valences.csv")
    faults = refusal({name: spoilt(name) for name in names}).faults
    assert sorted(fault.file for fault in faults) == sorted(names)


def test_an_unknown_file_is_refused_and_the_known_ones_are_named():
    (fault,) = refusal({"vaccination/calender.toml": "x"}).faults
    assert (fault.file, fault.place) == ("vaccination/calender.toml", "file")
    assert "screening/programmes.toml" in fault.reason
    assert "vaccination/calendar_*.toml" in fault.reason


def test_one_file_of_an_operator_leaves_the_others_as_they_ship():
    own = {"screening/programmes.toml": TEXTS["screening/programmes.toml"].replace("FR-2025.1", "MINE.7")}
    rules = read_rules(own, RULE_SETS)
    assert rules.of(SCREENING).version == "MINE.7"
    assert rules.of(VACCINATION) is SHIPPED.of(VACCINATION)
    assert set(rules.own) == {"screening"}


def test_what_ships_may_be_given_back_as_it_is():
    rules = read_rules(TEXTS, RULE_SETS)
    assert set(rules.own) == {one.name for one in RULE_SETS}
    assert cycle_of(rules) == cycle_of(SHIPPED)
    assert rules.of(SYNONYMS).meanings == SHIPPED.of(SYNONYMS).meanings
    assert rules.of(BIOLOGY).version == SHIPPED.of(BIOLOGY).version


def test_names_of_sets_and_files_are_unique_and_each_service_declares_its_own():
    assert len({one.name for one in RULE_SETS}) == len(RULE_SETS)
    assert len(TEXTS) == sum(len(one.files) for one in RULE_SETS)
    assert {one.name for service in SERVICES for one in service.sets} < {one.name for one in RULE_SETS}
    assert all(all(one.governs) for one in RULE_SETS)


def test_files_tell_their_version_their_day_their_source_and_their_marks():
    calendar = told_by("vaccination/calendar_fr_2025.toml", TEXTS["vaccination/calendar_fr_2025.toml"])
    assert (calendar.version, str(calendar.since)) == ("2025.1", "2025-01-01")
    assert "ministère" in calendar.source
    assert calendar.marks[Mark.RECALLED] > 10
    analytes = told_by("biology/analytes.csv", TEXTS["biology/analytes.csv"])
    assert sum(analytes.marks.values()) == len(SHIPPED.of(BIOLOGY).analytes)
    assert analytes.version == "2026-11-22"
    assert all(told_by(name, text).version for name, text in TEXTS.items())


def test_two_folders_have_one_digest_only_when_they_say_the_same():
    assert digest_of({"a": "1", "b": "2"}) == digest_of({"b": "2", "a": "1"})
    assert digest_of({"a": "1b", "c": ""}) != digest_of({"a": "1", "b": "c"})
