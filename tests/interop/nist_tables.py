"""What the runner knows of the kit that the plans do not say: order, what cannot be replayed and why."""

from nist_plan import Kind, Step

LOADED_FIRST = dict.fromkeys(
    ("11897", "11898", "11899", "11901", "11903", "11904", "11905", "11906", "11907", "11908"), ("12346", "12374")
)
"""Tests of stored queries, and those that load what they look for."""
FORGED = {"11966_expired": "expired", "11966_unsigned": "unsigned"}
"""Tests that send an assertion that must be refused, and what is wrong with it."""
UNREPLAYABLE_KINDS = {
    Kind.FEED: "another actor: the message of an identity feed is not in the data; the record is opened instead",
    Kind.NEW_PATIENT: "no message: it asks the runner for another patient, which it takes",
    Kind.NOTHING: "no message and nothing to check",
}
RETIRED = {
    "20000d/query_for_fd_de_assoc/validate": "reads a report that no step of the test makes",
    "20008/query_by_uniqueid": "refers to sections that the test does not have",
    "20008/query_for_fd_de_assoc": "refers to sections that the test does not have",
    "12332/SOAP11": "refers to a test that is not in the data",
    "12332/SOAP12": "refers to a test that is not in the data",
    "soapheader/plan": "asks about a patient of the place where it was written",
    "wssec/plan": "asks about a patient of the place where it was written, with an assertion of 2008",
}
"""Sections and steps, left out of the index of their test, that lack what they refer to."""


def unreplayable(step: Step) -> str:
    """Why a step cannot be replayed; empty when it can."""
    missing = [f.name for f in (*step.documents.values(), step.message_file) if f is not None and not f.exists()]
    return (
        UNREPLAYABLE_KINDS.get(step.kind, "")
        or RETIRED.get(f"{step.place.test}/{step.place.section}", "")
        or RETIRED.get(step.id, "")
        or (f"{missing[0]} is not in the data" if missing else "")
    )


_SOURCE_PATIENT = "sourcePatientId: not an identifier of the form id^^^&oid&ISO"
DIVERGENCES = {
    "11897/no_matching_classcode/no_matching_classcode": "expected Failure, got Success",
    "findfol/plan/submit_doc_w_fol": _SOURCE_PATIENT,
    "findfol/plan/submit_doc_w_fol2": _SOURCE_PATIENT,
    "findss/plan/sub1": _SOURCE_PATIENT,
    "findss/plan/sub2": _SOURCE_PATIENT,
    "pnrb/plan/submit": _SOURCE_PATIENT,
    "related/plan/submit_doc_for_rplc": _SOURCE_PATIENT,
    "related/plan/rplc": "related/plan/submit_doc_for_rplc did not pass",
    "uid-test/submit/submit": "uniqueId: not an OID, OID^extension or UUID",
}
"""Steps that do not pass, and a part of what comes instead; docs/divergences.md says why."""
