"""A rapid test («test rapide d'orientation diagnostique», TROD)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="rapid_test",
    label_fr="Test rapide",
    label_en="Rapid test",
    types=("96173-0",),
    own_types=("96173-0",),
    formats=("urn:ans:ci-sis:trod:2024",),
    templates=model("59"),
    sections=("18725-2",),
    facts=("results",),
)
