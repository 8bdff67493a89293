"""Every statement of the acts themselves, over the wire, touches one partition of each patient table (house 6)."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from dmp.client import DmpClient
from dmp.record.actor import Mode
from dmp.record.record import ClosingReason
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.maker import DocumentContext, plain_text
from dmp.sandbox.population import people
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import running
from dmp.store import schema
from dmp.store.tx import Store
from partitions import captured_statements, partitions_touched


def play_the_main_job(folder: Path) -> None:
    """Open, let in, feed, replace, find, read, also in an emergency, mask, refuse, archive, close, reopen."""
    (person,) = people(seed=11, count=1)
    patient = person.patient
    with DmpClient.from_sandbox(folder, "doctor") as doctor, DmpClient.from_sandbox(folder, "nurse") as nurse:
        doctor.open_record(patient, person.traits, guardians=person.guardians)
        doctor.authorise(patient)
        nurse.authorise(patient)
        for replaced in (False, True):
            context = DocumentContext(
                doctor.new_oid(), patient, person.traits, doctor.professional, datetime(2026, 11, 2, tzinfo=UTC)
            )
            before = doctor.find(patient)[0].uuid if replaced else ""
            doctor.submit(patient, [plain_text(context, "Document fictif.")], replaces=before)
        (entry,) = nurse.find(patient)
        assert nurse.read(patient, entry.unique_id)
        assert nurse.in_mode(Mode.BREAK_GLASS, "Inconscient").find(patient)
        doctor.mask(patient, entry)
        assert nurse.find(patient) == ()
        doctor.archive(patient, doctor.find(patient)[0])
        doctor.close_record(patient, ClosingReason.PATIENT_REQUEST)
        assert doctor.find(patient) == ()
        doctor.reopen_record(patient)


def test_every_statement_of_an_act_touches_one_partition_of_each_patient_table(
    partitioned_store: Store, tmp_path: Path
):
    url = partitioned_store.engine.url.render_as_string(hide_password=False)
    options = SandboxOptions(free_port(), database_url=url)

    with running(tmp_path / "sandbox", options), captured_statements(Engine) as captured:
        play_the_main_job(tmp_path / "sandbox")

    used: set[str] = set()
    with partitioned_store.engine.connect() as connection:
        for statement in captured:
            touched = partitions_touched(connection, statement.text, statement.parameters)
            assert all(len(partitions) <= 1 for partitions in touched.values()), statement.text
            used |= set(touched)
    # Destruction is no message; nor is a prescription with a number, or to ask to be told of first accesses:
    # `test_one_partition` does them.
    assert used == set(schema.PATIENT_TABLES) - {"erasure", "reader", "prescription"}
