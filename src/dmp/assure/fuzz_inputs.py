"""Inputs of the fuzzing, in families: messages, packages, assertions, documents; most broken in structure alone."""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

from lxml import etree

from dmp.assure.inside import Request
from dmp.assure.messages import Message, Writer
from dmp.assure.mutations import change_media_type, change_octets, change_tree
from dmp.client.header import PRIMARY_AUTHENTICATION, SOFTWARE
from dmp.record.submission import Submission
from dmp.sandbox.population import Person
from dmp.wire import mtom, soap
from dmp.wire.vihf import mint
from dmp.wire.vihf.mint import VihfRequest
from dmp.wire.xds import iti41, iti43
from dmp.wire.xml import Element, serialise

RENEW = 40
"""Inputs after which a security header is made anew; until then one header serves many messages."""


@dataclass(frozen=True)
class Input:
    """A broken request; `well_formed` when what was broken still is XML."""

    family: str
    request: Request
    well_formed: bool


class Inputs:
    """Makes inputs, one after the other."""

    def __init__(self, writer: Writer, dice: Random):
        """Draw everything from these dice."""
        self._writer, self._dice = writer, dice
        self._headers: dict[tuple[str, str], tuple[int, bytes]] = {}
        self._made = 0

    def next(self) -> Input:
        """The next one, of any family."""
        self._made += 1
        families: tuple[Callable[[Person], Input], ...] = (self.soap, self.multipart, self.saml, self.cda)
        return self._dice.choices(families, (4, 2, 2, 3))[0](self._dice.choice(self._writer.people))

    # -- families

    def soap(self, person: Person) -> Input:
        """A message alone, changed anywhere in its envelope, seldom in its octets or its media type."""
        message = self._writer.message(person)
        root = self._writer.envelope(message, self._security(person, deposit=False))
        request = Request(message.service, root, mtom.simple_type(message.action))
        if self._dice.random() < 0.8:
            request = replace(request, content=self._changed(root))
        elif self._dice.random() < 0.7:
            request = replace(request, content=change_octets(root, self._dice))
        else:
            request = replace(request, content_type=change_media_type(request.content_type, self._dice))
        return Input("soap", request, is_well_formed(request.content))

    def multipart(self, person: Person) -> Input:
        """A submission, changed in its envelope or in its package."""
        entry, octets = self._writer.document(person)
        root, parts = self._submission(person, self._writer.lot(person, entry, octets))
        where = self._dice.random()
        if where < 0.7:
            root = self._changed(root)
        request = self._packed(root, parts)
        if 0.7 <= where < 0.9:
            request = replace(request, content=change_octets(request.content, self._dice))
        elif where >= 0.9:
            request = replace(request, content_type=change_media_type(request.content_type, self._dice))
        return Input("multipart", request, where < 0.7 or where >= 0.9)

    def saml(self, person: Person) -> Input:
        """A search whose assertion was changed: mostly before it was signed with the right key, else after."""
        who, at = self._writer.reader, datetime.now(UTC)
        wanted = VihfRequest(
            mode=who.authentication,
            user=who.user,
            structure=who.facility.id,
            sector=who.facility.sector,
            roles=who.roles,
            patient=person.patient,
            subject=who.name,
            client=SOFTWARE,
            context_class="urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
            context_declaration=PRIMARY_AUTHENTICATION,
        )
        assertion = mint.unsigned(wanted, certificate=who.certificate, at=at, new_id=f"_{uuid.uuid4()}")
        before = self._dice.random() < 0.7
        if before:
            self._change(assertion)
        security = etree.Element(_SECURITY)
        security.append(self._signed(assertion))
        if not before:
            self._change(security)
        message = self._writer.search(person)
        root = self._writer.envelope(message, security)
        return Input("saml", Request(message.service, root, mtom.simple_type(message.action)), is_well_formed(root))

    def cda(self, person: Person) -> Input:
        """A submission in order, of a document that is not: its hash and size still fit."""
        entry, octets = self._writer.document(person)
        octets = self._changed(octets) if self._dice.random() < 0.85 else change_octets(octets, self._dice)
        root, parts = self._submission(person, self._writer.lot(person, entry, octets))
        return Input("cda", self._packed(root, parts), is_well_formed(octets))

    # -- how

    def _changed(self, octets: bytes) -> bytes:
        root = etree.fromstring(octets)
        self._change(root)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    def _change(self, root: Element) -> None:
        for _ in range(self._dice.choice((1, 1, 1, 2, 3))):
            change_tree(root, self._dice)

    def _signed(self, assertion: Element) -> Element:
        who = self._writer.reader
        try:
            return mint.sign(assertion, who.key, who.certificate)
        except (ValueError, TypeError, etree.LxmlError, AttributeError):  # nothing is left to sign
            return assertion
        except Exception as error:
            if type(error).__module__.startswith("signxml"):
                return assertion
            raise

    def _security(self, person: Person, *, deposit: bool) -> bytes:
        who = self._writer.feeder if deposit else self._writer.reader
        kept = self._headers.get((person.patient.number, who.authentication))
        if kept is None or self._made > kept[0] + RENEW * len(self._writer.people):
            kept = (self._made, serialise(self._writer.security(who, person)))
            self._headers[person.patient.number, who.authentication] = kept
        return kept[1]

    def _submission(self, person: Person, submission: Submission) -> tuple[bytes, list[iti43.Part]]:
        cids = {name: f"{number}.{secrets.token_hex(4)}@dmp" for number, name in enumerate(submission.documents)}
        parts = [iti43.Part(cids[e.uuid], e.mime_type, submission.documents[e.uuid]) for e in submission.entries]
        body = iti41.write_request(submission, cids=cids)
        message = Message("repository", soap.Action.PROVIDE_AND_REGISTER, body)
        return self._writer.envelope(message, self._security(person, deposit=True)), parts

    def _packed(self, root: bytes, parts: list[iti43.Part]) -> Request:
        boundary = f"uuid:{uuid.uuid4()}"
        media_type, pieces = mtom.write(
            root, parts, boundary=boundary, root_id="root@dmp", action=soap.Action.PROVIDE_AND_REGISTER
        )
        return Request("repository", b"".join(pieces), media_type)


_SECURITY = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}Security"


def is_well_formed(octets: bytes) -> bool:
    """Whether octets are XML; nothing outside them is looked at."""
    try:
        etree.fromstring(octets, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError:
        return False
    return True
