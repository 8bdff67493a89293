"""The signature document that `./dev sign-lot` prints (DEC-123, xds-wire 10.1).

Nothing of the lot is judged here, so that a lot which must be refused can be signed too.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from dmp.client.client import DmpClient
from dmp.client.credentials import Credentials
from dmp.record.entry import SIGNATURE_TYPE
from dmp.record.submission import Content
from dmp.sandbox.folder import read_contract
from dmp.sandbox.trouble import Trouble
from dmp.wire.content import MemoryContent
from dmp.wire.mtom import Multipart
from dmp.wire.xds import lot_signature
from dmp.wire.xds.schemes import ENTRY_UNIQUE_ID, LOT_UNIQUE_ID, TYPE_CODE
from dmp.wire.xml import Element, parse, qname


def sign_lot(folder: Path, holder: str, file: Path, documents: Sequence[Path]) -> bytes:
    """The signature document of the lot that `file` describes.

    `file` holds an lcm:SubmitObjectsRequest, whose documents are `documents` in
    the order of its entries, or a whole ProvideAndRegisterDocumentSetRequest
    with the documents in base64. An entry of type E1762 is the signature's own:
    its uniqueId names the signature, which does not cover itself.

    Raises:
        Trouble: no such holder, not as many documents as entries, or a uniqueId is missing.
        InvalidMessage: the file is not XML.
    """
    contract = read_contract(folder)
    if holder not in contract["holders"]:
        raise Trouble(f"the holders are {', '.join(contract['holders'])}", option="--holder")
    request = parse(file.read_bytes(), element=file.name)
    entries = list(request.iter(qname("rim:ExtrinsicObject")))
    signed = [entry for entry in entries if not _is_signature(entry)]
    contents = _files(documents, signed) if documents else _inline(request, signed)
    own = next((_unique_id(entry, ENTRY_UNIQUE_ID) for entry in entries if _is_signature(entry)), "")
    who = Credentials.from_sandbox(contract, holder)
    return lot_signature.sign(
        signature_id=own or DmpClient.new_oid(),
        submission_set_unique_id=_unique_id(request, LOT_UNIQUE_ID),
        documents={
            _unique_id(entry, ENTRY_UNIQUE_ID): content for entry, content in zip(signed, contents, strict=True)
        },
        key=who.key,
        certificate=who.certificate,
        at=datetime.now(UTC),
    )


def _is_signature(entry: Element) -> bool:
    types = (code for code in entry.iter(qname("rim:Classification")) if code.get("classificationScheme") == TYPE_CODE)
    return any(code.get("nodeRepresentation") == SIGNATURE_TYPE for code in types)


def _files(documents: Sequence[Path], entries: Sequence[Element]) -> list[Content]:
    if len(entries) != len(documents):
        told = f"{len(entries)} entries and {len(documents)} files: one --document for each entry, in their order"
        raise Trouble(told, option="--document")
    return [MemoryContent(path.read_bytes()) for path in documents]


def _inline(request: Element, entries: Sequence[Element]) -> list[Content]:
    """The documents that the request itself holds, in base64."""
    sent = {document.get("id"): document for document in request.iter(qname("xdsb:Document")) if len(document) == 0}
    missing = [entry.get("id", "") for entry in entries if entry.get("id") not in sent]
    if missing:
        told = f"the request does not hold {', '.join(missing)}: give one --document for each entry, in their order"
        raise Trouble(told, option="--document")
    return [Multipart(b"").resolve(sent[entry.get("id")]) for entry in entries]


def _unique_id(described: Element, scheme: str) -> str:
    """The uniqueId of an entry, or of the one submission set below `described`."""
    found = described.iter(qname("rim:ExternalIdentifier"))
    named = next((each.get("value") for each in found if each.get("identificationScheme") == scheme), None)
    if not named:
        raise Trouble(f"{described.get('id', 'the submission set')} has no uniqueId", option="FILE")
    return named
