"""A page of a letter as PDF/A-1b, the same octets for the same values."""

import json
from dataclasses import dataclass
from importlib.resources import files

import typst

from dmp.sandbox.maker.fiction import FICTION
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.narrative import day, instant
from dmp.wire.cda.making.people import specialty


@dataclass(frozen=True)
class Sheet:
    """What the page says: a title and paragraphs, in the name of a context."""

    title: str
    paragraphs: tuple[str, ...]
    context: DocumentContext


def render(sheet: Sheet) -> bytes:
    """Typeset the page; only the fonts that the typesetter carries are used, and nothing is fetched.

    The words reach the template as data, so that none of them is read as
    markup. Dates inside the file are those of the context.
    """
    pages = typst.compile(
        files("dmp.sandbox.maker").joinpath("letter.typ").read_bytes(),
        output=None,
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=["a-1b"],
        timestamp=int(sheet.context.at.timestamp()),
        sys_inputs={"sheet": json.dumps(_words(sheet))},
    )
    if not isinstance(pages, bytes):
        raise TypeError("the typesetter gave no PDF")
    return pages


def _words(sheet: Sheet) -> dict[str, str | list[str]]:
    """Every text of the page, as the template names them."""
    context, traits, author = sheet.context, sheet.context.traits, sheet.context.professional
    used = f"{traits.given} {traits.family}"
    return {
        "title": sheet.title,
        "paragraphs": list(sheet.paragraphs),
        "facility": author.facility.name,
        "author": author.name,
        "specialty": specialty(author).display,
        "at": instant(context.at),
        "patient": used,
        "birth": f"{traits.birth_name} {traits.birth_first_names}",
        "born": _born(traits.birth_date),
        "number": context.patient.number,
        "began": day(context.begun),
        "notice": FICTION,
    }


def _born(partial: str) -> str:
    """A partial ISO date in French order, digits untouched (ID-2)."""
    return "/".join(reversed(partial.split("-")))
