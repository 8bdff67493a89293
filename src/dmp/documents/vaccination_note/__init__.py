"""The note of one vaccination («note de vaccination»)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="vaccination_note",
    label_fr="Note de vaccination",
    label_en="Vaccination note",
    types=("87273-9",),
    own_types=("87273-9",),
    formats=("urn:asip:ci-sis:vac-note:2021",),
    templates=model("46"),
    sections=("11369-6",),
    facts=("immunizations",),
)
