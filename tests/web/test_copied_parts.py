"""A full copy beside its documents, unzipped and read: all that is the holder's, and of nobody what he may not see."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dmp.actions.ask_about_access import AskAboutAccess
from dmp.actions.view_log import ViewLog
from dmp.main import build_gate
from dmp.record.actor import Caller, Holder
from dmp.record.choice import ChoiceKind, HealthChoice, Reminded, Told
from dmp.record.invitation import Invitation
from dmp.record.notice import Frequency, NoticeWishes
from dmp.record.patient import Guardian
from dmp.record.people import Delegate, DelegateScope, Protection
from dmp.record.people import Measure as Measured
from dmp.record.personal import Measure, Note, ProfileLine, Reading, Section
from dmp.record.prescription import Prescription
from dmp.record.record import Attending, Authorisation, ClosingReason, Closure, Oppositions, Record, RecordState
from dmp.record.visibility import Visibility
from dmp.settings import Settings
from dmp.store.tx import Store
from own_space_builders import ADULT, CABINET, DAY, DOCTOR, MAIL, NOW, Doors, of_a_child, sent
from prescription_builders import a_number, a_prescription, an_execution
from store_builders import PERSON, SOMEBODY_ELSE, a_record, an_entry, deposited, uuid

COPY = "/patient/copie"
LETTER_OF = date(2026, 3, 14)
PARTS = {
    "identity",
    "profile",
    "measures",
    "choices",
    "invitations",
    "prescriptions",
    "deliveries",
    "people",
    "emergencies",
}
HOLDERS = {"professionals", "settings", "reminders", "questions"}
"""What whoever acts for the holder is not told."""
SPACE = (
    ProfileLine("line-1", Section.ALLERGIES, "Pénicilline <b>1987</b>", NOW - DAY, date(1987, 5, 1)),
    Reading("reading-1", Measure.WEIGHT, date(2026, 2, 3), "72.5", NOW - DAY),
    HealthChoice("choice-1", "screening", ChoiceKind.DECLINED, "breast", NOW - DAY, reason="pas cette année-ci"),
    Invitation("invitation-1", "CNAM-2026-777", "colorectal", LETTER_OF, NOW - DAY),
    Reminded("reminded", (Told("screening", "breast", "1", "due", date(2026, 1, 7)),)),
    Note("note-1", "oiseau-4711", NOW - DAY),
)


@pytest.fixture
def doors(loop, sqlite_store: Store) -> Callable[[Record], Doors]:
    """The portal before a record."""
    return lambda record: Doors(loop, sqlite_store, record)


def decided(**changes: Any) -> dict[str, Any]:
    """What the holder decided."""
    known = {
        "authorisations": (Authorisation(CABINET.id, NOW - DAY, NOW + 30 * DAY, PERSON.number, by_holder=True),),
        "attending": (Attending(DOCTOR.id, NOW - DAY, confirmed=True),),
        "blocked": frozenset({"899900000999"}),
        "oppositions": Oppositions(break_glass=True),
        "notices": NoticeWishes(Frequency.DAILY),
    }
    return {**known, **changes}


def filled(house: Doors, *prescriptions: Prescription) -> Doors:
    """His own space, and prescriptions with numbers."""
    with house.store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        for item in SPACE:
            tx.personal.put(record, item)
        for each in prescriptions:
            tx.prescriptions.add(record, each)
    return house


def ramipril(number: int = 1, **changes: Any) -> Prescription:
    told = {"prescriber_name": "Claire ARNOUX-TEST", "deposited": NOW - DAY, "executions": (an_execution(10),)}
    return a_prescription(**{"id": f"p-{number}", "number": a_number(number), **told, **changes})


def taken(browser, **fields: str) -> zipfile.ZipFile:
    browser.get(COPY)
    answer = sent(browser, COPY, **fields).answer
    assert answer.status_code == 200, browser.page
    return zipfile.ZipFile(io.BytesIO(answer.content))


def parts(archive: zipfile.ZipFile) -> dict[str, list[dict[str, Any]]]:
    return json.loads(archive.read("DOSSIER.JSON"))["parts"]


def page(archive: zipfile.ZipFile) -> str:
    return archive.read("DOSSIER.HTM").decode()


def words(archive: zipfile.ZipFile) -> str:
    return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_the_holder_takes_all_that_is_his_beside_the_documents_to_read_and_for_machines(doors):
    house = filled(doors(a_record(traits=ADULT, **decided())), ramipril())
    archive = taken(house.holder())
    found = parts(archive)
    assert set(found) == PARTS | HOLDERS
    assert found["profile"][0]["text"] == "Pénicilline <b>1987</b>"
    assert found["profile"][0]["since"] == "1987-05-01"
    assert found["measures"][0]["value"] == {"value": "72.5", "second": None, "unit": "kg"}
    (choice,) = found["choices"]
    assert (choice["kind"]["code"], choice["subject"]["code"], choice["shared"]) == ("declined", "breast", False)
    assert "sein" in choice["subject"]["label"]
    (invitation,) = found["invitations"]
    assert (invitation["day"], invitation["name"]) == ("2026-03-14", "CNAM-2026-777")
    assert [one["day"] for one in found["reminders"]] == ["2026-01-07"]
    (line,) = found["prescriptions"]
    assert (line["state"]["code"], line["delivered"]["value"]) == ("partly_dispensed", "10")
    assert found["deliveries"][0]["pharmacist"] == "Odile PHARMA-TEST"
    assert {one["role"]["code"] for one in found["professionals"]} == {"let-in", "attending", "blocked"}
    assert {one["what"]["code"]: one["value"] for one in found["emergencies"]}["break-glass-refused"] is True
    assert MAIL in [one["value"] for one in found["settings"]]
    assert PERSON.number in [one["value"] for one in found["identity"]]

    text = page(archive)
    for said in (
        "Pénicilline &lt;b&gt;1987&lt;/b&gt;",
        "72,5 kg",
        "pas cette année-ci",
        "Lettre du",
        "14/03/2026",
        "12/03/1979",
        "Délivrée en partie",
        "médecin traitant",
        "bloqué",
        MAIL,
        "07/01/2026",
    ):
        assert said in text
    assert 'href="DOSSIER.HTM"' in archive.read("INDEX.HTM").decode()
    assert "DOSSIER.JSON" in archive.read("README.TXT").decode()
    assert "  DOSSIER.JSON\n" in archive.read("SHA256.TXT").decode()


def test_the_page_opens_without_us_and_says_what_the_file_for_machines_says(doors):
    archive = taken(filled(doors(a_record(traits=ADULT, **decided())), ramipril()).holder())
    text = page(archive)
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    links = re.findall(r'href="([^"]+)"', text)
    assert set(links) <= set(archive.namelist())
    tree = etree.HTML(text)
    rows = [len(table.findall(".//tbody/tr")) for table in tree.iter("table")]
    assert rows == [len(found) for found in parts(archive).values() if found]


def test_a_part_that_holds_nothing_says_so(doors):
    archive = taken(doors(a_record(traits=ADULT)).holder())
    assert parts(archive)["profile"] == []
    assert "<p>Rien.</p>" in page(archive)


def test_the_number_of_a_prescription_is_in_no_copy(doors):
    """Who has it may have it delivered, and a copy is handed on."""
    archive = taken(filled(doors(a_record(traits=ADULT)), ramipril()).holder())
    assert "Ramipril" in page(archive)
    assert a_number(1) not in words(archive)


def test_private_notes_are_taken_along_when_the_holder_asks_and_by_nobody_else(doors):
    house = filled(doors(of_a_child()))
    assert 'name="notes"' in house.holder().get(COPY).page
    assert "oiseau-4711" not in words(taken(house.holder()))
    archive = taken(house.holder(), notes="1")
    assert [note["text"] for note in parts(archive)["notes"]] == ["oiseau-4711"]
    assert "oiseau-4711" in page(archive)
    assert 'name="notes"' not in house.acting().get(COPY).page
    theirs = taken(house.acting(), notes="1")
    assert "oiseau-4711" not in words(theirs)
    assert "notes" not in parts(theirs)


def test_a_representative_takes_what_his_pages_show_him_and_no_decision_of_the_minor(doors):
    house = filled(doors(of_a_child(**decided())), ramipril())
    archive = taken(house.acting())
    assert set(parts(archive)) == PARTS
    assert "Pénicilline" in page(archive)
    text = page(archive) + archive.read("DOSSIER.JSON").decode()
    for hidden in (DOCTOR.id, CABINET.id, "899900000999", MAIL, "Rappels déjà faits"):
        assert hidden not in text


def without_times(archive: zipfile.ZipFile) -> dict[str, Any]:
    """What the files beside the documents say, whenever they were made."""
    return {"parts": parts(archive), "page": page(archive), "names": sorted(archive.namelist())}


@pytest.mark.parametrize(
    "secret",
    [
        ramipril(2, secret=True, prescriber_name="Gaëlle SECRET-TEST"),
        ramipril(2, document=an_entry(2).unique_id, prescriber_name="Gaëlle SECRET-TEST"),
    ],
    ids=["taken in secret", "its document is hidden"],
)
def test_two_worlds_a_representative_cannot_tell_that_there_is_a_prescription_that_he_may_not_know(doors, secret):
    house = filled(doors(of_a_child(visibility={uuid(2): Visibility(hidden_from_guardians=True)})), ramipril())
    before = without_times(taken(house.acting()))
    deposited(house.store, an_entry(2), number=2)
    with house.store.begin() as tx:
        tx.prescriptions.add(tx.records.of(PERSON), secret)
    assert without_times(taken(house.acting())) == before
    assert "SECRET-TEST" in page(taken(house.holder()))


def test_a_prescription_whose_document_waits_to_be_announced_is_in_no_copy_of_the_holder(doors):
    hidden = {uuid(2): Visibility(hidden_from_patient_since=NOW - DAY)}
    house = filled(doors(a_record(traits=ADULT, visibility=hidden)), ramipril())
    before = without_times(taken(house.holder()))
    deposited(house.store, an_entry(2), number=2)
    with house.store.begin() as tx:
        tx.prescriptions.add(tx.records.of(PERSON), ramipril(2, document=an_entry(2).unique_id))
    assert without_times(taken(house.holder())) == before


def test_the_holder_of_a_closed_record_takes_all_of_it(doors):
    closure = Closure(NOW, ClosingReason.PATIENT_REQUEST)
    house = filled(doors(a_record(traits=ADULT, state=RecordState.CLOSED, closure=closure, **decided())), ramipril())
    archive = taken(house.holder(), notes="1")
    assert set(parts(archive)) == PARTS | HOLDERS | {"notes"}
    assert "Pénicilline" in page(archive)
    assert "oiseau-4711" in page(archive)
    assert "Dossier fermé le" in page(archive)


def test_delegates_are_named_without_their_numbers(doors):
    paul = Delegate(SOMEBODY_ELSE, "Paul DURAND", DelegateScope.READ, NOW - DAY, NOW + 30 * DAY)
    archive = taken(doors(a_record(traits=ADULT, delegates=(paul,))).holder())
    (delegate,) = parts(archive)["people"]
    assert (delegate["role"]["code"], delegate["name"], delegate["about"]) == ("delegate", "Paul DURAND", "Lire")
    assert SOMEBODY_ELSE.number not in words(archive)


PAUL = Guardian("FTH", "DURAND", "PAUL", identifier=SOMEBODY_ELSE)


def roles(archive: zipfile.ZipFile) -> set[str]:
    return {one["role"]["code"] for one in parts(archive)["people"]}


def test_the_objection_to_heirs_is_in_the_copy_of_the_holder_and_of_nobody_who_acts_for_him(doors):
    """Only the holder is asked about it, and told (LC-13)."""
    guardianship = Protection(SOMEBODY_ELSE, "Paul DURAND", Measured.GUARDIANSHIP, NOW - DAY, NOW + 300 * DAY)
    house = doors(a_record(traits=ADULT, protections=(guardianship,), heirs_opposed=True))
    assert roles(taken(house.holder())) == {"protection", "heirs-opposed"}
    assert roles(taken(house.acting())) == {"protection"}


def test_who_acts_for_somebody_is_not_told_who_acted_before(doors):
    former = Delegate(SOMEBODY_ELSE, "Zoé ANCIENNE-TEST", DelegateScope.READ, NOW - 30 * DAY, NOW - DAY)
    house = doors(of_a_child(delegates=(former,)))
    assert "ANCIENNE-TEST" in page(taken(house.holder()))
    assert "ANCIENNE-TEST" not in page(taken(house.acting()))


def test_the_parents_of_an_adult_are_told_as_former_representatives(doors):
    archive = taken(doors(a_record(traits=ADULT, guardians=(PAUL,))).holder())
    assert roles(archive) == {"guardian-before"}
    assert "a été représentant légal" in page(archive)


def test_the_parents_of_a_minor_are_told_as_representatives(doors):
    assert roles(taken(doors(of_a_child()).holder())) == {"guardian"}


def test_what_the_holder_asked_about_an_access_is_his_with_the_answer(doors):
    house = doors(a_record(traits=ADULT, attending=(Attending(DOCTOR.id, NOW - DAY, confirmed=True),)))
    deposited(house.store, an_entry(1))
    house.doctor().get("/professional/dossier")
    gate = build_gate(house.store, Settings("", *[Path("/nowhere")] * 6, production=False))
    me = Caller(Holder(PERSON), patient=PERSON)
    lines = gate.perform(me, ViewLog(PERSON), NOW).lines
    access = next(line.act.id for line in lines if line.act is not None and line.act.doer.structure)
    question = gate.perform(me, AskAboutAccess(PERSON, access, "Pourquoi ce jour-là ?"), NOW)
    with house.store.begin() as tx:
        tx.records.of(PERSON)
        tx.questions.answer(replace(question, answered_at=NOW, answered_by="x", answer="Pour votre rendez-vous."))
    archive = taken(house.holder())
    (told,) = parts(archive)["questions"]
    assert (told["asked"], told["answer"]) == ("Pourquoi ce jour-là ?", "Pour votre rendez-vous.")
    assert "Pour votre rendez-vous." in page(archive)
