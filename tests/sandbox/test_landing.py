"""The first page of the demonstration: one click for each role; no other installation has it."""

from contextlib import closing

import pytest

from dmp.assure.browser import Browser
from dmp.client import DmpClient
from dmp.record.notice import Channel
from dmp.sandbox.folder import SandboxOptions, read_contract
from dmp.sandbox.landing import DEMO, Landing
from dmp.sandbox.population import people
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import running

HOMES = {
    "patient": "/patient",
    "doctor": "/professional",
    "nurse": "/professional",
    "pharmacist": "/professional",
    "doctor2": "/professional",
    "secretary": "/desk",
    "operator": "/operator",
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    folder, landing = tmp_path_factory.mktemp("landing"), Landing()
    person = people(2026, 1)[0]
    with running(folder, SandboxOptions(free_port()), landing.annex):
        with closing(DmpClient.from_sandbox(folder, "doctor")) as doctor:
            doctor.open_record(person.patient, person.traits, contact=person.contact, guardians=person.guardians)
            doctor.authorise(person.patient)
            doctor.create_patient_access(person.patient, Channel.SMS, "0639980001")
        yield folder, landing, person


@pytest.fixture
def browser(stage):
    with closing(Browser(read_contract(stage[0]))) as made:
        yield made


def test_nobody_is_the_patient_before_the_story_has_one(stage, browser):
    stage[1].patient = None
    assert browser.fill(DEMO, role="patient").headers["location"] == DEMO


@pytest.mark.parametrize("role", HOMES)
def test_one_click_leads_each_role_home(stage, browser, role):
    stage[1].patient = stage[2].patient
    assert f'value="{role}"' in browser.get(DEMO).text
    assert browser.fill(DEMO, role=role).headers["location"] == HOMES[role]
    assert browser.get(HOMES[role]).status_code == 200


def test_another_role_ends_the_one_before(stage, browser):
    browser.fill(DEMO, role="doctor")
    before = browser.cookie("__Host-dmp-session")
    browser.fill(DEMO, role="nurse")
    headers = {"Cookie": f"__Host-dmp-session={before}"}
    with closing(Browser(read_contract(stage[0]))) as thief:
        assert thief.user.get("/professional", headers=headers).headers["location"] == "/connexion"


def test_a_role_that_is_not_offered_opens_nothing(browser):
    assert browser.fill(DEMO, role="insurer").headers["location"] == DEMO
    assert browser.send(DEMO, {"role": "doctor"}).status_code == 403
    assert not browser.cookie("__Host-dmp-session")


def test_no_other_sandbox_has_the_page(tmp_path):
    with running(tmp_path, SandboxOptions(free_port())), closing(Browser(read_contract(tmp_path))) as browser:
        assert browser.get(DEMO).status_code == 404
