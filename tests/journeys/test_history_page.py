"""«Qui a consulté mon dossier» in a browser: an act over SOAP is there at once, and is taken away with its proof."""

import csv
import io
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta

import pytest

from dmp.actions.view_log import LogFile
from dmp.assure.browser import PASSWORD, Browser, Phones, an_account
from dmp.audit import verify_traces
from dmp.client import CallRefused
from dmp.record.history import Doer, DoerKind, Ending, KnownDocument, LogLine, Proof, TracedAct
from dmp.store.sealing import seal_traces
from dmp.web.portal.forms import Form
from dmp.web.portal.history_pages import read_query, table_of
from dmp.web.portal.page import Language
from journey_builders import Story
from sandboxes import Sandbox

AT = datetime(2026, 1, 31, 8, 0, 5, tzinfo=UTC)
_ranks = iter(range(7000, 8000))


@pytest.fixture
def browser(strict: Sandbox, person) -> Iterator[Browser]:
    """The browser of somebody who is signed in."""
    account, browser = an_account(strict.settings, person.patient, next(_ranks)), Browser(strict.contract)
    before = Phones(strict.folder).count()
    browser.fill("/connexion", login=account.login, password=PASSWORD)
    code = Phones(strict.folder).code(after=before, to=account.channels[0].to)
    assert browser.fill("/connexion/code", code=code).headers["location"] == "/patient"
    yield browser
    browser.close()


def test_an_access_over_soap_is_in_the_history_within_five_seconds(strict: Sandbox, person, browser: Browser):
    story = Story(strict, person).opened("doctor", "nurse")
    entry = story.fed("Lettre <b>fictive</b>")
    story.nurse.read(person.patient, entry.unique_id)
    begun = time.monotonic()
    page = browser.get("/historique")
    assert time.monotonic() - begun < 5
    assert page.status_code == 200
    assert "a consulté dans le dossier : « Lettre &lt;b&gt;fictive&lt;/b&gt; »" in page.text
    assert story.nurse.credentials.name in page.text
    assert "Infirmier" in page.text


def test_a_search_finds_by_name_and_a_wrong_date_is_told(strict: Sandbox, person, browser: Browser):
    story = Story(strict, person).opened("doctor")
    story.fed("Lettre")
    with pytest.raises(CallRefused):
        story.by("doctor3").read(person.patient, "1.2.3.4")
    name = story.by("doctor3").credentials.name
    found = browser.fill("/historique", who=name.split()[0], kind="reading")
    assert "a essayé de consulter un document ; l&#39;accès a été refusé" in found.text
    assert "a déposé" not in found.text
    wrong = browser.fill("/historique", since="31/02/2026")
    assert (wrong.status_code, "Cette date n’existe pas" in wrong.text) == (422, True)
    assert "Aucun accès ne correspond" in browser.fill("/historique", who="personne de ce nom").text


def test_what_is_taken_away_is_proven_by_the_stand_alone_program(strict: Sandbox, person, browser: Browser, tmp_path):
    story = Story(strict, person).opened("doctor")
    story.fed("Lettre")
    seal_traces(strict.store, datetime.now(UTC))
    receipt = browser.get("/historique/preuves")
    assert receipt.headers["content-disposition"].endswith('preuves.jsonl"') or "preuves.jsonl" in str(receipt.headers)
    path = tmp_path / "preuves.jsonl"
    path.write_bytes(receipt.content)
    with redirect_stdout(io.StringIO()) as said:
        assert verify_traces.main([str(path)]) == 0
    assert "OK" in said.getvalue()

    rows = list(csv.reader(io.StringIO(browser.get("/historique/tableau").content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][0] == "Quand"
    assert {row[6].split()[0] for row in rows[1:]} <= {"trace", "dans"}
    assert any("a déposé dans le dossier : « Lettre »" in row[4] for row in rows)


def test_nobody_reads_a_history_without_signing_in(strict: Sandbox):
    stranger = Browser(strict.contract)
    for path in ("/historique", "/historique/tableau", "/historique/preuves"):
        assert stranger.get(path).headers["location"] == "/connexion"
    stranger.close()


# -- without a browser


def test_a_cell_of_the_table_is_never_a_formula():
    doer = Doer(DoerKind.PROFESSIONAL, name="=HYPERLINK(1)", structure_name="+1")
    act = TracedAct("1", "r", AT, doer, "TD3.2", Ending.DONE)
    lines = (LogLine(AT, act, (KnownDocument("u", "x;y"),), Proof.TEXT), LogLine(AT))
    rows = list(
        csv.reader(
            io.StringIO(table_of(LogFile(lines, b"", {"1": 7}), Language.FRENCH).decode("utf-8-sig")), delimiter=";"
        )
    )
    assert rows[1][1:4] == ["'=HYPERLINK(1)", "", "'+1"]
    assert [row[6] for row in rows[1:]] == ["trace 7", "sans : document à annoncer"]


def test_a_query_is_read_from_what_was_typed():
    fields = {"who": " Dupont ", "kind": "rights", "since": "2026-01-31", "until": "31/01/2026", "emergencies": "1"}
    query, errors = read_query(Form({**fields, "below": "12"}))
    assert errors == {}
    assert (query.who, query.kind, query.emergencies, query.below) == ("Dupont", "rights", True, 12)
    assert query.since is not None and query.until == query.since + timedelta(days=1)
    for below in ("-1", "x", "٣", "9" * 40):
        assert read_query(Form({"below": below}))[0].below is None
    assert set(read_query(Form({"since": "hier", "until": "2026-13-01"}))[1]) == {"since", "until"}
    assert read_query(Form({"kind": "unheard of"}))[0].kind is None
