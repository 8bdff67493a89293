"""The words of the medical profile: its parts, what is measured, and how values are read and shown (PT-6, PT-15)."""

from dmp.record.personal import Measure, Reading, Section

SECTIONS = {
    Section.ILLNESSES: ("Maladies", "Illnesses"),
    Section.TREATMENTS: ("Traitements", "Treatments"),
    Section.ALLERGIES: ("Allergies", "Allergies"),
    Section.HISTORY: ("Opérations et antécédents", "Operations and history"),
    Section.FAMILY: ("Maladies dans la famille", "Illnesses in the family"),
    Section.LIFESTYLE: ("Mode de vie", "Way of life"),
}
MEASURES = {
    Measure.WEIGHT: ("Poids (kg)", "Weight (kg)"),
    Measure.HEIGHT: ("Taille (cm)", "Height (cm)"),
    Measure.BLOOD_PRESSURE: ("Tension artérielle (mmHg)", "Blood pressure (mmHg)"),
}
_UNITS = {Measure.WEIGHT: "kg", Measure.HEIGHT: "cm", Measure.BLOOD_PRESSURE: "mmHg"}


def number_of(typed: str) -> str:
    """A number as it is kept: people write a comma, and perhaps the unit's space."""
    return typed.strip().replace(",", ".")


def shown(reading: Reading) -> str:
    """A value in words, with its unit: « 72,5 kg », « 120 / 80 mmHg »."""
    values = " / ".join(value.replace(".", ",") for value in (reading.value, reading.second) if value)
    return f"{values} {_UNITS[reading.measure]}"
