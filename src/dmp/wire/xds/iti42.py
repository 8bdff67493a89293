"""ITI-42 Register Document Set-b: a lot whose documents stay in another repository (xds-wire 2.1, 2.5)."""

from datetime import datetime

from dmp.record.entry import DocumentEntry, RegistryObjects
from dmp.record.errors import XdsCode
from dmp.record.profile import Profile
from dmp.record.submission import Submission
from dmp.wire.xds import ebrim, links, metadata
from dmp.wire.xds.ebrim import Element, add
from dmp.wire.xds.findings import Findings
from dmp.wire.xds.iti41 import object_list
from dmp.wire.xds.rules import Rules

_OF_THE_REPOSITORY = (("hash", "hash"), ("size", "size"), ("repositoryUniqueId", "repository_unique_id"))
"""What the repository that keeps a document must tell of it, and where it is kept."""


def read(body: Element, *, profile: Profile, at: datetime) -> Submission:
    """Read an lcm:SubmitObjectsRequest; the submission has no documents.

    `at` starts the timer of what is hidden from the patient.

    Raises:
        InvalidMessage: the body is not such a request.
        Refused: every broken rule of the metadata, at once.
    """
    findings = Findings(XdsCode.REGISTRY_METADATA_ERROR)
    objects = metadata.read_objects(object_list(body), Rules(profile, at), findings)
    lot = links.the_submission_set(objects, findings)
    if lot is not None:
        links.check_links(lot, objects, findings)
        links.check_patients(lot, (*objects.entries, *objects.folders), findings)
    links.check_unique_ids(objects, findings, code=XdsCode.REGISTRY_DUPLICATE_UNIQUE_ID_IN_MESSAGE)
    for entry in objects.entries:
        _check_described(entry, findings)
    warnings = findings.settle()
    (lot,) = objects.submission_sets
    return Submission(lot, objects.entries, objects.associations, {}, warnings, objects.folders)


def _check_described(entry: DocumentEntry, findings: Findings) -> None:
    for attribute, name in _OF_THE_REPOSITORY:
        if getattr(entry, name) in ("", None):
            findings.add(entry.uuid, attribute, "missing: the repository tells it")


def write_request(submission: Submission) -> Element:
    """Build the request of a repository."""
    request = ebrim.root(ebrim.SUBMIT_OBJECTS_REQUEST)
    lots = (submission.submission_set,)
    objects = RegistryObjects(submission.entries, lots, submission.associations, submission.folders)
    metadata.write_objects(add(request, ebrim.REGISTRY_OBJECT_LIST), objects, registered=False)
    return request
