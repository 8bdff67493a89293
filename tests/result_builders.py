"""Charts of laboratory reports of fictional people, for tests."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count

from lxml import html

from dmp.record.codes import Code
from dmp.record.entry import Author, Deposit, DocumentEntry, EntryStatus
from dmp.record.facts import Concept, Facts, Quantity, Result, Source
from dmp.record.patient import Sex
from dmp.services.biology.analytes import packaged
from dmp.services.biology.readings import LOINC
from dmp.services.biology.results import Group, Results, results_of
from dmp.services.chart import Chart, Person, Sheet
from dmp.web.chart.results_view import Choice, view
from dmp.web.chart.room import PATIENT, PROFESSIONAL
from dmp.web.portal.page import Language
from dmp.web.portal.render import _environment

TODAY = date(2026, 11, 22)
WOMAN = Person(Sex.FEMALE, date(1961, 5, 4))
NOTHING = Code("", "")
_numbers = count(1)


def result(code="4548-4", value="7.0", unit="%", when="202601051000", **others):
    """A result of a code, with its value (or a concept), unit and time; the other fields of `Result` by name."""
    if isinstance(value, Concept):
        value, unit, others = "", "", {**others, "value": value}
    concept = others.pop("concept", Concept(code, LOINC, others.pop("display", f"Analyse {code}")))
    quantity = others.pop("quantity", Quantity(value, unit, others.pop("comparator", "")))
    return Result(
        source=others.pop("source", Source(section="18719-5", path="/ClinicalDocument")),
        concept=concept,
        quantity=quantity,
        start=when,
        **others,
    )


def entry(**others):
    """A report of a laboratory, approved."""
    number = next(_numbers)
    uuid = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    plain = DocumentEntry(
        uuid=uuid,
        unique_id=f"1.2.3.{number}",
        patient_cx="",
        mime_type="text/xml",
        class_code=Code("11", "1.2.250.1.213.1.1.4.1"),
        type_code=Code("11502-2", LOINC, "CR d’examens biologiques"),
        format_code=NOTHING,
        facility_type=NOTHING,
        practice_setting=NOTHING,
        creation_time="20260105",
        language="fr",
        source_patient_cx="",
        confidentiality=(),
        title="Compte rendu de biologie",
        logical_id=uuid,
        chain=uuid,
        status=EntryStatus.APPROVED,
        deposit=Deposit(datetime(2026, 1, 5, tzinfo=UTC), "bio", "labo", "DIRECTE"),
    )
    return replace(plain, **others)


def report(*results, laboratory="Laboratoire du Port", **others):
    """A document with its results."""
    given = others.pop("entry", None) or entry(authors=(Author(institutions=(laboratory,)),), **others)
    return Sheet(given, Facts(results=tuple(results)))


def versions(first, second, **others):
    """A report, replaced, and the one that takes its place."""
    old = entry(deposit=_deposit(1), status=EntryStatus.DEPRECATED, **others)
    new = entry(deposit=_deposit(2), chain=old.uuid, **others)
    return report(*first, entry=old), report(*second, entry=new)


def _deposit(day):
    return Deposit(datetime(2026, 1, day, tzinfo=UTC), "bio", "labo", "DIRECTE")


def chart(*sheets, person=WOMAN, today=TODAY, complete=True, replaced=()):
    """What a viewer may see."""
    return Chart(person, today, tuple(sheets), complete=complete, replaced=tuple(replaced))


def results(*sheets, **others) -> Results:
    """What they give."""
    return results_of(chart(*sheets, **others), packaged())


def only(*sheets, **others) -> Group:
    """The one group that they give."""
    found = results(*sheets, **others)
    assert len(found.groups) == 1, [group.key for group in found.groups]
    return found.groups[0]


ALL = Choice()


def shown(*sheets, choice=ALL, professional=False, english=False, **others):
    """The part of the page that is about results, as a tree."""
    language = Language.ENGLISH if english else Language.FRENCH
    body = view(chart(*sheets, **others), choice, language, professional=professional)
    room = PROFESSIONAL if professional else PATIENT
    parts = _environment(()).get_template("chart/results_parts.html").module
    made = parts.one_analyte if body.analyte else parts.overview
    text = made(body, room, room.page("resultats"), lambda french, in_english: in_english if english else french)
    return html.fromstring(f"<main>{text}</main>")


def words(tree):
    return " ".join(" ".join(tree.itertext()).split())
