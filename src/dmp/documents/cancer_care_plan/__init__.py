"""The personal plan of cancer care («programme personnalisé de soins», PPS)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="cancer_care_plan",
    label_fr="Programme personnalisé de soins",
    label_en="Cancer care plan",
    types=("18776-5",),
    formats=("urn:asip:ci-sis:pps-cancer:2017",),
    templates=model("26"),
    sections=(
        "55112-7",
        "42349-1",
        "72135-7",
        "42545-4",
        "18733-6",
        "18776-5",
        "33557-0",
        "55107-7",
    ),
    facts=(
        "problems",
        "procedures",
        "observations",
        "attachments",
        "lifestyle",
        "measurements",
    ),
)
