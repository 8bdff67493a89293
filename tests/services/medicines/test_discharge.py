"""What a stay changed: before, during and after, line by line."""

from typing import Any

from dmp.services.chart import Chart
from dmp.services.medicines.discharge import compared
from medicine_builders import chart

BEFORE, DURING, AFTER = "42346-7", "18610-6", "10183-2"


def a_line(section: str, name: str, schedule: str = "1 par jour") -> dict[str, Any]:
    return {"section": section, "name": name, "substance": name, "schedule": schedule}


def a_letter(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    stay = {"service_start": "20260201", "service_stop": "20260208"}
    return {"kind": "letter", "day": "20260208", "treatments": list(lines), **stay, **more}


def outcomes(where: Chart) -> dict[str, tuple[str | None, str | None, str | None, str]]:
    found = compared(where)
    assert found is not None
    return {row.product.label: (row.before, row.during, row.after, row.outcome.value) for row in found.rows}


def test_each_line_is_compared_over_the_three_times():
    letter = a_letter(
        a_line(BEFORE, "Ramipril"),
        a_line(BEFORE, "Metformine"),
        a_line(BEFORE, "Zopiclone"),
        a_line(DURING, "Énoxaparine"),
        a_line(AFTER, "Ramipril", "2 par jour"),
        a_line(AFTER, "Metformine"),
        a_line(AFTER, "Bisoprolol"),
    )

    assert outcomes(chart(letter)) == {
        "Bisoprolol": (None, None, "1 par jour", "started"),
        "Metformine": ("1 par jour", None, "1 par jour", "continued"),
        "Ramipril": ("1 par jour", None, "2 par jour", "changed"),
        "Zopiclone": ("1 par jour", None, None, "not_at_discharge"),
        "Énoxaparine": (None, "1 par jour", None, "stay_only"),
    }


def test_without_a_list_in_the_letter_what_was_current_on_admission_counts():
    summary = {"kind": "summary", "day": "20260115", "treatments": [a_line("10160-0", "Ramipril")]}
    after = {"kind": "summary", "day": "20260220", "treatments": [a_line("10160-0", "Colchicine")]}
    where = chart(summary, a_letter(a_line(AFTER, "Bisoprolol")), after)

    found = compared(where)
    assert found is not None
    assert not found.before_from_letter
    assert {name: told[3] for name, told in outcomes(where).items()} == {
        "Bisoprolol": "started",
        "Ramipril": "not_at_discharge",
    }


def test_a_letter_without_a_list_at_discharge_compares_nothing():
    assert compared(chart(a_letter(a_line(DURING, "Énoxaparine")))) is None
    assert compared(chart()) is None
