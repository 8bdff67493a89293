"""Files inside a structured document («documents ajoutés», cda-and-services 1.5)."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field

from dmp.record.codes import Code
from dmp.wire.cda.content import ATTACHMENT_TYPES, detected
from dmp.wire.cda.making.concepts import pointer
from dmp.wire.cda.making.entries import ANS_TERMS, LOINC, SIMPLE_OBSERVATION, completed
from dmp.wire.cda.making.pen import Line, Pen
from dmp.wire.cda.making.tree import Node, cda, coded, coded_value, templates

ATTACHED = "1.2.250.1.213.1.1.3.18"
KIND_TEMPLATES = (*SIMPLE_OBSERVATION, "1.2.250.1.213.1.1.3.48.18")
GROUP = Code("55107-7", LOINC, "Document attaché")
KIND = Code("69764-9", LOINC, "Type de document")
OTHER = Code("GEN-092.08.08", ANS_TERMS, "Autre document")
"""Of JDV_DocumentAnnexeFLUDR_CISIS."""


@dataclass(frozen=True)
class File:
    """A file to be carried along; `kind` says of what kind of document it is."""

    title: str
    octets: bytes = field(repr=False)
    kind: Code = OTHER


def attached(pen: Pen, files: Sequence[File]) -> tuple[list[Line], list[Node]]:
    """Each file («FR-Document-attache») with its line.

    Raises:
        ValueError: a file is of no type that a document may carry.
    """
    lines = [pen.line("file") for _ in files]
    return lines, [_attached(pen, file, line) for file, line in zip(files, lines, strict=True)]


def _attached(pen: Pen, file: File, line: Line) -> Node:
    media_type = detected(file.octets)
    if media_type not in ATTACHMENT_TYPES:
        raise ValueError("a document carries a PDF, an image or a text")
    name, ident = line.say("Document", file.title), f"{line.name}-content"
    line.add("Type", file.kind.display)
    line.add("Fichier", cda("renderMultiMedia", referencedObject=ident))
    value = cda("value", b64encode(file.octets).decode("ascii"), mediaType=media_type, representation="B64")
    media = cda("observationMedia", value, classCode="OBS", moodCode="EVN", ID=ident)
    return cda(
        "organizer",
        *templates(ATTACHED),
        pen.own_id("file", line.name),
        coded("code", GROUP),
        completed(),
        cda("component", _kind(pen, file, line, name)),
        cda("component", media),
        classCode="CLUSTER",
        moodCode="EVN",
    )


def _kind(pen: Pen, file: File, line: Line, name: str) -> Node:
    return cda(
        "observation",
        *templates(*KIND_TEMPLATES),
        pen.own_id("kind", line.name),
        coded("code", KIND),
        pointer(name),
        completed(),
        cda("effectiveTime", nullFlavor="NA"),
        coded_value("value", file.kind),
        classCode="OBS",
        moodCode="EVN",
    )
