"""The emergency link of a nursing home or of care at home («document de liaison d'urgence», DLU, FLUDT, FLUDR)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="emergency_summary",
    label_fr="Document de liaison d'urgence",
    label_en="Emergency summary",
    types=("74207-2",),
    own_types=("74207-2",),
    formats=(
        "urn:asip:ci-sis:dlu:2015",
        "urn:asip:ci-sis:fludt:2017",
        "urn:asip:ci-sis:fludr:2017",
        "urn:asip:ci-sis:dlu-dlu-dom:2022",
        "urn:asip:ci-sis:dlu-fludt-dom:2022",
        "urn:asip:ci-sis:dlu-fludr-dom:2022",
    ),
    templates=model("22", "23", "24", "48", "49", "50"),
    sections=(
        "42545-4",
        "8716-3",
        "30954-2",
        "10160-0",
        "47420-5",
        "46264-8",
        "55112-7",
        "11535-2",
        "10183-2",
        "55107-7",
    ),
    facts=(
        "problems",
        "medications",
        "measurements",
        "procedures",
        "devices",
        "observations",
        "attachments",
    ),
)
