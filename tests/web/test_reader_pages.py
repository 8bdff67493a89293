"""The reader in a browser: documents of every form, for the holder and for a professional, and nothing that runs."""

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

import pytest
from lxml import html

from browser_builders import Browser
from dmp.actions.read_documents import ReadDocument
from dmp.assure.hostile_text import payloads
from dmp.audit.trace import Outcome
from dmp.portal import build_pages, build_portal
from dmp.record.account import Account
from dmp.record.actor import Authentication, Facility, Professional
from dmp.record.codes import Code
from dmp.record.entry import Deposit, DocumentEntry, EntryStatus
from dmp.record.record import Authorisation
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.settings import Settings
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.tx import Store
from dmp.web.portal.page import Language
from dmp.web.reader.view import read_view
from reader_builders import ACTIVE_PDF, PDF, PNG, a_cda, a_file, a_report, a_section, a_study, wrapped
from store_builders import PERSON, SOMEBODY_ELSE, a_record, an_entry, another_record, deposited, opened
from xds_builders import Octets

ORIGIN = "https://portail.example.fr"
VISITOR = Visitor("192.0.2.1")
NOW = datetime.now(UTC)
CABINET = Facility("1750000001", "Cabinet Test", "SA07")
DOCTOR = Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", CABINET, via=Authentication.DIRECT)
STRANGER = replace(DOCTOR, id="899900000202", name="Hugo BAREL-TEST")
ACCOUNT = Account("5d1f0a52-1111-4222-8333-444455556666", PERSON, "Anne", "anne", password="x")
DEPOSIT = Deposit(datetime(2026, 1, 31, 9, 30, tzinfo=UTC), "899900012345", "499900012345001", "DIRECTE")
MINE, THEIRS = "/patient/documents", "/professional/dossier/documents"
UNKNOWN = "99999999-0000-4000-8000-000000000000"
_FRAME = {
    "html",
    "head",
    "meta",
    "title",
    "link",
    "script",
    "body",
    "a",
    "header",
    "div",
    "p",
    "form",
    "input",
    "button",
    "nav",
    "ul",
    "ol",
    "li",
    "details",
    "summary",
    "main",
    "h1",
    "h2",
    "h3",
    "section",
    "dl",
    "dt",
    "dd",
}
_TEXT = {
    "span",
    "strong",
    "footer",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "caption",
    "em",
    "u",
    "sub",
    "sup",
    "br",
    "figure",
    "img",
    "figcaption",
    "iframe",
}
TAGS = frozenset(_FRAME | _TEXT)
"""Every tag that a page of the reader writes; none of them comes from a document."""


@pytest.fixture
def settings() -> Settings:
    nowhere = Path("/nowhere")
    portal = {"portal_port": 8444, "portal_url": f"{ORIGIN}/"}
    return Settings("", nowhere, nowhere, nowhere, nowhere, nowhere, nowhere, production=False, **portal)


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """A record that a doctor may read."""
    given = Authorisation(DOCTOR.id, NOW - timedelta(days=1), NOW + timedelta(days=300), DOCTOR.id)
    opened(sqlite_store, a_record(authorisations=(given,)), another_record())
    with sqlite_store.begin() as tx:
        tx.accounts.add(ACCOUNT)
    return sqlite_store


class Doors:
    """Browsers of people who are signed in."""

    def __init__(self, loop, store: Store, settings: Settings):
        self.loop, self.store, self.app = loop, store, build_pages(store, settings)
        self.reception = build_portal(store, settings).reception

    def put(self, octets: bytes, number: int = 1, **changes) -> str:
        """A document of the record; the id that addresses have."""
        entry: DocumentEntry = an_entry(number, **{"hash": f"{number:040x}", **changes})
        deposited(self.store, entry, number=number, content=Octets(octets))
        return entry.uuid.removeprefix("urn:uuid:")

    def holder(self) -> Browser:
        return self._with(self._proved(Proven(Proof.PASSKEY, account=ACCOUNT)))

    def doctor(self, who: Professional = DOCTOR) -> Browser:
        desk, secret = self.reception.desk, self._proved(Proven(Proof.CERTIFICATE, professional=who))
        session = desk.one(secret)
        assert session is not None
        return self._with(desk.renewed(secret, replace(session, patient=PERSON, patient_called="Anne DUBOIS")))

    def traces(self) -> list:
        with self.store.begin() as tx:
            record = tx.records.of(PERSON)
            assert record is not None
            return [trace for trace in tx.traces.of(record.key) if trace.verb == Verb.READ]

    def _proved(self, proven: Proven) -> str:
        return self.reception.proved(proven, VISITOR).secret

    def _with(self, secret: str) -> Browser:
        browser = Browser(self.loop, self.app, ORIGIN)
        browser.cookies["__Host-dmp-session"] = (secret, True)
        return browser


@pytest.fixture
def doors(loop, store, settings) -> Doors:
    return Doors(loop, store, settings)


def header(browser: Browser, name: str) -> str:
    assert browser.answer is not None
    return browser.answer.headers.get(name, "")


def octets(browser: Browser) -> bytes:
    assert browser.answer is not None
    return browser.answer.content


def harmless(page: str) -> None:
    """Nothing on the page is a tag, an attribute or an address that a document brought."""
    for element in html.fromstring(page).iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag in TAGS, element.tag
        for name, value in element.attrib.items():
            assert not name.lower().startswith(("on", "style", "hx-")), name
            if name in ("href", "src", "action"):
                assert value.startswith(("/", "#")), value
                assert not value.startswith("//"), value
        if element.tag == "script":
            assert element.get("src", "").startswith("/static/")
            assert not element.text


# -- what is shown


@pytest.mark.parametrize("who", ["holder", "doctor"])
def test_a_report_is_read_with_its_card(doors, who):
    uuid = doors.put(a_report("<paragraph>Tout va bien.</paragraph>"), title="Consultation", deposit=DEPOSIT)
    browser = doors.holder() if who == "holder" else doors.doctor()

    page = browser.get(f"{MINE if who == 'holder' else THEIRS}/{uuid}").page

    assert browser.status == 200
    for words in (
        "Consultation",
        "<h2>Conclusion</h2>",
        "<p>Tout va bien.</p>",
        "ANNE DUPONT",
        "CABINET DU PORT",
        "31/01/2026 10:30",
    ):
        assert words in page
    assert "DUBOIS · 28/03/1979 · F · INS 279035121518989" in page
    assert "Claire ARNOUX" in page
    harmless(page)


def test_the_pages_are_in_english_too(doors):
    uuid = doors.put(a_report("x"))
    browser = doors.holder()
    browser.cookies["__Host-dmp-language"] = ("en", False)

    page = browser.get(f"{MINE}/{uuid}").page

    assert "Who can see it" in page
    assert "Download the original" in page
    assert "All documents" in page


def test_a_table_is_read_with_its_headings(doors):
    text = "<table><thead><tr><th>Examen</th></tr></thead><tbody><tr><td align='right'>140</td></tr></tbody></table>"
    uuid = doors.put(a_report(text))

    page = doors.holder().get(f"{MINE}/{uuid}").page

    assert '<th scope="col">Examen</th>' in page
    assert '<td class="text-end">140</td>' in page


def test_headings_go_down_by_one(doors):
    inner = a_section("b", title="Dedans")
    untitled = a_section("a", title="", more=a_section("c", title="Premier", more=inner))
    uuid = doors.put(a_cda(f"<structuredBody>{untitled}</structuredBody>"))

    page = doors.holder().get(f"{MINE}/{uuid}").page

    assert "<h2>Premier</h2>" in page
    assert "<h3>Dedans</h3>" in page


def test_an_image_of_the_text_is_shown_and_is_an_image(doors):
    uuid = doors.put(a_report('<renderMultiMedia referencedObject="img"/>', more=a_file(PNG)))
    browser = doors.holder()

    assert f'src="{MINE}/{uuid}/image/0"' in browser.get(f"{MINE}/{uuid}").page
    browser.get(f"{MINE}/{uuid}/image/0")

    assert octets(browser) == PNG
    assert header(browser, "content-type") == "image/png"
    assert "sandbox" in header(browser, "content-security-policy")
    assert header(browser, "x-content-type-options") == "nosniff"


@pytest.mark.parametrize("number", ["1", "99999", "-1", "x", "٣"])
def test_an_image_that_is_not_there_is_not_found(doors, number):
    uuid = doors.put(a_report("x", more=a_file(PNG)))

    assert doors.holder().get(f"{MINE}/{uuid}/image/{number}").status == 404


def test_what_is_no_image_is_not_served_as_one(doors):
    uuid = doors.put(a_report("x", more=a_file(b"<svg onload='alert(1)'/>")))

    assert doors.holder().get(f"{MINE}/{uuid}/image/0").status == 404


@pytest.mark.parametrize("document", [wrapped(PDF), PDF], ids=["wrapped", "bare"])
def test_a_pdf_is_framed_under_its_own_policy(doors, document):
    uuid = doors.put(document)
    browser = doors.holder().get(f"{MINE}/{uuid}")

    assert f'<iframe class="paper d-none d-md-block" src="{MINE}/{uuid}/contenu#' in browser.page
    assert "Ouvrir le PDF" in browser.page
    assert "frame-src 'self'" in header(browser, "content-security-policy")
    browser.get(f"{MINE}/{uuid}/contenu")

    assert octets(browser) == PDF
    assert header(browser, "content-type") == "application/pdf"
    policy = header(browser, "content-security-policy")
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'self'" in policy
    assert re.fullmatch(r'inline; filename="[0-9]{8}-[a-z-]+\.pdf"', header(browser, "content-disposition"))


def test_a_page_without_pdf_frames_nothing(doors):
    browser = doors.holder().get(f"{MINE}/{doors.put(a_report('x'))}")

    assert "frame-src" not in header(browser, "content-security-policy")


@pytest.mark.parametrize("document", [wrapped(ACTIVE_PDF), ACTIVE_PDF], ids=["wrapped", "bare"])
def test_a_pdf_that_could_do_more_is_handed_out_and_never_shown(doors, document):
    uuid = doors.put(document)
    browser = doors.holder().get(f"{MINE}/{uuid}")

    assert "iframe" not in browser.page
    assert "faire autre chose" in browser.page
    assert header(browser.get(f"{MINE}/{uuid}/contenu"), "content-disposition").startswith("attachment")


def test_the_copy_inside_a_report_is_shown_beside_it(doors):
    more = a_file(PDF, "copie", "application/pdf")
    uuid = doors.put(a_report('<renderMultiMedia referencedObject="copie"/>', more=more))
    browser = doors.holder().get(f"{MINE}/{uuid}")

    assert "Fichier joint 1" in browser.page
    assert f'{MINE}/{uuid}/fichier/0"' in browser.page
    assert octets(browser.get(f"{MINE}/{uuid}/fichier/0")) == PDF
    assert browser.get(f"{MINE}/{uuid}/fichier/1").status == 404


def test_an_image_by_itself_is_shown(doors):
    uuid = doors.put(wrapped(PNG, "image/jpeg"))
    browser = doors.holder()

    assert f'<img src="{MINE}/{uuid}/contenu"' in browser.get(f"{MINE}/{uuid}").page
    assert header(browser.get(f"{MINE}/{uuid}/contenu"), "content-type") == "image/png"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (wrapped("Très bien,\nà bientôt".encode(), "text/plain"), "Très bien,\nà bientôt"),
        (wrapped("Tr\xe8s bien".encode("cp1252"), "text/plain"), "Très bien"),
        (wrapped(rb"{\rtf1 Bonjour\par <b>}", "text/rtf"), "Bonjour\n&lt;b&gt;"),
    ],
)
def test_plain_text_is_read(doors, document, said):
    page = doors.holder().get(f"{MINE}/{doors.put(document)}").page

    assert f'<p class="plain">{said}</p>' in page


@pytest.mark.parametrize("document", [b"II*\0 image", b"\0\1\2", b"", b"<html><script>alert(1)</script></html>"])
def test_what_cannot_be_shown_is_handed_out(doors, document):
    uuid = doors.put(document)
    browser = doors.holder().get(f"{MINE}/{uuid}")

    assert browser.status == 200
    assert "Ce format ne peut pas" in browser.page
    browser.get(f"{MINE}/{uuid}/contenu")
    assert header(browser, "content-disposition").startswith("attachment")
    assert octets(browser) == document
    assert "html" not in header(browser, "content-type")


def test_the_images_of_an_examination_are_a_card(doors):
    modality = Code("CT", "1.2.840.10008.2.16.4", "Computed Tomography")
    number = "A-77^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:accession"
    uuid = doors.put(a_study(series=2), event_codes=(modality,), reference_ids=(number,), mime_type="application/dicom")
    browser = doors.holder().get(f"{MINE}/{uuid}")

    for words in (
        "Images d’un examen",
        "Crâne",
        "ANNE DUBOIS",
        "Scanner",
        "A-77",
        "279035121518989",
        "<td>2</td><td>Scanner</td><td>2</td>",
    ):
        assert words in browser.page
    assert header(browser.get(f"{MINE}/{uuid}/original"), "content-disposition").endswith('.dcm"')


def test_a_damaged_study_is_handed_out(doors):
    assert "Ce format ne peut pas" in doors.holder().get(f"{MINE}/{doors.put(a_study()[:180])}").page


def test_the_original_is_what_was_deposited_under_a_name_of_ours(doors):
    document = a_report("x")
    kind = Code("x", "y", '"; evil=../../é\r\nX: 1')
    uuid = doors.put(document, title='a"b/../c.exe', type_code=kind, service_start="20260131")
    browser = doors.holder().get(f"{MINE}/{uuid}/original")

    assert octets(browser) == document
    assert header(browser, "content-disposition") == 'attachment; filename="20260131-evil-e-x-1.xml"'


def test_marks_and_versions_are_told(doors):
    chain = "urn:uuid:00000000-0000-4000-8000-000000000001"
    old = doors.put(a_report("x"), 1, status=EntryStatus.DEPRECATED, title="Ancien")
    new = doors.put(a_report("y"), 2, chain=chain, title="Nouveau", creation_time="20261122101500")
    browser = doors.holder().get(f"{MINE}/{old}")

    assert "Ancienne version" in browser.page
    assert f'<a href="{MINE}/{new}">Lire la dernière version</a>' in browser.page
    assert f'<a href="{MINE}/{old}">21/11/2026 · Ancien</a>' in browser.get(f"{MINE}/{new}").page


def test_documents_follow_one_another(doors):
    ids = [doors.put(a_report("x"), n, service_start=f"2026010{n}") for n in (1, 2, 3)]
    browser = doors.holder().get(f"{MINE}/{ids[1]}")

    assert f'<link rel="prev" href="{MINE}/{ids[2]}">' in browser.page
    assert f'<a rel="next" href="{MINE}/{ids[0]}">' in browser.page


# -- what is not told


def hide(store: Store, uuid: str, **visibility) -> None:
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        tx.records.change(replace(record, visibility={f"urn:uuid:{uuid}": Visibility(**visibility)}), at=NOW)


PATHS = ("", "/contenu", "/image/0", "/fichier/0", "/original")


@pytest.mark.parametrize("path", PATHS)
def test_a_masked_document_is_answered_as_an_unknown_one(doors, path):
    doors.put(a_report("x"), 1, authors=())
    hidden = doors.put(a_report("x", more=a_file(PNG)), 2, title="Secret")
    hide(doors.store, hidden, masked=True)
    browser = doors.doctor().get("/professional")

    answers = [browser.get(f"{THEIRS}/{uuid}{path}") and browser.answer for uuid in (hidden, UNKNOWN)]

    masked, unknown = (
        answer.content.replace(uuid.encode(), b"") for answer, uuid in zip(answers, (hidden, UNKNOWN), strict=True)
    )
    assert masked == unknown
    assert [answer.status_code for answer in answers] == [404, 404]
    told = [{k: v for k, v in answer.headers.items() if k != "content-length"} for answer in answers]
    assert told[0] == told[1]


def test_a_masked_document_is_read_by_its_holder(doors):
    uuid = doors.put(a_report("x"))
    hide(doors.store, uuid, masked=True)

    assert "Masqué aux professionnels" in doors.holder().get(f"{MINE}/{uuid}").page


def test_what_waits_to_be_announced_does_not_exist_for_the_holder(doors):
    uuid = doors.put(a_report("x"))
    hide(doors.store, uuid, hidden_from_patient_since=NOW)

    assert doors.holder().get(f"{MINE}/{uuid}").status == 404
    assert "Pas encore montré au patient" in doors.doctor().get(f"{THEIRS}/{uuid}").page


def test_a_version_that_the_reader_may_not_find_is_not_among_the_versions(doors):
    chain = "urn:uuid:00000000-0000-4000-8000-000000000001"
    shown = doors.put(a_report("x"), 1, status=EntryStatus.DEPRECATED)
    deleted = doors.put(a_report("y"), 2, chain=chain, title="Secret", status=EntryStatus.DELETED)

    page = doors.doctor().get(f"{THEIRS}/{shown}").page

    assert deleted not in page
    assert "Secret" not in page
    assert "version plus récente" not in page


def test_a_hidden_document_is_not_between_two_others(doors):
    ids = [doors.put(a_report("x"), n, service_start=f"2026010{n}") for n in (1, 2, 3)]
    hide(doors.store, ids[1], masked=True)

    page = doors.doctor().get(f"{THEIRS}/{ids[0]}").page

    assert f'rel="prev" href="{THEIRS}/{ids[2]}"' in page
    assert ids[1] not in page


@pytest.mark.parametrize("path", PATHS)
def test_who_has_no_right_reads_nothing(doors, path):
    uuid = doors.put(a_report("Secret", more=a_file(PNG)))
    browser = doors.doctor(STRANGER).get(f"{THEIRS}/{uuid}{path}")

    assert browser.status in (403, 404)
    assert "Secret" not in browser.page


@pytest.mark.parametrize("path", PATHS)
def test_who_is_not_signed_in_is_sent_to_sign_in(doors, path):
    browser = Browser(doors.loop, doors.app, ORIGIN).get(f"{MINE}/{UNKNOWN}{path}")

    assert (browser.status, header(browser, "location")) == (303, "/connexion")


def test_a_document_of_another_record_is_not_found(doors):
    entry = an_entry(5)
    deposited(doors.store, entry, number=5, content=Octets(a_report("x")), patient=SOMEBODY_ELSE)

    assert doors.holder().get(f"{MINE}/{entry.uuid.removeprefix('urn:uuid:')}").status == 404


def test_a_professional_without_an_open_record_reads_nothing(doors):
    uuid, browser = doors.put(a_report("x")), doors.doctor()
    browser.get("/professional/dossier").submit("/dossier/quitter")

    assert browser.get(f"{THEIRS}/{uuid}").status in (303, 404)


@pytest.mark.parametrize("uuid", ["x", "urn:uuid:" + UNKNOWN, "%3Cscript%3E", UNKNOWN + "0", "..%2f..%2fetc"])
def test_what_is_no_id_is_not_found(doors, uuid):
    assert doors.holder().get(f"{MINE}/{uuid}").status == 404


def test_a_reading_leaves_one_trace_that_names_the_document_alone(doors):
    doors.put(a_report("x"), 1)
    uuid = doors.put(a_report("y"), 2)

    doors.doctor().get(f"{THEIRS}/{uuid}")

    (trace,) = doors.traces()
    assert trace.outcome is Outcome.DONE
    assert {touched.uuid for touched in trace.touched} == {f"urn:uuid:{uuid}"}


def test_a_refused_reading_leaves_a_trace_too(doors):
    uuid = doors.put(a_report("y"))
    hide(doors.store, uuid, masked=True)

    doors.doctor().get(f"{THEIRS}/{uuid}")

    (trace,) = doors.traces()
    assert trace.outcome is Outcome.REFUSED


# -- what does not run


def test_no_payload_runs_from_a_narrative(doors):
    texts = [escape(one) for one in payloads(300)]
    written = "".join(
        f'<paragraph styleCode="{text}" ID="{text}">{text}</paragraph><linkHtml href="{text}">{text}</linkHtml>'
        for text in texts
    )
    uuid = doors.put(a_cda(f"<structuredBody>{a_section(written, title=texts[7])}</structuredBody>"))

    page = doors.holder().get(f"{MINE}/{uuid}").page

    harmless(page)
    assert page.count("&lt;script&gt;pwn(0)") >= 2


@pytest.mark.parametrize(
    "markup",
    [
        '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
        '<paragraph onclick="alert(1)" style="x">a</paragraph>',
        '<linkHtml href="javascript:alert(1)">a</linkHtml>',
        '<linkHtml href="#&quot;&gt;&lt;script&gt;">a</linkHtml><content ID="&quot;&gt;&lt;script&gt;">b</content>',
        '<linkHtml href=" java&#10;script:alert(1)">a</linkHtml>',
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>x</script></svg>',
        "<style>@import '//elsewhere.example'</style>",
        '<renderMultiMedia referencedObject="../../x"/>',
        '<x:a xmlns:x="http://www.w3.org/1999/xlink" x:href="javascript:alert(1)">a</x:a>',
        '<iframe src="//elsewhere.example">a</iframe><object data="x">b</object><embed src="x"/>',
        '<table><tbody><tr><td colspan="1 onclick=x" align="&quot; onclick=&quot;x">a</td></tr></tbody></table>',
        "<html><body><form action='//elsewhere.example'><input name='token'/></form></body></html>",
        "<list listType='&quot;&gt;'><item>a</item></list>",
        "<footnote ID='a'>b</footnote><footnoteRef IDREF='a'/>",
    ],
)
def test_no_markup_of_a_document_reaches_the_page(doors, markup):
    page = doors.holder().get(f"{MINE}/{doors.put(a_report(markup))}").page

    harmless(page)


def test_hostile_titles_and_names_are_words(doors):
    text = '"><script>alert(1)</script>'
    kind = Code(text, text, text)
    author = replace(an_entry().authors[0], person=f"1^{text}^{text}", institutions=(text,), specialties=(text,))
    uuid = doors.put(a_report("x"), title=text, comments=text, type_code=kind, authors=(author,))
    browser = doors.holder()

    harmless(browser.get(f"{MINE}/{uuid}").page)
    browser.get(f"{MINE}/{uuid}/original")
    assert header(browser, "content-disposition") == 'attachment; filename="20261121-script-alert-1-script.xml"'


def test_no_octets_break_the_reader():
    luck = random.Random(11)  # noqa: S311 - no secret
    table = "<table><tbody><tr><td>a</td></tr></tbody></table><renderMultiMedia referencedObject='img'/>"
    documents = [a_report(table, more=a_file(PNG)), wrapped(PDF), wrapped(b"{\\rtf1 a}", "text/rtf"), a_study(series=2)]
    for turn in range(400):
        broken = bytearray(documents[turn % len(documents)])
        for _ in range(luck.randint(1, 8)):
            broken[luck.randrange(len(broken))] = luck.randrange(256)
        read_view(ReadDocument(an_entry(), bytes(broken)), Language.FRENCH, MINE)


def test_a_deep_and_a_huge_narrative_are_read(doors):
    deep = doors.put(a_report("<content>" * 80 + "fond" + "</content>" * 80), 1)
    huge = doors.put(a_report(f"<table><tbody>{'<tr><td>1</td></tr>' * 50_000}</tbody></table>"), 2)
    browser = doors.holder()

    assert "fond" in browser.get(f"{MINE}/{deep}").page
    assert "trop long pour une page" in browser.get(f"{MINE}/{huge}").page
