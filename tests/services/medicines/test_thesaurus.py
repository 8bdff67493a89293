"""The reference data: real files, where they are there; small ones of our own, whole and broken."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from dmp.record.facts import Concept
from dmp.services.medicines import alert_rules, bdpm
from dmp.services.medicines.ansm import Level
from dmp.services.medicines.checks import checked
from dmp.services.medicines.compact import Raw, packed
from dmp.services.medicines.names import key_of, read_words
from dmp.services.medicines.product import CIS, product_told
from dmp.services.medicines.substitute import Known, compare
from dmp.services.medicines.thesaurus import Thesaurus, load
from dmp.services.rule_set import SHIPPED
from dmp.services.tables import BrokenTable
from medicine_builders import chart

REAL = Path(__file__).parents[4] / "shared/data/medicaments"
NAMES = (
    "CIS_bdpm.txt",
    "CIS_COMPO_bdpm.txt",
    "CIS_CIP_bdpm.txt",
    "CIS_GENER_bdpm.txt",
    "pairs.json",
    "substances.json",
)
REAL_NAMES = (*NAMES[:4], "ansm-interactions-2020-10.json", "ansm-index-substances-2020-10.json")
JUNE, OCTOBER, LOADED = date(2022, 6, 1), date(2020, 10, 1), date(2026, 3, 1)

SMALL = {
    "CIS_bdpm.txt": "60000001\tCOUMADINE FICTIVE 5 mg, comprimé"
    + "\t" * 10
    + "\r\n60000002\tIBUPRO FICTIF 400 mg"
    + "\t" * 10,
    "CIS_COMPO_bdpm.txt": "60000001\tcomprimé\t1\tWARFARINE SODIQUE\t5 mg\tun\tSA\t1\t\r\n"
    "60000002\tcomprimé\t2\tIBUPROFÈNE\t400 mg\tun\tSA\t1\t",
    "CIS_CIP_bdpm.txt": "60000001\t3000001\tboîte\t\t\t\t3400930000016" + "\t" * 6,
    "CIS_GENER_bdpm.txt": "7\tGROUPE\t60000002\t0\t1\t\r\n7\tGROUPE\t\t60000001\t0\t1\t",
    "pairs.json": json.dumps(
        [
            {
                "main_drug": "ANTICOAGULANTS ORAUX",
                "plus_drug": "ANTI-INFLAMMATOIRES NON STÉROÏDIENS",
                "severity_levels": [
                    {"level": "Association DECONSEILLEE", "info": ""},
                    {"level": "Précaution d'emploi", "info": "à faible dose"},
                ],
                "interaction_mechanism": "Risque\nhémorragique.",
            }
        ]
    ),
    "substances.json": json.dumps(
        [
            {"substance": "warfarine", "drug_classes": ["anticoagulants oraux"]},
            {"substance": "ibuprofène", "drug_classes": ["anti-inflammatoires non stéroïdiens"]},
        ]
    ),
}


def written(folder: Path, **changed: str) -> Path:
    for name, text in {**SMALL, **{name.replace("__", "."): text for name, text in changed.items()}}.items():
        (folder / name).write_bytes(text.encode("windows-1252" if name.endswith("txt") else "utf-8"))
    return folder


def raw(folder: Path, names: tuple[str, ...] = NAMES) -> Raw:
    return Raw(*(bdpm.found_file(folder, name) for name in names))


def a_file(folder: Path, names: tuple[str, ...] = NAMES, to: Path | None = None) -> Path:
    path = (to or folder) / "medicines.dat"
    path.write_bytes(packed(raw(folder, names), medicines=JUNE, interactions=OCTOBER, loaded=LOADED))
    return path


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Thesaurus:
    if not (REAL / "CIS_bdpm.txt.gz").exists():
        pytest.skip("the files of BDPM and ANSM are not here")
    return load(a_file(REAL, REAL_NAMES, to=tmp_path_factory.mktemp("medicines")))


def test_a_small_set_is_read_whole(tmp_path: Path):
    found = load(a_file(written(tmp_path)))

    assert found.counts == (2, 1, 1)
    medicine = found.presentation("3400930000016")
    assert medicine == found.presentation("3000001") == found.medicine("60000001")
    assert medicine is not None
    assert (medicine.substances, medicine.group) == (("WARFARINE SODIQUE",), 7)
    assert found.origin.medicines == JUNE
    assert [name for name, _ in found.origin.files] == list(NAMES)


def test_an_interaction_of_two_classes_meets_their_substances(tmp_path: Path):
    (found,) = load(a_file(written(tmp_path))).between(key_of("Warfarine sodique"), key_of("IBUPROFENE"))

    assert found.worst is Level.DISCOURAGED
    assert found.levels == ((Level.DISCOURAGED, ""), (Level.PRECAUTION, "à faible dose"))
    assert found.mechanism == "Risque hémorragique."


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("coumadine", [60000001]),
        ("  COUMA 5", [60000001]),
        ("fictif ibu", [60000002]),
        ("Fict", [60000001, 60000002]),
        ("umadine", []),
        ("coumadine 400", []),
        (" ,; ", []),
    ],
)
def test_medicines_are_found_by_the_beginnings_of_words(tmp_path: Path, words: str, found: list[int]):
    thesaurus = load(a_file(written(tmp_path)))

    assert [each.cis for each in thesaurus.named(words, 5)] == found
    assert len(thesaurus.named(words, 1)) == min(1, len(found))


def test_what_is_not_known_gives_nothing(tmp_path: Path):
    found = load(a_file(written(tmp_path)))

    assert found.medicine("69999999") is found.medicine("x") is found.presentation("340093") is None
    assert not list(found.between("warfarin", "warfarin"))
    assert not list(found.between("warfarin", "unheard"))


def test_packed_files_give_the_same(tmp_path: Path):
    written(tmp_path)
    plain = a_file(tmp_path).read_bytes()
    for name in NAMES[:4]:
        path = tmp_path / name
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()

    assert load(a_file(tmp_path)).counts == (2, 1, 1)
    assert a_file(tmp_path).read_bytes().split(b"\n", 2)[2] == plain.split(b"\n", 2)[2]


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("CIS_bdpm__txt", "", "file"),
        ("CIS_bdpm__txt", "60000001\tA\r\n", "line 1"),
        ("CIS_bdpm__txt", SMALL["CIS_bdpm.txt"].replace("60000002", "6000002"), "line 2"),
        ("CIS_COMPO_bdpm__txt", SMALL["CIS_COMPO_bdpm.txt"].replace("SA\t1\t\r", "XX\t1\t\r"), "line 1"),
        ("CIS_CIP_bdpm__txt", SMALL["CIS_CIP_bdpm.txt"].replace("3400930000016", "34009"), "line 1"),
        ("CIS_GENER_bdpm__txt", SMALL["CIS_GENER_bdpm.txt"].replace("7\tG", "G\tG", 1), "line 1"),
        ("pairs__json", "[", "line 1"),
        ("pairs__json", "{}", "file"),
        ("pairs__json", '[{"main_drug": "A"}]', "entry 1"),
        ("pairs__json", SMALL["pairs.json"].replace("DECONSEILLEE", "RECOMMANDEE"), "entry 1"),
        ("substances__json", '[{"substance": "a", "drug_classes": [1]}]', "entry 1"),
        ("substances__json", '[{"substance": 1, "drug_classes": []}]', "entry 1"),
    ],
)
def test_a_broken_file_is_refused_with_its_name_and_its_line(tmp_path: Path, name: str, text: str, place: str):
    written(tmp_path, **{name: text})

    with pytest.raises(BrokenTable) as refused:
        a_file(tmp_path)
    assert (refused.value.file, refused.value.place) == (name.replace("__", "."), place)


def test_a_missing_or_damaged_file_is_refused(tmp_path: Path):
    written(tmp_path)
    (tmp_path / NAMES[0]).unlink()
    with pytest.raises(BrokenTable, match=r"CIS_bdpm\.txt, file: not in"):
        raw(tmp_path)
    (tmp_path / f"{NAMES[0]}.gz").write_bytes(gzip.compress(b"x" * 1000)[:20])
    with pytest.raises(BrokenTable, match=r"CIS_bdpm.txt.gz, file: cannot be read"):
        raw(tmp_path)


@pytest.mark.parametrize("cut", [0, 5, 20, 300])
def test_a_compact_file_that_was_cut_or_changed_is_refused(tmp_path: Path, cut: int):
    path = a_file(written(tmp_path))
    whole = path.read_bytes()
    for octets in (whole[:cut], whole[:-9], whole[:-1] + bytes([whole[-1] ^ 1]), b"dmp-medicines 2" + whole[15:]):
        path.write_bytes(octets)
        with pytest.raises(BrokenTable, match=r"medicines\.dat"):
            load(path)


def test_data_older_than_a_year_are_said_to_be_old(tmp_path: Path):
    found = load(a_file(written(tmp_path)))

    assert not found.is_old(date(2021, 10, 1), 12)
    assert found.is_old(date(2021, 10, 2), 12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AMOXICILLINE TRIHYDRATÉE", "amoxicillin"),
        ("CHLORHYDRATE DE TRAMADOL", "Tramadol"),
        ("BÉSILATE D'AMLODIPINE", "AMLODIPINE"),
        ("RANITIDINE (CHLORHYDRATE DE)", "RANITIDINE BASE"),
        ("LÉVOTHYROXINE SODIQUE", "lévothyroxine"),
        ("Aspirine", "ACIDE ACÉTYLSALICYLIQUE"),
        ("ACÉTYLSALICYLATE DE DL-LYSINE", "acetylsalicylic acid"),
        ("CLAVULANATE DE POTASSIUM", "ACIDE CLAVULANIQUE"),
        ("PÉRINDOPRIL TERT-BUTYLAMINE", "PÉRINDOPRIL ARGININE"),
        ("CANDÉSARTAN CILEXÉTIL", "candesartan"),
    ],
)
def test_names_of_one_substance_are_one(one: str, other: str):
    assert key_of(one) == key_of(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CHLORURE DE SODIUM", "CHLORURE DE POTASSIUM"),
        ("PHOSPHATE DE SODIUM", "SODIUM"),
        ("PREDNISONE", "PREDNISOLONE"),
    ],
)
def test_names_of_two_substances_stay_two(one: str, other: str):
    assert key_of(one) != key_of(other)


def test_a_broken_list_of_words_is_refused():
    with pytest.raises(BrokenTable, match=r"names\.toml, as a whole: after"):
        read_words('before = ["a"]\nafter = [1]\nkept = []\naround = []\n[aliases]\n', "names.toml")


def test_the_real_files_load(real: Thesaurus):
    medicines, presentations, pairs = real.counts

    assert (medicines, presentations, pairs) == (15676, 20747, 3139)
    found = real.presentation("3400933516390")
    assert found is not None
    assert found.substances == ("PARACÉTAMOL",)


@pytest.mark.parametrize(
    ("one", "other", "worst"),
    [
        ("WARFARINE SODIQUE", "IBUPROFÈNE", Level.DISCOURAGED),
        ("simvastatine", "CLARITHROMYCINE", Level.CONTRAINDICATED),
        ("amoxicillin", "METHOTREXATE", Level.DISCOURAGED),
        ("PARACÉTAMOL", "RAMIPRIL", None),
    ],
)
def test_pairs_of_the_real_thesaurus(real: Thesaurus, one: str, other: str, worst: Level | None):
    found = [each.worst for each in real.between(key_of(one), key_of(other))]

    assert min(found, default=None) == worst


def test_brackets_tell_two_classes_apart(real: Thesaurus):
    esmolol = {each.one for each in real.between(key_of("esmolol"), key_of("verapamil"))}
    atenolol = {each.one for each in real.between(key_of("atenolol"), key_of("verapamil"))}

    assert esmolol != atenolol


def test_an_alert_of_the_real_thesaurus_says_its_level_its_day_and_its_words(real: Thesaurus):
    both = [{"name": "COUMADINE", "substance": "WARFARINE SODIQUE"}, {"name": "ADVIL", "substance": "IBUPROFÈNE"}]
    alerts = checked(chart({"kind": "summary", "day": "20260201", "treatments": both}), thesaurus=real)

    (alert,) = (each for each in alerts if each.rule.startswith("interaction."))
    assert alert.level is Level.DISCOURAGED
    assert alert.data == OCTOBER
    assert alert.quoted
    assert alert.evidence


def test_a_code_of_the_database_is_enough_to_compare(real: Thesaurus):
    both = [{"name": "A", "cip": "3400933516390"}, {"name": "DOLIPRANE", "substance": "PARACÉTAMOL", "route": "1"}]
    where = chart({"kind": "summary", "day": "20260201", "treatments": [both[0] | {"route": "2"}, both[1]]})

    assert [each.rule for each in checked(where, thesaurus=real)] == ["duplicate.substance"]


@pytest.mark.parametrize(
    ("prescribed", "given", "expected"),
    [
        ("DOLIPRANE 1000 mg, comprimé", "Paracétamol Biogaran 1 g", "same"),
        ("Amlodipine 5 mg", "AMLODIPINE EG 5 mg, gélule", "same"),
        ("Ramipril 5 mg", "Amlodipine 5 mg", "other"),
        ("Lévothyroxine 100 microg", "Levothyrox", "same"),
        ("Paracétamol 500 mg", "Paracétamol codéine 500 mg", "other"),
        ("Zyxomol 5 mg", "Ramipril 5 mg", "unknown"),
    ],
)
def test_names_of_medicines_are_compared_by_the_real_substances(
    real: Thesaurus, prescribed: str, given: str, expected: str
):
    known = Known.of(real, SHIPPED.of(alert_rules.RULES))
    one, other = (product_told(Concept(text=name), real) for name in (prescribed, given))

    assert compare(one, other, known).likeness.value == expected


def test_the_medicines_of_a_real_group_of_generics_are_one_substance(real: Thesaurus):
    known = Known.of(real, SHIPPED.of(alert_rules.RULES))
    (first,) = real.named("ramipril biogaran 5 mg", 1)
    one = product_told(Concept(f"{first.cis:08d}", CIS), real)

    same = [each for each in real.named("ramipril", 500) if each.group == one.group != 0]
    assert len(same) > 3
    told = {compare(one, product_told(Concept(f"{each.cis:08d}", CIS), real), known).rule for each in same}
    assert told == {"substitute.same.group", "substitute.same.product"}
