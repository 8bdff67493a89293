"""The record management messages in HL7 V3: TD0.2, 0.5, 1.1 to 1.4, both ways (xds-wire 9.1 to 9.3).

The server reads with `read`, answers with `write_status`, `write_identity`,
`write_done` or `write_refused`; for a message it cannot read,
`interaction_of` and `read_header` give what the refusal needs. A client
writes with `write_request` and reads with `read_acknowledgement`,
`read_status` and `read_identity`. The search by traits (TD0.5) has a message
and functions of its own: `read_search`, `write_found`, `write_search`, `read_found`.
"""

from dmp.wire.hl7v3.answers import write_done, write_identity, write_refused, write_status
from dmp.wire.hl7v3.found_persons import read_found, write_found, write_search_refused
from dmp.wire.hl7v3.header import SERVER, interaction_of, read_header
from dmp.wire.hl7v3.person_search import read_search, read_search_header, write_search
from dmp.wire.hl7v3.read_answers import read_acknowledgement, read_identity, read_status
from dmp.wire.hl7v3.requests import read
from dmp.wire.hl7v3.write_requests import write_request

__all__ = [
    "SERVER",
    "interaction_of",
    "read",
    "read_acknowledgement",
    "read_found",
    "read_header",
    "read_identity",
    "read_search",
    "read_search_header",
    "read_status",
    "write_done",
    "write_found",
    "write_identity",
    "write_refused",
    "write_request",
    "write_search",
    "write_search_refused",
    "write_status",
]
