"""The report of a retinography, which screens the eyes of diabetics («compte rendu de rétinographie»)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="retinography",
    label_fr="Rétinographie",
    label_en="Retinography report",
    types=("75492-9",),
    formats=("urn:asip:ci-sis:crrtn:2013",),
    templates=model("18"),
    sections=(
        "70948-5",
        "19005-8",
        "55107-7",
    ),
    facts=(
        "observations",
        "procedures",
        "attachments",
    ),
)
