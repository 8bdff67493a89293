"""The letter written for an admission («lettre de liaison à l'entrée», LDL-EES)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="admission_letter",
    label_fr="Lettre de liaison d'entrée",
    label_en="Admission letter",
    types=("18761-7",),
    own_types=("18761-7",),
    formats=("urn:asip:ci-sis:ldl-ees:2017",),
    templates=model("21"),
    sections=(
        "42349-1",
        "42346-7",
        "48765-2",
        "11348-0",
        "47519-4",
        "55112-7",
    ),
    facts=(
        "problems",
        "allergies",
        "medications",
        "procedures",
    ),
)
