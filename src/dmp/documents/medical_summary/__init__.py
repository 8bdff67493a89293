"""The medical summary of the treating doctor («volet de synthèse médicale», VSM)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="medical_summary",
    label_fr="Synthèse médicale",
    label_en="Medical summary",
    types=(
        "SYNTH",
        "60591-5",
    ),
    own_types=("SYNTH",),
    formats=("urn:asip:ci-sis:vsm:2012",),
    templates=model("13"),
    sections=(
        "46612-8",
        "34117-2",
        "11450-4",
        "11348-0",
        "47519-4",
        "48765-2",
        "57207-3",
        "29762-2",
        "10161-8",
        "10157-6",
        "30954-2",
        "18776-5",
        "10160-0",
    ),
    facts=(
        "problems",
        "allergies",
        "medications",
        "procedures",
        "family",
        "lifestyle",
    ),
)
