"""The documents made for the sandbox, before the rules that the service applies to any deposit."""

import pytest

from dmp.record.actor import Facility
from dmp.record.codes import Code
from dmp.record.nomenclature import check_codes
from dmp.record.profile import dmp
from dmp.wire.cda.document import open_document
from dmp.wire.cda.formats import format_code
from dmp.wire.cda.header import CdaHeader, read_header
from dmp.wire.cda.metadata import entry_from_header
from dmp.wire.cda.rules import check_header, check_patient
from maker_builders import KINDS, a_context, a_doctor, every_kind


def header_of(octets: bytes) -> CdaHeader:
    return read_header(open_document(octets))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", [1, 2])
def test_the_strict_profile_finds_nothing_to_say(kind: str, version: int) -> None:
    replaced = (
        {"series": "1.2.250.1.999.1.1.7", "version": 2, "replaces": "1.2.250.1.999.1.1.6"} if version == 2 else {}
    )
    document = open_document(every_kind(a_context(**replaced))[kind])
    assert check_header(document, read_header(document), profile=dmp()) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_hospital_author_is_accepted_too(kind: str) -> None:
    hospital = a_doctor(facility=Facility("1750000002", "Hôpital fictif", "SA01"), know_how="SM04")
    document = open_document(every_kind(a_context(author=hospital))[kind])
    assert check_header(document, read_header(document), profile=dmp()) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_the_patient_is_recognised_with_every_trait(kind: str) -> None:
    context = a_context()
    header = header_of(every_kind(context)[kind])
    assert header.patient.ins == (context.patient,)
    assert check_patient(header, identifiers=(context.patient,), traits=context.traits, profile=dmp()) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_of_the_entry_is_in_the_french_tables(kind: str) -> None:
    context = a_context()
    entry = entry_from_header(header_of(every_kind(context)[kind]), uuid="urn:uuid:x", patient=context.patient)
    assert check_codes(entry, profile=dmp()) == []


@pytest.mark.parametrize(
    ("kind", "format_name", "system"),
    [
        ("letter", "urn:ihe:iti:xds-sd:pdf:2008", "1.3.6.1.4.1.19376.1.2.3"),
        ("text", "urn:ihe:iti:xds-sd:text:2008", "1.3.6.1.4.1.19376.1.2.3"),
        ("biology", "urn:ihe:lab:xd-lab:2008", "1.3.6.1.4.1.19376.1.2.3"),
        ("synthesis", "urn:asip:ci-sis:vsm:2012", "1.2.250.1.213.1.1.4.2.282"),
        ("history", "urn:asip:ci-sis:vac:2019", "1.2.250.1.213.1.1.4.2.282"),
        ("note", "urn:asip:ci-sis:vac-note:2021", "1.2.250.1.213.1.1.4.2.282"),
    ],
)
def test_the_format_is_the_one_of_the_model(kind: str, format_name: str, system: str) -> None:
    assert format_code(header_of(every_kind(a_context())[kind])).same(Code(format_name, system))
