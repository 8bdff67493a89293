"""Read a SubmissionSet from its RegistryPackage, and the Associations, and check them (xds-wire 2.3, 4.3)."""

from dmp.record.codes import Code
from dmp.record.entry import Association, Relation, SubmissionSet
from dmp.record.errors import XdsCode
from dmp.wire.xds import ebrim, french, syntax
from dmp.wire.xds.ebrim import Element
from dmp.wire.xds.findings import Findings, Owner
from dmp.wire.xds.parcel import Parcel, open_object
from dmp.wire.xds.read_entry import check_authors, read_status
from dmp.wire.xds.rules import Rules, Stage
from dmp.wire.xds.schemes import ASSOCIATION_KIND, LOT_SLOTS, SUBMISSION_SET

MEMBERSHIP = "SubmissionSetStatus"
_RELATIONSHIPS = frozenset(
    {
        Relation.REPLACES,
        Relation.APPENDS,
        Relation.TRANSFORMS,
        Relation.TRANSFORMS_AND_REPLACES,
        Relation.SIGNS,
        Relation.SNAPSHOT,
    }
)


def read_submission_set(element: Element, rules: Rules, findings: Findings) -> SubmissionSet:
    """Read one lot; whatever is wrong goes to `findings`."""
    parcel = open_object(element, SUBMISSION_SET, findings)
    lot = SubmissionSet(
        uuid=parcel.id,
        unique_id=parcel.identifier("uniqueId"),
        patient_cx=parcel.identifier("patientId"),
        source_id=parcel.identifier("sourceId"),
        submission_time=parcel.slot("submissionTime", required=True),
        content_type=parcel.code("contentTypeCode"),
        authors=tuple(parcel.authors),
        title=parcel.title,
        comments=parcel.comments,
        intended_recipients=parcel.listed("intendedRecipient"),
        home=element.get("home", ""),
        extra=parcel.unknown(LOT_SLOTS),
        status=read_status(element, rules, parcel.owner),
    )
    _check(lot, rules, parcel.owner)
    return lot


def _check(lot: SubmissionSet, rules: Rules, owner: Owner) -> None:
    if lot.unique_id and not syntax.is_oid(lot.unique_id):
        owner.add("uniqueId", "not an OID", value=lot.unique_id)
    if lot.source_id and not rules.is_oid(lot.source_id):
        owner.add("sourceId", "not an OID", value=lot.source_id)
    if lot.patient_cx and not rules.is_cx(lot.patient_cx):
        owner.add("patientId", "not an identifier of the form id^^^&oid&ISO")
    if lot.submission_time and not syntax.is_time(lot.submission_time):
        owner.add("submissionTime", "not a time YYYY[MM[DD[hh[mm[ss]]]]]", value=lot.submission_time)
    if lot.home and not syntax.is_home(lot.home):
        owner.add("homeCommunityId", "not urn:oid: and an OID", value=lot.home)
    check_authors(lot.authors, owner)
    if rules.french:
        french.check_submission_set(lot, owner)


def read_association(element: Element, rules: Rules, findings: Findings) -> Association | None:
    """Read one link, None when its type is unknown.

    `SubmissionSetStatus` is read on HasMember and ignored elsewhere, where
    senders also put it; the other slots stay in `extra` for ITI-57.
    """
    parcel = open_object(element, ASSOCIATION_KIND, findings)
    text = element.get("associationType", "")
    try:
        relation = Relation(text)
    except ValueError:
        # ITI-57 has its own code for bad metadata, but not for this (test 20001 of the NIST test kit).
        code = XdsCode.REGISTRY_METADATA_ERROR if rules.stage is Stage.UPDATED else None
        parcel.owner.add("associationType", "unknown", value=text, code=code)
        return None
    return Association(
        uuid=parcel.id,
        type=relation,
        source=_end(element, "sourceObject", parcel.owner),
        target=_end(element, "targetObject", parcel.owner),
        membership=_membership(parcel) if relation is Relation.HAS_MEMBER else "",
        reason=_reason(parcel, relation),
        extra=parcel.unknown(frozenset({MEMBERSHIP})),
        status=read_status(element, rules, parcel.owner),
    )


def _end(element: Element, name: str, owner: Owner) -> str:
    text = ebrim.normal_id(element.get(name, ""))
    if not text:
        owner.add(name, "missing")
    elif ebrim.is_uuid_urn(text) and not syntax.is_uuid(text[9:]):
        owner.add(name, "not a UUID", value=text)
    return text


def _membership(parcel: Parcel) -> str:
    value = parcel.slot(MEMBERSHIP)
    if value not in ("", "Original", "Reference"):
        parcel.owner.add(MEMBERSHIP, "neither Original nor Reference", value=value)
    return value


def _reason(parcel: Parcel, relation: Relation) -> Code | None:
    codes = parcel.codes.get("reason", [])
    if codes and relation not in _RELATIONSHIPS:
        parcel.owner.add("reason", "only a relationship between documents has a reason")
    if len(codes) > 1:
        parcel.owner.add("reason", "given more than once")
    return codes[0] if codes else None
