"""What a verified assertion states (xds-wire 8.1, 8.2): statements here, attributes in `attributes`.

Everything is read with exact cardinalities from the element that the
signature covers. Whatever is not understood is refused: an unknown condition,
a second statement, a nil, an element where a text is due.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from dmp.record.actor import Authentication, ClientSystem, Mode
from dmp.record.codes import Code
from dmp.record.patient import PatientId
from dmp.wire.vihf.vocabulary import DS, SAML, X509_SUBJECT_NAME, XSI, refuse
from dmp.wire.xml import Element, label

MAX_TEXT = 4096

_CHILDREN = frozenset(
    {f"{{{SAML}}}{name}" for name in ("Issuer", "Subject", "Conditions", "AuthnStatement", "AttributeStatement")}
    | {f"{{{DS}}}Signature"}
)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?")


@dataclass(frozen=True)
class Window:
    """An interval of validity; either end may be open."""

    not_before: datetime | None
    not_on_or_after: datetime | None


@dataclass(frozen=True)
class Statements:
    """What the assertion states besides its attributes.

    `audiences` has one group per restriction: one of each group must be ours.
    `context_class` and `context_declaration` tell how the user was
    authenticated; either may be empty.
    """

    id: str
    issued_at: datetime
    issuer: str
    name_id: str
    windows: tuple[Window, ...]
    audiences: tuple[tuple[str, ...], ...]
    authenticated_at: datetime
    context_class: str
    context_declaration: str


@dataclass(frozen=True)
class Vihf:
    """All that an accepted VIHF says («vecteur d'identification et d'habilitation formelles»).

    `structure` and `sector` are declared; `roles` is the profession and, where
    due, the know-how or the role in care. `reason` justifies break-glass.
    """

    statements: Statements
    version: str
    mode: Authentication
    structure: str
    sector: str
    subject: str
    roles: tuple[Code, ...]
    purpose: Mode
    patient: PatientId | None = None
    reason: str = ""
    secret: bool = False
    client: ClientSystem = ClientSystem()

    @property
    def profession(self) -> Code:
        """The first role: a profession, or what stands for one."""
        return self.roles[0]

    @property
    def know_how(self) -> str:
        """The code of the second role, else empty."""
        return self.roles[1].code if len(self.roles) > 1 else ""


def read_statements(assertion: Element) -> Statements:
    """Read the verified element, attributes aside.

    Raises:
        AssertionRefused: something is missing, repeated, or not understood.
    """
    _well_formed(assertion)
    issuer = _one(assertion, "Issuer")
    if issuer.get("Format") != X509_SUBJECT_NAME:
        refuse("assertion: the Format of Issuer is not X509SubjectName")
    subject = _one(assertion, "Subject")
    conditions = _at_most_one(assertion, "Conditions")
    authn = _one(assertion, "AuthnStatement")
    context_class, declaration = _context(_one(authn, "AuthnContext"))
    return Statements(
        id=assertion.get("ID", ""),
        issued_at=_instant(assertion, "IssueInstant"),
        issuer=text(issuer),
        name_id=_name_id(subject),
        windows=_windows(conditions, subject, authn),
        audiences=_audiences(conditions),
        authenticated_at=_instant(authn, "AuthnInstant"),
        context_class=context_class,
        context_declaration=declaration,
    )


def text(element: Element, what: str = "") -> str:
    """The text of an element that holds nothing else, all its text nodes joined, never trimmed (security 4.2).

    `what` names the element in the refusal; without it, its own name does.

    Raises:
        AssertionRefused: empty, too long, or elements inside.
    """
    name = what or f"assertion: {etree.QName(element).localname}"
    if len(element):
        refuse(f"{name} holds elements where a text is expected")
    value = "".join(element.itertext())
    if not value.strip():
        refuse(f"{name} is empty")
    if len(value) > MAX_TEXT:
        refuse(f"{name} is too long")
    return value


def _well_formed(assertion: Element) -> None:
    if assertion.get("Version") != "2.0":
        refuse("assertion: Version is not 2.0")
    strange = next((child for child in assertion if child.tag not in _CHILDREN), None)
    if strange is not None:
        refuse(f"assertion: unexpected {label(strange)}")
    if any(element.get(f"{{{XSI}}}nil") is not None for element in assertion.iter("*")):
        refuse("assertion: an element with xsi:nil")


def _at_most_one(parent: Element, name: str) -> Element | None:
    found = parent.findall(f"{{{SAML}}}{name}")
    if len(found) > 1:
        refuse(f"assertion: more than one {name}")
    return found[0] if found else None


def _one(parent: Element, name: str) -> Element:
    found = _at_most_one(parent, name)
    if found is None:
        refuse(f"assertion: no {name}")
    return found


def _instant(element: Element, name: str) -> datetime:
    found = _optional_instant(element, name)
    if found is None:
        refuse(f"assertion: no {name}")
    return found


def _optional_instant(element: Element, name: str) -> datetime | None:
    """An xs:dateTime; SAML times are UTC, so one without offset is too (SAML core 1.3.3)."""
    value = element.get(name)
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value) if _INSTANT.fullmatch(value) else None
    except ValueError:
        read = None
    if read is None:
        refuse(f"assertion: {name} is not a date and time")
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _name_id(subject: Element) -> str:
    value = text(_one(subject, "NameID"))
    if value != value.strip():
        refuse("assertion: NameID is surrounded by white space")
    return value


def _windows(conditions: Element | None, subject: Element, authn: Element) -> tuple[Window, ...]:
    """Every interval that the assertion sets itself: conditions, confirmations, session."""
    bounded = [*subject.iterfind(f"{{{SAML}}}SubjectConfirmation/{{{SAML}}}SubjectConfirmationData")]
    if conditions is not None:
        bounded.append(conditions)
    windows = [
        Window(_optional_instant(each, "NotBefore"), _optional_instant(each, "NotOnOrAfter")) for each in bounded
    ]
    windows.append(Window(None, _optional_instant(authn, "SessionNotOnOrAfter")))
    return tuple(window for window in windows if window != Window(None, None))


def _audiences(conditions: Element | None) -> tuple[tuple[str, ...], ...]:
    if conditions is None:
        return ()
    if any(child.tag != f"{{{SAML}}}AudienceRestriction" for child in conditions):
        refuse("assertion: a condition that we do not know")
    return tuple(tuple(text(each) for each in group.findall(f"{{{SAML}}}Audience")) for group in conditions)


def _context(context: Element) -> tuple[str, str]:
    """How the user was authenticated: class reference and declaration, at least one.

    The carrier of the declaration is not settled nationally: AuthnContextDecl
    and AuthnContextDeclRef are read alike, by their text (xds-wire 8.3, 12-1).
    """
    reference = _at_most_one(context, "AuthnContextClassRef")
    declarations = context.findall(f"{{{SAML}}}AuthnContextDecl") + context.findall(f"{{{SAML}}}AuthnContextDeclRef")
    if len(declarations) > 1:
        refuse("assertion: more than one declaration in AuthnContext")
    if reference is None and not declarations:
        refuse("assertion: AuthnContext is empty")
    declared = " ".join("".join(declarations[0].itertext()).split()) if declarations else ""
    return ("" if reference is None else text(reference).strip()), declared
