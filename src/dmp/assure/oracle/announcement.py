"""When a document hidden from the patient shows by itself (AR-19, DEC-24)."""

from datetime import datetime


def shown_from(first_deposit: datetime) -> datetime:
    """One calendar month after the first deposit of the chain.

    Asked for the days 1 to 28 alone: the rules do not say when a month that
    begins on the 31st ends.
    """
    year, month = divmod(first_deposit.year * 12 + first_deposit.month, 12)
    return first_deposit.replace(year=year, month=month + 1)
