"""A trace says everything that the law and the rules want, in one spelling, and reads back the same."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from audit_builders import NOW, a_caller, a_trace
from dmp.audit.canonical import InvalidTrace
from dmp.audit.trace import Change, Outcome, Trace, Who
from dmp.record.actor import Caller, Facility, FacilitySoftware, Holder, Operator, Representative, Staff
from dmp.record.patient import PatientId


def test_the_text_of_a_trace_is_ascii_json_with_sorted_members_and_no_space():
    trace = Trace(
        id="t", at=NOW, who=Who(kind="holder", person="p", name="É"), verb="TD0.2", record="r", outcome=Outcome.REFUSED
    )
    assert trace.text() == (
        b'{"at":"2026-03-02T09:00:00.000000Z","changes":[],"detail":"","form":"1","id":"t","outcome":"refused",'
        b'"policy":"","record":"r","rules":[],"software":"","touched":[],"transaction":"","verb":"TD0.2","who":'
        b'{"assertion":"","client":"","client_approval":"","client_serial":"","client_version":"","kind":"holder",'
        b'"know_how":"","message":"","mode":"normal","name":"\\u00c9","person":"p","profession":"","reason":"",'
        b'"secret":false,"sector":"","structure":"","structure_name":"","via":""}}'
    )


def test_a_trace_reads_back_the_same():
    trace = replace(
        a_trace(word="masqué \ud800 \N{SNOWMAN}"),
        changes=(Change("urn:uuid:1", "confidentialityCode", "N", "N MASQUE_PS"),),
    )
    assert Trace.read(trace.text()) == trace


def test_the_same_instant_in_another_zone_gives_the_same_text():
    paris = timezone(timedelta(hours=1))
    elsewhere = replace(a_trace(), at=datetime(2026, 3, 2, 10, 0, tzinfo=paris))
    assert elsewhere.text() == replace(a_trace(), at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC)).text()


def test_every_fact_of_the_caller_that_the_rules_looked_at_is_kept():
    assert Who.of(a_caller()) == Who(
        kind="professional",
        person="899900000101",
        name="PERSON Test",
        profession="10",
        know_how="SM26",
        structure="1750000001",
        structure_name="Hôpital",
        sector="SA01",
        via="DIRECTE",
        mode="bris_de_glace",
        reason="inconscient",
        assertion="_vihf-1",
        message="urn:uuid:m",
        client="Logiciel",
        client_version="2.1",
        client_approval="HOMOLOGATION-1",
        client_serial="serial-7",
    )


def test_each_kind_of_actor_is_told_with_what_identifies_him():
    facility = Facility("1750000001", "Hôpital", "SA01")
    told = [
        Who.of(Caller(actor))
        for actor in (
            Staff("3/77", "SECRETARY", "SECRETARIAT_MEDICAL", facility),
            FacilitySoftware(facility, "user-1", "USER", "AUTOMATE"),
            Holder(PatientId("277076322082910", "1.2")),
            Representative("285076322082910", "MOTHER"),
            Operator("ops-1"),
        )
    ]
    assert [(who.kind, who.person, who.name, who.profession, who.via) for who in told] == [
        ("staff", "3/77", "SECRETARY", "SECRETARIAT_MEDICAL", "DIRECTE"),
        ("facility-software", "user-1", "USER", "AUTOMATE", "INDIRECTE"),
        ("holder", "277076322082910", "", "", ""),
        ("representative", "285076322082910", "MOTHER", "", ""),
        ("operator", "ops-1", "", "", ""),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"form":"1"', '"form":"2"'),
        ('"outcome":"done"', '"outcome":"perhaps"'),
        ('"secret":false', '"secret":0'),
        ('"rules":["break-glass"]', '"rules":[1]'),
        ('"rules":["break-glass"]', '"rules":"break-glass"'),
        ('"id":"trace-0"', '"id":null'),
        ('"detail":"",', '"detail": "",'),
        ('"detail":"",', '"detail":"","extra":"",'),
        (".000000Z", ".0Z"),
        (".000000Z", "+00:00"),
        ('"touched":[{', '"touched":[[],{'),
        ("}}", "}"),
    ],
)
def test_a_text_that_is_not_the_canonical_one_of_a_trace_is_refused(old, new):
    text = a_trace().text().decode()
    assert old in text
    with pytest.raises(InvalidTrace):
        Trace.read(text.replace(old, new).encode())


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b"[" * 100_000, json.dumps("x").encode()])
def test_what_is_no_object_is_refused(text):
    with pytest.raises(InvalidTrace):
        Trace.read(text)
