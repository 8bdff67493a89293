from fractions import Fraction
from random import Random

import pytest

from dmp.services.biology.trend import series
from dmp.services.biology.units import linear
from result_builders import packaged, report, result, results

UNITS = packaged().units
CASES = 600
SEED = 20261122

# What a report may send for an analyte, and how much of the unit of the curve that is: written by hand, from molar
# masses and powers of ten, and sharing nothing with the data of the product.
F = Fraction
HAND = {
    "glucose_fasting": (
        "53049-3",
        "g/L",
        {
            "g/L": F(1),
            "g/l": F(1),
            "mg/dL": F(1, 100),
            "mg/l": F(1, 1000),
            "mmol/L": 1 / F("5.5506"),
            "µmol/L": 1 / F("5550.6"),
        },
    ),
    "creatinine": (
        "2160-0",
        "mg/L",
        {"mg/L": F(1), "mg/dL": F(10), "g/l": F(1000), "µmol/L": 1 / F("8.840"), "mmol/L": 1000 / F("8.840")},
    ),
    "urea": ("3091-6", "g/L", {"g/L": F(1), "mg/dl": F(1, 100), "mmol/l": 1 / F("16.65")}),
    "cholesterol_total": ("2093-3", "g/L", {"g/L": F(1), "mg/dL": F(1, 100), "mmol/L": 1 / F("2.586")}),
    "triglycerides": ("2571-8", "g/L", {"g/L": F(1), "mmol/L": 1 / F("1.129")}),
    "calcium": ("17861-6", "mg/L", {"mg/L": F(1), "mg/dL": F(10), "mmol/L": 1 / F("0.02495")}),
    "bilirubin_total": (
        "1975-2",
        "mg/L",
        {"mg/L": F(1), "mg/dL": F(10), "umol/L": 1 / F("1.7104"), "μmol/L": 1 / F("1.7104")},
    ),
    "hemoglobin": ("718-7", "g/dL", {"g/dL": F(1), "g/L": F(1, 10), "g/100ml": F(1), "mmol/L": 1 / F("0.6206")}),
    "platelets": (
        "777-3",
        "10*9/L",
        {
            "G/L": F(1),
            "giga/l": F(1),
            "10^9/L": F(1),
            "10*3/uL": F(1),
            "10³/mm³": F(1),
            "/mm3": F(1, 1000),
            "10*6/L": F(1, 1000),
        },
    ),
    "wbc": ("6690-2", "10*9/L", {"Giga/L": F(1), "x10*9/L": F(1), "10⁹/L": F(1), "/µL": F(1, 1000), "K/mm3": F(1)}),
    "rbc": ("789-8", "10*12/L", {"T/L": F(1), "Tera/L": F(1), "10*6/mm3": F(1), "M/mm3": F(1), "10*6/uL": F(1)}),
    "tsh": (
        "3016-3",
        "m[IU]/L",
        {"mUI/L": F(1), "µUI/mL": F(1), "m[IU]/L": F(1), "UI/L": F(1000), "mU/L": F(1), "µIU/mL": F(1)},
    ),
    "alt": ("1742-6", "U/L", {"U/L": F(1), "UI/L": F(1), "[IU]/L": F(1), "µkat/L": F(60), "mU/mL": F(1)}),
    "ferritin": ("2276-4", "ug/L", {"µg/L": F(1), "ng/mL": F(1), "mg/L": F(1000), "mcg/L": F(1)}),
    "vitd25": ("62292-8", "ng/mL", {"ng/mL": F(1), "µg/L": F(1), "nmol/L": 1 / F("2.496")}),
    "ft4": ("3024-7", "pg/mL", {"pg/mL": F(1), "ng/L": F(1), "ng/dL": F(10), "pmol/L": 1 / F("1.2871")}),
    "potassium": ("2823-3", "mmol/L", {"mmol/L": F(1), "mEq/L": F(1), "meq/l": F(1), "µmol/mL": F(1)}),
    "hematocrit": ("4544-3", "%", {"%": F(1), "L/L": F(100), "l/l": F(100)}),
    "acr_urine": ("9318-7", "mg/g", {"mg/g": F(1), "µg/mg": F(1), "mg/mmol": 1 / F("0.11312")}),
    "mcv": ("787-2", "fL", {"fL": F(1), "fl": F(1), "µm3": F(1), "µ3": F(1)}),
    "egfr": ("62238-1", "mL/min/{1.73_m2}", {"mL/min/1.73m2": F(1), "ml/min/1.73 m²": F(1), "mL/mn/1,73m²": F(1)}),
}
NEVER = {
    "glucose_fasting": ("G/L", "UI/L", "mol", "%", "mmol/mol", "g", "L", "mEq/L", "gl", "mg/g"),
    "platelets": ("g/L", "T", "L", "mmol/L", "%", "G/dL/L"),
    "hba1c": ("mmol/L", "g/L", "", "L/L", "mg/g", "mol/mmol/L"),
    "calcium": ("meq/L", "mUI/L", "mmol"),
    "egfr": ("mL/min", "mL", "mL/s"),
    "ferritin": ("UI/L", "pmol/L", "mU/L"),
    "hematocrit": ("g/g", "mmol/mol", "{ratio}", ""),
    "ddimer": ("ug{DDU}/L", "UI/L"),
    "tsh": ("UI", "mmol/L", "mg/L"),
}
"""Units that look like one of the analyte and are not: no value may be told from them."""


def _sent(random, unit, per):
    """A value of three digits that is plausible in the unit that is sent."""
    return f"{random.randint(11, 98) / 10:.1f}" if per <= 1 else f"{random.randint(11, 98) / 100:.2f}"


def test_no_value_of_600_generated_series_has_a_wrong_unit():
    random, wrong, points = Random(SEED), [], 0  # noqa: S311
    for number in range(CASES):
        key = random.choice(sorted(HAND))
        code, unit, ways = HAND[key]
        sent = [(random.choice(sorted(ways)), f"20250{month}010800") for month in range(1, random.randint(2, 7))]
        values = [(way, _sent(random, way, ways[way]), when) for way, when in sent]
        strange = random.choice(NEVER.get(key, ("patates",)))
        found = series(_only(code, [*values, (strange, "5.0", "202509010800")]))
        expected = [F(value) * ways[way] for way, value, _when in values]
        told = [F(line.value) for line in found.points]
        near = all(abs(one - other) <= abs(other) / 10**20 for one, other in zip(told, expected, strict=False))
        if found.unit.text != unit or len(told) != len(expected) or not near or len(found.left_out) != 1:
            wrong.append((number, key, values, strange, told))
        points += len(told)
    assert wrong == []
    assert points > 1500


def _only(code, values):
    return results(*(report(result(code, value, way, when)) for way, value, when in values)).groups[0]


@pytest.mark.parametrize(("key", "unit"), [(key, unit) for key, units in NEVER.items() for unit in units])
def test_a_unit_that_only_looks_right_is_not_converted(key, unit):
    analyte, read = packaged().analytes[key], UNITS.read(unit)
    assert read is None or analyte.law(read) is None


def test_hba1c_in_mmol_for_a_mole_by_the_formula_of_the_standard():
    law = packaged().analytes["hba1c"].law(UNITS.read("mmol/mol"))
    for ifcc in range(20, 150):
        assert law.of(F(ifcc)) == F("0.09148") * ifcc + F("2.152")
        assert law.back.of(law.of(F(ifcc))) == ifcc


MOLAR_MASSES = {
    "glucose_fasting": ("mmol/L", "180.156", "g/L"),
    "creatinine": ("umol/L", "113.12", "mg/L"),
    "urea": ("mmol/L", "60.056", "g/L"),
    "uric_acid": ("umol/L", "168.11", "mg/L"),
    "cholesterol_total": ("mmol/L", "386.65", "g/L"),
    "triglycerides": ("mmol/L", "885.4", "g/L"),
    "calcium": ("mmol/L", "40.078", "mg/L"),
    "magnesium": ("mmol/L", "24.305", "mg/L"),
    "phosphate": ("mmol/L", "30.974", "mg/L"),
    "bilirubin_total": ("umol/L", "584.66", "mg/L"),
    "iron": ("umol/L", "55.845", "ug/dL"),
    "ft4": ("pmol/L", "776.87", "pg/mL"),
    "ft3": ("pmol/L", "650.97", "pg/mL"),
    "hemoglobin": ("mmol/L", "16114", "g/dL"),
    "vitd25": ("nmol/L", "400.64", "ng/mL"),
    "vitb12": ("pmol/L", "1355.4", "pg/mL"),
    "folate": ("nmol/L", "441.4", "ng/mL"),
    "acr_urine": ("mg/mmol", "113.12", "mg/g"),
}
TO_BASE = {"g": F(1), "m": F(1, 10**3), "u": F(1, 10**6), "n": F(1, 10**9), "p": F(1, 10**12)}


def _grams_by_litre(unit):
    top, bottom = unit.split("/")
    volume = {"L": F(1), "dL": F(1, 10), "mL": F(1, 1000)}[bottom]
    return (F(1) if top == "g" else TO_BASE[top[0]]) / volume


@pytest.mark.parametrize("key", sorted(MOLAR_MASSES))
def test_moles_and_grams_agree_with_the_molar_mass(key):
    moles, mass, grams = MOLAR_MASSES[key]
    told = packaged().analytes[key].law(UNITS.read(moles)).a
    of_creatinine = F(1000) / F(mass)
    expected = of_creatinine if key == "acr_urine" else TO_BASE[moles[0]] * F(mass) / _grams_by_litre(grams)
    assert abs(told / expected - 1) < F(1, 500)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "//",
        "g/",
        "/g/",
        "g//L",
        ".",
        "g.",
        "{",
        "}",
        "{}",
        "{a}{b}",
        "[IU",
        "10*",
        "10*999/L",
        "x" * 10000,
        "g" * 39,
        "\x00",
        "g/L\n",
        "١٠/L",
        "é",
        "<script>",
        "10*-99",
        "m" * 40,
        "1/0",
        "0",
        "-1",
        "g/0",
        "L-1",
        "g/L/{1.73_m2",
    ],
)
def test_anything_may_be_sent_as_a_unit(text):
    unit = UNITS.read(text)
    assert unit is None or unit.factor > 0


def test_an_annotation_is_part_of_a_unit_unless_it_is_known_to_say_nothing():
    assert linear(UNITS.read("10*9{cells}/L"), UNITS.read("10*9/L")).a == 1
    assert linear(UNITS.read("mL/min/{1.73_m2}"), UNITS.read("mL/min")) is None


def test_what_ucum_calls_without_dimension_is_not_one_thing():
    parts = [UNITS.read(text) for text in ("%", "g/g", "mol/mol", "L/L", "{INR}", "1", "[pH]")]
    assert [(one.text, other.text) for one in parts for other in parts if one is not other and linear(one, other)] == []


def test_units_are_read_as_people_write_them():
    shown = [
        UNITS.shown(UNITS.read(text).text) for text in ("10*9/L", "umol/L", "mUI/L", "mL/min/1,73m²", "INR", "10*3/uL")
    ]
    assert [french for french, _english in shown] == ["G/L", "µmol/L", "mUI/L", "mL/min/1,73 m²", "", "10³/µL"]


def test_the_table_agrees_with_a_library_of_ucum_where_both_know_a_unit():
    ucumvert = pytest.importorskip("ucumvert", reason="ucumvert is not installed: no second opinion on units")
    registry = ucumvert.PintUcumRegistry()
    texts = {unit for _code, unit, _ways in HAND.values()} | {way for _c, _u, ways in HAND.values() for way in ways}
    compared = 0
    for unit in filter(None, map(UNITS.read, sorted(texts))):
        if "{" in unit.text or unit.over == unit.under or unit.text.startswith(("%", "me")):
            continue  # stricter here than UCUM: annotations, ratios, percentages and equivalents are not simplified
        theirs = registry.from_ucum(unit.text).to_base_units().magnitude
        bases = {"g": 1e-3, "L": 1e-3, "mol": 1.0, "s": 1.0, "[IU]": 1.0}
        ours = float(unit.factor)
        for base in unit.over:
            ours *= bases[base]
        for base in unit.under:
            ours /= bases[base]
        assert ours == pytest.approx(theirs, rel=1e-9), unit.text
        compared += 1
    assert compared > 30
