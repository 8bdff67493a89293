"""ITI-57 Update Document Set: mask, release, delete, archive (TD3.3); in plain IHE any change (xds-wire 7)."""

from datetime import datetime

from dmp.record.errors import XdsCode
from dmp.record.profile import Profile
from dmp.record.submission import MetadataUpdate, UpdateOperation
from dmp.wire.xds import links, metadata
from dmp.wire.xds.ebrim import Element
from dmp.wire.xds.findings import Findings
from dmp.wire.xds.iti41 import object_list
from dmp.wire.xds.iti57_operations import Message
from dmp.wire.xds.iti57_request import write_request
from dmp.wire.xds.rules import Rules, Stage

__all__ = ["read", "write_request"]


def read(body: Element, *, profile: Profile, at: datetime) -> MetadataUpdate:
    """Read an lcm:SubmitObjectsRequest of updates; `at` starts the timer of what is hidden from the patient.

    A status may be changed on an entry that the same message updates: its
    target is then the id of that entry in the message. The French profile
    knows no update of folders and no SubmitAssociation.

    Raises:
        InvalidMessage: the body is not such a request.
        Refused: every broken rule: `XDSMetadataUpdateError` for metadata,
            `XDSMetadataUpdateOperationError` for operations.
    """
    findings = Findings(XdsCode.METADATA_UPDATE_ERROR)
    rules = Rules(profile, at, Stage.UPDATED)
    objects = metadata.read_objects(object_list(body), rules, findings)
    lot = links.the_submission_set(objects, findings)
    operations: list[UpdateOperation] = []
    if lot is not None:
        operations = Message(lot, objects, findings, plain=not profile.french).operations()
        described = (*objects.entries, *objects.folders)
        links.check_patients(lot, described, findings, code=XdsCode.PATIENT_ID_RECONCILIATION_ERROR)
    links.check_unique_ids(objects, findings, code=XdsCode.REGISTRY_DUPLICATE_UNIQUE_ID_IN_MESSAGE)
    findings.settle()
    (lot,) = objects.submission_sets
    return MetadataUpdate(lot, tuple(operations))
