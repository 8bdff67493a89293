"""The page of medicines: what a holder reads, what a professional reads, and what neither is told."""

import inspect
import re
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from dmp.actions import prescribe
from dmp.record.prescription import PrescriptionState as State
from dmp.services.chart import Chart
from dmp.services.medicines import ansm, cycle, intake, lines, sayings, substitute, supply, treatment
from dmp.services.medicines.changes import ChangeKind
from dmp.services.medicines.discharge import Outcome
from dmp.web.chart import counter_check, counter_words, medicines_words, prescribing_lines
from dmp.web.chart.medicines_view import MedicinesView, view
from dmp.web.chart.room import PATIENT, PROFESSIONAL
from dmp.web.portal.render import _environment
from medicine_builders import chart

RAMIPRIL = {"name": "Ramipril 5 mg", "substance": "RAMIPRIL", "schedule": "1 par jour"}
SUMMARY = {"kind": "summary", "day": "20260201", "treatments": [RAMIPRIL]}
PENICILLIN = {"kind": "biology", "day": "20250101", "title": "Bilan", "allergies": [{"to": "Pénicilline"}]}
AMOXICILLIN = {
    "kind": "prescription",
    "day": "20260220",
    "lines": [{"id": "1", "name": "Amoxicilline <1 g>", "substance": "AMOXICILLINE", "quantity": "2 {box}"}],
}


def html(seen: MedicinesView, *, english: bool = False) -> str:
    """What stands in the frame of the chart."""
    template = _environment(()).get_template("chart/medicines.html")
    room = PATIENT if seen.holder else PROFESSIONAL
    shown = SimpleNamespace(body=seen, room=room)
    context = template.new_context({"view": shown, "t": lambda french, other: other if english else french})
    return "".join(template.blocks["panel"](context))


def page(where: Chart) -> str:
    return html(view(where))


def test_a_current_treatment_tells_dose_since_source_and_document():
    seen = view(chart(SUMMARY))
    (medicine,) = seen.current

    assert (medicine.name[0], medicine.doses[0].words, medicine.since) == ("Ramipril 5 mg", "1 par jour", "01/02/2026")
    assert medicine.sources == (("Inscrit dans une synthèse", "In a summary"),)
    text = html(seen)
    assert PROFESSIONAL.document(medicine.evidence[0].uuid) in text
    assert "En cours" in text


def test_names_of_documents_and_medicines_are_escaped():
    text = page(chart(AMOXICILLIN))

    assert "Amoxicilline &lt;1 g&gt;" in text
    assert "<1 g>" not in text


def test_a_professional_reads_the_rule_and_the_day_and_a_holder_plain_words():
    sheets = (AMOXICILLIN, PENICILLIN)
    professional, holder = page(chart(*sheets)), page(chart(*sheets, complete=True))

    assert "allergy.penicillins" in professional
    assert "à confirmer par un clinicien" in professional
    assert "allergy.penicillins" not in holder
    assert "N’arrêtez rien sans leur en parler" in holder
    assert "ne bloque rien" in professional


def test_no_reminder_announces_anything_to_the_holder():
    old = {"birth": date(1940, 1, 1)}

    assert view(chart(SUMMARY, **old)).alerts
    assert not view(chart(SUMMARY, **old, complete=True)).alerts


def test_what_is_masked_changes_nothing_of_the_page():
    whole = chart(SUMMARY, AMOXICILLIN, PENICILLIN)
    kept = whole.sheets[1]
    masked = replace(whole, sheets=(kept,))
    never = replace(chart(SUMMARY), sheets=(kept,))

    assert view(masked) == view(never)
    assert page(masked) == page(never)


def test_a_line_that_waits_says_until_when_and_how_much():
    seen = view(chart(AMOXICILLIN))

    (line,) = seen.to_collect
    assert (line.until, line.left, line.renewable) == ("20/05/2026", "2 boîtes", False)
    assert "Prescrit, à retirer" in html(seen)


def test_a_change_of_dose_tells_what_was_before():
    before = {"kind": "summary", "day": "20260101", "treatments": [RAMIPRIL | {"schedule": "2 par jour"}]}
    text = page(chart(SUMMARY, before))

    assert "Dose changée" in text
    assert "avant : 2 par jour ; maintenant : 1 par jour" in text


def test_a_prescription_without_structure_is_listed_beside():
    seen = view(chart({"kind": "prescription", "day": "20260101", "title": "Ordonnance scannée"}))

    assert [each.title for each in seen.unstructured] == ["Ordonnance scannée"]
    assert "Ordonnance scannée" in html(seen)
    assert "Aucune information dans les documents que vous pouvez voir" in html(seen)


def test_a_statement_that_there_is_none_is_told_with_its_document():
    none = {"kind": "summary", "day": "20260101", "treatments": [{"stated": "absent"}]}

    assert "Aucun traitement, d’après" in page(chart(none))
    assert "Un document dit qu’il n’y a aucun traitement" in page(chart(SUMMARY, none))


def test_a_stay_is_compared_in_a_table():
    letter = {
        "kind": "letter",
        "day": "20260220",
        "service_start": "20260210",
        "treatments": [RAMIPRIL | {"section": "10183-2"}, {"name": "Énoxaparine", "section": "18610-6"}],
    }
    text = page(chart(letter))

    assert "Autour du séjour du 10/02/2026" in text
    assert "Pendant le séjour seulement" in text
    assert "Nouveau" in text


def test_without_a_database_the_page_says_that_interactions_are_not_checked():
    assert "Les interactions ne sont pas vérifiées" in page(chart())
    assert "Interactions are not checked" in html(view(chart()), english=True)


@pytest.mark.parametrize("quantity", ["x", "-1 {box}", ""])
def test_a_quantity_that_says_nothing_is_shown_with_the_reason(quantity: str):
    told = {"kind": "delivery", "day": "20260220", "deliveries": [RAMIPRIL | {"quantity": quantity}]}

    assert "durée inconnue" in page(chart(told))


def test_an_estimate_says_that_it_is_one():
    told = {"kind": "delivery", "day": "20260220", "deliveries": [RAMIPRIL | {"quantity": "1 {box}"}]}

    assert "jusqu’au 22/03/2026 environ (estimation)" in page(chart(told))


def test_what_is_left_of_a_line_and_what_was_handed_out_are_counted_in_words():
    line = RAMIPRIL | {"id": "1", "quantity": "1 30009000", "repeats": 2}
    told = {"kind": "prescription", "day": "20260220", "lines": [line]}
    given = {"kind": "delivery", "day": "20260221", "deliveries": [RAMIPRIL | {"line": "1", "quantity": "1 30009000"}]}

    seen = page(chart(told, given))
    assert "reste 2 boîtes" in seen
    assert "30009000" not in seen


def test_what_is_taken_up_to_a_ceiling_lasts_to_a_day_at_least():
    line = RAMIPRIL | {"id": "1", "schedule": "", "as_needed": True, "ceiling": "4 {tbl} / 1 d"}
    told = {"kind": "prescription", "day": "20260220", "lines": [line]}
    given = {"kind": "delivery", "day": "20260220", "deliveries": [RAMIPRIL | {"line": "1", "quantity": "16 {tbl}"}]}

    assert "au moins jusqu’au 24/02/2026" in page(chart(told, given))
    assert "until 24/02/2026 at least" in html(view(chart(told, given)), english=True)


def test_every_reason_why_a_supply_is_not_known_has_its_words():
    said = set(re.findall(r'left_out="([a-z-]+)"|return "(quantity-[a-z-]+)"', inspect.getsource(supply)))
    told = {one or other for one, other in said} | set(re.findall(r'"(quantity-[a-z-]+)"', inspect.getsource(supply)))

    assert told | {each.value for each in intake.Unclear} == set(medicines_words.LEFT_OUT)


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (medicines_words.SOURCES, sayings.Source),
        (medicines_words.BASES, treatment.Basis),
        (medicines_words.MARKS, treatment.Mark),
        (medicines_words.STATES, lines.LineState),
        (medicines_words.CHANGES, ChangeKind),
        (medicines_words.OUTCOMES, Outcome),
        (medicines_words.LEVELS, ansm.Level),
        (counter_check.TITLES, substitute.Likeness),
        (counter_check.GROUNDS, substitute.Ground),
    ],
)
def test_everything_has_its_words_in_both_languages(words: dict[Any, Any], kinds: Any):
    assert set(words) == set(kinds)
    assert all(french and english for french, english in words.values())


def obstacles(*rules: Any) -> set[str]:
    """The codes that stand in the source of rules."""
    found = re.findall(r"Obstacle\((.*)\)", "".join(map(inspect.getsource, rules)))
    return {code for part in found for code in re.findall(r'"([a-z-]+)"', part)}


def test_every_obstacle_of_a_prescription_has_its_words():
    of_all = obstacles(cycle.against_deposit, prescribe.Prescribe.apply)
    of_a_line = obstacles(cycle._against_item, cycle._overlaps)

    assert of_all == set(medicines_words.OBSTACLES)
    assert of_a_line == set(prescribing_lines.FAULTS)


def test_every_obstacle_of_a_delivery_has_its_words():
    states = {state.value for state in (State.DISPENSED, State.CANCELLED, State.EXPIRED)}

    assert obstacles(cycle.against_delivery) | states | {"nothing-done"} == set(counter_words.OBSTACLES)
