"""Our signatures under another implementation, and the other way round; and no octet may change."""

import copy
import re
from dataclasses import replace
from functools import cache

import pytest
import xmlsec
from hypothesis import given, settings
from hypothesis import strategies as some
from lxml import etree
from saml_changes import assertion_of, signing
from saml_corpus import FORGERIES
from saml_genuine import GENUINE
from saml_world import ASSERTION_ID, AT, Attempt, Memory, World, a_request, an_attempt, key_of, the_world

from dmp.record.errors import AssertionRefused, InvalidMessage
from dmp.sandbox.pki import KeyPair
from dmp.wire.vihf import mint, signature
from dmp.wire.vihf import vocabulary as words
from dmp.wire.xml import Element, parse, serialise

SIGNATURE = re.compile(rb"<ds:Signature.*</ds:Signature>", re.DOTALL)
ALPHANUMERIC = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture
def world() -> World:
    return the_world()


def signed_by_xmlsec(pair: KeyPair, method: str, prefixes: str):
    """A signer that owes nothing to ours."""

    def sign(assertion: Element, *_: object) -> Element:
        root = parse(serialise(assertion))
        root.remove(root.find(f"{{{words.DS}}}Signature"))
        node = xmlsec.template.create(
            root, xmlsec.constants.TransformExclC14N, getattr(xmlsec.constants, method), ns="ds"
        )
        root.insert(1, node)
        reference = xmlsec.template.add_reference(node, xmlsec.constants.TransformSha256, uri=f"#{ASSERTION_ID}")
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        transform = xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
        if prefixes:
            etree.SubElement(transform, f"{{{words.EXC_C14N}}}InclusiveNamespaces").set("PrefixList", prefixes)
        info = xmlsec.template.ensure_key_info(node)
        xmlsec.template.add_x509_data(info)
        xmlsec.tree.add_ids(root, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(str(pair.key), xmlsec.constants.KeyDataFormatPem)
        context.key.load_cert_from_file(str(pair.certificate), xmlsec.constants.KeyDataFormatPem)
        context.sign(node)
        return root

    return sign


@pytest.mark.parametrize("holder", ["doctor", "doctor2", "secretary", "hospital"])
def test_what_we_sign_verifies_under_xmlsec(world: World, holder: str):
    who = world.holders[holder]
    security = mint.mint(
        a_request(who),
        key=key_of(who.sign),
        certificate=who.sign.load_certificate(),
        at=AT,
        new_id=ASSERTION_ID,
    )
    assertion = parse(serialise(security))[0]
    xmlsec.tree.add_ids(assertion, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(who.sign.certificate), xmlsec.constants.KeyDataFormatCertPem)

    context.verify(assertion.find(f"{{{words.DS}}}Signature"))

    assertion.find(f"{{{words.SAML}}}Subject/{{{words.SAML}}}NameID").text = "899900000037"
    with pytest.raises(xmlsec.Error):
        xmlsec_again(who.sign, assertion)


def xmlsec_again(pair: KeyPair, assertion: Element) -> None:
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(pair.certificate), xmlsec.constants.KeyDataFormatCertPem)
    context.verify(assertion.find(f"{{{words.DS}}}Signature"))


@pytest.mark.parametrize(
    ("holder", "method", "prefixes"),
    [
        ("doctor", "TransformRsaSha256", ""),
        ("doctor", "TransformRsaSha512", "saml2 xsi"),
        ("doctor2", "TransformEcdsaSha256", ""),
        ("hospital", "TransformRsaSha256", "#default hl7"),
    ],
)
def test_what_xmlsec_signs_is_accepted(world: World, holder: str, method: str, prefixes: str):
    sign = signed_by_xmlsec(world.holders[holder].sign, method, prefixes)

    caller, _ = an_attempt(world, holder, sign=sign).run()

    assert caller.assertion == ASSERTION_ID


@cache
def a_doctor_s_message() -> Attempt:
    return an_attempt(the_world())


@settings(max_examples=300, deadline=None)
@given(data=some.data())
def test_no_character_of_a_signed_assertion_may_change(data: some.DataObject):
    attempt = a_doctor_s_message()
    whole = attempt.message
    begin, end = whole.index(b"<saml2:Assertion"), whole.index(b"</saml2:Assertion>")
    hole = SIGNATURE.search(whole)
    assert hole is not None
    places = [
        place for place in range(begin, end) if whole[place] in ALPHANUMERIC and not hole.start() <= place < hole.end()
    ]
    place = data.draw(some.sampled_from(places))
    sign = data.draw(some.sampled_from([each for each in ALPHANUMERIC if each != whole[place]]))
    altered = whole[:place] + bytes([sign]) + whole[place + 1 :]

    with pytest.raises((AssertionRefused, InvalidMessage)):
        replace(attempt, message=altered, memory=Memory()).run()


def test_only_what_was_signed_is_read_afterwards(world: World):
    envelope = parse(an_attempt(world).message)
    located = signature.locate(envelope, envelope[0][0])
    opened = signature.open_signed(located, at=AT)
    genuine = copy.deepcopy(opened.element)
    located.assertion.find(f"{{{words.SAML}}}Subject/{{{words.SAML}}}NameID").text = "899900000037"

    assert serialise(opened.element) == serialise(genuine)
    assert opened.element.find(f"{{{words.DS}}}Signature") is None


def test_an_instruction_inside_the_assertion_is_refused_even_by_a_laxer_parser(world: World):
    envelope = etree.fromstring(an_attempt(world).message)
    assertion_of(envelope)[2].append(etree.ProcessingInstruction("x", "y"))
    with pytest.raises(AssertionRefused, match="a processing instruction"):
        signature.locate(envelope, envelope[0][0])


def test_a_prefix_list_cannot_gather_more_namespaces_than_one_element_may_have(world: World):
    """Forty declared on Security and forty on the Assertion, all eighty wanted by canonicalization."""
    first, second = ("".join(f' xmlns:{side}{n}="urn:{side}{n}"' for n in range(40)).encode() for side in "ab")
    who = world.holders["doctor"]
    certificate = who.sign.load_certificate()
    made = etree.tostring(mint.unsigned(a_request(who), certificate=certificate, at=AT, new_id=ASSERTION_ID))
    made = made.replace(b"<saml2:Assertion", b"<saml2:Assertion" + first + second, 1)
    prefixes = [f"{side}{n}" for side in "ab" for n in range(40)]
    assertion = serialise(signing(prefixes=prefixes)(etree.fromstring(made), key_of(who.sign), certificate))
    attempt = an_attempt(world)
    begin, end = attempt.message.index(b"<saml2:Assertion"), attempt.message.index(b"</wsse:Security>")
    whole = attempt.message[:begin] + assertion.replace(first, b"", 1) + attempt.message[end:]

    with pytest.raises(AssertionRefused, match="what is signed is not XML that we read"):
        replace(attempt, message=whole.replace(b"<wsse:Security", b"<wsse:Security" + first, 1)).run()


def test_the_corpus_is_as_large_as_it_must_be_and_names_nobody():
    reasons = " ".join(forgery.reason for forgery in FORGERIES)

    assert len({forgery.name for forgery in FORGERIES}) == len(FORGERIES) >= 60
    assert len({genuine.name for genuine in GENUINE}) == len(GENUINE) >= 20
    assert not re.search(r"89990|ARNOUX|279035121518989", reasons)
