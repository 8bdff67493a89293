"""«Mes volontés» and the published profile in a browser: documents of their type, replaced, withdrawn (PT-6, PT-7)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from browser_builders import Browser
from dmp.actions.tell_when_due import JOB, Looked, TellWhenDue
from dmp.main import build_gate
from dmp.notices.words import words_of
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.job import JobKind
from dmp.record.notice import Message, Timer, TimerKind
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.people import DelegateScope
from dmp.record.record import Attending
from dmp.settings import Settings
from dmp.store.jobs import Jobs
from dmp.store.tx import Store
from dmp.wire.cda.reading import read_cda
from own_space_builders import DAY, DOCTOR, NOW, Doors, delegated, of_a_child, sent, token_of
from store_builders import PERSON, SOMEBODY_ELSE, a_record

ALL, HEIRS = "/patient/volontes", "/patient/volontes/ayants-droit"
TRUSTED, WARNED, DIRECTIVES, ORGANS = (
    f"{ALL}/{place}" for place in ("personne-de-confiance", "personnes-a-prevenir", "directives", "don-d-organes")
)
PROFILE, LINES, PUBLISH = "/patient/profil", "/patient/profil/lignes", "/patient/profil/publier"
ANSWERS = {
    TRUSTED: {"name": "Léa MARTIN-TEST", "tie": "Amie", "phone": "06 39 98 00 01"},
    WARNED: {"name": "Léa MARTIN-TEST", "phone": "06 39 98 00 01", "name2": "Luc <b>"},
    DIRECTIVES: {"how": "words", "text": "Pas d’acharnement.\r\nPrès des miens."},
    ORGANS: {"choice": "refusal"},
}
TYPES = {TRUSTED: "EXPPAT_1", WARNED: "EXPPAT_1", DIRECTIVES: "EXPPAT_3", ORGANS: "EXPPAT_1"}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ANNE = IdentityTraits("DURAND", "ANNE", "ANNE LISE", "1979-03-12", Sex.FEMALE, birth_place="75112")


@pytest.fixture
def doors(loop, sqlite_store: Store) -> Callable[..., Doors]:
    return lambda record=None: Doors(loop, sqlite_store, record or a_record(traits=ANNE))


def documents(house: Doors) -> list[tuple[DocumentEntry, bytes]]:
    with house.store.begin() as tx:
        contents = tx.inside(tx.records.of(PERSON))
        return [(entry, contents.read_document(entry.uuid)) for entry in contents.entries()]


def text_of(octets: bytes) -> str:
    body = read_cda(octets).body
    assert body is not None
    return body.octets.decode()


def write(browser: Browser, path: str, **fields: str) -> Browser:
    """Fill in the form as it is shown."""
    page = browser.get(path).page
    hidden = dict(re.findall(r'<input type="hidden" name="(nonce|replaces)" value="([^"]*)"', page))
    return browser.post(path, {"token": token_of(browser), **hidden, **fields})


@pytest.mark.parametrize("path", list(ANSWERS))
def test_a_wish_becomes_a_document_of_its_type_and_is_shown_as_what_stands(doors, path):
    house = doors()
    anne = write(house.holder(), path, **ANSWERS[path])
    assert anne.status == 303, anne.page
    ((entry, octets),) = documents(house)
    assert (entry.type_code.code, entry.class_code.code) == (TYPES[path], "90")
    assert entry.deposit is not None
    assert (entry.deposit.person, entry.deposit.structure) == (PERSON.number, "")
    page = anne.follow().page
    assert "C’est enregistré" in page
    assert f'href="/patient/documents/{entry.uuid.removeprefix("urn:uuid:")}"' in page
    assert page.count("Rien n’est écrit") == 3
    said = text_of(octets)
    assert entry.title in said
    for answer in ANSWERS[path].values():
        assert answer in ("words", "refusal") or answer.replace("\r\n", "\n") in said


def test_a_wish_is_replaced_and_the_newest_one_stands(doors):
    house = doors()
    anne = house.holder()
    write(anne, TRUSTED, **ANSWERS[TRUSTED])
    write(anne, TRUSTED, **{**ANSWERS[TRUSTED], "name": "Zoé PETIT-TEST"})
    statuses = {text_of(octets).count("Zoé"): entry.status for entry, octets in documents(house)}
    assert statuses == {0: EntryStatus.DEPRECATED, 1: EntryStatus.APPROVED}
    page = anne.get(ALL).page
    assert page.count("Remplacer") == 1
    assert "Autres documents" not in page


def test_two_wishes_of_one_type_stand_side_by_side(doors):
    house = doors()
    anne = house.holder()
    for path in (TRUSTED, WARNED, ORGANS):
        write(anne, path, **ANSWERS[path])
    assert [entry.status for entry, _ in documents(house)] == [EntryStatus.APPROVED] * 3
    assert anne.get(ALL).page.count("Rien n’est écrit") == 1


def test_a_wish_is_withdrawn_from_its_page(doors):
    house = doors()
    anne = house.holder()
    write(anne, DIRECTIVES, **ANSWERS[DIRECTIVES])
    found = re.search(r'href="(/patient/documents/[0-9a-f-]+/supprimer)"', anne.get(ALL).page)
    assert found is not None
    assert anne.get(found[1]).status == 200
    change = found[1].replace("supprimer", "masquer")
    anne.post(change, {"token": token_of(anne), "change": "TD3.3c", "sure": "1"})
    assert [entry.status for entry, _ in documents(house)] == [EntryStatus.DELETED], anne.page
    assert anne.get(ALL).page.count("Rien n’est écrit") == 4


def test_directives_may_be_a_file_or_only_a_place(doors):
    house = doors()
    anne = house.holder()
    write(anne, DIRECTIVES, how="place", where="Chez le docteur Leroy", text="brouillon")
    assert "Chez le docteur Leroy" in text_of(documents(house)[0][1])
    assert "brouillon" not in text_of(documents(house)[0][1])
    anne = multipart(house.holder(), {"how": "file"}, PDF)
    assert anne.status == 303, anne.page
    bodies = [read_cda(octets).body for _, octets in documents(house)]
    assert "application/pdf" in [body.media_type for body in bodies if body is not None]


def multipart(browser: Browser, fields: dict[str, str], file: bytes) -> Browser:
    """Send the form of directives with a file."""
    page = browser.get(DIRECTIVES).page
    hidden = dict(re.findall(r'<input type="hidden" name="(nonce|replaces)" value="([^"]*)"', page))
    told = {"origin": browser.origin, "sec-fetch-site": "same-origin"}
    parts = {"token": token_of(browser), **hidden, **fields}
    files = {"file": ("mes directives.pdf", file, "application/pdf")}
    return browser._send("POST", DIRECTIVES, data=parts, files=files, headers=told)


@pytest.mark.parametrize("file", [b"", b"<html>", b"MZ\x00\x01", b"%PDF-1.4\n/JavaScript /JS\n%%EOF"])
def test_a_file_that_cannot_be_kept_is_told_on_its_field(doors, file):
    house = doors()
    anne = multipart(house.holder(), {"how": "file"}, file)
    assert (anne.status, 'id="file-error"' in anne.page, documents(house)) == (422, True, [])


@pytest.mark.parametrize(
    ("path", "typed", "field"),
    [
        (TRUSTED, {"name": " ", "phone": "06"}, "name"),
        (TRUSTED, {"name": "Léa", "phone": ""}, "phone"),
        (TRUSTED, {"name": "L" * 201, "phone": "06"}, "name"),
        (TRUSTED, {"name": "Léa\x0b", "phone": "06"}, "name"),
        (WARNED, {"name": "Léa", "phone": "06", "phone2": "6\n7"}, "phone2"),
        (DIRECTIVES, {"how": "words", "text": ""}, "text"),
        (DIRECTIVES, {"how": "place", "text": "ici"}, "where"),
        (DIRECTIVES, {"how": "elsewhere"}, "how"),
        (ORGANS, {"choice": ""}, "choice"),
        (ORGANS, {"choice": "told", "more": "x" * 2001}, "more"),
    ],
)
def test_what_is_missing_names_its_field_and_keeps_what_was_typed(doors, path, typed, field):
    house = doors()
    anne = write(house.holder(), path, **typed)
    assert (anne.status, f'id="{field}-error"' in anne.page) == (422, True)
    assert documents(house) == []
    assert all(value in anne.page for name, value in typed.items() if name != "how" and value.isalnum())


def test_the_same_form_sent_twice_puts_in_one_document(doors):
    house = doors()
    anne = house.holder()
    nonce = re.search(r'name="nonce" value="([^"]+)"', anne.get(ORGANS).page)
    assert nonce is not None
    for _ in range(2):
        sent(anne, ORGANS, nonce=nonce[1], replaces="", **ANSWERS[ORGANS])
        assert anne.status == 303
    assert len(documents(house)) == 1


def test_what_is_not_there_is_not_replaced(doors):
    house = doors()
    anne = sent(house.holder(), ORGANS, replaces="00000000-0000-4000-8000-000000000099", **ANSWERS[ORGANS])
    assert (anne.status, "Revenez à vos volontés" in anne.page, documents(house)) == (422, True, [])
    assert sent(anne, ORGANS, replaces="../../etc", **ANSWERS[ORGANS]).status == 303


def test_there_is_no_other_wish(doors):
    anne = doors().holder()
    assert anne.get(f"{ALL}/testament").status == 404
    assert sent(anne, f"{ALL}/testament", text="x").status == 404


def test_the_wish_about_heirs_is_asked_shown_and_written(doors):
    house = doors()
    anne = house.holder().get(ALL)
    assert 'value="yes" checked' in anne.page
    anne.submit(HEIRS)
    assert (anne.status, 'id="heirs-error"' in anne.page) == (422, True)
    anne.submit(HEIRS, heirs="no").follow()
    assert 'value="no" checked' in anne.page
    with house.store.begin() as tx:
        assert tx.records.of(PERSON).heirs_opposed


REFUSED: list[Callable] = [of_a_child, *(lambda scope=scope: delegated(scope) for scope in DelegateScope)]


@pytest.mark.parametrize("record", REFUSED, ids=["representative", *DelegateScope])
def test_nobody_writes_the_will_of_somebody_else(doors, record):
    house = doors(record())
    paul = house.acting().get(ALL)
    assert paul.status == 200
    assert "<form" not in paul.page.partition("<main")[2].partition("</main>")[0]
    for path, answers in ANSWERS.items():
        assert paul.get(path).status == 303
        assert sent(paul, path, nonce="", replaces="", **answers).status in (403, 422)
    assert sent(paul, HEIRS, heirs="no").status == 403
    assert documents(house) == []
    with house.store.begin() as tx:
        assert not tx.records.of(PERSON).heirs_opposed


def test_who_may_read_sees_what_stands_but_not_the_choice_about_heirs(doors):
    house = doors(delegated(DelegateScope.READ, heirs_opposed=True))
    write(house.holder(), TRUSTED, **ANSWERS[TRUSTED])
    page = house.acting().get(ALL).page
    assert "Lire" in page
    assert "ayants droit" not in page
    assert "Remplacer" not in page


def test_a_masked_wish_stays_masked_when_it_is_replaced(doors):
    house = doors()
    anne = house.holder()
    write(anne, TRUSTED, **ANSWERS[TRUSTED])
    document = documents(house)[0][0].uuid.removeprefix("urn:uuid:")
    anne.post(f"/patient/documents/{document}/masquer", {"token": token_of(anne), "change": "TD3.3a-mask"})
    write(anne, TRUSTED, **{**ANSWERS[TRUSTED], "name": "Zoé PETIT-TEST"})
    with house.store.begin() as tx:
        newest = [one for one in tx.inside(tx.records.of(PERSON)).entries() if one.status is EntryStatus.APPROVED]
    assert newest
    assert all(entry.visibility.masked for entry in newest)


def test_a_professional_has_no_such_page(doors):
    house = doors(a_record(traits=ANNE, attending=(Attending(DOCTOR.id, NOW - DAY, confirmed=True),)))
    claire = house.doctor()
    for path in (ALL, TRUSTED, PUBLISH):
        claire.get(path)
        assert claire.answer is not None
        assert (claire.status, claire.answer.headers["location"]) == (303, "/")


# -- a reminder each year


def due_jobs(house: Doors, at: datetime) -> list[tuple[str, Timer | Message]]:
    """What is due by then; it is taken."""
    jobs, found = Jobs(house.store), []
    while (job := jobs.take("test", at)) is not None:
        kind = Timer if job.kind is JobKind.TIMER else Message
        found.append((job.record, msgspec.json.decode(job.payload or b"", type=kind)))
        jobs.end(job, "done", at)
    return found


def reminders(house: Doors, at: datetime) -> list[Looked]:
    """What the looks at directives that are due by then came to."""
    gate = build_gate(house.store, Settings("", *[Path("/nowhere")] * 6, production=False))
    timers = [(record, one) for record, one in due_jobs(house, at) if isinstance(one, Timer)]
    of_directives = [pair for pair in timers if pair[1].kind is TimerKind.DIRECTIVES]
    return [gate.perform(JOB, TellWhenDue(*pair), at) for pair in of_directives]


def told_of(house: Doors, at: datetime) -> list[str]:
    return [one.text for _, one in due_jobs(house, at) if isinstance(one, Message)]


IN_A_YEAR, IN_TWO = datetime.now(UTC) + 366 * DAY, datetime.now(UTC) + 732 * DAY


def test_who_wrote_directives_is_reminded_each_year_in_words_that_tell_nothing(doors):
    house = doors()
    write(house.holder(), DIRECTIVES, **ANSWERS[DIRECTIVES])
    assert reminders(house, datetime.now(UTC) + 300 * DAY) == []
    assert reminders(house, IN_A_YEAR) == [Looked.TOLD]
    assert told_of(house, IN_A_YEAR) == ["directives-kept"]
    assert "irectives" not in "".join(map(str, vars(words_of("directives-kept")).values()))
    assert reminders(house, IN_TWO) == [Looked.TOLD]


def test_only_directives_are_reminded_of(doors):
    house = doors()
    anne = house.holder()
    for path in (TRUSTED, WARNED, ORGANS):
        write(anne, path, **ANSWERS[path])
    assert reminders(house, IN_TWO) == []


def test_directives_that_were_replaced_are_reminded_of_once(doors):
    house = doors()
    anne = house.holder()
    for _ in range(2):
        write(anne, DIRECTIVES, **ANSWERS[DIRECTIVES])
    assert sorted(reminders(house, IN_A_YEAR)) == [Looked.OVER, Looked.TOLD]
    assert reminders(house, IN_TWO) == [Looked.TOLD]


def test_directives_that_were_withdrawn_are_reminded_of_no_more(doors):
    house = doors()
    anne = house.holder()
    write(anne, DIRECTIVES, **ANSWERS[DIRECTIVES])
    ((entry, _),) = documents(house)
    place = f"/patient/documents/{entry.uuid.removeprefix('urn:uuid:')}/masquer"
    anne.post(place, {"token": token_of(anne), "change": "TD3.3c", "sure": "1"})
    assert reminders(house, IN_A_YEAR) == [Looked.OVER]
    assert reminders(house, IN_TWO) == []


def test_nothing_is_told_of_a_closed_record_but_the_reminder_comes_back_with_it(doors):
    house = doors()
    anne = house.holder()
    write(anne, DIRECTIVES, **ANSWERS[DIRECTIVES])
    sent(anne, "/patient/fermer", understood="1")
    assert reminders(house, IN_A_YEAR) == [Looked.CLOSED]
    sent(anne, "/patient/fermer/rouvrir", consent="1")
    assert reminders(house, IN_TWO) == [Looked.TOLD]


# -- the published profile


def test_a_snapshot_of_the_profile_is_published_and_replaced(doors):
    house = doors()
    anne = house.holder()
    sent(anne, "/patient/profil/notes", text="secret-4711")
    sent(anne, LINES, section="allergies", text="Pénicilline", line_day="2004-02-01")
    sent(anne, "/patient/profil/mesures", measure="85354-9", value="120", second="80", reading_day="2026-01-31")
    anne.get(PUBLISH)
    assert "Pénicilline (depuis le 01/02/2004)" in anne.page
    anne.submit(PUBLISH).follow()
    assert "Publié le" in anne.page
    ((entry, octets),) = documents(house)
    assert (entry.type_code.code, entry.class_code.code, entry.title) == ("DOCPAT08", "11", "Profil médical")
    said = text_of(octets)
    assert "Tension artérielle (mmHg) [LOINC 85354-9]" in said
    assert "31/01/2026 : 120 / 80 mmHg" in said
    assert "secret-4711" not in said
    sent(anne, LINES, section="lifestyle", text="Marche")
    anne.get(PUBLISH).submit(PUBLISH)
    assert sorted(entry.status for entry, _ in documents(house)) == [EntryStatus.APPROVED, EntryStatus.DEPRECATED]


def test_an_empty_profile_is_not_published(doors):
    house = doors()
    anne = house.holder().get(PUBLISH).submit(PUBLISH)
    assert (anne.status, "est vide" in anne.page, documents(house)) == (422, True, [])


@pytest.mark.parametrize("scope", list(DelegateScope))
def test_no_delegate_publishes_the_profile(doors, scope):
    house = doors(delegated(scope))
    sent(house.holder(), LINES, section="allergies", text="Pénicilline")
    paul = house.acting()
    assert paul.get(PUBLISH).status == 403
    assert sent(paul, PUBLISH, nonce="").status == 403
    assert documents(house) == []


def test_the_representative_of_a_child_publishes_its_profile(doors):
    house = doors(of_a_child(traits=replace(ANNE, birth_date="2019-05-02")))
    paul = house.acting()
    sent(paul, LINES, section="allergies", text="Arachide")
    for _ in range(2):
        assert paul.get(PUBLISH).submit(PUBLISH).status == 303, paul.page
    (entry, octets), _ = sorted(documents(house), key=lambda one: one[0].status)
    assert "Arachide" in text_of(octets)
    assert entry.deposit is not None
    assert entry.deposit.person == SOMEBODY_ELSE.number
