"""What a document says, as facts: the entries of a CDA, or the series of a key object selection (cda 3, 4.10)."""

from dmp.record.errors import Refused
from dmp.record.facts import Concept, Facts, Failure, ImagingStudy, Series, Source
from dmp.wire.cda.document import open_document
from dmp.wire.cda.entries.values import time
from dmp.wire.cda.facts import read_facts
from dmp.wire.cda.header import CdaHeader, read_header
from dmp.wire.cda.tree import Element
from dmp.wire.dicom_kos import is_dicom
from dmp.wire.dicom_study import Study, read_study


def facts_of(octets: bytes) -> Facts:
    """Read a document from its octets, whatever it is: what cannot be read is a `Failure`."""
    if is_dicom(octets):
        return extract_images(octets)
    try:
        return extract(open_document(octets))
    except Refused as refusal:
        return _unreadable(refusal)


def extract(document: Element, header: CdaHeader | None = None) -> Facts:
    """Read a ClinicalDocument that is open already; `header` is its own, where it has been read."""
    return read_facts(document, read_header(document) if header is None else header)


def extract_images(octets: bytes) -> Facts:
    """The study of a key object selection."""
    try:
        return Facts(imaging=(_study(read_study(octets)),))
    except Refused as refusal:
        return _unreadable(refusal)


def _unreadable(refusal: Refused) -> Facts:
    return Facts(failures=tuple(Failure("", problem.context[:200]) for problem in refusal.problems))


def _study(study: Study) -> ImagingStudy:
    return ImagingStudy(
        source=Source(ident=study.kos.study_uid),
        concept=Concept(text=study.description),
        start=time(study.date),
        status="completed",
        uid=study.kos.study_uid,
        series=tuple(Series(one.uid, "/".join(one.modalities), one.objects) for one in study.series),
        accession=study.kos.accession,
    )
