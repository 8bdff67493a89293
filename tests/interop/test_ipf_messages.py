"""Messages of the IPF project, as their software writes them: each is answered, never by a failure of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from nist_plan import XDS
from raw import RawCaller, an_envelope, simple_type

from sandboxes import Sandbox

IPF = XDS / "ipf"
HL7 = "urn:hl7-org:v3:"
SEARCH_PATIENTS = f"{HL7}PRPA_IN201305UV02"
SERVICE = {
    "xds/SubmitObjectsRequest_ebrs30.xml": ("repository", "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"),
    "xds/SubmitObjectsRequest_ebrs30_update.xml": ("registry", "urn:ihe:iti:2010:UpdateDocumentSet"),
    "xds/submission-set.xml": ("registry", "urn:ihe:iti:2010:UpdateDocumentSet"),
    "xds/iti18request.xml": ("registry", "urn:ihe:iti:2007:RegistryStoredQuery"),
    "hl7v3/pdq/v3/PDQ.xml": ("patients", SEARCH_PATIENTS),
    "hl7v3/pdq/v3/PDQ_Maximal_Query.xml": ("patients", SEARCH_PATIENTS),
    "hl7v3/pdq/v3/PDQ_Response.xml": ("patients", SEARCH_PATIENTS),
    "hl7v3/pdq/v3/PDQ_Maximal_Query_Response.xml": ("patients", f"{HL7}PRPA_IN201306UV02"),
    "hl7v3/pixfeed/v3/PIX_FEED_REG_Maximal_Request.xml": ("patients", f"{HL7}PRPA_IN201311UV02"),
    "hl7v3/pixfeed/v3/PIX_FEED_REV_Maximal_Request.xml": ("patients", f"{HL7}PRPA_IN201314UV02"),
    "hl7v3/pixfeed/v3/Ack.xml": ("patients", f"{HL7}MCCI_IN000002UV01"),
}
"""Where each message goes, and as what."""
INS = "279035121518989"

pytestmark = pytest.mark.skipif(not IPF.is_dir(), reason="the messages of IPF are not here")


@pytest.fixture(scope="module")
def hospital(plain: Sandbox) -> Iterator[RawCaller]:
    """A hospital, in a sandbox of the `ihe` profile."""
    with RawCaller(plain.folder, auth="air") as caller:
        yield caller


def body_of(file: Path) -> str:
    return etree.tostring(etree.parse(file).getroot(), encoding="unicode", with_tail=False)


@pytest.mark.parametrize("name", SERVICE)
def test_a_message_is_answered(hospital: RawCaller, name: str):
    service, action = SERVICE[name]
    request = an_envelope(action, body_of(IPF / name), hospital.security(INS))
    answer = hospital.post(service, request, simple_type(action))
    assert answer.status < 500
    assert answer.body is not None


def test_an_assertion_that_is_not_a_vihf_is_refused(hospital: RawCaller):
    service, action = SERVICE["xds/iti18request.xml"]
    query, foreign = body_of(IPF / "xds/iti18request.xml"), body_of(IPF / "xds/saml2-assertion-for-xua.xml")
    answer = hospital.post(service, an_envelope(action, query, foreign), simple_type(action))
    assert (answer.status, answer.fault[0]) == (400, "Sender")
