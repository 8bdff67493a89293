"""What `./dev vihf` and `./dev sign-lot` print (DEC-123)."""

from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from dmp.client import lots
from dmp.client.client import DmpClient
from dmp.client.credentials import Credentials, read_contract
from dmp.client.header import Saying, security_header
from dmp.record.actor import Authentication, Mode
from dmp.record.entry import SIGNATURE_TYPE
from dmp.record.errors import IncompleteRequest
from dmp.record.ins import read_ins
from dmp.record.profile import ihe
from dmp.record.submission import Submission
from dmp.wire import mtom
from dmp.wire.xds import iti41
from dmp.wire.xml import NS, Element, parse, serialise

AUTHENTICATIONS = {
    "direct": Authentication.DIRECT,
    "indirect": Authentication.INDIRECT,
    "air": Authentication.REINFORCED,
}
STRUCTURES = "hospital"
"""The structure that calls when an indirect mode names no holder."""


@dataclass(frozen=True)
class HeaderRequest:
    """The options of `./dev vihf`, as typed; empty means not given."""

    patient: str = ""
    holder: str = ""
    profession: str = ""
    know_how: str = ""
    auth: str = ""
    mode: str = "normal"
    reason: str = ""
    secret: bool = False


def header(folder: Path, wanted: HeaderRequest) -> bytes:
    """A signed `wsse:Security` header, ready to paste into an envelope.

    Raises:
        IncompleteRequest: an option names nothing here; the option is named.
    """
    who = _credentials(read_contract(folder)["holders"], folder, wanted)
    patient = read_ins(wanted.patient, production=False) if wanted.patient else None
    said = Saying(_mode(wanted.mode), wanted.reason or _usual_reason(wanted.mode), wanted.secret)
    return serialise(security_header(who, patient, said, at=datetime.now(UTC)))


def sign_lot(folder: Path, holder: str, file: Path, documents: list[Path]) -> bytes:
    """The signature document of a lot.

    `file` holds an lcm:SubmitObjectsRequest, whose documents are `documents` in
    the order of its entries, or a whole ProvideAndRegisterDocumentSetRequest
    with the documents in base64.
    """
    body = parse(file.read_bytes(), element=str(file.name))
    if body.tag != iti41.REQUEST:
        body = _with_documents(body, documents)
    at = datetime.now(UTC)
    submission = iti41.read(body, resolve=mtom.Multipart(b"").resolve, profile=ihe(), at=at)
    unsigned = tuple(entry for entry in submission.entries if not entry.is_signature)
    who = Credentials.from_sandbox(read_contract(folder), holder)
    return lots.signature_of(replace(submission, entries=unsigned), who, at=at, unique_id=_name(submission))


def _name(submission: Submission) -> str:
    """The uniqueId of the signature entry when the lot already describes it, else a fresh OID."""
    described = (entry.unique_id for entry in submission.entries if entry.is_signature)
    return next(described, DmpClient.new_oid())


def _with_documents(submit: Element, documents: list[Path]) -> Element:
    """Put a SubmitObjectsRequest and its documents, in the order of its entries, into one request."""
    request = etree.Element(iti41.REQUEST)
    request.append(submit)
    entries = [entry for entry in submit.iter(f"{{{NS['rim']}}}ExtrinsicObject") if not _is_signature(entry)]
    if len(entries) != len(documents):
        raise IncompleteRequest(f"{len(entries)} entries, {len(documents)} files", element="--document")
    for entry, path in zip(entries, documents, strict=True):
        document = etree.SubElement(request, iti41.DOCUMENT, id=entry.get("id", ""))
        document.text = b64encode(path.read_bytes()).decode()
    return request


def _is_signature(entry: Element) -> bool:
    return any(code.get("nodeRepresentation") == SIGNATURE_TYPE for code in entry)


def _credentials(holders: dict[str, dict[str, str]], folder: Path, wanted: HeaderRequest) -> Credentials:
    contract = read_contract(folder)
    if wanted.auth and wanted.auth not in AUTHENTICATIONS:
        raise IncompleteRequest("direct, indirect or air", element="--auth")
    authentication = AUTHENTICATIONS.get(wanted.auth)
    name = wanted.holder or _by_profession(holders, wanted)
    if name not in holders:
        raise IncompleteRequest(f"the holders are {', '.join(holders)}", element="--holder")
    who = Credentials.from_sandbox(contract, name)
    if authentication is None or authentication is who.authentication:
        return _with_roles(who, wanted)
    if authentication is Authentication.DIRECT:
        raise IncompleteRequest("a structure has no card: direct mode is for persons", element="--auth")
    structure = _structure(holders, who)
    return _with_roles(Credentials.from_sandbox(contract, structure).standing_for(who, authentication), wanted)


def _structure(holders: dict[str, dict[str, str]], who: Credentials) -> str:
    """The structure where the person works, if it has certificates; else the hospital."""
    if who.authentication is not Authentication.DIRECT:
        return next(name for name, held in holders.items() if held["national_id"] == who.user)
    own = (n for n, held in holders.items() if held["kind"] == "structure" and held["structure"] == who.facility.id)
    return next(own, STRUCTURES)


def _by_profession(holders: dict[str, dict[str, str]], wanted: HeaderRequest) -> str:
    """The first holder of that profession and know-how; the doctor when none is asked."""
    if not wanted.profession:
        return "doctor"
    for name, held in holders.items():
        same = held["profession"] == wanted.profession and held["kind"] == "person"
        if same and wanted.know_how in ("", held["know_how"]):
            return name
    return "doctor"


def _with_roles(who: Credentials, wanted: HeaderRequest) -> Credentials:
    """Say another profession or know-how than the holder's, when asked: the service will judge."""
    profession = wanted.profession or who.profession
    inherited = who.know_how if profession == who.profession else ""
    return replace(who, profession=profession, know_how=wanted.know_how or inherited)


def _mode(name: str) -> Mode:
    try:
        return Mode(name)
    except ValueError:
        raise IncompleteRequest(f"one of {', '.join(Mode)}", element="--mode") from None


def _usual_reason(mode: str) -> str:
    return "Urgence vitale (essai)" if mode == Mode.BREAK_GLASS else ""
