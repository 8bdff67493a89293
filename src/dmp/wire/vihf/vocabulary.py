"""Namespaces, attribute names and code systems of the VIHF, kept verbatim (xds-wire 8.1, 8.2)."""

from typing import NoReturn

from dmp.record import nomenclature
from dmp.record.errors import AssertionRefused, DmpCode
from dmp.wire.xml import NS

SOAP = NS["env"]
WSSE = NS["wsse"]
SAML = NS["saml2"]
DS = NS["ds"]
HL7 = NS["hl7"]
XOP = NS["xop"]
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

X509_SUBJECT_NAME = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
CONTEXT_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
UNSPECIFIED_CONTEXT = f"{CONTEXT_CLASSES}unspecified"
SIMPLIFIED_CONTEXT = "CONF_EXI_PGSSIS"
"""The one primary authentication that an «AIR simplifiée» may state (xds-wire 8.3)."""

VERSION = "VIHF_Version"
MODE = "Authentification_Mode"
STRUCTURE = "Identifiant_Structure"
SECTOR = "Secteur_Activite"
SUBJECT_ID = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
RESOURCE_ID = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
RESOURCE_URN = "Ressource_URN"
PURPOSE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
REASON = "Mode_Acces_Raison"
CONFIDENTIALITY = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"
CLIENT_SERIAL = "LPS_ID"
CLIENT_NAME = "LPS_Nom"
CLIENT_VERSION = "LPS_Version"
CLIENT_APPROVAL = "LPS_ID_HOMOLOGATION_DMP"
ATTRIBUTES = frozenset(
    {
        VERSION,
        MODE,
        STRUCTURE,
        SECTOR,
        SUBJECT_ID,
        ROLE,
        RESOURCE_ID,
        RESOURCE_URN,
        PURPOSE,
        REASON,
        CONFIDENTIALITY,
        CLIENT_SERIAL,
        CLIENT_NAME,
        CLIENT_VERSION,
        CLIENT_APPROVAL,
    }
)

DMP_URN = "urn:dmp"
VERSIONS = frozenset({"3.0", "4.0"})
PURPOSE_SYSTEMS = ("1.2.250.1.213.1.1.4.248", "1.2.250.1.213.1.1.4.336")
CONFIDENTIALITY_SYSTEM = "1.2.250.1.213.1.1.4.13"
SECRET_CONNECTION = "INVISIBLE_REPRESENTANTS_LEGAUX"  # noqa: S105
SECTOR_SYSTEM = "1.2.250.1.71.4.2.4"

PROFESSIONS = nomenclature.PROFESSION
PROFESSIONS_IN_TRAINING = nomenclature.IN_TRAINING
KNOW_HOW = nomenclature.KNOW_HOW_SYSTEM
PHARMACY_SECTIONS = nomenclature.PHARMACY_SECTION
TITLES = "1.2.250.1.213.1.6.1.109"
"""TRE_R95, «usagers de titre»: psychologists, osteopaths…"""
OTHER_PROFESSIONS = "1.2.250.1.213.1.6.1.140"
"""TRE_R291: `99`, known by the role in care alone."""
PRODUCERS = "1.2.250.1.213.1.1.4.6"
"""TRE_A00: `AUTOMATE`, `SECRETARIAT_MEDICAL`…"""
ROLES_IN_CARE = "1.2.250.1.213.1.6.1.107"
"""TRE_R85, roles in care of people without a regulated profession."""


def refuse(reason: str, answer: DmpCode = DmpCode.INVALID_VIHF) -> NoReturn:
    """Raise the refusal of one check (DEC-118)."""
    raise AssertionRefused(reason, answer=answer)
