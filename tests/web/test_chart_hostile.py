"""What stands in documents is hostile, odd or damaged: the pages of the chart stand, and hold none of it unescaped."""

import html
import re
import time
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from browser_builders import Browser
from dmp.record.facts import Allergy, Concept, Encounter, Facts, Quantity, Result, Source
from dmp.record.record import Authorisation
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store import schema
from dmp.web.chart.prescribing_pages import NEW
from hostile_builders import SCRIPT, Hostile, paths, put_facts
from own_pages_builders import DAY, DOCTOR, NOW, Around, put_in
from store_builders import PERSON, uuid

GIVEN = Authorisation(DOCTOR.id, NOW - DAY, NOW + 300 * DAY, DOCTOR.id)
SEEDS = 4


def doctor(around: Around) -> Browser:
    """The doctor, with the record of Anne open."""
    secret = around.reception.proved(Proven(Proof.CERTIFICATE, professional=DOCTOR), Visitor("192.0.2.1")).secret
    session = around.reception.desk.one(secret)
    assert session is not None
    opened_for = replace(session, patient=PERSON, patient_called="Anne")
    browser = around.browser()
    browser.cookies["__Host-dmp-session"] = (around.reception.desk.renewed(secret, opened_for), True)
    return browser


ROOMS = ("/patient/sante", "/professional/dossier/sante")
QUERIES = (
    "?periode=999&analyse=%00%3Cscript%3E&unite=1e9&page=999",
    "?period=0000&lane=x&page=99999&stay=x",
    "?period=99991231",
)


def visitor(around: Around, room: str) -> Browser:
    return around.browser() if room == ROOMS[0] else doctor(around)


def sound(browser: Browser, path: str) -> str:
    """The page of an address, which stands and holds nothing unescaped."""
    page = browser.get(path)
    assert page.status == 200, path
    assert SCRIPT not in page.page, path
    assert "<img src=x" not in page.page, path
    assert len(page.page) < 1_000_000, path
    return page.page


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_page_breaks_on_odd_facts_nor_holds_them_unescaped(around: Around, seed: int, room: str):
    hostile = Hostile(seed)
    put_facts(around, [(put_in(number), hostile.facts(3)) for number in range(1, 5)], authorisations=(GIVEN,))
    browser = visitor(around, room)

    for path in (*paths(room), *([NEW] if room == ROOMS[1] else [])):
        page = sound(browser, path)
        own = {html.unescape(link) for link in re.findall(r'href="([^"#]*\?[^"#]*)"', page)}
        for link in sorted(own)[:12]:
            sound(browser, link if link.startswith("/") else path + link)
        for query in QUERIES:
            sound(browser, path + query)


@pytest.mark.parametrize("room", ROOMS)
def test_a_page_names_the_document_whose_facts_were_damaged_and_shows_the_others(around: Around, room: str):
    said = [Facts(allergies=(Allergy(Source(), agent=Concept(text=words)),)) for words in ("Arachide", "Latex")]
    documents = [put_in(1, title="Lettre du 3"), put_in(2, title="Bilan du 4")]
    put_facts(around, list(zip(documents, said, strict=True)), authorisations=(GIVEN,))
    with around.store.begin() as tx:
        damaged = tx.inside(tx.records.get("rec-1")).document_of(uuid(1))
    table = schema.projection
    with around.store.connection() as connection:
        sealed = connection.execute(select(table.c.facts).where(table.c.document == damaged)).scalar_one()
        altered = bytes((*sealed[:-1], sealed[-1] ^ 1))
        connection.execute(update(table).where(table.c.document == damaged).values(facts=altered))
        connection.commit()
    browser = visitor(around, room)

    page = sound(browser, room)
    assert "Latex" in page
    assert "Arachide" not in page
    warning = page.partition('role="alert"')[2].partition("</div>")[0]
    assert "Lettre du 3" in warning
    assert "Bilan du 4" not in warning
    *pages, summary, card = paths(room)
    for path in pages:
        assert "Lettre du 3" in sound(browser, path).partition('role="alert"')[2], path
    for path in (summary, card):
        assert browser.get(path).status == 503, "nothing is written down that would lack what a document says"


BEYOND = [
    ("7", "10*99.10*99.10*99.10*99.10*99/L"),
    ("7", "10*-99.10*-99.10*-99.10*-99/L"),
    ("999999999999999e20", "10*9/L"),
    ("123456789012345.123456789012345", "10*9/L"),
    ("7", "10*9/L"),
]


def test_numbers_beyond_all_measure_and_days_at_the_ends_of_the_calendar_break_no_page(around: Around):
    results = tuple(
        Result(Source(), Concept(code, "2.16.840.1.113883.6.1", "Plaquettes"), "20240101", quantity=Quantity(*one))
        for code in ("777-3", "99999-1")
        for one in BEYOND
    )
    days = (("00010101", "00010103"), ("00010102", "00010104"), ("99991229", "99991231"))
    stays = tuple(Encounter(Source(), start=start, end=end, place="Hôpital") for start, end in days)
    put_facts(around, [(put_in(1), Facts(results=results, encounters=stays))])
    browser = around.browser()
    for path in (*paths(ROOMS[0]), f"{ROOMS[0]}/resultats?analyse=platelets"):
        sound(browser, path)


@pytest.mark.parametrize("changing", ["value", "nothing"])
def test_thousands_of_results_of_one_minute_are_no_reason_to_wait(around: Around, changing: str):
    glucose = Concept("2345-7", "2.16.840.1.113883.6.1", "Glycémie")

    def result(number: int) -> Result:
        value = str(number) if changing == "value" else "5"
        return Result(Source(), glucose, "20240101", quantity=Quantity(value, "mmol/L"))

    facts = Facts(results=tuple(map(result, range(3000))))
    put_facts(around, [(put_in(1), facts)])
    began = time.process_time()

    sound(around.browser(), "/patient/sante/resultats")
    assert time.process_time() - began < 8
