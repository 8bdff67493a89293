"""Documents whose titles, authors and texts are hostile, put into the record over the wire."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from lxml import etree

from dmp.assure.claim import Counter
from dmp.assure.pages_people import People
from dmp.client import CallRefused
from dmp.sandbox.maker import biology_report, plain_text
from dmp.sandbox.maker.catalogue import ANALYTES

HL7, XHTML = "urn:hl7-org:v3", "http://www.w3.org/1999/xhtml"
EACH = 10
"""Hostile texts of one document."""


def deposit(people: People, mine: tuple[str, ...], counter: Counter) -> None:
    """Put them in; what the intake refuses is counted, and is no danger."""
    doctor = people.service.client("doctor")
    patient = people.person.patient
    try:
        for first in range(0, len(mine), EACH):
            texts = mine[first : first + EACH]
            for octets in _documents(people, texts):
                try:
                    doctor.submit(patient, [octets])
                    counter.add("documents")
                except CallRefused:
                    counter.add("documents refused")
        found = doctor.find(patient)
        people.documents[:] = [entry.uuid.rpartition(":")[2] for entry in found]
    finally:
        doctor.close()


def _documents(people: People, texts: tuple[str, ...]) -> Iterator[bytes]:
    """As plain text under a hostile title; in a narrative, as text and attributes, and as markup that is not CDA's."""
    context = people.context()
    yield plain_text(context, "\n".join(("Texte :", *texts)), title=texts[0])
    for write in (_written_as_text, _written_as_markup):
        yield _with_narrative(people, [write(number, text) for number, text in enumerate(texts)])


def _with_narrative(people: People, added: list[etree._Element]) -> bytes:
    at = datetime.now(UTC)
    report = biology_report(people.context(), [ANALYTES["hba1c"].result(Decimal("5.4"), at)])
    tree = etree.fromstring(report)
    narrative = next(tree.iter(f"{{{HL7}}}text"))
    narrative.extend(added)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")


def _written_as_text(number: int, text: str) -> etree._Element:
    paragraph = etree.Element(f"{{{HL7}}}paragraph", styleCode=text)
    paragraph.text = text
    link = etree.SubElement(paragraph, f"{{{HL7}}}linkHtml", href=f"https://elsewhere.example/{number}", title=text)
    link.text = text
    return paragraph


def _written_as_markup(number: int, _text: str) -> etree._Element:
    """Elements of HTML and SVG where only those of the narrative may stand."""
    name = ("script", "img", "svg", "iframe", "object", "style")[number % 6]
    foreign = etree.Element(f"{{{XHTML}}}{name}", onload=f"pwn({number})", onerror=f"pwn({number})", src="x")
    foreign.text = f"pwn({number})"
    paragraph = etree.Element(f"{{{HL7}}}paragraph", onclick=f"pwn({number})")
    paragraph.append(foreign)
    return paragraph
