"""A prescription of medicines and devices («prescription de produits de santé», eP-MED-DM)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="prescription",
    label_fr="Prescription",
    label_en="Prescription",
    types=("57833-6",),
    own_types=("57833-6",),
    formats=("urn:ihe:pharm:pre:2010",),
    templates=model("39"),
    sections=(
        "57723-9",
        "57828-6",
        "46264-8",
        "8716-3",
        "10162-6",
        "55108-5",
        "55112-7",
    ),
    facts=(
        "prescriptions",
        "devices",
        "measurements",
        "pregnancies",
        "attachments",
        "observations",
    ),
)
