"""The published messages of the NIST test kit, with their plans as the oracle (profile `ihe`)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import pytest
from lxml import etree

from dmp.record.errors import Refused
from dmp.record.profile import ihe
from dmp.wire.xds import iti18, iti41, iti43, iti57
from dmp.wire.xds.schemes import (
    ENTRY_PATIENT,
    ENTRY_UNIQUE_ID,
    FOLDER_PATIENT,
    FOLDER_UNIQUE_ID,
    LOT_PATIENT,
    LOT_UNIQUE_ID,
)
from xds_builders import AT, XDS, Octets, inline

if not XDS.exists():
    pytest.skip("the published messages are not here", allow_module_level=True)

XDSB = "{urn:ihe:iti:xds-b:2007}"
UNIQUE_IDS = {ENTRY_UNIQUE_ID, LOT_UNIQUE_ID, FOLDER_UNIQUE_ID}
PATIENT_IDS = {ENTRY_PATIENT, LOT_PATIENT, FOLDER_PATIENT}
READ = {"RegisterTransaction", "ProvideAndRegisterTransaction", "StoredQueryTransaction", "MuTransaction"}

SELF_TESTS = {
    "selftest/findss",  # the sourcePatientId `89765a87b^^^fj34r`
    "selftest/pnrb",
    "selftest/related",
    "selftest/findfol",  # a folder without codeList
}
"""Self-tests of the toolkit that expect success with metadata that XDS.b refuses."""
NEEDS_THE_REGISTRY = {
    "11897/no_matching_classcode",  # a code outside the tables of the toolkit's domain
    "11966_expired/submit",  # the assertion
    "11966_unsigned/submit",
    "11981/submit_bad_hash",  # the octets of the document
    "11981/submit_bad_size",
    "12369/size",
    "11993/apnd",  # what is registered; another step of the plan succeeds
    "11994/xfrm",
    "11996/submit",
    "12002/add_to_folder",
    "12004/submit",
    "15800b/no_orig_docentry",
    "15800e/update",
    "15806/resubmit",
    "20003/failed_update",
    "20008/submit_hm_assoc",
    "20100a/submit_apnd_assoc",
}
"""Plans whose refusal depends on more than the message."""


@dataclass(frozen=True)
class Step:
    """One message of a plan and what it must lead to."""

    name: str
    transaction: str
    message: Path
    succeeds: bool
    codes: frozenset[str]
    documents: tuple[str, ...]
    keeps_patient: bool

    @property
    def place(self) -> str:
        return str(self.message.parent.relative_to(XDS)).removeprefix("nist-testkit/").removeprefix("nist-examples/")


def value_of(symbol: str) -> str:
    """A value of the right kind for a symbol of the plans."""
    name = symbol.lower()
    if name.startswith("alt"):
        return "P2^^^&amp;1.3.6.1.4.1.21367.2005.3.7&amp;ISO"
    if "patient" in name:
        return "P1^^^&amp;1.3.6.1.4.1.21367.2005.3.7&amp;ISO"
    if name == "repuid":
        return "1.19.6.24.109.42.1"
    if "uid" in name.replace("uuid", "") or "uniqueid" in name:
        return f"1.2.3.{uuid5(NAMESPACE_OID, name).int % 10**9}"
    if name in ("now", "lastyear"):
        return "20200101"
    return f"urn:uuid:{uuid5(NAMESPACE_OID, name)}"


def message(step: Step):
    """The message with its symbols filled, fresh unique ids and, where the plan says so, a fresh patient."""
    root = etree.fromstring(re.sub(r"\$(\w+)\$", lambda found: value_of(found[1]), step.message.read_text()).encode())
    for number, identifier in enumerate(root.iter("{*}ExternalIdentifier")):
        scheme = identifier.get("identificationScheme")
        if scheme in UNIQUE_IDS and not re.fullmatch(r"[0-9.]+", identifier.get("value")):
            identifier.set("value", f"1.2.9.{number}")
        if scheme in PATIENT_IDS and not step.keeps_patient:
            identifier.set("value", "P1^^^&1.3.6.1.4.1.21367.2005.3.7&ISO")
    return root


def steps() -> Iterator[Step]:
    for plan in sorted(XDS.glob("nist-*/**/testplan.xml")):
        for step in etree.parse(plan).iter("TestStep"):
            for transaction in step.iterchildren(*READ):
                path = plan.parent / (transaction.findtext("MetadataFile") or "")
                if path.is_file():
                    yield a_step(step, transaction, path)


def a_step(step, transaction, path: Path) -> Step:
    codes = [found.text for found in step.iter("ExpectedErrorCode", "ExpectedErrorMessage")]
    sent = transaction.findall("Document")
    if transaction.tag == "RegisterTransaction":
        sent = etree.parse(path).findall(".//{*}ExtrinsicObject")
    return Step(
        name=f"{path.parent.relative_to(XDS)}-{step.get('id')}-{path.stem}",
        transaction=transaction.tag,
        message=path,
        succeeds=step.findtext("ExpectedStatus") == "Success",
        codes=frozenset(codes),
        documents=tuple(document.get("id") for document in sent),
        keeps_patient=transaction.find("NoPatientId") is not None,
    )


def read(step: Step):
    body = message(step)
    if step.transaction == "StoredQueryTransaction":
        return iti18.read(body)
    if step.transaction == "MuTransaction":
        return iti57.read(body, profile=ihe(), at=AT)
    request = etree.Element(f"{XDSB}ProvideAndRegisterDocumentSetRequest")
    request.append(body)
    for uuid in step.documents:
        etree.SubElement(request, f"{XDSB}Document", id=re.sub(r"\$(\w+)\$", lambda found: value_of(found[1]), uuid))
    return iti41.read(request, resolve=inline, profile=ihe(), at=AT)


STEPS = list(steps())
TO_READ = [step for step in STEPS if step.succeeds and step.place not in SELF_TESTS]
TO_REFUSE = [step for step in STEPS if not step.succeeds and step.place not in NEEDS_THE_REGISTRY]


def named(found: list[Step]):
    return pytest.mark.parametrize("step", found, ids=[step.name for step in found])


def test_the_plans_are_found():
    kinds = {kind: sum(step.transaction == kind for step in TO_READ) for kind in READ}
    assert kinds["StoredQueryTransaction"] >= 50
    assert kinds["RegisterTransaction"] >= 60
    assert kinds["ProvideAndRegisterTransaction"] >= 15
    assert kinds["MuTransaction"] >= 15
    assert len(TO_REFUSE) >= 15


@named(TO_READ)
def test_what_the_plan_accepts_is_read(step):
    assert read(step)


@named(TO_REFUSE)
def test_what_the_plan_refuses_is_refused_with_its_code(step):
    with pytest.raises(Refused) as refusal:
        read(step)
    codes = {problem.code for problem in refusal.value.problems}
    assert step.codes <= codes
    assert codes


def test_retrieve_requests_are_read():
    requests = sorted(XDS.glob("nist-testkit/*/retrieve*/query.xml"))
    for path in requests:
        text = re.sub(r"\$(\w+)\$", lambda found: value_of(found[1]), path.read_text())
        assert all(r.repository_unique_id == "1.19.6.24.109.42.1" for r in iti43.read(etree.fromstring(text.encode())))
    assert requests


def test_a_request_that_tries_to_escape_its_quotes_is_refused():
    body = etree.parse(XDS / "ipf" / "xds" / "iti18request.xml").getroot()
    with pytest.raises(Refused, match="PatientId: a quoted string is not closed"):
        iti18.read(body)


def test_an_update_of_another_stack_is_refused_only_for_what_it_lacks():
    body = etree.parse(XDS / "ipf" / "xds" / "SubmitObjectsRequest_ebrs30_update.xml").getroot()
    update = iti57.read(body, profile=ihe(), at=AT)
    assert [type(operation).__name__ for operation in update.operations] == ["UpdateEntry", "UpdateStatus"]


def test_octets_of_a_test_document_are_measured():
    octets = Octets((XDS / "nist-testkit" / "11981" / "submit" / "my_document.txt").read_bytes())
    assert (octets.size, octets.sha1) == (36, "e543712c0e10501972de13a5bfcbe826c49feb75")
