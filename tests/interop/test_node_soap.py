"""node-soap, an MTOM client that is not ours, packages a submission and reads the answers.

It can say everything that is needed: the name of an attachment is free
(`contentId`), so that the `xop:Include` points at it. Two things are done for
it here: the inside of the bodies is handed to it as XML, since it builds no
substitution groups; and it announces `start-info="text/xml"` even for SOAP
1.2, which the service takes.
"""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree
from raw_bodies import EBXML, Lot, retrieve, search

from dmp.sandbox.headers import HeaderRequest, header
from sandboxes import Sandbox

HERE = Path(__file__).parent
SCHEMAS = HERE.parents[1].parent / "shared" / "data" / "xds" / "schema-v3"
PACKAGE = "soap@1.13.0"
SUCCESS = f"{EBXML}:ResponseStatusType:Success"

pytestmark = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the published schemas are not here")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where node-soap is installed, with our script; skips where there is no node or no registry."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    place = tmp_path_factory.mktemp("node")
    (place / "package.json").write_text('{"private": true}')
    install = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--silent", PACKAGE]
    done = subprocess.run(install, cwd=place, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        pytest.skip(f"npm could not install {PACKAGE}: {done.stderr.strip()[-200:]}")
    shutil.copy(HERE / "node" / "client.mjs", place)
    return place


def play(sandbox: Sandbox, folder: Path, lot: Lot, *, about: str = "") -> dict:
    """Let node-soap play its part, with assertions `about` the patient or somebody else; gives what came back."""
    services = sandbox.contract["services"]
    wsdl = (HERE / "xds.wsdl").read_text().replace("@SCHEMAS@", str(SCHEMAS.resolve()))
    wsdl = wsdl.replace("@REGISTRY@", services["registry"]).replace("@REPOSITORY@", services["repository"])
    (folder / "xds.wsdl").write_text(wsdl)
    (folder / "document.xml").write_bytes(lot.document)
    security = {
        operation: header(sandbox.folder, HeaderRequest(patient=about or lot.ins, holder="doctor", auth=auth)).decode()
        for operation, auth in {"Search": "air", "Submit": "indirect", "Read": "air"}.items()
    }
    wanted = {
        "wsdl": str(folder / "xds.wsdl"),
        "document": str(folder / "document.xml"),
        "ca": sandbox.contract["ca"],
        **sandbox.contract["holders"]["hospital"]["auth"],
        "security": security,
        "query": inside(search(lot.ins)),
        "objects": lot.objects,
        "documents": inside(retrieve(lot.unique_id)),
    }
    done = subprocess.run(
        ["node", "client.mjs"],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def inside(body: str) -> str:
    """What a body holds: node-soap makes the outermost element itself, out of the WSDL."""
    return "".join(etree.tostring(child, encoding="unicode") for child in etree.fromstring(body))


def test_node_soap_searches_submits_as_mtom_and_reads_the_document_back(strict, folder, ins):
    lot = Lot.of(ins, event="AMB")
    came = play(strict, folder, lot)

    assert came["empty"]["result"]["attributes"] == {"status": SUCCESS, "startIndex": "0", "totalResultCount": "0"}
    assert came["submitted"] == {"result": {"attributes": {"status": SUCCESS}}, "parts": []}
    assert came["again"] == came["submitted"], "the same lot from the same sender changes nothing (DEC-3)"
    assert came["found"]["result"]["attributes"]["totalResultCount"] == "1"
    entry = came["found"]["result"]["RegistryObjectList"]["ExtrinsicObject"]
    assert entry["Name"]["LocalizedString"]["attributes"]["value"] == "Note de consultation"
    assert came["read"]["result"]["RegistryResponse"]["attributes"] == {"status": SUCCESS}
    assert came["read"]["result"]["DocumentResponse"]["DocumentUniqueId"] == lot.unique_id
    assert came["read"]["parts"] == [hashlib.sha256(lot.document).hexdigest()]


def test_node_soap_is_told_why_it_is_refused(strict, folder, ins):
    lot = Lot.of(ins, event="AMB").again(title="Un autre titre")
    came = play(strict, folder, lot)

    refused = came["submitted"]["result"]
    assert refused["attributes"]["status"] == f"{EBXML}:ResponseStatusType:Failure"
    error = refused["RegistryErrorList"]["RegistryError"]["attributes"]
    assert error["errorCode"] == "XDSRepositoryMetadataError"
    assert "title" in error["codeContext"]
    failure = came["read"]["result"]["RegistryResponse"]
    assert failure["RegistryErrorList"]["RegistryError"]["attributes"]["errorCode"] == "XDSDocumentUniqueIdError"


def test_node_soap_reads_a_fault(strict, folder, ins):
    came = play(strict, folder, Lot.of(ins), about="279035121518989")
    fault = came["submitted"]["fault"]
    assert (came["submitted"]["status"], fault["Code"]["Subcode"]["Value"]) == (400, "dmp:DMPPatientMismatch")
