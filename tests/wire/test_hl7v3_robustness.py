from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from dmp.record.errors import ConsentMissing, DmpError, IncompleteRequest, InvalidIdentity, InvalidMessage
from dmp.record.lists import FoundPerson, PersonSearch
from dmp.record.management import CardIdentity, PartialTraits
from dmp.record.patient import Contact, PatientId, Sex
from dmp.record.record import Oppositions
from dmp.wire import hl7v3
from management_builders import (
    ANSWER_ID,
    AT,
    PATIENT,
    V3,
    a_change,
    a_closed_status,
    a_closing,
    a_guardian,
    a_header,
    a_query_header,
    a_reopening,
    a_test,
    an_identity_request,
    an_opening,
    resent,
    some_data,
    traits,
)

SEARCH = PersonSearch(a_query_header(), "LE GOFF", "ZOE", "1979-03-28", Sex.FEMALE, city="Brest", postal_code="29200")
REQUESTS = [
    hl7v3.write_search(SEARCH),
    *(
        hl7v3.write_request(request)
        for request in (
            a_test(),
            an_identity_request(),
            an_opening(),
            a_reopening(),
            a_change(traits=PartialTraits.of(traits()), guardians=(a_guardian(),), deceased=True, address=()),
            a_closing(),
        )
    ),
]
ANSWERS = [
    hl7v3.write_status(a_test(), a_closed_status(), message_id=ANSWER_ID, at=AT),
    hl7v3.write_identity(an_identity_request(), some_data(), message_id=ANSWER_ID, at=AT),
    hl7v3.write_done(a_closing(), message_id=ANSWER_ID, at=AT),
    hl7v3.write_found(SEARCH, [FoundPerson((PATIENT,), traits(), "Brest")], message_id=ANSWER_ID, at=AT),
]
NAMED = (InvalidMessage, IncompleteRequest, ConsentMissing, InvalidIdentity)
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

words = st.sampled_from(
    ["", " ", "0", "true", "1.2.3", "00000101000000+9999", "99991231235959-1200", "٢٠٢٦", "FERM", "BR SP", "x" * 5000]
)
kinds = st.sampled_from(["drop", "repeat", "text", "attribute", "strip", "nil", "rename", "move", "nest"])
mutations = st.lists(st.tuples(kinds, st.integers(0, 400), words), min_size=1, max_size=4)


def _mutate(message: etree._Element, kind: str, place: int, word: str) -> None:
    elements = [node for node in message.iter(etree.Element) if node is not message] or [message]
    element = elements[place % len(elements)]
    names = sorted(element.attrib) or ["value"]
    match kind:
        case "drop" if element.getparent() is not None:
            element.getparent().remove(element)
        case "repeat" if element.getparent() is not None:
            element.addnext(etree.fromstring(etree.tostring(element)))
        case "text":
            element.text = word
        case "attribute":
            element.set(names[place % len(names)], word)
        case "strip":
            element.attrib.clear()
        case "nil":
            element.set(NIL, "true")
        case "rename":
            element.tag = f"{V3}{etree.QName(elements[0]).localname}"
        case "move" if element.getparent() is not None:
            message.append(element)
        case "nest":
            element.append(etree.Comment(word.replace("-", "")))
        case _:
            pass


def _survives(reader: Callable[[etree._Element], object], message: etree._Element) -> None:
    try:
        reader(message)
    except NAMED as refusal:
        assert refusal.element


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(REQUESTS), mutations)
def test_a_damaged_request_is_read_or_refused_by_name(message, damage):
    damaged = resent(message)
    for kind, place, word in damage:
        _mutate(damaged, kind, place, word)
    _survives(hl7v3.read, damaged)
    _survives(hl7v3.read_header, damaged)
    _survives(hl7v3.read_search, damaged)
    _survives(hl7v3.read_search_header, damaged)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ANSWERS), mutations)
def test_a_damaged_answer_is_read_or_refused_by_name(message, damage):
    damaged = resent(message)
    for kind, place, word in damage:
        _mutate(damaged, kind, place, word)
    for reader in (hl7v3.read_acknowledgement, hl7v3.read_status, hl7v3.read_identity, hl7v3.read_found):
        _survives(reader, damaged)


def test_the_refusals_of_this_room_are_all_errors_of_the_record():
    assert all(issubclass(named, DmpError) for named in NAMED)


names_ = st.from_regex(r"[A-Z]([A-Z'\- ]{0,12}[A-Z])?", fullmatch=True).filter(lambda name: "  " not in name)
texts = st.from_regex(r"[a-zàéœ<&>\"]([a-zàéœ<&>\"' ]{0,20}[a-z0-9])?", fullmatch=True).filter(
    lambda text: "  " not in text
)
dates = st.one_of(
    st.dates().map(lambda date: date.isoformat()), st.sampled_from(["1950", "1950-04", "1950-00-00", "1950-31-42"])
)
whole_traits = st.builds(
    traits,
    birth_name=names_,
    birth_first_name=names_,
    birth_first_names=names_,
    used_name=st.one_of(st.just(""), names_),
    used_first_name=st.one_of(st.just(""), names_),
    birth_date=dates,
    sex=st.sampled_from(Sex),
    birth_place=st.sampled_from(["", "29019", "2A004", "99100"]),
)
contacts = st.builds(
    Contact,
    st.lists(st.tuples(st.sampled_from(["streetAddressLine", "postalCode", "city"]), texts), max_size=4).map(tuple),
    st.lists(st.tuples(st.sampled_from(["", "HP", "MC"]), texts), max_size=3).map(tuple),
)
openings = st.builds(
    an_opening,
    header=st.builds(a_header, created=st.sampled_from(["2026", "20260302", "202603020859", "20260302085959"])),
    identifiers=st.lists(
        st.builds(PatientId, st.from_regex(r"[0-9A-B]{15}", fullmatch=True), st.sampled_from(["1.2", "2.5.1"])),
        min_size=1,
        max_size=3,
        unique=True,
    ).map(tuple),
    traits=whole_traits,
    contact=contacts,
    oppositions=st.builds(Oppositions, st.booleans(), st.booleans()),
    card=st.one_of(st.none(), st.builds(CardIdentity, names_, names_, names_, st.sampled_from(["", "790031"]))),
)


@settings(max_examples=200, deadline=None)
@given(openings)
def test_any_opening_survives_the_wire(opening):
    assert hl7v3.read(resent(hl7v3.write_request(opening))) == opening


@pytest.mark.parametrize("message", REQUESTS, ids=lambda message: etree.QName(message).localname)
def test_placeholders_anywhere_change_nothing(message):
    padded = resent(message)
    for element in list(padded.iter(etree.Element)):
        if len(element):
            element.insert(0, element.makeelement(element[0].tag, {NIL: "true"}))
    read = hl7v3.read_search if message is REQUESTS[0] else hl7v3.read
    assert read(padded) == read(message)
