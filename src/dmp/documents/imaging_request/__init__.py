"""A request for imaging («demande d'actes d'imagerie»)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="imaging_request",
    label_fr="Demande d'imagerie",
    label_en="Imaging request",
    types=("55115-0",),
    own_types=("55115-0",),
    formats=("urn:ans:ci-sis:img-da:2022",),
    templates=model("47"),
    sections=(
        "55752-0",
        "55115-0",
        "11329-0",
        "34895-3",
        "18776-5",
        "30954-2",
        "55107-7",
    ),
    facts=(
        "plan",
        "observations",
        "attachments",
    ),
)
