"""Figures and days of charts and tables, as people write them: 1 250,5 in French, 1,250.5 in English."""

from decimal import Decimal

NARROW = "\u202f"
"""The space between thousands in French."""


def figure(value: Decimal, *, english: bool = False) -> str:
    """A number with the digits that it has; thousands are set apart from five digits on."""
    text = f"{value:f}"
    whole, point, tail = text.lstrip("-").partition(".")
    if len(whole) > 4:
        whole = f"{int(whole):,}"
        whole = whole if english else whole.replace(",", NARROW)
    minus = "−" if text.startswith("-") else ""
    return f"{minus}{whole}{(('.' if english else ',') if point else '')}{tail}"


def day_words(digits: str) -> str:
    """Digits of a local time as a day: 31/01/2026; empty where there is no whole day."""
    return f"{digits[6:8]}/{digits[4:6]}/{digits[:4]}" if len(digits) >= 8 else ""


def hour_words(digits: str) -> str:
    """The hour of a local time, 14:20; empty where there is none."""
    return f"{digits[8:10]}:{digits[10:12]}" if len(digits) >= 12 else ""
