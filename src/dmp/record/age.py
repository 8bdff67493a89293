"""Age from a birth date that may be incomplete (ID-2)."""

from datetime import date

MAJORITY = 18


def latest_birth(birth_date: str) -> date | None:
    """The latest day a partial ISO date may mean; None when it holds no year.

    A month or day that is unknown or lunar counts as the last one: a person is
    taken for a minor until he is surely of age.
    """
    year, _, rest = birth_date.partition("-")
    month, _, day = rest.partition("-")
    if not year.isdigit():
        return None
    for parts in ((month, day), (month, "28"), ("12", "31")):
        try:
            return date(int(year), int(parts[0]), int(parts[1]))
        except ValueError:
            continue
    return None


def is_minor(birth_date: str, today: date) -> bool:
    """Tell whether a person may be under 18 today; an unknown date makes no minor."""
    born = latest_birth(birth_date)
    if born is None:
        return False
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (0 if had_birthday else 1) < MAJORITY
