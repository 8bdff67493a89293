"""The examples for several machines name the tables, the settings and the servers that there are."""

import re
import subprocess
from pathlib import Path

import pytest

from dmp.settings import from_environment
from dmp.store import schema
from dmp.store.hosts import address

EXAMPLES = Path(__file__).parents[2] / "docs/guide/examples"


def example(name: str) -> str:
    return (EXAMPLES / name).read_text(encoding="utf-8")


def test_every_table_has_its_place_on_several_servers():
    placed = re.findall(
        r"^SELECT (create_distributed_table|create_reference_table|\w+)\('(\w+)'", example("citus.sql"), re.M
    )
    assert sorted(table for _, table in placed) == sorted(schema.metadata.tables)
    cut = tuple(table for how, table in placed if how == "create_distributed_table")
    assert sorted(cut) == sorted(schema.PATIENT_TABLES)
    assert cut[0] == "record"


def test_the_tables_that_are_cut_stand_with_their_record():
    told = re.findall(r"create_distributed_table\('(\w+)', '(\w+)', (.+)\);", example("citus.sql"))
    assert {(column, rest) for table, column, rest in told if table != "record"} == {
        ("record", "colocate_with => 'record'")
    }
    for table in schema.PATIENT_TABLES:
        assert schema.metadata.tables[table].primary_key.columns.keys()[0] == "record"


def test_the_environment_of_a_machine_is_one_that_the_service_takes():
    lines = [line for line in example("environment").splitlines() if line and not line.startswith("#")]
    settings = from_environment(dict(line.split("=", 1) for line in lines))
    assert settings.synchronous_standby
    assert settings.bucket == "documents/blobs"
    assert address(settings.database_url).query["host"] == ("db1:5432", "db2:5432", "db3:5432")


@pytest.mark.parametrize("name", ["seaweedfs.sh", "post.sh"])
def test_a_script_is_one(name: str):
    subprocess.run(["/bin/sh", "-n", str(EXAMPLES / name)], check=True)


def test_what_must_not_be_weakened_is_in_the_configuration_of_patroni():
    told = example("patroni.yml")
    for line in (
        "synchronous_mode: quorum",
        "synchronous_mode_strict: true",
        'fsync: "on"',
        'synchronous_commit: "on"',
    ):
        assert f" {line}\n" in told
