"""The report of a laboratory («compte rendu d'examens biologiques»), screening of the cervix included (DEP-CCU)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="laboratory_report",
    label_fr="Compte rendu d'examens biologiques",
    label_en="Laboratory report",
    types=("11502-2",),
    own_types=("11502-2",),
    formats=("urn:ihe:lab:xd-lab:2008",),
    templates=(*model("55"), "1.3.6.1.4.1.19376.1.3.3"),
    sections=(
        "18719-5",
        "18723-7",
        "18720-3",
        "18725-2",
        "18727-8",
        "57698-3",
        "14340-4",
        "101792-0",
        "1443252",
        "42349-1",
        "11369-6",
        "55108-5",
        "55112-7",
        "60572-5",
    ),
    facts=(
        "results",
        "observations",
        "immunizations",
        "attachments",
    ),
)
