"""The summary of a rare disease («set de données minimal des maladies rares», SDM-MR)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="rare_disease_summary",
    label_fr="Synthèse maladie rare",
    label_en="Rare disease summary",
    types=("34133-9",),
    formats=("urn:asip:ci-sis:sdm-mr:2017",),
    templates=model("30"),
    sections=(
        "42348-3",
        "11450-4",
        "30954-2",
        "10160-0",
        "18776-5",
        "46240-8",
        "46241-6",
        "57075-4",
        "29554-3",
        "29545-1",
        "8716-3",
        "42545-4",
        "10157-6",
        "GEN-168",
        "GEN-369",
        "47420-5",
        "10162-6",
    ),
    facts=(
        "problems",
        "medications",
        "procedures",
        "measurements",
        "encounters",
        "family",
        "directives",
        "observations",
        "pregnancies",
    ),
)
