"""The second reading of a screening mammography («deuxième lecture», D2LM): list of images, and result."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="mammography_second_reading",
    label_fr="Deuxième lecture de mammographie",
    label_en="Mammography second reading",
    types=("18748-4",),
    formats=(
        "urn:asip:ci-sis:d2lm-fin:2017",
        "urn:asip:ci-sis:d2lm-fidd:2017",
    ),
    templates=model("27", "28"),
    sections=(
        "48768-6",
        "29554-3",
        "11348-0",
        "10157-6",
        "22030-1",
        "30954-2",
        "18776-5",
        "55107-7",
        "72135-7",
        "55112-7",
    ),
    facts=(
        "procedures",
        "family",
        "plan",
        "observations",
        "attachments",
        "problems",
    ),
)
