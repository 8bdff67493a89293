"""The rules that a service works by: every calendar there is, and what each vaccine protects from."""

from dataclasses import dataclass
from datetime import date

from dmp.services.rule_set import RuleFile, RuleSet, Texts
from dmp.services.tables import BrokenTable
from dmp.services.vaccination.calendar import Calendar, calendar_on
from dmp.services.vaccination.loading import read_calendar
from dmp.services.vaccination.valences import Valences, read_valences, unknown_antigens


@dataclass(frozen=True)
class Rulebook:
    """Calendars and the table of valences, which name the same antigens."""

    calendars: tuple[Calendar, ...]
    valences: Valences

    def __post_init__(self) -> None:
        """Refuse calendars that do not know an antigen of the table.

        Raises:
            BrokenTable: so it is.
        """
        for calendar in self.calendars:
            unknown = unknown_antigens(self.valences, calendar.antigens)
            if unknown:
                reason = f"unknown antigen {', '.join(unknown)} of the table of valences"
                raise BrokenTable(VALENCES.name, f"with {calendar.name}", reason)

    def on(self, today: date) -> Calendar:
        """The calendar of a day (DEC-67)."""
        return calendar_on(today, self.calendars)


def read_rulebook(texts: Texts) -> Rulebook:
    """The calendars of some files, and the table of valences.

    Raises:
        BrokenTable: a file is broken, two calendars have one id and version, or an antigen is of no calendar.
    """
    calendars: dict[str, Calendar] = {}
    for name in sorted(set(texts) - {VALENCES.name}):
        calendar = read_calendar(texts[name], name)
        if calendar.name in calendars:
            raise BrokenTable(name, "id, version", f"another calendar is called {calendar.name}")
        calendars[calendar.name] = calendar
    return Rulebook(tuple(calendars.values()), read_valences(texts[VALENCES.name], VALENCES.name))


_PACKAGE = "dmp.services.vaccination"
CALENDAR = RuleFile("vaccination/calendar_fr_2025.toml", _PACKAGE, "calendar_fr_2025.toml")
VALENCES = RuleFile("vaccination/valences.csv", _PACKAGE, "valences.csv")
RULES = RuleSet(
    "vaccination",
    (
        "Calendrier des vaccinations, et ce que chaque vaccin prévient",
        "Vaccination calendar, and what vaccines prevent",
    ),
    (CALENDAR, VALENCES),
    read_rulebook,
    # The calendar of next year stands beside that of this one: the day says which is in force (DEC-67).
    others="vaccination/calendar_*.toml",
)


def shipped() -> Rulebook:
    """The rules that come with this release."""
    return RULES.shipped
