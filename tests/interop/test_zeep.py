"""zeep, a SOAP client that is not ours, searches, submits and reads: its envelopes, its reading of the schemas."""

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
from lxml import etree
from raw_bodies import APPROVED, EBXML, FIND_DOCUMENTS, REPOSITORY, Lot, cx
from zeep.plugins import Plugin

from dmp.sandbox.headers import HeaderRequest, header
from sandboxes import Sandbox

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "data" / "xds" / "schema-v3"
WSDL = Path(__file__).with_name("xds.wsdl")
RIM = f"{{{EBXML}:xsd:rim:3.0}}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
SUCCESS = f"{EBXML}:ResponseStatusType:Success"

pytestmark = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the published schemas are not here")


class RegistryObjects(Plugin):
    """What zeep cannot say of rim.xsd.

    It knows nothing of substitution groups, and loses what a Classification
    inherits: objects go out as they were written by hand, into the list that
    zeep made; those that come in get the type that zeep looks for.
    """

    sent: Sequence[etree._Element] = ()

    def egress(self, envelope, http_headers, *_):
        """Called by zeep before it sends."""
        for listed in envelope.iter(f"{RIM}RegistryObjectList"):
            listed.extend(self.sent)
        return envelope, http_headers

    def ingress(self, envelope, http_headers, _operation):
        """Called by zeep before it reads."""
        for listed in envelope.iter(f"{RIM}RegistryObjectList"):
            for element in listed:
                element.set(XSI_TYPE, f"{element.prefix}:{etree.QName(element).localname}Type")
                element.tag = f"{RIM}Identifiable"
        return envelope, http_headers


class SecurityHeader:
    """Puts a header from `./dev vihf` into each envelope."""

    def __init__(self, folder: Path, *, auth: str):
        """The header of the doctor, through the hospital."""
        self.folder, self.auth, self.ins = folder, auth, ""

    def apply(self, envelope, headers):
        """Called by zeep before it sends."""
        security = header(self.folder, HeaderRequest(patient=self.ins, holder="doctor", auth=self.auth))
        zeep.wsdl.utils.get_or_create_header(envelope).append(etree.fromstring(security))
        return envelope, headers

    def verify(self, envelope):
        """Answers are not signed."""


class Mtom(zeep.Transport):
    """Packages zeep's own envelope as MTOM that nothing optimises: one part, the document inside as base64."""

    def post(self, address, message, headers):
        """Called by zeep with the octets of the envelope."""
        if "ProvideAndRegister" not in headers["Content-Type"]:
            return super().post(address, message, headers)
        boundary, action = uuid.uuid4().hex, headers["Content-Type"].rpartition("; ")[2]
        content_type = (
            f'multipart/related; boundary={boundary}; type="application/xop+xml"; start="<root@zeep>"; '
            f'start-info="application/soap+xml"; {action}'
        )
        part = (
            b'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\nContent-ID: <root@zeep>'
        )
        body = b"--%b\r\n%b\r\n\r\n%b\r\n--%b--\r\n" % (boundary.encode(), part, message, boundary.encode())
        return super().post(address, body, {**headers, "Content-Type": content_type})


@pytest.fixture(scope="module")
def wsdl(strict: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The WSDL, with the places of this run in it."""
    services = strict.contract["services"]
    text = WSDL.read_text().replace("@SCHEMAS@", SCHEMAS.resolve().as_uri())
    text = text.replace("@REGISTRY@", services["registry"]).replace("@REPOSITORY@", services["repository"])
    path = tmp_path_factory.mktemp("wsdl") / "xds.wsdl"
    path.write_text(text)
    return path


def client_of(strict: Sandbox, wsdl: Path, auth: str) -> Iterator[zeep.Client]:
    files = strict.contract["holders"]["hospital"]["auth"]
    with requests.Session() as session:
        session.trust_env = False
        session.verify, session.cert = strict.contract["ca"], (files["cert"], files["key"])
        yield zeep.Client(
            wsdl.as_uri(),
            transport=Mtom(session=session),
            wsse=SecurityHeader(strict.folder, auth=auth),
            plugins=[RegistryObjects()],
            settings=zeep.Settings(strict=False),
        )


@pytest.fixture(scope="module")
def depositor(strict: Sandbox, wsdl: Path) -> Iterator[zeep.Client]:
    """zeep as the software of the hospital."""
    yield from client_of(strict, wsdl, "indirect")


@pytest.fixture(scope="module")
def consultant(strict: Sandbox, wsdl: Path) -> Iterator[zeep.Client]:
    """zeep as the doctor, recognised through the hospital."""
    yield from client_of(strict, wsdl, "air")


def slot(name: str, *values: str) -> dict[str, Any]:
    """A slot as zeep takes it."""
    return {"name": name, "ValueList": {"_value_1": [{"Value": value} for value in values]}}


def find(client: zeep.Client, ins: str) -> Any:
    """Search every document of somebody."""
    client.wsse.ins = ins
    slots = [slot("$XDSDocumentEntryPatientId", f"'{cx(ins)}'"), slot("$XDSDocumentEntryStatus", f"('{APPROVED}')")]
    registry = client.bind("Sharing", "RegistryPort")
    return registry.Search(
        ResponseOption={"returnType": "LeafClass", "returnComposedObjects": True},
        AdhocQuery={"id": FIND_DOCUMENTS, "Slot": slots},
    )


def submit(client: zeep.Client, lot: Lot, *, about: str = "") -> Any:
    """Submit a lot whose document travels inside the envelope; the assertion may be `about` somebody else."""
    client.wsse.ins = about or lot.ins
    (objects,) = etree.fromstring(lot.objects)
    client.plugins[0].sent = list(objects)
    repository = client.bind("Sharing", "RepositoryPort")
    return repository.Submit(
        SubmitObjectsRequest={"RegistryObjectList": {}}, Document=[{"id": "Doc", "_value_1": lot.document}]
    )


def test_zeep_searches_submits_finds_and_reads(depositor, consultant, ins):
    nothing = find(consultant, ins)
    assert (nothing.status, nothing.RegistryObjectList) == (SUCCESS, None)

    lot = Lot.of(ins, event="AMB")
    done = submit(depositor, lot)
    assert (done.status, done.RegistryErrorList) == (SUCCESS, None)

    found = find(consultant, ins)
    (entry,) = found.RegistryObjectList.Identifiable
    (title,) = (part["LocalizedString"].value for part in entry.Name._value_1)
    assert (found.status, found.totalResultCount, entry.mimeType) == (SUCCESS, 1, "text/xml")
    assert title == "Note de consultation"
    assert lot.unique_id in [identifier.value for identifier in entry.ExternalIdentifier]

    repository = consultant.bind("Sharing", "RepositoryPort")
    answer = repository.Read(DocumentRequest=[{"RepositoryUniqueId": REPOSITORY, "DocumentUniqueId": lot.unique_id}])
    (read,) = answer.DocumentResponse
    assert (answer.RegistryResponse.status, read.DocumentUniqueId) == (SUCCESS, lot.unique_id)
    assert read.Document == lot.document.rstrip(), "zeep strips the line ends of a binary part"


def test_zeep_reads_a_refusal_and_a_fault(depositor, ins):
    refused = submit(depositor, Lot.of(ins).again(title="Un autre titre"))
    assert refused.status == f"{EBXML}:ResponseStatusType:Failure"
    codes = {error.errorCode for error in refused.RegistryErrorList.RegistryError}
    assert codes == {"XDSRepositoryMetadataError"}

    with pytest.raises(zeep.exceptions.Fault) as fault:
        submit(depositor, Lot.of(ins), about="279035121518989")
    assert fault.value.message == "DMPPatientMismatch"
    assert [name.localname for name in fault.value.subcodes] == ["DMPPatientMismatch"]
