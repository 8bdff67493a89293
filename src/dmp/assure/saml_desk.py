"""Messages whose assertion is genuine, altered or forged: who says what, how it is signed, what becomes of it."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any

from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod, XMLSigner
from signxml.algorithms import CanonicalizationMethod
from typing_extensions import override

from dmp.assure.messages import Message, Writer
from dmp.client.credentials import Credentials
from dmp.client.header import PASSWORD, PRIMARY_AUTHENTICATION, SOFTWARE
from dmp.record.actor import Authentication
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import EntryStatus
from dmp.record.query import FindDocuments, StoredQuery
from dmp.sandbox.population import Person
from dmp.wire import soap
from dmp.wire.vihf import mint
from dmp.wire.vihf.mint import SMARTCARD, VihfRequest
from dmp.wire.xds import iti18_request
from dmp.wire.xml import Element

NS = {"s": "urn:oasis:names:tc:SAML:2.0:assertion", "d": "http://www.w3.org/2000/09/xmldsig#"}
SECURITY = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}Security"
HOUR = timedelta(hours=1)
Change = Callable[[Element], object]


@dataclass(frozen=True)
class Attempt:
    """A message, and who holds the connection it comes by."""

    content: bytes
    caller: Credentials


@dataclass(frozen=True)
class Case:
    """One way to make a message."""

    name: str
    make: Callable[["Desk"], Attempt]


@dataclass(frozen=True)
class Desk:
    """Where messages are made, about one person; every assertion has an ID of its own."""

    writer: Writer
    person: Person
    other: Person

    @cached_property
    def _numbers(self) -> Iterator[int]:
        return count(1)

    def holder(self, name: str, standing_for: str = "") -> Credentials:
        """A holder of the sandbox; a structure may stand for somebody, whom it authenticated itself."""
        known = Credentials.from_sandbox(self.writer.contract, name)
        if not standing_for:
            return known
        person = Credentials.from_sandbox(self.writer.contract, standing_for)
        return known.standing_for(person, Authentication.REINFORCED)

    def wanted(self, who: Credentials, **changes: Any) -> VihfRequest:
        """What a holder says of himself."""
        direct, reinforced = (who.authentication is mode for mode in (Authentication.DIRECT, Authentication.REINFORCED))
        request = VihfRequest(
            mode=who.authentication,
            user=who.user,
            structure=who.facility.id,
            sector=who.facility.sector,
            roles=who.roles,
            patient=self.person.patient,
            subject="" if direct else who.name,
            client=SOFTWARE,
            context_class=SMARTCARD if direct else PASSWORD,
            context_declaration=PRIMARY_AUTHENTICATION if reinforced else "",
        )
        return replace(request, **changes)

    def unsigned(self, who: Credentials, request: VihfRequest, *, since: timedelta = timedelta()) -> Element:
        """An assertion of some time ago."""
        at, name = datetime.now(UTC) - since, f"_assured-{next(self._numbers)}"
        return mint.unsigned(request, certificate=who.certificate, at=at, new_id=name)

    def sent(self, *assertions: Element, by: Credentials, after: Change | None = None) -> Attempt:
        """A search with these assertions, its whole envelope changed on its way."""
        security = etree.Element(SECURITY)
        security.extend(assertions)
        query = StoredQuery(FindDocuments(DocumentCriteria(self.person.patient, frozenset({EntryStatus.APPROVED}))))
        body = iti18_request.write_request(query, patient_type="NH")
        message = Message("registry", soap.Action.STORED_QUERY, body)
        envelope = etree.fromstring(self.writer.envelope(message, security))
        if after is not None:
            after(envelope)
        return Attempt(etree.tostring(envelope), by)

    def genuine(self, holder: str = "doctor") -> Element:
        """The signed assertion of a holder."""
        who = self.holder(holder)
        return mint.sign(self.unsigned(who, self.wanted(who)), who.key, who.certificate)


def first(envelope: Element, path: str) -> Element:
    """The first element that a path leads to."""
    found = envelope.xpath(path, namespaces=NS)
    assert isinstance(found, list)  # noqa: S101
    element = found[0]
    assert isinstance(element, etree._Element)  # noqa: S101
    return element


# -- how a message goes wrong


def after(change: Change) -> Callable[[Desk], Attempt]:
    """A doctor's message, changed after he signed."""
    return lambda desk: desk.sent(desk.genuine(), by=desk.holder("doctor"), after=change)


def before(change: Change, holder: str = "doctor") -> Callable[[Desk], Attempt]:
    """A holder who signs something wrong himself."""

    def make(desk: Desk) -> Attempt:
        who = desk.holder(holder)
        assertion = desk.unsigned(who, desk.wanted(who))
        change(assertion)
        return desk.sent(mint.sign(assertion, who.key, who.certificate), by=who)

    return make


def asking(
    holder: str = "doctor", *, since: timedelta = timedelta(), standing_for: str = "", **changes: Any
) -> Callable[[Desk], Attempt]:
    """A holder who says something of himself, some time ago; a duration tells a time from now on."""

    def make(desk: Desk) -> Attempt:
        who = desk.holder(holder, standing_for)
        now = datetime.now(UTC)
        told = {name: now + value if isinstance(value, timedelta) else value for name, value in changes.items()}
        assertion = desk.unsigned(who, desk.wanted(who, **told), since=since)
        return desk.sent(mint.sign(assertion, who.key, who.certificate), by=who)

    return make


def about_another(desk: Desk) -> Attempt:
    """A doctor whose assertion names one person, and whose search another."""
    doctor = desk.holder("doctor")
    assertion = desk.unsigned(doctor, desk.wanted(doctor, patient=desk.other.patient))
    return desk.sent(mint.sign(assertion, doctor.key, doctor.certificate), by=doctor)


def signing(key_of: str = "doctor", certificate_of: str = "doctor", by: str = "doctor") -> Callable[[Desk], Attempt]:
    """What the doctor says, with the key of somebody, the certificate of somebody, sent by somebody."""

    def make(desk: Desk) -> Attempt:
        doctor, key, shown = desk.holder("doctor"), desk.holder(key_of).key, desk.holder(certificate_of).certificate
        assertion = desk.unsigned(doctor, desk.wanted(doctor))
        return desk.sent(mint.sign(assertion, key, shown), by=desk.holder(by))

    return make


class _Lenient(XMLSigner):
    """Signs with what nobody should."""

    @override
    def check_deprecated_methods(self) -> None:
        """Allow SHA-1."""


def weakly(method: SignatureMethod, digest: DigestAlgorithm, c14n: CanonicalizationMethod) -> Callable[[Desk], Attempt]:
    """A doctor who signs with other algorithms."""

    def make(desk: Desk) -> Attempt:
        who = desk.holder("doctor")
        assertion = desk.unsigned(who, desk.wanted(who))
        signer = _Lenient(signature_algorithm=method, digest_algorithm=digest, c14n_algorithm=c14n)
        name = assertion.get("ID")
        signed = signer.sign(assertion, key=who.key, cert=[who.certificate], id_attribute="ID", reference_uri=name)
        return desk.sent(signed, by=who)

    return make


def wrapped(place: Callable[[Element, Element, Element], None], *, same_id: bool = False) -> Case:
    """The signed assertion somewhere, and where it was a copy that names somebody else (signature wrapping)."""

    def change(envelope: Element) -> None:
        genuine = first(envelope, "//s:Assertion")
        evil = deepcopy(genuine)
        _set(evil, "s:Subject/s:NameID", "899900000045")
        if not same_id:
            evil.set("ID", "_evil")
        place(envelope, genuine, evil)

    return Case(f"wrapped: {place.__name__}{', same ID' if same_id else ''}", after(change))


def evil_first(_envelope: Element, genuine: Element, evil: Element) -> None:
    """The copy before the genuine one."""
    genuine.addprevious(evil)


def evil_last(_envelope: Element, genuine: Element, evil: Element) -> None:
    """The copy after the genuine one."""
    genuine.addnext(evil)


def genuine_in_body(envelope: Element, genuine: Element, evil: Element) -> None:
    """The genuine one in the body."""
    genuine.addprevious(evil)
    envelope[-1].append(genuine)


def genuine_in_an_object(_envelope: Element, genuine: Element, evil: Element) -> None:
    """The genuine one in an Object of the signature of the copy."""
    genuine.addprevious(evil)
    etree.SubElement(first(evil, "d:Signature"), f"{{{NS['d']}}}Object").append(genuine)


def genuine_in_the_subject(_envelope: Element, genuine: Element, evil: Element) -> None:
    """The genuine one in the subject of the copy."""
    genuine.addprevious(evil)
    first(evil, "s:Subject").append(genuine)


def genuine_as_advice(_envelope: Element, genuine: Element, evil: Element) -> None:
    """The genuine one as an advice of the copy."""
    genuine.addprevious(evil)
    etree.SubElement(evil, f"{{{NS['s']}}}Advice").append(genuine)


# -- changes


def _set(root: Element, path: str, text: str) -> None:
    first(root, path).text = text


def say(path: str, text: str) -> Change:
    """Another text."""
    return lambda root: _set(root, path, text)


def mark(path: str, name: str, value: str) -> Change:
    """Another value of an attribute."""
    return lambda root: first(root, path).set(name, value)


def drop(path: str) -> Change:
    """Without an element."""

    def change(root: Element) -> None:
        gone = first(root, path)
        parent = gone.getparent()
        assert parent is not None  # noqa: S101
        parent.remove(gone)

    return change


def double(path: str) -> Change:
    """An element twice."""

    def change(root: Element) -> None:
        known = first(root, path)
        known.addnext(deepcopy(known))

    return change


def insert(path: str, xml: str) -> Change:
    """Something more inside an element, first."""
    return lambda root: first(root, path).insert(0, etree.fromstring(xml))


def commented(root: Element) -> None:
    """A comment inside the name of the user: careless readers stop there (security 4.2)."""
    name = first(root, "//s:NameID")
    text = name.text or ""
    comment = etree.Comment("x")
    name.text, comment.tail = text[:4], text[4:]
    name.append(comment)


def value_of(name: str) -> str:
    """The path to an attribute of the VIHF."""
    return f".//s:Attribute[@Name='{name}']/s:AttributeValue"
