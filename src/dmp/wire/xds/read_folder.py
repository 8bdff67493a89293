"""Read a Folder from its RegistryPackage, and check it (xds-wire 4.4)."""

from dmp.record.entry import Folder
from dmp.wire.xds import syntax
from dmp.wire.xds.ebrim import Element
from dmp.wire.xds.findings import Findings, Owner
from dmp.wire.xds.parcel import open_object
from dmp.wire.xds.read_entry import read_logical_id, read_status, read_version
from dmp.wire.xds.rules import Rules, Stage
from dmp.wire.xds.schemes import FOLDER, FOLDER_SLOTS


def read_folder(element: Element, rules: Rules, findings: Findings) -> Folder:
    """Read one folder; whatever is wrong goes to `findings`.

    Its time of last update is the registry's: what a source says of it is
    read, and replaced when the folder is taken in.
    """
    parcel = open_object(element, FOLDER, findings)
    folder = Folder(
        uuid=parcel.id,
        unique_id=parcel.identifier("uniqueId"),
        patient_cx=parcel.identifier("patientId"),
        codes=tuple(parcel.codes.get("codeList", ())),
        title=parcel.title,
        comments=parcel.comments,
        last_update=parcel.slot("lastUpdateTime"),
        home=element.get("home", ""),
        extra=parcel.unknown(FOLDER_SLOTS),
        logical_id=read_logical_id(element, rules, parcel.owner),
        version=read_version(parcel, rules),
        status=read_status(element, rules, parcel.owner),
    )
    _check(folder, rules, parcel.owner)
    return folder


def _check(folder: Folder, rules: Rules, owner: Owner) -> None:
    if folder.unique_id and not syntax.is_oid(folder.unique_id):
        owner.add("uniqueId", "not an OID", value=folder.unique_id)
    if folder.patient_cx and not rules.is_cx(folder.patient_cx):
        owner.add("patientId", "not an identifier of the form id^^^&oid&ISO")
    if folder.last_update and not syntax.is_time(folder.last_update):
        owner.add("lastUpdateTime", "not a time YYYY[MM[DD[hh[mm[ss]]]]]", value=folder.last_update)
    if folder.home and not syntax.is_home(folder.home):
        owner.add("homeCommunityId", "not urn:oid: and an OID", value=folder.home)
    if not folder.codes:
        owner.add("codeList", "missing")
    if not folder.title.strip() and rules.stage is not Stage.REGISTERED:
        owner.add("title", "missing")
