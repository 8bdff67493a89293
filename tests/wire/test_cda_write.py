"""A document written around a file: read back as it was said, and taken by our own examination and by the schemas."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cda_data import SCHEMAS
from hypothesis import given
from hypothesis import strategies as st

from cda_write_builders import AT, PERSON, RECORD, TRAITS, a_header
from dmp.record.practice import by_the_patient, place_of, practice_of
from dmp.record.profile import dmp
from dmp.sign_in.sessions import Session
from dmp.web.deposit_authors import by_citizen, named_by, target_of
from dmp.web.depositing_form import kind_of
from dmp.wire.cda.active_content import check_content
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import CdaHeader, read_header
from dmp.wire.cda.parts import Ii, ParentDocument, ServiceEvent
from dmp.wire.cda.rules import check_header, check_patient
from dmp.wire.cda.schemas import Schemas
from dmp.wire.cda.write import write_unstructured

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SESSION = Session("1", NOW, NOW, (), person=PERSON, name="Anne")
CITIZEN = named_by(by_citizen(SESSION, PERSON, "Anne"), RECORD)


BY_PATIENT = a_header(
    CITIZEN, code=kind_of("DOCPAT05"), acts=(ServiceEvent(start=AT, performers=(CITIZEN.performer,)),)
)
SECOND = a_header(
    id=Ii("2.25.124"), version="2", replaced=ParentDocument("RPLC", (Ii("2.25.123"),), Ii("2.25.123"), "1")
)
EVERY = {"by-doctor": a_header(), "by-patient": BY_PATIENT, "second": SECOND}


@pytest.fixture(params=EVERY.values(), ids=EVERY)
def header(request) -> CdaHeader:
    return request.param


def test_what_was_said_is_read_back(header):
    assert read_header(open_document(write_unstructured(header, b"Bonjour"))) == header


def test_the_file_is_inside_as_it_is(header):
    document = open_document(write_unstructured(header, b"\0\xffBonjour"))
    (text,) = document.iter("{urn:hl7-org:v3}text")
    assert b64decode(text.text) == b"\0\xffBonjour"
    assert text.get("mediaType") == "text/plain"


def test_it_keeps_every_rule_without_a_warning(header):
    document = open_document(write_unstructured(header, b"Bonjour"))
    assert check_header(document, read_header(document), profile=dmp()) == ()
    assert check_content(document) == []
    assert check_patient(header, identifiers=(PERSON,), traits=TRAITS, profile=dmp()) == ()


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the published schemas are not here")
def test_it_is_valid_under_the_published_schemas(header):
    document = open_document(write_unstructured(header, b"Bonjour"))
    assert Schemas.load(Path(SCHEMAS)).releases[0].validate(document)


def test_the_same_values_give_the_same_octets(header):
    assert write_unstructured(header, b"x") == write_unstructured(header, b"x")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=128))
def test_a_title_stays_what_it_is_whatever_its_signs(title):
    written = write_unstructured(a_header(title=title), b"x")
    if title.split():
        assert read_header(open_document(written)).title == " ".join(title.split())


def test_a_sign_that_xml_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="XML"):
        write_unstructured(a_header(title="a\0b"), b"x")


def test_a_patient_has_no_profession_and_no_structure():
    written = read_header(open_document(write_unstructured(BY_PATIENT, b"x")))
    (author,) = written.authors
    assert (author.code, author.organization) == (None, None)
    assert (author.ids, author.family, author.given) == ((Ii(PERSON.root, PERSON.number),), "USUEL", "Annie")
    assert written.facility == by_the_patient()
    assert written.practice == by_the_patient()
    assert written.custodian is not None
    assert written.custodian.ids == (Ii("1.2.250.1.213.4.1"),)


def test_who_was_born_nobody_knows_where_has_the_code_of_that():
    traits = replace(TRAITS, birth_place="", birth_first_names="")
    target = target_of(replace(RECORD, traits=traits))
    assert (target.birth_place, target.birth_first_names) == ("99999", "Anne")
    document = open_document(write_unstructured(a_header(patient=target), b"x"))
    assert check_header(document, read_header(document), profile=dmp()) == ()


@pytest.mark.parametrize(
    ("sector", "place", "practice"),
    [("SA01", "SA01", "ETABLISSEMENT"), ("SA07", "SA07", "AMBULATOIRE"), ("", "SA43", "AMBULATOIRE")],
)
def test_where_care_is_given_follows_from_the_sector(sector, place, practice):
    assert (place_of(sector).code, practice_of(sector).code) == (place, practice)
    assert place_of(sector).display
