"""Every published document, against what the reference found in it (reference-counts.json)."""

import json
from collections import Counter
from copy import deepcopy
from random import Random

import pytest
from published_facts import KOS, PUBLISHED, facts, names, needs_published

from dmp.documents.extraction import extract, extract_images, facts_of
from dmp.record.facts import KINDS, Facts
from dmp.store.projections import pack_facts, unpack_facts
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import BodyKind, read_header

SAME_KIND = {
    "problem": "problems",
    "allergy": "allergies",
    "medication": "medications",
    "prescription": "prescriptions",
    "dispensation": "dispensations",
    "lab_obs": "results",
    "procedure": "procedures",
    "device": "devices",
    "encounter": "encounters",
    "followreq": "plan",
    "family_org": "family",
    "advdir": "directives",
    "img_study": "imaging",
    "attach": "attachments",
    "vitals_org": "measurements",
}
"""Keys of the reference whose entries are each at least one fact of a kind: a concern holds several problems."""
IMMUNIZATIONS = ("immunization", "imm_planned")
NO_FACTS = {"lab_specialty_act"}
"""The act of a laboratory is the specialty of its results, and no fact of its own."""
CHILD = "is about the child, not the patient: among the family"
DIFFERENCES = {
    ("TestContenuCDA-2-41/AVC-PAVC_2.2.xml", "plan", 1): CHILD,
    ("TestContenuCDA-3-0/OBP-SAP_2024.01.xml", "medications", 1): CHILD,
    ("TestContenuCDA-3-0/SDM-MR_2024.01_patiente-enceinte.xml", "encounters", 1): CHILD,
}
"""Facts fewer than the entries of the reference, with the reason."""


def reference() -> dict[str, dict[str, int]]:
    if not PUBLISHED.is_dir():
        return {}
    return json.loads((PUBLISHED / "reference-counts.json").read_text("utf-8"))


def expected(counts: dict[str, int]) -> dict[str, int]:
    assert counts.keys() <= {*SAME_KIND, *IMMUNIZATIONS, *NO_FACTS}, "a key of the reference that nobody maps"
    wanted = Counter({SAME_KIND[key]: count for key, count in counts.items() if key in SAME_KIND})
    wanted["immunizations"] = sum(counts.get(key, 0) for key in IMMUNIZATIONS)
    return wanted


def all_facts(found: Facts) -> list:
    return [fact for kind in KINDS if kind != "failures" for fact in getattr(found, kind)]


@needs_published
def test_the_reference_speaks_of_every_document():
    assert sorted(reference()) == names()
    assert len(names()) == 89


@pytest.mark.parametrize(("name", "counts"), reference().items(), ids=lambda given: str(given)[-50:])
def test_a_published_document_says_at_least_what_the_reference_found(name, counts):
    found = facts(name)
    missing = {
        (name, kind, count - len(getattr(found, kind)))
        for kind, count in expected(counts).items()
        if len(getattr(found, kind)) < count
    }

    assert found.failures == ()
    assert missing == {difference for difference in DIFFERENCES if difference[0] == name}


@pytest.mark.parametrize("name", names())
def test_a_document_without_structure_says_nothing_and_the_others_something(name):
    header = read_header(open_document((PUBLISHED / name).read_bytes()))

    assert facts(name).is_empty is (header.body is BodyKind.UNSTRUCTURED)


@pytest.mark.parametrize("name", names())
def test_reading_again_says_the_same_and_what_is_kept_comes_back(name):
    octets = (PUBLISHED / name).read_bytes()
    document = open_document(octets)

    assert facts_of(octets) == facts(name)
    assert extract(document, read_header(document)) == facts(name)
    assert unpack_facts(pack_facts(facts(name))) == facts(name)


@pytest.mark.parametrize("name", names())
def test_each_fact_says_where_it_stands(name):
    document = open_document((PUBLISHED / name).read_bytes())
    places = [fact.source.path for fact in all_facts(facts(name))]
    spaces = {"c": "urn:hl7-org:v3"}

    for path in places:
        steps = "/".join(f"c:{step}" for step in path.split("/"))
        assert len(document.xpath(steps, namespaces=spaces)) == 1, path
    # A delivery and the treatment that it is of stand in two elements.
    assert len(set(places)) == len(places)


JUNK = ("", "x", "-1", "1e999", "20241399", "#", "é\u202e", "999999999999999999999", "1.2.3")
CHANGES = 6


@pytest.mark.parametrize("name", names())
def test_a_document_that_is_broken_anywhere_in_its_body_is_read_all_the_same(name):
    random = Random(name)  # noqa: S311 - repeatable on purpose
    document = deepcopy(open_document((PUBLISHED / name).read_bytes()))
    header = read_header(document)

    for _ in range(CHANGES):
        body = [one for one in document.iter("{urn:hl7-org:v3}*") if one.getparent() is not None][50:]
        for element in random.sample(body, min(20, len(body))):
            if element.attrib and random.random() < 0.7:
                element.set(random.choice(sorted(element.attrib)), random.choice(JUNK))
            elif element.getparent() is not None and not len(element):
                element.getparent().remove(element)

        assert extract(document, header) == extract(document, header)


@needs_published
def test_the_images_of_a_key_object_selection_are_a_study():
    (study,) = extract_images(KOS.read_bytes()).imaging

    assert facts_of(KOS.read_bytes()).imaging == (study,)
    assert study.uid == "2.16.840.1.113669.632.20.1211.10000231621"
    assert [(one.modality, one.images) for one in study.series] == [("CT", 1)]
    assert study.start == "20060531"


@pytest.mark.parametrize("octets", [b"", b"<x/>", b"%PDF-1.4", b"\0" * 128 + b"DICM", b"<ClinicalDocument"])
def test_what_is_no_document_is_a_failure(octets):
    found = facts_of(octets)

    assert found.failures
    assert all_facts(found) == []
