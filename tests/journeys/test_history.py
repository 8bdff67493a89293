"""The access history through the gate: who sees which act, in which words, and what is never told (PT-8, DEC-30)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dmp.actions.view_log import ViewLog
from dmp.record.actor import Administrator, Operator, Representative
from dmp.record.errors import AccessRefused, RecordClosed, RecordNotFound
from dmp.record.history import Kind, LogQuery, Proof
from dmp.record.history_words import told
from dmp.record.record import ClosingReason, Closure, RecordState
from history_builders import (
    AT,
    ATTENDING,
    AUTHOR,
    GLASS,
    MASKED,
    NURSE,
    SECRET,
    SECRETARY,
    STRANGER,
    THE_HOLDER,
    THE_MOTHER,
    UNSAID,
    Scene,
    a_scene,
    calling,
)
from store_builders import PERSON


@pytest.fixture
def scene(store) -> Scene:
    return a_scene(store)


def test_the_holder_reads_who_did_what_with_the_title_the_mode_and_the_refusals(scene):
    letter = scene.submit("Lettre")
    scene.find(calling(NURSE))
    scene.read(letter, by=calling(NURSE))
    scene.read(letter, by=calling(STRANGER))
    scene.read(letter, by=calling(STRANGER, **GLASS))

    assert scene.words(THE_HOLDER) == [
        "Anne DUPONT a déposé dans le dossier : « Lettre »",
        "Paul MARTIN a recherché dans le dossier",
        "Paul MARTIN a consulté dans le dossier : « Lettre »",
        "Jean PETIT a essayé de consulter un document ; l'accès a été refusé : « Lettre »",
        "Jean PETIT a consulté dans le dossier : « Lettre »",
    ]
    newest = told(scene.lines(THE_HOLDER)[1])
    assert (newest.role, newest.structure, newest.stands_out) == (
        "Médecin, Qualifié en Médecine générale (SM)",
        "Cabinet",
        True,
    )
    assert newest.how == "en urgence (bris de glace), motif : inconscient"


def test_reading_the_history_is_told_in_the_history(scene):
    scene.lines(calling(ATTENDING))
    assert next(told(line).what for line in scene.lines(THE_HOLDER)) == "a consulté l'historique des accès"


def test_a_deposit_that_waits_to_be_announced_reads_as_an_update_of_the_day_until_the_month_is_over(scene):
    hidden = scene.submit("Grave", visibility=UNSAID)
    scene.read(hidden, by=calling(NURSE))

    assert scene.words(THE_HOLDER) == [
        "Un professionnel a mis à jour votre dossier",
        "Un professionnel a consulté votre dossier",
    ]
    vague = [line for line in scene.lines(THE_HOLDER) if line.act is None]
    assert {(line.at, line.proof, line.documents) for line in vague} == {
        (datetime.fromisoformat("2026-01-31T00:00:00+01:00"), Proof.NONE, ())
    }
    later = AT + timedelta(days=32)
    assert scene.words(THE_HOLDER, at=later) == [
        "Anne DUPONT a déposé dans le dossier : « Grave »",
        "Paul MARTIN a consulté dans le dossier : « Grave »",
    ]


def test_what_waits_to_be_announced_is_left_out_of_an_act_on_other_documents_too(scene):
    letter, hidden = scene.submit("Lettre"), scene.submit("Grave", visibility=UNSAID)
    scene.read(letter, hidden, by=calling(NURSE))
    assert scene.words(THE_HOLDER)[-1] == "Paul MARTIN a consulté dans le dossier : « Lettre »"


def test_the_attending_doctor_sees_all_but_secret_connections_once_he_is_confirmed(scene):
    letter = scene.submit("Lettre", visibility=MASKED)
    scene.submit("Secret", secret=True)
    scene.find(THE_HOLDER)

    assert scene.words(calling(ATTENDING)) == [
        "Anne DUPONT a déposé dans le dossier : « Lettre »",
        "Titulaire du dossier a recherché dans le dossier",
    ]
    scene.read(letter, by=calling(ATTENDING))
    scene.amend(lambda r: replace(r, attending=tuple(replace(role, confirmed=False) for role in r.attending)))
    assert scene.words(calling(ATTENDING)) == []


def test_everybody_else_sees_what_he_did_himself(scene):
    letter = scene.submit("Lettre")
    scene.read(letter, by=calling(NURSE))
    assert scene.words(calling(NURSE)) == ["Paul MARTIN a consulté dans le dossier : « Lettre »"]
    assert scene.words(calling(AUTHOR)) == ["Anne DUPONT a déposé dans le dossier : « Lettre »"]
    assert scene.words(calling(STRANGER)) == []
    assert scene.words(calling(SECRETARY)) == []


def test_a_professional_never_sees_an_act_that_would_reveal_a_masked_document(scene):
    letter, other = scene.submit("Lettre"), scene.submit("Autre")
    scene.read(letter, by=calling(NURSE))
    scene.read(letter, other, by=calling(NURSE))
    with scene.store.begin() as tx:
        record = tx.records.of(PERSON)
        chain = tx.inside(record).by_unique_id((letter,))[0].chain
    scene.amend(lambda r: replace(r, visibility={chain: MASKED}))

    scene.read(letter, by=calling(NURSE))
    scene.read("1.2.3.999", by=calling(NURSE))
    assert scene.words(calling(NURSE)) == [
        "Paul MARTIN a consulté dans le dossier : « Autre »",
        "Paul MARTIN a essayé de consulter un document ; l'accès a été refusé",
        "Paul MARTIN a essayé de consulter un document ; l'accès a été refusé",
    ]
    assert scene.words(THE_HOLDER)[2] == "Paul MARTIN a consulté dans le dossier : « Lettre »"


def test_a_representative_sees_neither_secrets_nor_what_the_minor_did(scene):
    scene.submit("Lettre")
    hidden = scene.submit("Secret", visibility=SECRET)
    scene.read(hidden, by=calling(NURSE))
    scene.submit("En connexion secrète", secret=True)
    scene.find(THE_HOLDER)
    scene.submit("Grave", visibility=UNSAID)

    assert scene.words(THE_MOTHER) == [
        "Un professionnel a mis à jour votre dossier",
        "Anne DUPONT a déposé dans le dossier : « Lettre »",
    ], "a line that tells only a day stands where the day begins"


@pytest.mark.parametrize(
    "caller",
    [calling(Operator("ops")), calling(Administrator("899900000190"), reason="x"), calling(NURSE, **GLASS)],
    ids=["operator", "administrator", "break-glass"],
)
def test_those_who_run_the_service_and_emergencies_have_no_history(scene, caller):
    with pytest.raises(AccessRefused):
        scene.lines(caller)


def test_a_stranger_learns_that_there_is_no_record(scene):
    with pytest.raises(RecordNotFound):
        scene.lines(calling(Representative("160012B07400112", "AUTRE FICTIF")))


def test_the_holder_of_a_closed_record_still_reads_its_history_and_nobody_else_does(scene):
    scene.submit("Lettre")
    scene.submit("Grave", visibility=UNSAID)
    closure = Closure(AT, ClosingReason.PATIENT_REQUEST)
    scene.amend(lambda r: replace(r, state=RecordState.CLOSED, closure=closure))
    assert scene.words(THE_HOLDER) == [
        "Un professionnel a mis à jour votre dossier",
        "Anne DUPONT a déposé dans le dossier",
    ]
    with pytest.raises(RecordClosed):
        scene.lines(calling(ATTENDING))


def test_lines_are_found_by_person_kind_period_and_emergency(scene):
    letter = scene.submit("Lettre")
    scene.read(letter, by=calling(NURSE))
    scene.read(letter, by=calling(STRANGER, **GLASS))
    scene.submit("Grave", visibility=UNSAID)
    stop = scene.at

    def found(**query) -> list[str]:
        lines = scene.lines(THE_HOLDER, LogQuery(until=stop, **query))
        return [told(line).who for line in lines]

    assert found(who="martin") == ["Paul MARTIN"]
    assert found(who=NURSE.id) == ["Paul MARTIN"]
    assert found(kind=Kind.READING) == ["Jean PETIT", "Paul MARTIN"]
    assert found(kind=Kind.WRITING) == ["Anne DUPONT", "Un professionnel"]
    assert found(emergencies=True) == ["Jean PETIT"]
    assert found(who="dupont", kind=Kind.WRITING) == ["Anne DUPONT"]
    assert found(since=AT + timedelta(minutes=4)) == ["Jean PETIT"]


def test_a_page_is_a_year_or_a_hundred_lines_and_older_ones_follow_without_shifting(scene):
    for _ in range(230):
        scene.find(calling(NURSE))
    year = scene.gate.perform(THE_HOLDER, ViewLog(PERSON), scene.at)
    assert (len(year.lines), year.below) == (230, None)

    later = scene.at + timedelta(days=400)
    first = scene.gate.perform(THE_HOLDER, ViewLog(PERSON), later)
    scene.find(calling(NURSE))
    second = scene.gate.perform(THE_HOLDER, ViewLog(PERSON, LogQuery(below=first.below)), later)
    third = scene.gate.perform(THE_HOLDER, ViewLog(PERSON, LogQuery(below=second.below)), later)
    assert [len(page.lines) for page in (first, second, third)] == [100, 100, 31]
    ids = [line.act.id for page in (first, second, third) for line in page.lines if line.act]
    assert len(set(ids)) == 231
    assert third.below is None
