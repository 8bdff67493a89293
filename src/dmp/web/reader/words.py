"""Dates, names, codes and sizes of documents, as people read them."""

from dmp.record import dtm
from dmp.record.codes import Code
from dmp.record.hl7text import Xcn, Xon, unescape
from dmp.web import days
from dmp.web.shelf import families


def day_of(text: str) -> str:
    """A DTM as a day in France: 31/01/2026, 01/2026 or 2026, with the precision that it has; else as it is."""
    return days.day_of(text) or text


def period_of(start: str, stop: str) -> str:
    """From a day to another; one day when it is the same one."""
    first, last = day_of(start), day_of(stop)
    return f"{first} – {last}" if first and last and first != last else first or last


def hl7_day(text: str) -> str:
    """A time of a CDA as a day; as it is when it is none."""
    try:
        return day_of(dtm.from_hl7_ts(text))
    except ValueError:
        return text


def iso_day(text: str) -> str:
    """A partial ISO date as people write it."""
    return "/".join(reversed(text.split("-")))


def kind_of(code: Code) -> str:
    """What a document is called, in the words of the list."""
    return families.kind_of(code.code, code.system, code.display)


def coded(text: str) -> str:
    """The words of `code^words^system`."""
    parts = text.split("^")
    return unescape(parts[1] if len(parts) > 1 and parts[1] else parts[0])


def person_of(text: str) -> str:
    """The name of an XCN, given name first."""
    return Xcn.parse(text).name


def named(given: str, family: str) -> str:
    """A name in its usual order."""
    return " ".join(part for part in (given, family) if part)


def structure_of(text: str) -> str:
    """The name of an XON."""
    return Xon.parse(text).name


def size_of(octets: int) -> tuple[str, str]:
    """A size, in French and in English."""
    if octets < 1000:
        return f"{octets} octets", f"{octets} bytes"
    if octets < 1_000_000:
        return f"{octets // 1000} Ko", f"{octets // 1000} KB"
    millions = f"{octets / 1_000_000:.1f}"
    return f"{millions.replace('.', ',')} Mo", f"{millions} MB"
