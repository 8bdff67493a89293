"""A request for a remote consultation or opinion («demande d'acte de télémédecine»)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="telemedicine_request",
    label_fr="Demande de télémédecine",
    label_en="Telemedicine request",
    types=("75496-0",),
    own_types=("75496-0",),
    formats=("urn:asip:ci-sis:tlm-da:2020",),
    templates=model("38"),
    sections=(
        "46612-8",
        "34117-2",
        "11450-4",
        "11348-0",
        "47519-4",
        "48765-2",
        "10157-6",
        "29762-2",
        "10161-8",
        "10160-0",
        "46264-8",
        "8716-3",
        "30954-2",
        "10162-6",
        "55107-7",
    ),
    facts=(
        "problems",
        "allergies",
        "medications",
        "devices",
        "measurements",
        "procedures",
        "family",
        "lifestyle",
        "pregnancies",
        "attachments",
        "observations",
    ),
)
