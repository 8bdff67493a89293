"""The kinds of documents keep what they promise."""

from importlib import import_module
from pathlib import Path

import pytest
from published_facts import PUBLISHED, facts, names

import dmp.documents
from dmp.documents.kind import MODEL, sections
from dmp.documents.kinds import KINDS, kind_of
from dmp.record import facts as record_facts
from dmp.record.nomenclature import FALLBACK_FORMAT, Nomenclature, format_of, value_set
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import BodyKind, CdaHeader, read_header
from dmp.wire.cda.tree import CDA

TYPES = {code for code, _ in value_set(Nomenclature.DOCUMENT_TYPES).concepts}
OUTSIDE_THE_TABLE = {"78513-9": "eye examination: published by the ANS, not among the types of the DMP"}
by_name = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def header(name: str) -> CdaHeader:
    return read_header(open_document((PUBLISHED / name).read_bytes()))


def test_names_are_unique_and_each_folder_is_listed():
    made = Path(dmp.documents.__file__).parent.glob("*/__init__.py")
    folders = {path.parent.name for path in made if "KIND = " in path.read_text("utf-8")}

    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert {kind.name for kind in KINDS} == folders
    assert all(import_module(f"dmp.documents.{kind.name}").KIND is kind for kind in KINDS)


@by_name
def test_a_kind_has_labels_types_and_facts(kind):
    assert kind.label_fr
    assert kind.label_en
    assert kind.types
    assert set(kind.types) <= TYPES | OUTSIDE_THE_TABLE.keys()
    assert set(kind.own_types) <= set(kind.types)
    assert kind.facts
    assert set(kind.facts) <= set(record_facts.KINDS) - {"failures"}


@by_name
def test_the_sections_of_a_kind_have_labels(kind):
    assert set(kind.sections) <= sections().keys()
    assert len(set(kind.sections)) == len(kind.sections)


def test_each_section_that_has_a_label_is_of_some_kind():
    assert sections().keys() == {code for kind in KINDS for code in kind.sections}
    assert all(section.label_fr and section.label_en for section in sections().values())


@by_name
def test_the_models_of_a_kind_have_its_formats(kind):
    models = {template for template in kind.templates if template.startswith(f"{MODEL}.")}
    formats = {format_of((template,)).code for template in models}

    assert FALLBACK_FORMAT not in formats
    assert formats <= set(kind.formats)


@pytest.mark.parametrize("what", ["templates", "own_types", "formats"])
def test_no_two_kinds_are_recognised_by_the_same(what):
    told = [code for kind in KINDS for code in getattr(kind, what)]

    assert len(set(told)) == len(told)


@pytest.mark.parametrize("name", names())
def test_a_published_document_is_of_a_kind_that_tells_what_it_says(name):
    found = header(name)
    kind = kind_of(found)
    document = open_document((PUBLISHED / name).read_bytes())
    path = f"{{{CDA}}}code"
    used = {code.get("code") for section in document.iter(f"{{{CDA}}}section") for code in section.iterchildren(path)}

    if found.body is BodyKind.UNSTRUCTURED:
        assert kind is None or found.code.code in kind.own_types
        return
    assert kind is not None
    assert found.code.code in kind.types
    assert {one for one in record_facts.KINDS if getattr(facts(name), one)} <= set(kind.facts)
    assert used - {None} <= set(kind.sections)
