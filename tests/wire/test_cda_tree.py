"""Walking a CDA tree by the names of its paths, and what entries ask of the elements above them."""

import tracemalloc

from cda_entries import a_document
from lxml import etree

from dmp.wire.cda.entries.place import Place, statements
from dmp.wire.cda.facts import read_facts
from dmp.wire.cda.header import read_header
from dmp.wire.cda.tree import Branch, attribute, every, one

CDA, OTHER = "urn:hl7-org:v3", "http://example.org/a/b"


def a_tree(inside: str) -> Branch:
    return Branch(etree.fromstring(f'<a xmlns="{CDA}" xmlns:o="{OTHER}">{inside}</a>'))


def texts(found: list[Branch]) -> list[str]:
    return [branch.element.text for branch in found]


def test_a_path_gives_all_that_stand_along_it_in_the_order_of_the_document():
    tree = a_tree("<b><c>1</c></b><x/><b><c>2</c><d><c>not here</c></d><c>3</c></b>")

    assert texts(every(tree, "b/c")) == texts(every(tree, "b/c")) == ["1", "2", "3"]
    assert every(tree, "b/c")[0] is one(tree, "b/c")


def test_what_is_not_there_is_an_empty_list_whatever_was_asked_before():
    tree = a_tree("<b k='v'/><!-- c --><?p q?>")

    for names in ("c", "c/d", "b/c", "b/c/d", f"{{{OTHER}}}b", f"{{{OTHER}}}b/c"):
        assert every(tree, names) == []
        assert (one(tree, names), attribute(tree, names, "k")) == (None, "")
    assert (attribute(tree, "b", "k"), attribute(tree, "b", "other")) == ("v", "")


def test_a_name_of_another_namespace_or_of_none_is_none_of_cda():
    tree = a_tree("<o:b>other</o:b><b xmlns=''>none</b><b>ours</b>")

    assert texts(every(tree, "b")) == ["ours"]
    assert texts(every(tree, f"{{{OTHER}}}b")) == ["other"]


def test_children_of_some_names_come_name_after_name():
    tree = a_tree("<c>1</c><b>2</b><c>3</c><d/>")

    assert [(name, texts(found)) for name, found in tree.named(("b", "x", "c"))] == [("b", ["2"]), ("c", ["1", "3"])]


def test_a_leaf_has_no_child_of_any_kind():
    tree = a_tree("<b>text</b><c><!-- --></c><d><e/></d>")

    assert [every(tree, name)[0].is_leaf for name in "bcd"] == [True, False, False]


def places(document: bytes) -> list[Place]:
    root = etree.fromstring(document)
    return list(statements(root, read_header(root)))


def test_the_innermost_place_that_tells_something_is_heard_and_each_is_asked_once():
    inner = "<entryRelationship><observation/></entryRelationship>"
    outer, first, second = places(a_document(f'<act classCode="told">{inner}{inner}</act>'))
    asked: list[Place] = []

    def told(place: Place) -> str | None:
        asked.append(place)
        return place.branch.get("classCode") or None

    assert [place.innermost(told) for place in (first, second, first, outer)] == ["told"] * 4
    assert asked.count(outer) == asked.count(first) == asked.count(second) == 1


def test_what_nobody_tells_is_none_and_nobody_is_asked_again():
    (place,) = places(a_document("<act/>"))
    asked: list[str] = []

    assert place.innermost(lambda here: asked.append(here.name)) is None
    assert asked == ["act", "entry", "section", "component", "structuredBody", "component", "ClinicalDocument"]


def test_the_path_of_a_statement_names_each_step_and_its_number_among_twins():
    inner = "<entryRelationship><observation/></entryRelationship>"

    paths = [place.path for place in places(a_document("<act/>", f"<act>{inner}{inner}</act>"))]

    section = "component/structuredBody/component/section"
    assert paths == [
        f"{section}/entry[1]/act",
        f"{section}/entry[2]/act",
        f"{section}/entry[2]/act/entryRelationship[1]/observation",
        f"{section}/entry[2]/act/entryRelationship[2]/observation",
    ]


def test_many_entries_far_below_take_no_memory_for_their_long_paths_before_they_are_read():
    def memory(depth: int, count: int = 2_000) -> int:
        entries = "<act><entryRelationship>" * depth + "<act/>" * count + "</entryRelationship></act>" * depth
        root = etree.fromstring(a_document(entries))
        header = read_header(root)
        tracemalloc.start()
        read_facts(root, header)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    memory(1)
    assert memory(45) < 1.3 * memory(1)
