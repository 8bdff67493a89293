"""What the health insurance reimbursed («historique des remboursements», CNAM-HR)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="reimbursement_history",
    label_fr="Historique des remboursements",
    label_en="Reimbursement history",
    types=("REMB",),
    own_types=("REMB",),
    formats=("urn:asip:ci-sis:hr:2019",),
    templates=model("36"),
    sections=(
        "55112-7",
        "10160-0",
        "11369-6",
        "46264-8",
        "46240-8",
        "29554-3",
    ),
    facts=(
        "dispensations",
        "medications",
        "immunizations",
        "devices",
        "encounters",
        "procedures",
        "observations",
    ),
)
