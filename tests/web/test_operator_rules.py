"""Rules and failed readings on the pages of the operator: whose they are, how sure, what was refused; nobody."""

import re
import secrets
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from test_operator_pages import signed_in

from dmp.in_force import LOOK_EVERY, take
from dmp.portal import build_pages
from dmp.services import RULE_SETS
from dmp.services.rule_set import RefusedRules
from dmp.store.tx import Store
from dmp.web.portal.page import CookieName
from own_pages_builders import the_settings

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
RULES, UNREAD = "/operator/regles", "/operator/lectures"
PROGRAMMES = "screening/programmes.toml"
TEXTS = {name: text for one in RULE_SETS for name, text in one.shipped_texts.items()}
HOSTILE = '<script>alert("x")</script>{{ 7*7 }}'


@pytest.fixture
def rules_folder(tmp_path: Path) -> Path:
    """A folder of rules with programmes of one's own."""
    return put(tmp_path / "rules", TEXTS[PROGRAMMES].replace("FR-2025.1", "MAISON.7"))


def put(folder: Path, text: str, name: str = PROGRAMMES) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def browser(loop, store: Store, folder: Path | None = None):
    """An operator who signs in for the first time."""
    app = build_pages(store, replace(the_settings(), rules=folder))
    return signed_in(loop, app, store, f"claire.{secrets.token_hex(4)}")


def test_the_rules_of_the_release_tell_their_version_source_and_how_sure_they_are(loop, sqlite_store):
    page = browser(loop, sqlite_store).get(RULES).page.replace("<wbr>", "")
    for words in (
        *TEXTS,
        "FR-2025.1",
        "22/11/2026",
        "01/01/2025",
        "celles de cette version",
        "59 à confirmer",
        "dmp rules install",
    ):
        assert words in page
    assert "les vôtres" not in page
    assert "alert-danger" not in page
    assert "alert-warning" not in page


def test_rules_of_the_operator_are_marked_with_the_day_they_were_taken(loop, sqlite_store, rules_folder):
    take(sqlite_store, rules_folder, by="test", at=NOW)
    page = browser(loop, sqlite_store, rules_folder).get(RULES).page
    assert page.count("les vôtres") == page.count("le vôtre") == 1
    assert "MAISON.7" in page
    assert "02/03/2026" in page
    assert "dit autre chose" not in page


def test_a_refused_folder_is_told_with_its_line_and_the_former_rules_stay(loop, sqlite_store, rules_folder):
    take(sqlite_store, rules_folder, by="test", at=NOW)
    put(rules_folder, TEXTS[PROGRAMMES].replace('id = "colonoscopy"\n', "", 1))
    with pytest.raises(RefusedRules):
        take(sqlite_store, rules_folder, by="test", at=NOW)
    page = browser(loop, sqlite_store, rules_folder).get(RULES).page
    assert "Dernier dossier refusé" in page
    assert "id is missing" in page
    assert "programme.test" in page
    assert "MAISON.7" in page

    put(rules_folder, TEXTS[PROGRAMMES].replace("FR-2025.1", "MAISON.8"))
    take(sqlite_store, rules_folder, by="test", at=NOW)
    page = browser(loop, sqlite_store, rules_folder).get(RULES).page
    assert "Dernier dossier refusé" not in page
    assert "MAISON.8" in page


def test_sources_are_told_in_the_language_of_the_reader_and_name_no_file_of_ours(loop, sqlite_store):
    claire = browser(loop, sqlite_store)
    french = claire.get(RULES).page
    for words in ("libellés vérifiés", "Types de documents du JDV_J66", "Décidé ici", "Calendrier des vaccinations"):
        assert words in french
    assert "Decided here" not in french
    assert "labels checked" not in french
    claire.cookies[CookieName.LANGUAGE] = ("en", False)
    english = claire.get(RULES).page
    assert 'lang="en"' in english
    for words in ("labels checked", "Types of documents of JDV_J66", "Decided here"):
        assert words in english
    assert "libellés" not in english
    for page in (french, english):
        assert not re.search(r"services\.md|cda-and-services|lab_analytes", page)


def test_rules_that_do_not_open_are_told_at_home_and_on_their_page_with_what_to_do(loop, sqlite_store, rules_folder):
    take(sqlite_store, rules_folder, by="test", at=NOW)
    assert "ne sont plus suivies" not in browser(loop, sqlite_store).get("/operator").page
    with sqlite_store.connection() as connection:
        connection.exec_driver_sql("UPDATE rule_edition SET sealed = zeroblob(64)")
    claire = browser(loop, sqlite_store)
    home = claire.get("/operator").page
    assert "Des règles que vous aviez installées ne sont plus suivies" in home
    assert f'href="{RULES}"' in home[home.index("ne sont plus suivies") :]
    page = claire.get(RULES).page
    for words in ("ne s’ouvrent plus", "dmp rules install", "--shipped", "dmp check"):
        assert words in page
    assert "MAISON.7" not in page


def test_a_set_that_this_release_does_not_read_is_told_beside_the_others(loop, sqlite_store, tmp_path, monkeypatch):
    from dmp import in_force
    from dmp.services.rule_set import SHIPPED

    with monkeypatch.context() as patched:
        patched.setattr(in_force, "checked", lambda _folder: ({PROGRAMMES: "x"}, SHIPPED))
        take(sqlite_store, tmp_path, by="test", at=NOW)
    claire = browser(loop, sqlite_store)
    assert "ne sont plus suivies" in claire.get("/operator").page
    page = claire.get(RULES).page
    assert "ne sait plus lire une partie" in page
    assert page.count("les vôtres ne se lisent plus") == 1
    assert "ne s’ouvrent plus" not in page


def test_a_refused_folder_is_told_at_home_until_a_sound_one_is_taken(loop, sqlite_store, rules_folder):
    put(rules_folder, "x")
    with pytest.raises(RefusedRules):
        take(sqlite_store, rules_folder, by="test", at=NOW)
    page = browser(loop, sqlite_store).get("/operator").page
    assert "Le dernier dossier de règles a été refusé" in page
    assert "02/03/2026" in page
    assert "ne sont plus suivies" not in page
    take(sqlite_store, put(rules_folder, TEXTS[PROGRAMMES].replace("FR-2025.1", "M.8")), by="test", at=NOW)
    assert "a été refusé" not in browser(loop, sqlite_store).get("/operator").page


def test_a_folder_that_waits_is_told_and_so_is_one_that_cannot_be_taken(loop, sqlite_store, rules_folder):
    page = browser(loop, sqlite_store, rules_folder).get(RULES).page
    assert "dit autre chose que ce qui est en vigueur" in page
    put(rules_folder, "", "screening/programs.toml")
    page = browser(loop, sqlite_store, rules_folder).get(RULES).page
    assert "ne peut pas être pris" in page
    assert "screening/<wbr>programs.toml" in page


def test_what_a_file_says_is_shown_as_text_and_never_as_a_page(loop, sqlite_store, tmp_path):
    own = TEXTS[PROGRAMMES].replace('version = "FR-2025.1"', f"version = '{HOSTILE}'")
    take(sqlite_store, put(tmp_path / "own", own), by="test", at=NOW)
    broken = put(tmp_path / "broken", f"[set]\nversion = '{HOSTILE}'\n'{HOSTILE}' = 1\n")
    put(broken, "x", "<img src=x>.toml")
    with pytest.raises(RefusedRules):
        take(sqlite_store, broken, by="test", at=NOW)
    page = browser(loop, sqlite_store, broken).get(RULES).page
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "&lt;script&gt;alert" in page
    assert "{{ 7*7 }}" in page


def test_a_running_page_follows_within_a_minute(loop, sqlite_store, rules_folder, monkeypatch):
    from dmp import in_force

    claire = browser(loop, sqlite_store)
    assert "MAISON.7" not in claire.get(RULES).page
    take(sqlite_store, rules_folder, by="test", at=NOW)
    monkeypatch.setattr(in_force, "LOOK_EVERY", 0)
    later = browser(loop, sqlite_store)
    assert "MAISON.7" in later.get(RULES).page
    assert LOOK_EVERY == 60


def test_nobody_but_an_operator_sees_them(loop, sqlite_store):
    from browser_builders import Browser
    from own_pages_builders import ORIGIN

    app = build_pages(sqlite_store, the_settings())
    for address in (RULES, UNREAD):
        assert Browser(loop, app, ORIGIN).get(address).status in (303, 401, 403, 404)


# -- documents whose reading failed


def count(store: Store, **told: int) -> None:
    with store.begin() as tx:
        tx.unread.add({("11502-2", reason): number for reason, number in told.items()}, date(2026, 3, 2))


def test_failed_readings_are_counted_by_kind_and_reason_and_few_of_them_are_not_told(loop, sqlite_store):
    assert "Tous les documents reçus ont été lus" in browser(loop, sqlite_store).get(UNREAD).page
    count(sqlite_store, entries=11, document=10)
    page = browser(loop, sqlite_store).get(UNREAD).page
    assert ">11</td>" in page
    assert ">10</td>" not in page
    assert page.count("moins de 11</td>") == 1
    assert page.count("02/03/2026") == 1, "nor is the day of so few"
    assert "dmp rebuild-facts" in page


def test_one_more_is_counted_with_those_before_it(loop, sqlite_store):
    count(sqlite_store, entries=10)
    count(sqlite_store, entries=1)
    assert ">11</td>" in browser(loop, sqlite_store).get(UNREAD).page


def test_a_whole_reading_counts_anew(store: Store):
    count(store, entries=40)
    with store.begin() as tx:
        tx.unread.replace(Counter({("11502-2", "document"): 12}), date(2026, 3, 3))
    with store.begin() as tx:
        assert [(one.reason, one.count, one.last) for one in tx.unread.counts()] == [("document", 12, date(2026, 3, 3))]
