import pytest

from dmp.services.biology.analytes import RULES, packaged, read_knowledge
from dmp.services.tables import BrokenTable


def _spoilt(name, old, new):
    """The files of the release, one of them changed, and the line of the change."""
    text = RULES.shipped_texts[f"biology/{name}"]
    assert text.count(old) >= 1, old
    changed = {**RULES.shipped_texts, f"biology/{name}": text.replace(old, new, 1)}
    return changed, text[: text.index(old)].count("\n") + 1


SPOILT = [
    ("analytes.csv", "hba1c,sugar", "hba1c,sweets", "is not in chapters.csv"),
    ("analytes.csv", "mmol/mol=(x-2.152)/0.09148", "mmol/mol=x/0.09148", "neither"),
    ("analytes.csv", "mmol/L=x*5.5506", "mmol/L=x*0", "factor of nothing"),
    ("analytes.csv", "mmol/L=x*5.5506", "mmol/litre=x*5", "no unit of units.csv"),
    ("analytes.csv", "4548-4|17856-6", "4548-4|1785X", "loinc"),
    ("analytes.csv", "crp,inflammation", "hba1c,inflammation", "there twice"),
    ("analytes.csv", "1988-5", "4548-4", "already that of hba1c"),
    ("analytes.csv", ",0,700,10,recalled", ",700,0,10,recalled", "least must be under most"),
    ("analytes.csv", ",0,700,10,recalled", ",0,beaucoup,10,recalled", "is no number"),
    ("analytes.csv", ",0,700,10,recalled", ",0,700,10,certain", "mark"),
    ("analytes.csv", ",0,700,10,recalled", ",0,700,10", "cells"),
    ("analytes.csv", "analyte,chapter,", "analyte,chapters,", "the columns must be"),
    ("analytes.csv", "# version: 2026-11-22", "# version: hier", "version"),
    ("units.csv", "prefix,k,1000", "prefix,k,1/0", "is no number"),
    ("units.csv", "prefix,k,1000", "prefixe,k,1000", "kind"),
    ("units.csv", "alias,G/L,10*9/L", "alias,G/L,10*9/patate", "leads to no unit"),
    ("units.csv", "alias,G/l,", "alias,G/L,", "there twice"),
    ("units.csv", "atom,min,60 s", "atom,min,60 secondes", "is no unit of the lines above"),
    ("units.csv", "shown,{INR},|", "shown,{INR},INR", "a label in French"),
    ("chapters.csv", "kidney,,Biochimie : reins", "kidney,,", "label_fr is empty"),
    ("chapters.csv", "others,,", "autres,,", "no chapter"),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"), SPOILT, ids=[f"{name}: {why}" for name, _o, _n, why in SPOILT]
)
def test_a_broken_file_is_refused_with_its_line_and_the_reason(name, old, new, reason):
    texts, line = _spoilt(name, old, new)
    with pytest.raises(BrokenTable) as refusal:
        read_knowledge(texts)
    assert refusal.value.file == f"biology/{name}"
    assert reason in refusal.value.reason
    if refusal.value.place != "as a whole":
        assert refusal.value.place == f"line {line}"


@pytest.mark.parametrize("name", ["analytes.csv", "units.csv", "chapters.csv"])
def test_a_file_that_is_empty_is_refused(name):
    with pytest.raises(BrokenTable) as refusal:
        read_knowledge({**RULES.shipped_texts, f"biology/{name}": ""})
    assert refusal.value.file == f"biology/{name}"


def test_files_of_an_operator_take_the_place_of_ours():
    texts, _ = _spoilt("analytes.csv", "CRP,CRP,CRP : inflammation", "Protéine C réactive,CRP,CRP : inflammation")
    assert read_knowledge(texts).analytes["crp"].label[0] == "Protéine C réactive"


def test_every_line_of_our_files_says_how_sure_it_is_and_has_words_in_both_languages():
    known = packaged()
    assert len(known.analytes) > 70
    for analyte in known.analytes.values():
        assert all((*analyte.label, *analyte.lay, analyte.mark))
    assert {analyte.mark for analyte in known.analytes.values()} == {"confirmed", "recalled"}
