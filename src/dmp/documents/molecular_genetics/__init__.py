"""The report of a genetic analysis of a tumour («compte rendu de génétique moléculaire»)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="molecular_genetics",
    label_fr="Génétique moléculaire",
    label_en="Molecular genetics report",
    types=("51969-4",),
    own_types=("51969-4",),
    formats=("urn:asip:ci-sis:crgm:2018",),
    templates=model("32"),
    sections=(
        "22636-5",
        "42349-1",
        "46059-2",
        "22634-0",
        "83321-0",
        "22637-3",
        "89201-8",
        "50397-9",
        "33557-0",
    ),
    facts=(
        "observations",
        "results",
        "procedures",
    ),
)
