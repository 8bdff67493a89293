"""What a demonstration has besides documents: an invitation, and an e-prescription of which half is handed out."""

from contextlib import closing
from datetime import UTC, datetime

import pytest

from dmp.actions.dispense import ListDeliverable
from dmp.actions.prescribe import ListPrescriptions
from dmp.client import DmpClient
from dmp.desk.operations import Operations
from dmp.main import build_gate, open_store
from dmp.record.actor import Caller, Holder
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.people import holder
from dmp.sandbox.population import people
from dmp.sandbox.port import free_port
from dmp.sandbox.scenery import Scenery
from dmp.sandbox.serve import running
from dmp.sandbox.today import INVITED, ORDERED, Today
from dmp.services.duplicates import grouped


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder, person = tmp_path_factory.mktemp("today"), people(2026, 1)[0]
    names = ("doctor", "biologist", "doctor2", "pharmacist")
    with running(folder, SandboxOptions(free_port())):
        doctor, biologist, hospital, pharmacy = (DmpClient.from_sandbox(folder, name) for name in names)
        laboratory = DmpClient.from_sandbox(folder, "laboratory", standing_for="biologist")
        with closing(doctor), closing(biologist), closing(hospital), closing(pharmacy), closing(laboratory):
            doctor.open_record(person.patient, person.traits, contact=person.contact)
            doctor.authorise(person.patient)
            Scenery(doctor, laboratory, biologist, hospital, pharmacy).prepare(person)
            today = Today(Operations.at(folder).settings)
            yield today, person.patient, today.invite(person.patient), today.prescribe(person.patient), doctor


def test_half_of_the_prescription_is_handed_out_and_both_have_their_documents(place):
    today, patient, _, number, _ = place
    store = open_store(today.settings)
    with closing(store):
        gate, pharmacist = build_gate(store, today.settings), Caller(holder("pharmacist").professional, patient=patient)
        (kept,) = gate.perform(Caller(Holder(patient), patient=patient), ListPrescriptions(patient), datetime.now(UTC))
        (left,) = gate.perform(pharmacist, ListDeliverable(patient), datetime.now(UTC))

    assert kept.number == number
    assert len(kept.items) == len(ORDERED) == 2
    assert [done.item for done in kept.executions] == ["1"]
    assert kept.document
    assert left.id == kept.id, "the pharmacist finds it in the record, without its number"


def test_the_insurer_invites_to_one_programme(place):
    today, patient, invited, _, _ = place
    store = open_store(today.settings)
    with closing(store), store.begin() as tx:
        kept = tx.personal.invitations(tx.records.of(patient))

    assert invited == INVITED
    assert [one.programme for one in kept] == [INVITED]


def test_one_report_stands_there_twice(place):
    *_, patient, _, _, doctor = place

    (twice,) = [group for group in grouped(doctor.find(patient)) if group.copies]
    assert twice.first.title == "Mammographie bilatérale"
