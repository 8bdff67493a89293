"""What the entries of a record have in common, held once in memory: codes, authors, identities.

An entry that was just unpacked has every text for itself, though those of one
record repeat one another: 8 KB, of which 5 are the same in the next one.
"""

from typing import Any

from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry

Known = dict[Any, Any]
"""What was met so far, by what it says."""
_CODES = ("class_code", "type_code", "format_code", "facility_type", "practice_setting")
_TEXTS = (
    *("patient_cx", "source_patient_cx", "mime_type", "language", "repository_unique_id", "object_type"),
    *("legal_authenticator", "title", "availability", "home"),
)


def shared(entry: DocumentEntry, known: Known) -> DocumentEntry:
    """The entry, with what is known already in the place of what says the same; nobody else may have it yet."""
    own, put = entry.__dict__, known.setdefault
    for name in _CODES:
        own[name] = put(_said(own[name]), own[name])
    for name in _TEXTS:
        own[name] = put(own[name], own[name])
    for name in ("confidentiality", "event_codes"):
        own[name] = put((name, *map(_said, own[name])), own[name])
    own["source_patient_info"] = put(("source", entry.source_patient_info), entry.source_patient_info)
    said = tuple([(one.person, one.institutions, one.roles, one.specialties, one.telecoms) for one in entry.authors])
    own["authors"] = put(("authors", said), entry.authors)
    for name in ("logical_id", "chain"):
        if own[name] == entry.uuid:
            own[name] = entry.uuid
    return entry


def _said(code: Code) -> tuple[str, str, str]:
    return code.code, code.system, code.display
