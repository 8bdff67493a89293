"""formatCode and mimeType of a CDA document (cda 1.4, DEC-115)."""

from enum import StrEnum

from dmp.record.codes import Code
from dmp.record.nomenclature import format_of
from dmp.wire.cda.header import BodyKind, CdaHeader


class MimeType(StrEnum):
    """The three mimeTypes of documents of care (functional 5.3)."""

    CDA = "text/xml"
    SELF_PRESENTABLE = "application/xslt+xml"
    DICOM = "application/dicom"


def format_code(header: CdaHeader) -> Code:
    """The formatCode that the header calls for: by the media type of an unstructured body, else by the templates."""
    media_type = header.media_type if header.body is BodyKind.UNSTRUCTURED else ""
    return format_of(header.template_ids, media_type)


def mime_type(header: CdaHeader) -> MimeType:
    """The mimeType of the document that holds this header."""
    return MimeType.SELF_PRESENTABLE if header.self_presentable else MimeType.CDA
