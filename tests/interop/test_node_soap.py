"""node-soap, an MTOM client that is not ours, packages a submission and reads the answers.

It can say everything that is needed: the name of an attachment is free
(`contentId`), so that the `xop:Include` points at it. Two things are done for
it here: the inside of the bodies is handed to it as XML, since it builds no
substitution groups; and it announces `start-info="text/xml"` even for SOAP
1.2, which the service takes.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
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


def play(sandbox: Sandbox, folder: Path, lot: Lot) -> dict:
    """Let node-soap play its part; gives what came back to it."""
    services = sandbox.contract["services"]
    wsdl = (HERE / "xds.wsdl").read_text().replace("@SCHEMAS@", str(SCHEMAS.resolve()))
    wsdl = wsdl.replace("@REGISTRY@", services["registry"]).replace("@REPOSITORY@", services["repository"])
    (folder / "xds.wsdl").write_text(wsdl)
    (folder / "document.xml").write_bytes(lot.document)
    security = {
        operation: header(sandbox.folder, HeaderRequest(patient=lot.ins, holder="doctor", auth=auth)).decode()
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
    command = ["node", "client.mjs"]
    environment = {"PATH": os.environ["PATH"], "NODE_NO_WARNINGS": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, input=json.dumps(wanted), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def inside(body: str) -> str:
    """What a body holds, without its outermost element."""
    return body[body.index(">") + 1 : body.rindex("</")]


def test_node_soap_searches_submits_as_mtom_and_reads_the_document_back(strict, folder, ins):
    lot = Lot.of(ins, event="AMB")
    came = play(strict, folder, lot)
    print(json.dumps(came, indent=1)[:6000])
