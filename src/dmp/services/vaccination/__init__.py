"""Vaccinations («vaccinations»): what was given, what the calendar says comes next, what a reminder is about.

The calendar is data (`calendar_fr_2025.toml`), dated and with its source; so
is what each vaccine protects from (`valences.csv`). Rows marked recalled, and
the whole of it, are to be confirmed by a clinician before real use.
"""

from dmp.services.service import Service
from dmp.services.vaccination.doses import SERVICE_NAME
from dmp.services.vaccination.reminders import reminders, version
from dmp.services.vaccination.rulebook import RULES

NAME = SERVICE_NAME
SLUG = "vaccinations"
TITLE = ("Vaccinations", "Vaccinations")
READS = ("immunizations", "problems", "allergies", "pregnancies")
"""What the rules ask about: vaccines, conditions, allergies to a vaccine, pregnancies."""

SERVICE = Service(NAME, SLUG, TITLE, READS, reminders=reminders, version=version, sets=(RULES,))
