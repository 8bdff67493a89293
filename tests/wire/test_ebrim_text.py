import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from dmp.record.codes import Code
from dmp.record.entry import Author, RegistryObjects
from dmp.wire.xds import iti18
from dmp.wire.xds.ebrim import RIM
from dmp.wire.xds.ebrim_text import Children, attribute, code, content
from dmp.wire.xds.write_objects import entry_text, objects_text
from xds_builders import ENTRY_UUID, a_folder, a_lot, a_member, a_registered_entry

UNREADABLE = ("\x00", "\x0b", "\x1f", "\ud800", "\udfff", "\ufffe", "\uffff")
ODD = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n\r")
)


def parsed(text: str):
    return etree.fromstring(f'<rim:L xmlns:rim="{RIM}">{text}</rim:L>'.encode())


@given(ODD)
@example("a\r\n\tb  <&>\"']]>\x85\u2028\xa0é𝄞")
def test_any_value_is_read_as_it_was_written(value):
    element = etree.fromstring(f'<x a="{attribute(value)}">{content(value)}</x>'.encode())
    assert (element.get("a"), element.text or "") == (value, value)


@pytest.mark.parametrize("sign", UNREADABLE, ids=ascii)
@pytest.mark.parametrize("write", [attribute, content])
def test_what_xml_cannot_hold_is_refused(write, sign):
    with pytest.raises(ValueError, match="a character that XML cannot hold"):
        write(f"a{sign}b")


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "a\x00"},
        {"comments": "\x0b"},
        {"extra": (("nom\x00", ()),)},
        {"extra": (("nom", ("\x00",)),)},
        {"source_patient_info": ("PID-5|\x07",)},
        {"class_code": Code("a\x00", "b")},
        {"mime_type": "text/\x00"},
    ],
)
def test_no_attribute_of_an_entry_escapes_the_check(changes):
    with pytest.raises(ValueError, match="a character that XML cannot hold"):
        entry_text(a_registered_entry(**changes), registered=True)


def test_no_value_can_write_an_element():
    evil = "\"/><rim:Slot name='x'>"
    entry = a_registered_entry(
        title=evil, comments=evil, uri=evil, extra=((evil, (evil,)),), class_code=Code(evil, evil, evil)
    )
    (element,) = parsed(entry_text(entry, registered=True))
    plain = parsed(entry_text(a_registered_entry(comments="c", uri="u", extra=(("x", ("y",)),)), registered=True))
    assert [child.tag for child in element.iter()] == [child.tag for child in plain[0].iter()]
    assert element.find("{*}Name/{*}LocalizedString").get("value") == evil


def test_children_of_a_registered_object_have_its_uuid_under_version_eight():
    child = parsed(Children(ENTRY_UUID).written(code("scheme", Code("a", "b"), number=0x2A)))[0]
    assert child.get("id") == "urn:uuid:3f2504e0-4f89-802a-9a0c-0305e82c3301"
    assert child.get("classifiedObject") == ENTRY_UUID


def test_children_of_an_object_of_a_message_are_named_after_it():
    child = parsed(Children("Document01").written(code("scheme", Code("a", "b"), number=1)))[0]
    assert child.get("id") == "Document01.001"


def test_a_value_that_looks_like_a_place_of_a_template_stays_as_it_is():
    evil = "100 % %(owner)s %s %%"
    entry = a_registered_entry(
        title=evil,
        unique_id=evil,
        class_code=Code(evil, evil, evil),
        event_codes=(Code(evil, evil, evil),),
        authors=(Author(evil, institutions=(evil,)),),
    )
    (element,) = parsed(entry_text(entry, registered=True))
    values = [value for each in element.iter() for value in (*each.attrib.values(), each.text or "")]
    assert values.count(evil) == 10
    assert not [value for value in values if "%" in value and value != evil]


def test_ids_of_children_never_meet_even_with_hundreds_of_codes_and_ids_in_a_row():
    codes = tuple(Code(str(n), "1.2.3") for n in range(600))
    people = a_registered_entry().authors * 600
    entries = tuple(
        a_registered_entry(uuid=f"{ENTRY_UUID[:-3]}{n:03}", event_codes=codes, authors=people, confidentiality=codes)
        for n in range(3)
    )
    lots = (a_lot(uuid=f"{ENTRY_UUID[:-3]}aaa", authors=people),)
    folders = (a_folder(uuid=f"{ENTRY_UUID[:-3]}bbb", codes=codes),)
    links = (a_member(uuid=f"{ENTRY_UUID[:-3]}ccc"),)
    written = parsed(objects_text(RegistryObjects(entries, lots, links, folders), registered=True))
    ids = [element.get("id") for element in written.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 3 * (3 * 600 + 5 + 2 + 1) + (600 + 2 + 3 + 1) + (600 + 1 + 2 + 1) + 1
    assert all(len(uuid) == 45 for uuid in ids)


def test_an_answer_is_octets_that_declare_what_they_use():
    answer = iti18.write_response(RegistryObjects((a_registered_entry(),)), full_objects=True)
    assert answer.startswith(b"<query:AdhocQueryResponse xmlns:query=")
    assert etree.fromstring(answer).tag == iti18.RESPONSE
