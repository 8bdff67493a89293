"""Small documents with the entries that a test is about."""

from dmp.documents.extraction import facts_of
from dmp.record.facts import Facts

CDA = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
PCC = "1.3.6.1.4.1.19376.1.5.3.1.4"
LAB = "1.3.6.1.4.1.19376.1.3.1"


def a_document(*entries: str, section: str = "11450-4", narrative: str = "", header: str = "") -> bytes:
    """A structured document of one section."""
    body = "".join(f"<entry>{entry}</entry>" for entry in entries)
    text = f"<text>{narrative}</text>" if narrative else ""
    return (
        f"<ClinicalDocument {CDA}>{header}<component><structuredBody><component>"
        f'<section><code code="{section}"/>{text}{body}</section>'
        f"</component></structuredBody></component></ClinicalDocument>"
    ).encode()


def read(*entries: str, section: str = "11450-4", narrative: str = "", header: str = "") -> Facts:
    """What such a document says."""
    return facts_of(a_document(*entries, section=section, narrative=narrative, header=header))


def a_template(*roots: str) -> str:
    return "".join(f'<templateId root="{root}"/>' for root in roots)


def a_problem(value: str = '<value xsi:type="CD" code="I10"/>', *, inside: str = "", attributes: str = "") -> str:
    """A problem in its concern."""
    return (
        f'<act>{a_template(f"{PCC}.5.2")}<statusCode code="active"/><entryRelationship typeCode="SUBJ">'
        f"<observation {attributes}>{a_template(f'{PCC}.5')}{inside}{value}</observation></entryRelationship></act>"
    )


def an_allergy(inside: str, *, attributes: str = "") -> str:
    """An allergy in its concern."""
    return (
        f"<act>{a_template(f'{PCC}.5.3')}<entryRelationship typeCode='SUBJ'>"
        f"<observation {attributes}>{a_template(f'{PCC}.6')}{inside}</observation></entryRelationship></act>"
    )


def an_observation(inside: str, *, attributes: str = "", template: str = f"{PCC}.13") -> str:
    return f"<observation {attributes}>{a_template(template)}{inside}</observation>"


def a_result(inside: str = "", *, code: str = "4548-4", value: str = "", former: str = "") -> str:
    """A result of a laboratory, without its entry."""
    return f'<observation>{a_template(f"{LAB}.6")}<code code="{code}"/>{inside}{value}{former}</observation>'


def a_laboratory(*parts: str) -> str:
    """What stands in the entry of a laboratory."""
    links = "".join(f'<entryRelationship typeCode="COMP">{part}</entryRelationship>' for part in parts)
    return f'{a_template(LAB)}<act><code code="18719-5"/>{links}</act>'


def a_treatment(inside: str, *, attributes: str = "") -> str:
    return f"<substanceAdministration {attributes}>{a_template(f'{PCC}.7')}{inside}</substanceAdministration>"


def a_vaccine(inside: str = "", *, attributes: str = "", code: str = "J07AM") -> str:
    product = (
        f'<manufacturedProduct><manufacturedMaterial><code code="{code}"/></manufacturedMaterial></manufacturedProduct>'
    )
    consumable = f"<consumable>{product}</consumable>"
    return (
        f"<substanceAdministration {attributes}>{a_template(f'{PCC}.12')}{inside}{consumable}</substanceAdministration>"
    )
