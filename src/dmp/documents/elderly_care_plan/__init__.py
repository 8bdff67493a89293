"""The health plan of an elderly person («plan personnalisé de santé», PAERPA)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="elderly_care_plan",
    label_fr="Plan personnalisé de santé",
    label_en="Elderly care plan",
    types=("18776-5",),
    formats=("urn:asip:ci-sis:pps-paerpa:2017",),
    templates=model("20"),
    sections=(
        "11450-4",
        "42348-3",
        "34841-7",
        "18776-5",
        "33557-0",
    ),
    facts=(
        "problems",
        "directives",
        "plan",
        "observations",
    ),
)
