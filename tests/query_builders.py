"""Stored queries as text, for tests."""

import pytest
from lxml import etree

from dmp.record.entry import EntryStatus
from dmp.record.errors import Problem, Refused
from dmp.record.patient import PatientId
from dmp.wire.xds import iti18

APPROVED = EntryStatus.APPROVED
PATIENT = PatientId("279035121518989", "1.2.250.1.213.1.4.10")
CX = "'279035121518989^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH'"


def a_request(query_id: str, *slots: tuple[str, ...], return_type: str = "LeafClass"):
    """An AdhocQueryRequest; each slot is its name, then its values as they stand on the wire."""
    inside = "".join(
        f"<r:Slot name='{name}'><r:ValueList>{''.join(f'<r:Value>{value}</r:Value>' for value in values)}"
        "</r:ValueList></r:Slot>"
        for name, *values in slots
    )
    return etree.fromstring(
        "<AdhocQueryRequest xmlns='urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0'"
        " xmlns:r='urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0'>"
        f"<ResponseOption returnType='{return_type}' returnComposedObjects='true'/>"
        f"<r:AdhocQuery id='{query_id}'>{inside}</r:AdhocQuery></AdhocQueryRequest>"
    )


def refusal(request) -> list[Problem]:
    """The problems of a request that is refused."""
    with pytest.raises(Refused) as refused:
        iti18.read(request)
    return list(refused.value.problems)
