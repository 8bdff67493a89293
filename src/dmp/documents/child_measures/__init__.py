"""Measures of growth («mesures de l'enfant», MDE)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="child_measures",
    label_fr="Mesures de l'enfant",
    label_en="Child measures",
    types=("29274-8",),
    formats=("urn:ans:ci-sis:cse-mde:2023",),
    templates=model("5.4"),
    sections=("8716-3",),
    facts=("measurements",),
)
