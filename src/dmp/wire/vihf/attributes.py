"""The attributes of the assertion, with the cardinalities of xds-wire 8.2."""

from collections.abc import Callable

from lxml import etree

from dmp.record.actor import Authentication, ClientSystem, Mode
from dmp.record.codes import Code
from dmp.record.errors import InvalidIdentity
from dmp.record.hl7text import Cx
from dmp.record.nomenclature import Nomenclature, value_set
from dmp.record.patient import PatientId
from dmp.wire.vihf import vocabulary as words
from dmp.wire.vihf.assertion import Statements, Vihf, text
from dmp.wire.vihf.vocabulary import HL7, SAML, refuse
from dmp.wire.xml import Element

RoleKnown = Callable[[str, str], bool]
"""Tells whether a code of a system is one of those of JDV_J65 or beside it."""

SECOND_ROLE_OF = {
    ("10", words.PROFESSIONS): (
        words.KNOW_HOW,
        "Aucune spécialité dans le vihf. Spécialité obligatoire pour les Médecins",
    ),
    ("21", words.PROFESSIONS): (
        words.PHARMACY_SECTIONS,
        "Aucune spécialité dans le vihf. Spécialité obligatoire pour les Pharmaciens",
    ),
    ("99", words.OTHER_PROFESSIONS): (words.ROLES_IN_CARE, "no role in care after profession 99"),
}
"""First roles that need a second: its system, and what the trace says when it is missing (8.4-8)."""

SECOND_ROLES = frozenset({words.KNOW_HOW, words.PHARMACY_SECTIONS, words.ROLES_IN_CARE})


def read_vihf(assertion: Element, statements: Statements) -> Vihf:
    """Read the attributes of the verified element (8.4-7).

    Raises:
        AssertionRefused: an attribute is missing, repeated, or not of its form.
    """
    attributes = _Attributes(assertion)
    mode = _mode(attributes.required(words.MODE))
    purpose = _purpose(attributes)
    if attributes.required(words.RESOURCE_URN) != words.DMP_URN:
        refuse("attribute: Ressource_URN is not urn:dmp")
    version = attributes.required(words.VERSION)
    if version not in words.VERSIONS:
        refuse("attribute: VIHF_Version is not one that we take")
    reads_subject = attributes.optional if mode is Authentication.DIRECT else attributes.required
    return Vihf(
        statements=statements,
        version=version,
        mode=mode,
        structure=attributes.required(words.STRUCTURE),
        sector=_sector(attributes.required(words.SECTOR)),
        subject=reads_subject(words.SUBJECT_ID),
        roles=_roles(attributes),
        purpose=purpose,
        patient=_patient(attributes.optional(words.RESOURCE_ID)),
        reason=_reason(attributes, purpose),
        secret=_secret(attributes),
        client=ClientSystem(
            name=attributes.required(words.CLIENT_NAME),
            version=attributes.required(words.CLIENT_VERSION),
            approval=attributes.required(words.CLIENT_APPROVAL),
            serial=attributes.optional(words.CLIENT_SERIAL),
        ),
    )


def check_roles(vihf: Vihf, known: RoleKnown) -> None:
    """Check that the roles are in the tables, and that a second is there where the first needs one (8.4-8).

    Raises:
        AssertionRefused: with the national sentence when the know-how is missing.
    """
    if not all(known(role.code, role.system) for role in vihf.roles):
        refuse("role: a code that is not in the tables")
    if vihf.profession.system in SECOND_ROLES:
        refuse("role: the first is not a profession")
    needed = SECOND_ROLE_OF.get((vihf.profession.code, vihf.profession.system))
    second = vihf.roles[1] if len(vihf.roles) > 1 else None
    if needed is not None and (second is None or second.system != needed[0]):
        refuse(f"role: {needed[1]}")
    if second is not None and second.system not in SECOND_ROLES:
        refuse("role: the second is neither a know-how nor a role in care")


class _Attributes:
    """The values of each attribute by name; only `Authentification_Mode` is known by any case (8.2)."""

    def __init__(self, assertion: Element):
        self._values: dict[str, list[Element]] = {}
        statements = assertion.findall(f"{{{SAML}}}AttributeStatement")
        if len(statements) != 1:
            refuse("attribute: not exactly one AttributeStatement")
        for attribute in statements[0]:
            if attribute.tag != f"{{{SAML}}}Attribute":
                refuse("attribute: something else than Attribute in AttributeStatement")
            self._add(attribute)

    def _add(self, attribute: Element) -> None:
        name = attribute.get("Name", "")
        name = words.MODE if name.casefold() == words.MODE.casefold() else name
        if name in self._values:
            refuse(f"attribute: {_shown(name)} is there twice")
        values = list(attribute)
        if any(value.tag != f"{{{SAML}}}AttributeValue" for value in values):
            refuse(f"attribute: something else than AttributeValue in {_shown(name)}")
        self._values[name] = values

    def _single(self, name: str) -> Element | None:
        if name not in self._values:
            return None
        values = self._values[name]
        if len(values) != 1:
            refuse(f"attribute: {_shown(name)} has not exactly one value")
        return values[0]

    def required(self, name: str) -> str:
        """The text of an attribute that must be there."""
        if name not in self._values:
            refuse(f"attribute: {_shown(name)} is missing")
        return self.optional(name)

    def optional(self, name: str) -> str:
        """The text of an attribute, empty when it is absent; present, it says something."""
        value = self._single(name)
        return "" if value is None else text(value, f"attribute: {name}")

    def code(self, name: str) -> Code | None:
        """The CE of an attribute with one value."""
        value = self._single(name)
        return None if value is None else _code(value, name)

    def codes(self, name: str) -> tuple[Code, ...]:
        """The CEs of an attribute with several values."""
        return tuple(_code(value, name) for value in self._values.get(name, ()))


def _shown(name: str) -> str:
    """A name for the trace: ours as it is, a stranger's not repeated."""
    return name if name in words.ATTRIBUTES else "an unknown attribute"


def _code(value: Element, name: str) -> Code:
    """One coded element of HL7 V3 (CE) and nothing beside it but white space."""
    children = list(value)
    stray = (value.text or "") + "".join((child.tail or "") + (child.text or "") for child in children)
    if len(children) != 1 or stray.strip() or len(children[0]):
        refuse(f"attribute: {_shown(name)} is not one coded element")
    qualified = etree.QName(children[0])
    expected = {words.ROLE: "Role", words.PURPOSE: "PurposeOfUse"}.get(name, qualified.localname)
    code, system = children[0].get("code"), children[0].get("codeSystem")
    if qualified.namespace != HL7 or qualified.localname != expected or not code or not system:
        refuse(f"attribute: {_shown(name)} is not one coded element")
    return Code(code, system, children[0].get("displayName", ""))


def _mode(value: str) -> Authentication:
    try:
        return Authentication(value)
    except ValueError:
        refuse("attribute: Authentification_Mode is not one of the three modes")


def _purpose(attributes: _Attributes) -> Mode:
    code = attributes.code(words.PURPOSE)
    if code is None:
        refuse(f"attribute: {words.PURPOSE} is missing")
    if code.system not in words.PURPOSE_SYSTEMS or code.code not in set(Mode):
        refuse("attribute: the purpose of use is not in the tables")
    return Mode(code.code)


def _roles(attributes: _Attributes) -> tuple[Code, ...]:
    roles = attributes.codes(words.ROLE)
    if not 1 <= len(roles) <= 2:
        refuse("attribute: not one or two roles")
    return roles


def _sector(value: str) -> str:
    code, _, system = value.partition("^")
    if system != words.SECTOR_SYSTEM or not value_set(Nomenclature.FACILITY_TYPES).has(code, system):
        refuse("attribute: Secteur_Activite is not a code of the sectors")
    return code


def _patient(value: str) -> PatientId | None:
    try:
        return Cx.parse(value, words.RESOURCE_ID).patient if value else None
    except InvalidIdentity:
        refuse("attribute: resource-id is not a CX")


def _reason(attributes: _Attributes, purpose: Mode) -> str:
    reason = attributes.optional(words.REASON)
    if purpose is Mode.BREAK_GLASS and not reason:
        refuse("attribute: Mode_Acces_Raison is missing for bris_de_glace")
    return reason


def _secret(attributes: _Attributes) -> bool:
    """The secret connection of a minor («connexion secrète»)."""
    code = attributes.code(words.CONFIDENTIALITY)
    if code is None:
        return False
    if (code.code, code.system) != (words.SECRET_CONNECTION, words.CONFIDENTIALITY_SYSTEM):
        refuse("attribute: a confidentiality code that a VIHF does not carry")
    return True
