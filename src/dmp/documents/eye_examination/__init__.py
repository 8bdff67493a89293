"""The general examination of the eyes («bilan ophtalmologique»)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="eye_examination",
    label_fr="Examen ophtalmologique",
    label_en="Eye examination",
    types=("78513-9",),
    formats=("urn:ihe:eyecare:geneyeevalcn:2014",),
    templates=model("42", "43", "44"),
    sections=(
        "42349-1",
        "70948-5",
        "10197-2",
        "70938-6",
        "70939-4",
        "10154-3",
        "10164-2",
        "51847-2",
    ),
    facts=("observations",),
)
