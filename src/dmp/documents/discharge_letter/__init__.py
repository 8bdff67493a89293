"""The letter given when a patient leaves («lettre de liaison à la sortie», LDL-SES)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="discharge_letter",
    label_fr="Lettre de liaison de sortie",
    label_en="Discharge letter",
    types=("11490-0",),
    own_types=("11490-0",),
    formats=("urn:asip:ci-sis:ldl-ses:2017",),
    templates=model("29"),
    sections=(
        "33557-0",
        "42349-1",
        "42545-4",
        "18610-6",
        "10183-2",
        "30954-2",
        "18776-5",
        "46264-8",
        "48765-2",
    ),
    facts=(
        "medications",
        "allergies",
        "devices",
        "plan",
        "encounters",
        "procedures",
        "observations",
    ),
)
