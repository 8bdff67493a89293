"""What octets are, told by themselves and not by their label (security 5.4)."""

BODY_TYPES = frozenset({"application/pdf", "text/plain", "text/rtf", "image/jpeg", "image/tiff"})
"""What an unstructured body may hold (cda 1.5)."""
ATTACHMENT_TYPES = BODY_TYPES | {"application/rtf", "image/png", "image/gif"}
"""What a structured document may carry beside its narrative."""
IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/tiff"})
"""Images of ATTACHMENT_TYPES: taking one for another is harmless."""

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "text/rtf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_MARKUP = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<head", b"<body", b"<iframe")
_CONTROLS = frozenset(range(32)) - set(b"\t\n\f\r")


def detected(data: bytes) -> str:
    """The media type that the octets show; empty when they show none that is known.

    Text is what has no control character and does not begin as markup.
    """
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if data.lstrip(b"\xef\xbb\xbf\t\n\r\f ").lower().startswith(_MARKUP):
        return "text/html"
    return "" if not data or _CONTROLS.intersection(data) else "text/plain"


def same_type(announced: str, found: str) -> bool:
    """Tell whether the label and the octets agree; RTF has two names."""
    return announced == found or (found == "text/rtf" and announced == "application/rtf")
