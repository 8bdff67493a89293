"""The cells of a full copy: what people read, in French, and its value for machines (ISO 8601, codes with labels)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dmp.actions.search_directory import InDirectory
from dmp.services import SERVICES
from dmp.services.rule_set import Rules
from dmp.web.chart.choices_pages import NAMED
from dmp.web.chart.prescription_view import amount as in_words
from dmp.web.days import day, moment
from dmp.web.patient.words import last_day, profession_in_words

_SERVICES = {service.name: service.title[0] for service in SERVICES}


@dataclass(frozen=True)
class Cell:
    """One thing: what people read, and its value for machines."""

    words: str
    value: Any


Row = tuple[Cell, ...]


def said(text: str) -> Cell:
    """Words, which are their own value."""
    return Cell(text, text)


def on(at: datetime | date | None) -> Cell:
    """A day, or an instant; nothing where there is none."""
    if at is None:
        return Cell("", None)
    return Cell(moment(at) if isinstance(at, datetime) else day(at), at.isoformat())


def since(at: datetime | date | None) -> Cell:
    """The first day of something."""
    return Cell("", None) if at is None else Cell(day(at), at.isoformat())


def ends(until: datetime | None) -> Cell:
    """The last day of what ends at an instant."""
    return Cell("", None) if until is None else Cell(last_day(until), until.isoformat())


def coded(code: str, label: str | None) -> Cell:
    """A code by its label; by itself where nobody gave it one."""
    return Cell(label or code, {"code": code, "label": label})


def flag(told: bool) -> Cell:
    """Yes or no."""
    return Cell("oui" if told else "non", told)


def amount(number: Decimal, unit: str = "") -> Cell:
    """A number with its unit."""
    return Cell(in_words(number, unit), {"value": f"{number.normalize():f}", "unit": unit})


def subject(of: str, name: str, rules: Rules) -> Cell:
    """What a service is about, by the words of the rules in force."""
    found = NAMED[of](name, rules) if of in NAMED else None
    return coded(name, found[0] if found is not None else None)


def who(one: InDirectory) -> Cell:
    """A professional or a structure."""
    about = profession_in_words(one) if one.profession else ""
    return Cell(", ".join(part for part in (one.name, about) if part), {"id": one.id, "name": one.name})


def service(name: str) -> Cell:
    """One of the services, by its title."""
    return coded(name, _SERVICES.get(name))
