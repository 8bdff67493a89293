import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dmp.record.errors import AssertionRefused, DmpCode, InvalidMessage
from dmp.record.profile import ProfileName
from dmp.wire import soap
from dmp.wire.soap import Action, Fault, answer_action, check_action, fault, fault_of, http_status, read, read_fault
from dmp.wire.xml import NS, parse, qname
from envelope_builders import ACTION, MESSAGE_ID, SECURITY, a_document, an_envelope, an_include

ID = "urn:uuid:22222222-2222-4222-8222-222222222222"
ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous"


def refused(message: bytes, **options) -> InvalidMessage:
    with pytest.raises(InvalidMessage) as caught:
        read(message, **options)
    return caught.value


def test_a_message_is_read():
    envelope = read(an_envelope(ACTION + MESSAGE_ID + SECURITY + "<wsa:To>https://dmp.example/registry</wsa:To>"))
    assert envelope.action == "urn:ihe:iti:2007:RegistryStoredQuery"
    assert envelope.message_id == "urn:uuid:11111111-1111-4111-8111-111111111111"
    assert envelope.to == "https://dmp.example/registry"
    assert envelope.relates_to == ""
    assert envelope.body.tag == "{urn:q}q"
    assert envelope.tree.tag == qname("env:Envelope")
    assert envelope.required_security().tag == qname("wsse:Security")


def test_white_space_and_comments_around_the_parts_are_passed_over():
    headers = f"\n <!-- c -->{ACTION.replace('>urn', '> urn').replace('</', ' </')}\n{MESSAGE_ID}"
    envelope = read(an_envelope(headers, "\n <!-- c --> <q xmlns='urn:q'/>\n"))
    assert (envelope.action, envelope.body.tag) == (Action.STORED_QUERY, "{urn:q}q")


def test_to_may_be_empty():
    assert read(an_envelope(ACTION + MESSAGE_ID + "<wsa:To/>")).to == ""


@pytest.mark.parametrize("message", [an_envelope(env="http://schemas.xmlsoap.org/soap/envelope/"), b"<html/>"])
def test_another_envelope_is_a_version_mismatch_answered_with_an_upgrade(message):
    error = refused(message)
    assert (error.fault, http_status(error)) == ("VersionMismatch", 500)
    answer = parse(fault(error, relates_to=None, message_id=ID))
    (supported,) = answer.iter(qname("env:SupportedEnvelope"))
    assert supported.get("qname") == "env:Envelope"


@pytest.mark.parametrize(
    ("headers", "element", "subcode"),
    [
        (MESSAGE_ID, "wsa:Action", "wsa:MessageAddressingHeaderRequired"),
        (ACTION, "wsa:MessageID", "wsa:MessageAddressingHeaderRequired"),
        ("<wsa:Action> </wsa:Action>" + MESSAGE_ID, "wsa:Action", "wsa:MessageAddressingHeaderRequired"),
        (ACTION + ACTION + MESSAGE_ID, "wsa:Action", "wsa:InvalidAddressingHeader"),
        (ACTION + MESSAGE_ID + MESSAGE_ID, "wsa:MessageID", "wsa:InvalidAddressingHeader"),
        (ACTION + MESSAGE_ID + "<wsa:To/><wsa:To/>", "wsa:To", "wsa:InvalidAddressingHeader"),
        (ACTION + "<wsa:MessageID>a\nb</wsa:MessageID>", "wsa:MessageID", "wsa:InvalidAddressingHeader"),
        (ACTION + f"<wsa:MessageID>{'x' * 1025}</wsa:MessageID>", "wsa:MessageID", "wsa:InvalidAddressingHeader"),
        (ACTION + "<wsa:MessageID>a<!-- -->b</wsa:MessageID>", "wsa:MessageID", ""),
        (ACTION + "<wsa:MessageID><b/></wsa:MessageID>", "wsa:MessageID", ""),
        (ACTION + MESSAGE_ID + SECURITY + SECURITY, "wsse:Security", ""),
        (ACTION + MESSAGE_ID + "text", "env:Header", ""),
    ],
)
def test_headers_missing_twice_or_unreadable_are_a_fault_of_the_sender(headers, element, subcode):
    error = refused(an_envelope(headers))
    assert (error.element, error.fault, error.subcode, http_status(error)) == (element, "Sender", subcode, 400)


def test_a_message_without_security_is_read_but_not_taken():
    envelope = read(an_envelope(ACTION + MESSAGE_ID))
    assert envelope.security is None
    with pytest.raises(InvalidMessage) as caught:
        envelope.required_security()
    assert http_status(caught.value) == 400


@pytest.mark.parametrize("name", ["ReplyTo", "FaultTo"])
def test_answers_go_back_to_the_caller_only(name):
    headers = ACTION + MESSAGE_ID + f"<wsa:{name}>%s</wsa:{name}>"
    read(an_envelope(headers % f"<wsa:Address> {ANONYMOUS} </wsa:Address>"))
    for address in ("<wsa:Address>http://10.0.0.1/</wsa:Address>", "", f"<wsa:Address>{ANONYMOUS}<b/></wsa:Address>"):
        assert refused(an_envelope(headers % address)).fault == "Sender"
    error = refused(an_envelope(headers % "<wsa:Address>http://10.0.0.1/</wsa:Address>"))
    assert (error.element, error.subcode) == (f"wsa:{name}", "wsa:OnlyAnonymousAddressSupported")


@pytest.mark.parametrize("value", ["1", "true", " true "])
def test_a_header_that_must_be_understood_and_is_not_is_named_in_the_fault(value):
    unknown = f"<x:Routing xmlns:x='urn:x' s:mustUnderstand='{value}'/>"
    error = refused(an_envelope(ACTION + MESSAGE_ID + unknown))
    assert (error.fault, http_status(error)) == ("MustUnderstand", 500)
    (named,) = parse(fault(error, relates_to=None, message_id=ID)).iter(qname("env:NotUnderstood"))
    prefix, _, local = named.get("qname").partition(":")
    assert (named.nsmap[prefix], local) == ("urn:x", "Routing")


@pytest.mark.parametrize(
    "header",
    [
        "<x:Routing xmlns:x='urn:x' mustUnderstand='true'/>",
        "<x:Routing xmlns:x='urn:x' s:mustUnderstand='0'/>",
        "<x:Routing xmlns:x='urn:x' s:mustUnderstand='1' s:role='urn:another'/>",
        "<wsa:To s:mustUnderstand='1'/>",
        "<wsa:From s:mustUnderstand='true'/>",
        SECURITY.replace("/>", " s:mustUnderstand='1'/>"),
    ],
)
def test_headers_that_are_known_optional_or_for_somebody_else_pass(header):
    read(an_envelope(ACTION.replace("Action>", "Action mustUnderstand='true'>", 1) + MESSAGE_ID + header))


def test_must_understand_is_a_boolean():
    assert refused(an_envelope(ACTION + MESSAGE_ID + "<wsa:To s:mustUnderstand='yes'/>")).fault == "Sender"


def test_the_action_of_the_media_type_must_be_the_same():
    read(an_envelope(), http_action=Action.STORED_QUERY)
    read(an_envelope(), http_action="")
    error = refused(an_envelope(), http_action=Action.RETRIEVE)
    assert error.subcode == "wsa:ActionMismatch"


@pytest.mark.parametrize(
    "message",
    [
        an_envelope(body=""),
        an_envelope(body="<a/><b/>"),
        an_envelope(body="text<a/>"),
        an_envelope(body="<a/>text"),
        an_envelope(rest="<s:Body><a/></s:Body>"),
        an_envelope(rest="<trailer/>"),
        an_envelope(rest="text"),
        an_envelope().replace(b"<s:Header>", b"<s:Header/><s:Header>"),
        an_envelope().replace(b"s:Body>", b"s:Corps>"),
    ],
)
def test_an_envelope_is_a_header_and_a_body_with_one_element(message):
    assert http_status(refused(message)) == 400


@pytest.mark.parametrize(
    "message",
    [
        an_envelope(ACTION + MESSAGE_ID + SECURITY.replace("/>", ">" + an_include("cid:a") + "</wsse:Security>")),
        an_envelope(ACTION + MESSAGE_ID + a_document(an_include("cid:a"))),
        an_envelope(ACTION + MESSAGE_ID + an_include("cid:a")),
        an_envelope(body=an_include("cid:a")),
        an_envelope(body=f"<q>{an_include('cid:a')}</q>"),
        an_envelope(body=f"<q>{a_document('<x>' + an_include('cid:a') + '</x>')}</q>"),
    ],
)
def test_an_include_outside_a_document_is_refused(message):
    assert refused(message).element == "xop:Include"


def test_an_include_in_a_document_passes():
    read(an_envelope(body=f"<q>{a_document(an_include('cid:a'))}</q>"))


def test_a_service_takes_its_own_actions_with_their_own_body():
    envelope = read(an_envelope())
    check_action(envelope, {Action.STORED_QUERY: "{urn:q}q"})
    for expected in ({Action.RETRIEVE: "{urn:q}q"}, {Action.STORED_QUERY: "{urn:q}other"}, {}):
        with pytest.raises(InvalidMessage) as caught:
            check_action(envelope, expected)
        assert caught.value.subcode == "wsa:ActionNotSupported"


def test_the_action_of_each_answer():
    assert answer_action(Action.STORED_QUERY) == "urn:ihe:iti:2007:RegistryStoredQueryResponse"
    assert answer_action(Action.PROVIDE_AND_REGISTER) == "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse"
    assert answer_action(Action.UPDATE) == "urn:ihe:iti:2010:UpdateDocumentSetResponse"
    assert answer_action(Action.UPDATE, profile=ProfileName.DMP) == "urn:ihe:iti:2010:UpdateDocumentSet-Response"
    assert answer_action(Action.RETRIEVE, profile=ProfileName.DMP) == "urn:ihe:iti:2007:RetrieveDocumentSetResponse"
    assert answer_action(Action.READ_RECORD) == "urn:hl7-org:v3:PRPA_IN201308UV02"
    assert answer_action(Action.CREATE_RECORD) == "urn:hl7-org:v3:PRPA_IN201311ResponseUV02"


def test_an_answer_relates_to_its_request_and_reads_back():
    body = parse("<q xmlns='urn:q'>é &amp; x</q>".encode())
    envelope = read(soap.write(body, action="urn:a", relates_to="urn:uuid:r<&", message_id=ID))
    assert (envelope.action, envelope.message_id, envelope.to) == ("urn:a", ID, ANONYMOUS)
    assert envelope.relates_to == "urn:uuid:r<&"
    assert envelope.body.text == "é & x"


def test_a_request_carries_its_security_header_octet_for_octet():
    security = f'<w:Security xmlns:w="{NS["wsse"]}"><x  a="1"  b=\'2\'/></w:Security>'.encode()
    message = soap.request(parse(b"<q/>"), action="urn:a", to="https://h/", message_id=ID, security=security)
    assert security in message
    assert read(message).required_security()[0].get("b") == "2"
    held = parse(b"<h xmlns:xs='urn:xs'>" + security + b"</h>")[0]
    kept = read(soap.request(parse(b"<q/>"), action="urn:a", to="", message_id=ID, security=held))
    assert kept.required_security().nsmap["xs"] == "urn:xs"


def test_a_fault_says_code_subcode_reason_and_language():
    error = InvalidMessage("part <missing>", element="xop:Include")
    tree = parse(fault(error, relates_to="urn:uuid:r", message_id=ID))
    envelope = read(tree)
    assert envelope.action == "http://www.w3.org/2005/08/addressing/soap/fault"
    assert envelope.relates_to == "urn:uuid:r"
    assert read_fault(envelope) == Fault("Sender", "", "xop:Include: part <missing>")
    (words,) = tree.iter(qname("env:Text"))
    assert words.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_an_addressing_fault_has_the_action_of_addressing_faults():
    error = refused(an_envelope(ACTION))
    envelope = read(fault(error, relates_to=None, message_id=ID))
    assert envelope.action == "http://www.w3.org/2005/08/addressing/fault"
    assert read_fault(envelope).subcode == "wsa:MessageAddressingHeaderRequired"


def test_a_refused_assertion_is_one_code_and_no_sentence():
    error = AssertionRefused("the certificate expired yesterday", answer=DmpCode.EXPIRED_VIHF)
    octets = fault(error, relates_to="urn:uuid:r", message_id=ID)
    assert b"yesterday" not in octets
    assert read_fault(read(octets)) == Fault("Sender", "dmp:DMPExpiredVIHF", "DMPExpiredVIHF")
    (subcode,) = [value for value in parse(octets).iter(qname("env:Value")) if value.text.startswith("dmp:")]
    assert subcode.nsmap["dmp"] == "urn:si-dmp:fault"
    assert http_status(error) == 400


def test_under_the_ihe_profile_a_refused_assertion_says_nothing():
    told = [fault_of(AssertionRefused("x", answer=code), profile=ProfileName.IHE) for code in DmpCode]
    assert set(told) == {Fault("Sender", "wsse:InvalidSecurity", "the security header was refused")}


def test_a_refusal_with_a_status_of_its_own_keeps_it():
    assert http_status(InvalidMessage("too large", element="request", status=413)) == 413


def test_a_reason_is_kept_short_and_writable():
    told = read_fault(read(fault(Fault("Receiver", "", "a\x00b\ud800c" + "d" * 500), relates_to=None, message_id=ID)))
    assert told.reason == "a?b?c" + "d" * 395
    assert Fault("Receiver", "", "").http_status == 500


def test_what_is_no_fault_is_not_read_as_one():
    assert read_fault(read(an_envelope())) is None


PIECES = re.split(rb"(?=<)", an_envelope(ACTION + MESSAGE_ID + SECURITY, f"<q>{a_document(an_include('cid:a'))}</q>"))
EXTRA = [
    b"<wsa:To/>",
    b"<!-- -->",
    b"<?p?>",
    b"<s:Body>",
    b"</s:Body>",
    b"&amp;",
    b"<x s:mustUnderstand='1'/>",
    b"<!DOCTYPE a>",
]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["drop", "double", "swap", "insert"]), st.integers(0, 40), st.integers(0, 40)))
)
def test_a_changed_envelope_is_read_or_refused_and_never_breaks(changes):
    pieces = list(PIECES)
    for change, at, other in changes[:6]:
        here, there = at % len(pieces), other % len(pieces)
        match change:
            case "drop":
                pieces[here] = b""
            case "double":
                pieces[here] = pieces[here] * 2
            case "swap":
                pieces[here], pieces[there] = pieces[there], pieces[here]
            case "insert":
                pieces[here] += EXTRA[other % len(EXTRA)]
    try:
        envelope = read(b"".join(pieces))
    except InvalidMessage as error:
        fault(error, relates_to=None, message_id=ID)
        assert http_status(error) in (400, 500)
    else:
        assert envelope.action
        assert envelope.message_id
