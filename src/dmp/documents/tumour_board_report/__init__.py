"""The sheet of a tumour board («fiche de réunion de concertation pluridisciplinaire», FRCP)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="tumour_board_report",
    label_fr="Fiche de RCP",
    label_en="Tumour board report",
    types=("34794-8",),
    own_types=("34794-8",),
    formats=("urn:asip:ci-sis:frcp:2011",),
    templates=model("8"),
    sections=(
        "42349-1",
        "42545-4",
        "72135-7",
        "11348-0",
        "11450-4",
        "47420-5",
        "38208-5",
        "46006-3",
        "48542-5",
        "30954-2",
        "18733-6",
        "29554-3",
        "10218-6",
        "55112-7",
        "50397-9",
        "10164-2",
        "21874-3",
        "18776-5",
        "35510-7",
        "33557-0",
    ),
    facts=(
        "problems",
        "procedures",
        "encounters",
        "plan",
        "observations",
    ),
)
