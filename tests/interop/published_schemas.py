"""The published schemas of what the service answers, envelope and body (DEC-101)."""

from functools import cache
from pathlib import Path

from lxml import etree
from raw import Answer

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "data" / "xds" / "schema-v3"
EBXML = "urn:oasis:names:tc:ebxml-regrep:xsd"
SOAP_12 = Path(__file__).with_name("soap12.xsd")
"""Written here: the published soap.xsd is that of SOAP 1.1."""
FILES = {
    f"{{{EBXML}:query:3.0}}": SCHEMAS / "query.xsd",
    f"{{{EBXML}:rs:3.0}}": SCHEMAS / "rs.xsd",
    "{urn:ihe:iti:xds-b:2007}": SCHEMAS / "XDS.b_DocumentRepository.xsd",
    "{http://www.w3.org/2003/05/soap-envelope}": SOAP_12,
}


@cache
def schema(file: Path) -> etree.XMLSchema:
    """A schema, read once."""
    return etree.XMLSchema(file=str(file))


def assert_valid(answer: Answer) -> None:
    """The envelope against SOAP 1.2, what it carries against its own schema."""
    for element, file in (
        (answer.envelope, SOAP_12),
        (answer.whole_body, FILES[answer.whole_body.tag.partition("}")[0] + "}"]),
    ):
        # A copy: the schema judges the element alone, with the namespaces it stands in.
        schema(file).assertValid(etree.fromstring(etree.tostring(element, with_tail=False)))
