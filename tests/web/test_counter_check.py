"""The words of the check of another product, before it is written down, and what of them is kept."""

from datetime import date
from decimal import Decimal

import pytest

from dmp.actions.dispense import Handed
from dmp.record.facts import Concept
from dmp.record.prescription import Deed
from dmp.services.medicines.compact import Origin
from dmp.services.medicines.product import CIS
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.rule_set import SHIPPED
from dmp.web.chart.counter_check import SubstituteView, seen_of, substitutes, with_advice
from prescription_builders import a_prescription, an_item

DATABASE = Thesaurus(
    Origin(date(2026, 6, 1), date(2026, 1, 1), (), date(2026, 7, 1)),
    {
        "cis": [60000001, 60000002, 60000003, 60000004],
        "labels": ["TRIATEC 5 mg", "RAMIPRIL FICTIF 5 mg", "RAMIPRIL FICTIF 10 mg", "DOLIPRANE 1000 mg"],
        "groups": [7, 7, 8, 0],
        "names": ["RAMIPRIL", "PARACÉTAMOL"],
        "substances": [[0], [0], [0], [1]],
        "cip": [],
        "cip_cis": [],
        "terms": [],
        "classes": [],
        "pairs": [],
    },
)
TRIATEC = Concept("60000001", CIS, "TRIATEC 5 mg")
LINE = a_prescription(an_item(product=TRIATEC, atc=""), id="p1")


def read(product: Concept, deed: Deed = Deed.DELIVERED, database: Thesaurus | None = DATABASE) -> SubstituteView:
    (view,) = substitutes(LINE, (Handed("1", deed, Decimal(1), product),), database, SHIPPED)
    return view


@pytest.mark.parametrize(
    ("cis", "title", "said"),
    [
        ("60000002", "Même substance", "même groupe générique : même dosage, même forme"),
        ("60000003", "Même substance", "Le dosage et la forme ne sont pas comparés"),
        ("60000004", "Autre substance", "Prescrit : RAMIPRIL. Délivré : PARACÉTAMOL."),
    ],
)
def test_what_is_known_of_both_is_said_with_the_day_of_the_data(cis: str, title: str, said: str):
    view = read(Concept(cis, CIS, "X"))

    assert view.title[0] == title
    assert said in view.text[0]
    assert "Base publique des médicaments du 01/06/2026." in view.text[0]
    assert all(view.text)


@pytest.mark.parametrize(
    ("product", "database", "said"),
    [
        (Concept(text="Zyxomol"), DATABASE, "Avec son code CIS ou CIP"),
        (Concept(text="Zyxomol"), None, "Aucune base de médicaments n’est chargée"),
    ],
)
def test_what_cannot_be_checked_says_what_would_help(product: Concept, database: Thesaurus | None, said: str):
    view = read(product, database=database)

    assert view.title[0] == "Non vérifiable"
    assert said in view.text[0]


def test_lines_without_another_product_and_those_refused_are_not_checked():
    handed = (
        Handed("1", Deed.DELIVERED, Decimal(1)),
        Handed("1", Deed.REFUSED, product=Concept(text="Zyxomol"), reason="Doute"),
        Handed("9", Deed.DELIVERED, Decimal(1), Concept(text="Zyxomol")),
    )

    assert substitutes(LINE, handed, DATABASE, SHIPPED) == ()


def test_what_is_kept_are_the_words_that_were_read_with_their_rule_and_their_days():
    handed = (
        Handed("1", Deed.DELIVERED, Decimal(1), Concept("60000004", CIS, "DOLIPRANE 1000 mg")),
        Handed("2", Deed.REFUSED),
    )
    advice = substitutes(LINE, handed, DATABASE, SHIPPED)

    one, other = with_advice(handed, advice, DATABASE, SHIPPED, lambda french, _: french)
    assert other.checked is None
    assert one.checked is not None
    (kept,) = one.checked.advice
    assert (kept.rule, kept.severity, kept.words) == (
        "substitute.other.substances",
        "Autre substance",
        advice[0].text[0],
    )
    assert (kept.data, kept.version) == ("01/06/2026", one.checked.rules)


def test_what_was_read_is_that_of_one_prescription_one_product_and_one_deed():
    first = read(Concept(text="Amoxicilline"))
    others = (read(Concept(text="Ibuprofène")), read(Concept(text="Amoxicilline"), Deed.ADAPTED))

    assert len({seen_of(LINE, (each,)) for each in (first, *others)}) == 3
    assert seen_of(LINE, (first,)) != seen_of(a_prescription(id="p2"), (first,))
