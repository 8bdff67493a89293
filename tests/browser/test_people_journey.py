"""Who may read, and who acts for whom: authorised, blocked, delegate, parent until the eighteenth birthday."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from chromium import Window
from dmp.record.dtm import PARIS
from portal_builders import DOCTOR, NURSE, House, Patient, holder

MINE = "/patient/professionnels"


def decides(window: Window, words: str, name: str) -> None:
    """Press the button of a decision about somebody, then confirm it."""
    window.page.get_by_role("button", name=re.compile(f"{words}.*{name}")).click()
    window.page.wait_for_url("**/confirmer")
    window.page.locator("main form button.btn").first.click()
    window.page.wait_for_url(f"**{MINE}**")


def opens_record_of(window: Window, name: str) -> None:
    window.goes("/patient/proches").page.get_by_role("button", name=name).click()
    window.page.wait_for_load_state()


def test_a_doctor_who_reads_the_record_is_blocked_and_finds_nothing_any_more(home: House, opens):
    patient = home.patient(documents=2)
    assert len(home.client(DOCTOR).find(patient.id)) == 2
    with opens() as window:
        window.hold(home.secret_of(patient)).goes(MINE)
        decides(window, "Bloquer", "ARNOUX-TEST")
        assert "Bloqué" in window.words
    assert not home.client(DOCTOR).find(patient.id)


def test_somebody_never_met_is_looked_for_and_authorised(home, opens):
    patient = home.patient(documents=2)
    nurse = holder(NURSE)
    assert not home.client(NURSE).find(patient.id)
    with opens() as window:
        window.hold(home.secret_of(patient)).goes(f"{MINE}/chercher").fills(name=nurse.family).presses("Chercher")
        decides(window, "Autoriser", nurse.family)
        assert nurse.family in window.words
    assert len(home.client(NURSE).find(patient.id)) == 2


def test_a_delegate_opens_the_record_with_an_account_of_his_own(home, opens):
    patient, helper = home.patient(documents=2), home.patient()
    until = datetime.now(UTC) + timedelta(days=90)
    with opens() as window:
        window.hold(home.secret_of(patient)).goes("/patient/proches/delegues")
        window.page.locator("#scope input").first.check()
        window.fills(name=helper.name, number=helper.id.number, until=f"{until:%d/%m/%Y}")
        window.presses("Nommer ce délégué")
        assert helper.name in window.words
    with opens() as window:
        window.hold(home.secret_of(helper))
        opens_record_of(window, patient.name)
        assert patient.name in window.page.get_by_role("region", name="Dossier ouvert").inner_text()
        window.goes("/patient/documents")
        assert window.page.locator(".shelf li").count() == 2

    with opens() as window:
        window.hold(home.secret_of(patient)).goes("/patient/proches/delegues").presses("Retirer tout de suite")
    with opens() as window:
        window.hold(home.secret_of(helper)).goes("/patient/proches")
        assert patient.name not in window.words


def child_of(home: House, parent: Patient, born: date) -> Patient:
    """Somebody of that birth date, whose record names a parent."""
    person = next(home.minors)
    traits = parent.person.traits
    guardian = replace(person.guardians[0], family=traits.birth_name, given=traits.birth_first_name)
    guardian = replace(guardian, identifier=parent.id)
    person = replace(person, guardians=(guardian,), traits=replace(person.traits, birth_date=born.isoformat()))
    home.open_record(person)
    home.client(DOCTOR).submit(person.patient, list(home.notes(person, 1)))
    return Patient(person, home.account(person))


def test_a_parent_opens_the_record_of_a_child_until_the_eighteenth_birthday_and_not_a_day_longer(home, opens):
    parent, today = home.patient(), datetime.now(PARIS).date()
    of_age = today.replace(year=today.year - 18, day=min(today.day, 28))
    child = child_of(home, parent, of_age + timedelta(days=40))
    grown = child_of(home, parent, of_age)
    with opens() as window:
        window.hold(home.secret_of(parent)).goes("/patient/proches")
        assert child.person.traits.birth_first_name.title() in window.words
        assert grown.person.traits.birth_first_name.title() not in window.words
        opens_record_of(window, child.person.traits.birth_first_name.title())
        assert window.goes("/patient/documents").page.locator(".shelf li").count() == 1
        window.page.get_by_role("button", name="Fermer ce dossier").click()
        window.page.wait_for_url("**/patient**")
    with opens() as window:
        window.hold(home.secret_of(grown)).goes("/patient/proches/delegues")
        assert "Vous êtes majeur depuis le" in window.words
        assert parent.person.traits.birth_name in window.words
