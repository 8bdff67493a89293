"""Opening records for everybody («ouverture automatique»), six weeks after each was told, unless he opposes (LC-5)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dmp.record.dtm import PARIS
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId

TO_OPPOSE = timedelta(weeks=6)
"""How long a person has to oppose the opening, from the day of the notice (R.1111-40)."""


@dataclass(frozen=True)
class Informed:
    """A person who was sent the notice that a record will be opened («notice d'information»)."""

    patient: PatientId
    told: date
    """The day of the notice."""
    traits: IdentityTraits
    contact: Contact = Contact()
    guardians: tuple[Guardian, ...] = ()
    """For a minor: without any, nobody could exercise his rights, and nothing is opened (LC-8)."""


def opening_due(told: date) -> datetime:
    """The first instant after the last day on which the person may still oppose, in France."""
    return datetime.combine(told + TO_OPPOSE + timedelta(days=1), datetime.min.time(), PARIS)
