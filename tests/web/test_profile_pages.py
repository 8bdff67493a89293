"""«Mon profil» in a browser: lines and measures, and notes that nobody else ever reads (PT-6, PT-15)."""

import re
from collections.abc import Callable

import pytest

from browser_builders import Browser
from dmp.actions.personal_space import WriteLine, WriteNote, WriteReading
from dmp.record.people import DelegateScope
from dmp.record.personal import MOST_NOTES, Measure, Note, Section
from dmp.record.record import Attending, Record
from dmp.store import pages
from dmp.store.tx import Store
from own_space_builders import (
    ADULT,
    DAY,
    DOCTOR,
    NOW,
    Doors,
    delegated,
    of_a_child,
    sent,
    token_of,
    whole_database,
)
from store_builders import PERSON, a_record, an_entry, deposited

PROFILE, LINES, READINGS, NOTES = (
    "/patient/profil",
    "/patient/profil/lignes",
    "/patient/profil/mesures",
    "/patient/profil/notes",
)
CANARY = "oiseau-des-iles-4711"


@pytest.fixture
def doors(loop, sqlite_store: Store) -> Callable[..., Doors]:
    return lambda record=None: Doors(loop, sqlite_store, record or a_record(traits=ADULT))


def the_line(browser: Browser) -> str:
    found = re.search(r'name="remove" value="([^"]+)"', browser.page)
    assert found is not None, browser.page
    return found[1]


def test_a_line_is_written_shown_with_its_day_and_taken_away(doors):
    anne = doors().holder().get(PROFILE)
    assert "Votre profil est vide" in anne.page
    anne.submit(LINES, section="allergies", text="Pénicilline <b>", line_day="2004-02-01").follow()
    assert "Pénicilline &lt;b&gt;" in anne.page
    assert "01/02/2004" in anne.page
    anne.submit(LINES, remove=the_line(anne)).follow()
    assert "Pénicilline" not in anne.page


def test_measures_are_shown_as_people_write_them(doors):
    anne = doors().holder().get(PROFILE)
    anne.submit(READINGS, measure="29463-7", value="72,5", reading_day="2026-01-31").follow()
    anne.submit(READINGS, measure="85354-9", value="120", second="80", reading_day="31/01/2026").follow()
    assert "72,5 kg" in anne.page
    assert "120 / 80 mmHg" in anne.page
    assert anne.page.count("31/01/2026") == 2


@pytest.mark.parametrize(
    ("path", "typed", "field"),
    [
        (LINES, {"section": "allergies", "text": "  "}, "text"),
        (LINES, {"section": "allergies", "text": "x" * 301}, "text"),
        (LINES, {"section": "nowhere", "text": "Chat"}, "section"),
        (LINES, {"section": "history", "text": "Chat", "line_day": "2999-01-01"}, "line_day"),
        (LINES, {"section": "history", "text": "Chat", "line_day": "31/02/2020"}, "line_day"),
        (READINGS, {"measure": "29463-7", "value": "7250", "reading_day": "2026-01-31"}, "value"),
        (READINGS, {"measure": "29463-7", "value": "٧٢", "reading_day": "2026-01-31"}, "value"),
        (READINGS, {"measure": "29463-7", "value": "72", "reading_day": ""}, "reading_day"),
        (READINGS, {"measure": "29463-7", "value": "72", "reading_day": "2999-01-31"}, "reading_day"),
        (READINGS, {"measure": "85354-9", "value": "120", "reading_day": "2026-01-31"}, "second"),
        (READINGS, {"measure": "1234", "value": "120", "reading_day": "2026-01-31"}, "measure"),
    ],
)
def test_what_cannot_be_kept_names_its_field_and_keeps_what_was_typed(doors, path, typed, field):
    anne = doors().holder().get(PROFILE)
    anne.submit(path, **typed)
    assert anne.status == 422
    assert f'id="{field}-error"' in anne.page
    words = typed.get("text", typed.get("value", "")).strip()
    assert words in anne.page
    assert "vide" in anne.get(PROFILE).page


def test_a_note_is_kept_changed_and_erased_for_good(doors):
    anne = doors().holder().get(NOTES)
    anne.submit(NOTES, text=f"{CANARY}\r\n<b>").follow()
    assert f"{CANARY}\n&lt;b&gt;" in anne.page
    name = re.search(r'name="note" value="([^"]+)"', anne.page)
    assert name is not None
    sent(anne, NOTES, note=name[1], text="Autre chose").follow()
    assert CANARY not in anne.page
    assert "Autre chose" in anne.page
    anne.submit(NOTES, remove=the_line(anne)).follow()
    assert "pas encore de note" in anne.page


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_a_note_without_words_or_with_too_many_is_not_kept(doors, text):
    anne = doors().holder().get(NOTES)
    anne.submit(NOTES, text=text)
    assert (anne.status, 'id="text-error"' in anne.page, text.strip() in anne.page) == (422, True, True)
    assert "pas encore de note" in anne.get(NOTES).page


def test_there_is_room_for_many_notes_and_for_no_more(doors):
    house = doors()
    with house.store.begin() as tx:
        record = tx.records.of(PERSON)
        for number in range(MOST_NOTES):
            tx.personal.put(record, Note(f"note-{number}", "mot " * 100, NOW))
    anne = house.holder().get(NOTES)
    assert anne.page.count("Effacer cette note") == MOST_NOTES
    anne.submit(NOTES, text="encore")
    assert (anne.status, "limite" in anne.page) == (422, True)
    sent(anne, NOTES, note="note-7", text="changée").follow()
    assert "changée" in anne.page
    sent(anne, NOTES, note="nowhere", text="changée")
    assert (anne.status, "n’existe plus" in anne.page) == (422, True)


def test_removing_a_line_never_removes_a_note_nor_the_other_way_round(doors):
    anne = doors().holder().get(NOTES)
    note = the_line(anne.submit(NOTES, text="Ma note").follow())
    line = the_line(anne.get(PROFILE).submit(LINES, section="illnesses", text="Ma ligne").follow())
    sent(anne, LINES, remove=note)
    sent(anne, NOTES, remove=line)
    assert "Ma note" in anne.get(NOTES).page
    assert "Ma ligne" in anne.get(PROFILE).page


REFUSED: list[tuple[str, Callable[[], Record]]] = [
    ("representative", of_a_child),
    *((f"delegate {scope}", lambda scope=scope: delegated(scope)) for scope in DelegateScope),
]


@pytest.mark.parametrize("record", [make for _, make in REFUSED], ids=[name for name, _ in REFUSED])
def test_nobody_who_acts_for_the_holder_reads_or_writes_his_notes(doors, record):
    house = doors(record())
    sent(house.holder(), NOTES, text=CANARY)
    paul = house.acting()
    assert CANARY not in paul.get(NOTES).page
    assert paul.status == 403
    assert "notes" not in paul.get(PROFILE).page
    for fields in ({"text": "moi aussi"}, {"remove": "x"}, {"note": "x", "text": "moi"}):
        assert sent(paul, NOTES, **fields).status == 403
    own = house.holder().get(NOTES).page
    assert own.count("Effacer cette note") == 1
    assert CANARY in own


def test_the_representative_of_a_child_keeps_its_profile_and_no_delegate_does(doors):
    paul = doors(of_a_child()).acting().get(PROFILE)
    paul.submit(LINES, section="allergies", text="Arachide").follow()
    assert "Arachide" in paul.page


@pytest.mark.parametrize("scope", list(DelegateScope))
def test_no_delegate_sees_or_writes_the_profile(doors, scope):
    house = doors(delegated(scope))
    sent(house.holder(), LINES, section="allergies", text=CANARY)
    paul = house.acting().get(PROFILE)
    assert (paul.status, CANARY in paul.page) == (403, False)
    assert sent(paul, LINES, section="allergies", text="Moi").status == 403
    assert sent(paul, READINGS, measure="29463-7", value="72", reading_day="2026-01-31").status == 403
    assert sent(paul, LINES, remove="x").status == 403
    assert "Moi" not in house.holder().get(PROFILE).page


def test_a_professional_has_no_such_page(doors):
    house = doors(a_record(traits=ADULT, attending=(Attending(DOCTOR.id, NOW - DAY, confirmed=True),)))
    claire = house.doctor()
    for path in (PROFILE, NOTES):
        claire.get(path)
        assert claire.answer is not None
        assert (claire.status, claire.answer.headers["location"]) == (303, "/")
        assert sent(claire, path, text="moi").status in (303, 405)


def test_who_keeps_notes_is_told_to_nobody_but_himself(doors):
    house = doors(of_a_child(attending=(Attending(DOCTOR.id, NOW - DAY, confirmed=True),)))
    anne = house.holder()
    sent(anne, NOTES, text=CANARY)
    assert "ses notes privées" in sent(anne, "/historique", mine="1").page
    for other in (house.acting(), house.doctor()):
        assert sent(other, "/historique", mine="1").status == 200
        assert "notes" not in other.page


def test_no_word_of_notes_and_profile_stands_in_clear_in_a_trace_or_on_disk(doors, caplog):
    house = doors()
    anne = house.holder()
    sent(anne, NOTES, text=CANARY)
    sent(anne, LINES, section="illnesses", text=CANARY)
    sent(anne, NOTES, text="x" * 5000 + CANARY)
    assert CANARY in anne.get(NOTES).page
    assert CANARY.encode() not in whole_database(house.store)
    assert CANARY not in caplog.text
    with house.store.begin() as tx:
        record = tx.records.of(PERSON)
        assert CANARY not in repr([*tx.traces.of(record.key)])
        assert CANARY not in repr(record), "nor in the record, of which former versions are kept"


def test_a_record_that_a_former_release_wrote_has_no_notes_and_takes_some(doors, monkeypatch):
    house = doors()
    with monkeypatch.context() as before:
        before.setattr(pages, "KINDS", pages.KINDS[:-1])
        deposited(house.store, an_entry(1))
    anne = house.holder().get(NOTES)
    assert "pas encore de note" in anne.page
    assert "Nouvelle" in anne.submit(NOTES, text="Nouvelle ligne").follow().page


def test_a_form_of_somebody_else_is_refused(doors):
    anne = doors().holder()
    token_of(anne)
    anne.post(NOTES, {"token": "0" * 64, "text": CANARY})
    assert anne.status == 403
    assert CANARY not in anne.get(NOTES).page


def test_the_words_of_an_act_are_in_no_representation_of_it():
    acts = (
        WriteNote(PERSON, CANARY),
        WriteLine(PERSON, Section.ILLNESSES, CANARY),
        WriteReading(PERSON, Measure.WEIGHT, NOW.date(), CANARY),
    )
    assert all(CANARY not in repr(act) for act in acts)
