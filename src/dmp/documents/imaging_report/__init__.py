"""The report of an imaging act («compte rendu d'imagerie»)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="imaging_report",
    label_fr="Compte rendu d'imagerie",
    label_en="Imaging report",
    types=("18748-4",),
    own_types=("18748-4",),
    formats=("urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013",),
    templates=(*model("45"), "1.2.840.10008.9.1"),
    sections=(
        "55107-7",
        "55752-0",
        "55115-0",
        "11329-0",
        "55111-9",
        "55109-3",
        "73569-6",
        "121181",
        "46264-8",
        "59776-5",
        "30954-2",
        "18834-2",
        "19005-8",
        "34895-3",
    ),
    facts=(
        "imaging",
        "procedures",
        "medications",
        "devices",
        "observations",
        "attachments",
    ),
)
