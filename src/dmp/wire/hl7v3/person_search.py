"""The search of a person by traits, PDQ V3 (TD0.5, ITI-47): the request, both ways (xds-wire 9.1, 9.3)."""

from lxml import etree

from dmp.record.errors import IncompleteRequest, InvalidIdentity, InvalidMessage
from dmp.record.lists import PersonSearch
from dmp.record.management import Device, MessageHeader
from dmp.record.patient import Sex
from dmp.wire.hl7v3.build import coded, identifier, make
from dmp.wire.hl7v3.header import SERVER, check_wrapper, read_any_header, write_wrapper
from dmp.wire.hl7v3.names import GENDERS, INTERACTIONS, V3
from dmp.wire.hl7v3.node import Node
from dmp.wire.hl7v3.person import read_sex
from dmp.wire.hl7v3.person_name import read_name
from dmp.wire.hl7v3.times import from_partial_date, partial_date
from dmp.wire.xml import Element

SEARCH = "PRPA_IN201305UV02"
TRIGGER = "PRPA_TE201305UV02"
SEMANTICS = {
    "livingSubjectName": "LivingSubject.name",
    "livingSubjectAdministrativeGender": "LivingSubject.administrativeGender",
    "livingSubjectBirthTime": "LivingSubject.birthTime",
    "patientAddress": "Patient.addr",
}
"""The criteria that are understood, by what they mean; any other would be passed over, and is refused."""
WITHOUT_EFFECT = ("otherIDsScopingOrganization", "semanticsText")
"""Asks for identifiers of one authority only: the service has but the INS."""
_WILDCARDS = "*?%"


def read_search_header(body: Element) -> MessageHeader:
    """What an answer needs, even of a search that will be refused.

    Raises:
        InvalidMessage: not this message, or one without an id to answer to.
    """
    if body.tag != f"{{{V3}}}{SEARCH}":
        raise InvalidMessage("not a search of persons", element="Body")
    return read_any_header(Node.root(body))


def read_search(body: Element) -> PersonSearch:
    """Read the criteria.

    Raises:
        InvalidMessage: not this message, or one that cannot be answered.
        IncompleteRequest: no family name, a criterion that is not understood, or one told twice; it is named.
        InvalidIdentity: a date or a sex that is none.
    """
    header = read_search_header(body)
    root = Node.root(body)
    check_wrapper(root)
    parameters = root.need("controlActProcess", "queryByParameter", "parameterList")
    for parameter in parameters.all("*"):
        if parameter.name not in (*SEMANTICS, *WITHOUT_EFFECT):
            raise parameter.refusal("not a criterion of this search")
    names = _Names(parameters)
    address = _value(parameters, "patientAddress")
    return PersonSearch(
        header,
        family=names.family,
        given=names.given,
        birth_date=_birth_date(parameters),
        sex=_sex(parameters),
        city=_part(address, "city"),
        postal_code=_part(address, "postalCode"),
    )


def write_search(search: PersonSearch, *, receiver: Device = SERVER) -> Element:
    """The message that asks, as a client sends it."""
    process = make(
        "controlActProcess",
        coded("code", TRIGGER, INTERACTIONS),
        query_by_traits(search),
        classCode="CACT",
        moodCode="EVN",
    )
    return write_wrapper(SEARCH, search.header, receiver=receiver, accept="AL", content=(process,))


def query_by_traits(search: PersonSearch) -> Element:
    """The criteria, which the answer repeats."""
    name = [make("family", text=search.family)] if search.family else []
    name += [make("given", text=search.given)] if search.given else []
    address = [
        make(part, text=said) for part, said in (("city", search.city), ("postalCode", search.postal_code)) if said
    ]
    birth = make("value", value=from_partial_date(search.birth_date)) if search.birth_date else None
    return make(
        "queryByParameter",
        identifier("queryId", search.header.query or search.header.id),
        make("statusCode", code="new"),
        make("responseModalityCode", code="R"),
        make("responsePriorityCode", code="I"),
        make(
            "parameterList",
            _parameter(
                "livingSubjectAdministrativeGender", coded("value", search.sex, GENDERS) if search.sex else None
            ),
            _parameter("livingSubjectBirthTime", birth),
            _parameter("livingSubjectName", make("value", *name) if name else None),
            _parameter("patientAddress", make("value", *address) if address else None),
        ),
    )


def _parameter(name: str, value: Element | None) -> Element | None:
    return None if value is None else make(name, value, make("semanticsText", text=SEMANTICS[name]))


class _Names:
    """Family and first name, be they told in one criterion or in several."""

    def __init__(self, parameters: Node):
        told = [value for one in parameters.all("livingSubjectName") for value in one.all("value")]
        people = [read_name(_as_person(value)) for value in told]
        path = f"{parameters.path}/livingSubjectName"
        self.family = _only([name.any_family for name in people], path)
        self.given = _only([name.any_given for name in people], path)
        if not self.family:
            raise IncompleteRequest("a family name is needed", element=path)


def _as_person(value: Node) -> Node:
    """A name as the children of a person, which is how names are read."""
    person = etree.Element(f"{{{V3}}}person")
    name = etree.SubElement(person, f"{{{V3}}}name")
    name.extend([etree.fromstring(etree.tostring(part)) for part in value.element.iterchildren(f"{{{V3}}}*")])
    return Node(person, value.path)


def _only(told: list[str], path: str) -> str:
    names = {name for name in told if name}
    if len(names) > 1:
        raise IncompleteRequest("names that exclude each other", element=path)
    name = names.pop() if names else ""
    if any(sign in name for sign in _WILDCARDS):
        raise IncompleteRequest("names are searched whole, without wildcard", element=path)
    return name


def _value(parameters: Node, name: str) -> Node | None:
    """The value of a criterion that may be told once; a first value stands for several.

    Raises:
        IncompleteRequest: told twice.
    """
    parameter = parameters.maybe(name)
    values = parameter.all("value") if parameter else ()
    return values[0] if values else None


def _birth_date(parameters: Node) -> str:
    value = _value(parameters, "livingSubjectBirthTime")
    if value is None or not value.get("value"):
        return ""
    date = partial_date(value.get("value"))
    if date is None:
        raise InvalidIdentity("not a birth date", element=f"{value.path}/@value")
    return date


def _sex(parameters: Node) -> Sex | None:
    """The sex; one that is undetermined leaves out nobody."""
    value = _value(parameters, "livingSubjectAdministrativeGender")
    sex = read_sex(value) if value else None
    return None if sex is Sex.UNDETERMINED else sex


def _part(address: Node | None, name: str) -> str:
    part = address.find(name) if address else None
    return part.text if part else ""
