"""Documents made to exhaust whoever reads their entries: the work stays in proportion, and the facts are bounded."""

import time
from collections.abc import Callable

import pytest
from cda_entries import LAB, PCC, a_document, a_laboratory, a_result, a_template, read
from lxml import etree

from dmp.documents.extraction import facts_of
from dmp.wire.cda.entries.values import MOST_TRANSLATIONS
from dmp.wire.cda.entries.words import LONGEST_WORDS
from dmp.wire.cda.facts import MOST_FACTS, MOST_FAILURES, read_facts
from dmp.wire.cda.header import read_header

LINK = '<entryRelationship typeCode="SUBJ">{}</entryRelationship>'
DETAIL = "<observation><code code='z'/></observation>"
SIZES = (200, 1600)
GENEROUS = 4
"""Times the proportion of sizes: noise of a busy machine, and nothing that grows with a square."""


def collections(count: int) -> str:
    return a_laboratory(*[f"<procedure>{a_template(f'{LAB}.2')}</procedure>"] * count, *[a_result()] * count)


def isolates(count: int) -> str:
    germ = "<specimen><specimenRole><specimenPlayingEntity classCode='MIC'/></specimenRole></specimen>"
    parts = f"<component>{a_result()}</component>" * count
    return a_laboratory(f"<organizer>{a_template(f'{LAB}.5')}{germ * count}{parts}</organizer>")


def files(count: int) -> str:
    pair = (
        "<component><observation><code code='1'/></observation></component><component><observationMedia/></component>"
    )
    return f"<organizer>{pair * count}</organizer>"


def problems(count: int) -> str:
    return f"<act>{a_template(f'{PCC}.5.2')}{LINK.format('<observation/>') * count}</act>"


def details(count: int) -> str:
    inner = LINK.format(DETAIL) * count
    return f"<act>{a_template(f'{PCC}.5.2')}{LINK.format(f'<observation>{inner}</observation>')}</act>"


def authors(count: int) -> str:
    return f"<act>{'<author/>' * count}{LINK.format(DETAIL) * count}</act>"


def steps(count: int) -> str:
    step = f"<substanceAdministration>{a_template('1.2.250.1.213.1.1.3.83.1')}</substanceAdministration>"
    return f"<substanceAdministration>{a_template(f'{PCC}.7')}{LINK.format(step) * count}</substanceAdministration>"


def strangers(count: int) -> str:
    return f"<observation><code code='x'/>{'<x/>' * count * 10}</observation>"


def seconds(make: Callable[[int], str], count: int) -> float:
    document = a_document(make(count))
    taken = []
    for _ in range(3):
        start = time.process_time()
        facts_of(document)
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.parametrize("make", [collections, isolates, files, problems, details, authors, steps, strangers])
def test_the_work_grows_with_the_document_and_not_with_its_square(make):
    small, large = SIZES

    assert seconds(make, large) < seconds(make, small) * (large / small) * GENEROUS


def test_the_facts_of_a_document_are_bounded_and_it_says_so():
    found = read("<observation><code code='x'/></observation>" * (MOST_FACTS + 1))

    assert len(found.observations) == MOST_FACTS
    assert [one.reason for one in found.failures] == [f"more than {MOST_FACTS} facts: the others are left out"]


def test_as_many_facts_as_are_kept_are_no_failure():
    assert read("<observation><code code='x'/></observation>" * MOST_FACTS).failures == ()


def test_failures_are_bounded():
    assert len(read(f"<act>{a_template(f'{PCC}.5.2')}</act>" * (MOST_FAILURES + 5)).failures) == MOST_FAILURES


def test_words_and_translations_are_bounded():
    said = f'<content ID="a">{"mot " * LONGEST_WORDS}</content>'
    translations = "<translation code='t'/>" * 99
    code = f'<code code="x"><originalText><reference value="#a"/></originalText>{translations}</code>'
    (found,) = read(f"<observation>{code}</observation>", narrative=said).observations

    assert len(found.concept.text) <= LONGEST_WORDS
    assert len(found.concept.translations) == MOST_TRANSLATIONS


def test_a_tree_of_any_depth_is_walked_to_its_bound():
    root = etree.fromstring(a_document("<act/>"))
    inner = next(root.iter("{urn:hl7-org:v3}act"))
    for _ in range(1_000):
        inner = etree.SubElement(etree.SubElement(inner, "{urn:hl7-org:v3}entryRelationship"), "{urn:hl7-org:v3}act")

    assert read_facts(root, read_header(root)).is_empty
