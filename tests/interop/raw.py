"""A caller that shares no code with the client or the wire of the project.

Envelopes come from templates written here, requests go out through a plain
HTTP client, and answers are taken apart by the e-mail parser of the standard
library and by lxml: nothing of ours checks ours. Only the security header is
made by `./dev vihf`, as an integrator would.
"""

import email
import email.policy
import json
import ssl
import uuid
from base64 import b64encode
from copy import deepcopy
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import unquote

import httpx2
from lxml import etree
from raw_bodies import XOP

from dmp.sandbox.headers import HeaderRequest, header

ENV = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
SEARCH = "urn:ihe:iti:2007:RegistryStoredQuery"
SUBMIT = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
READ = "urn:ihe:iti:2007:RetrieveDocumentSet"
UPDATE = "urn:ihe:iti:2010:UpdateDocumentSet"
SERVICE = {SEARCH: "registry", UPDATE: "registry", SUBMIT: "repository", READ: "repository"}


@dataclass(frozen=True)
class Answer:
    """What came back, as it stood on the wire."""

    status: int
    headers: httpx2.Headers
    content: bytes

    @cached_property
    def parts(self) -> list[EmailMessage]:
        """The parts of a multipart answer; a simple one has none."""
        head = f"MIME-Version: 1.0\r\nContent-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = email.message_from_bytes(head + self.content, policy=email.policy.HTTP)
        assert not message.defects
        return list(message.iter_parts())

    @property
    def octets(self) -> dict[str, bytes]:
        """The octets of the parts, by Content-ID."""
        return {part["Content-ID"].strip("<>"): part.get_payload(decode=True) for part in self.parts}

    @cached_property
    def envelope(self) -> etree._Element:
        """The envelope, alone or in the first part."""
        multipart = self.headers["content-type"].startswith("multipart/related")
        return etree.fromstring(self.parts[0].get_payload(decode=True) if multipart else self.content)

    @property
    def body(self) -> etree._Element:
        """What the envelope carries."""
        (body,) = self.envelope.findall(f"{{{ENV}}}Body")
        (carried,) = body
        return carried

    @property
    def whole_body(self) -> etree._Element:
        """The same, each part put back as base64 where it is included: what a schema is about (XOP 1.0, section 2)."""
        whole = deepcopy(self.body)
        for include in list(whole.iter(f"{{{XOP}}}Include")):
            document = include.getparent()
            document.text = b64encode(self.octets[unquote(include.get("href").removeprefix("cid:"))]).decode()
            document.remove(include)
        return whole

    @property
    def fault(self) -> tuple[str, str, str]:
        """Code, subcode and reason of a fault."""
        found = (self.body.find(path, {"e": ENV}) for path in ("e:Code/e:Value", ".//e:Subcode/e:Value", ".//e:Text"))
        code, subcode, reason = ("" if element is None else element.text for element in found)
        return code.rpartition(":")[2], subcode, reason

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Code and severity of the lines of an error list."""
        found = self.body.iter("{urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0}RegistryError")
        return [(error.get("errorCode"), error.get("severity").rpartition(":")[2]) for error in found]

    @property
    def outcome(self) -> str:
        """Success, Failure or PartialSuccess."""
        return next(e.get("status") for e in self.body.iter() if e.get("status")).rpartition(":")[2]


class RawCaller:
    """Posts octets over mutual TLS, as one holder of certificates; by default the doctor of the hospital."""

    def __init__(
        self,
        folder: Path,
        *,
        tls: str = "hospital",
        holder: str = "doctor",
        auth: str = "indirect",
        certificate: str = "auth",
    ):
        """`tls` holds the `certificate` of the connection, `holder` is who the assertion says calls."""
        self.folder = folder
        self.holder, self.auth = holder, auth
        self.contract = json.loads((folder / "sandbox.json").read_text())
        tls_of = tls_context(self.contract, tls, certificate=certificate)
        self.client = httpx2.Client(verify=tls_of, timeout=30, trust_env=False)

    def __enter__(self) -> Self:
        """Close at the end of a `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.client.close()

    def security(self, ins: str = "") -> str:
        """A signed header from `./dev vihf`."""
        return header(self.folder, HeaderRequest(patient=ins, holder=self.holder, auth=self.auth)).decode()

    def url(self, service: str) -> str:
        """The address of a service."""
        return self.contract["services"][service]

    def call(self, action: str, body: str, ins: str = "", *, security: str | None = None) -> Answer:
        """Send a body in a simple envelope."""
        head = self.security(ins) if security is None else security
        return self.post(SERVICE[action], an_envelope(action, body, head), simple_type(action))

    def submit(self, body: str, ins: str, documents: dict[str, bytes]) -> Answer:
        """Send a submission as MTOM; `documents` are the parts, by Content-ID."""
        root = an_envelope(SUBMIT, body, self.security(ins))
        return self.post("repository", mtom_body(root, documents), mtom_type())

    def post(self, service: str, content: bytes, content_type: str, **headers: str) -> Answer:
        """Send octets as they are; names of headers are written with `_`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"Content-Type": content_type.encode()} if content_type else {}
        return self.request("POST", service, content=content, headers=named)

    def request(self, method: str, service: str, **what: object) -> Answer:
        """Send any request to a service."""
        response = self.client.request(method, self.url(service), **what)
        return Answer(response.status_code, response.headers, response.content)


def tls_context(contract: dict, holder: str, *, certificate: str = "auth") -> ssl.SSLContext:
    """The TLS of a holder; `certificate` may be the wrong one of his two."""
    context = ssl.create_default_context(cafile=contract["ca"])
    files = contract["holders"][holder][certificate]
    context.load_cert_chain(files["cert"], files["key"])
    return context


def an_envelope(action: str, body: str, security: str, *, message: str = "", more: str = "") -> bytes:
    """A SOAP 1.2 message; `more` are other headers."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{ENV}" xmlns:a="{WSA}"><s:Header>'
        f"<a:Action>{action}</a:Action><a:MessageID>{message or f'urn:uuid:{uuid.uuid4()}'}</a:MessageID>"
        f"<a:To>https://dmp.example/services</a:To>{more}{security}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def simple_type(action: str = "") -> str:
    """The media type of a simple message."""
    return "application/soap+xml; charset=UTF-8" + (f'; action="{action}"' if action else "")


def mtom_type(*, boundary: str = "part-9f0c", start: str = "root@raw", action: str = SUBMIT) -> str:
    """The media type of an MTOM message."""
    return (
        f'multipart/related; type="application/xop+xml"; start="<{start}>"; start-info="application/soap+xml"; '
        f'boundary="{boundary}"; action="{action}"'
    )


def mtom_part(octets: bytes, content_id: str, media_type: str = "text/xml") -> bytes:
    """One part with its headers."""
    lines = (f"Content-Type: {media_type}", "Content-Transfer-Encoding: binary", f"Content-ID: <{content_id}>", "", "")
    return "\r\n".join(lines).encode() + octets


def mtom_root(octets: bytes, content_id: str = "root@raw") -> bytes:
    """The part of the envelope."""
    return mtom_part(octets, content_id, 'application/xop+xml; charset=UTF-8; type="application/soap+xml"')


def joined(*parts: bytes, boundary: str = "part-9f0c", end: str = "--") -> bytes:
    """The body made of parts."""
    delimiter = f"--{boundary}".encode()
    return b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + end.encode() + b"\r\n"


def mtom_body(root: bytes, documents: dict[str, bytes]) -> bytes:
    """An envelope and its documents, by Content-ID."""
    return joined(mtom_root(root), *(mtom_part(octets, name) for name, octets in documents.items()))


def an_include(content_id: str) -> str:
    """A reference to a part."""
    return f'<xop:Include xmlns:xop="{XOP}" href="cid:{content_id}"/>'


def inline(octets: bytes) -> str:
    """A document inside the envelope."""
    return b64encode(octets).decode()
