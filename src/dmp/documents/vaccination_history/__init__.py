"""All the vaccinations («historique des vaccinations», carnet)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="vaccination_history",
    label_fr="Historique des vaccinations",
    label_en="Vaccination history",
    types=("11369-6",),
    own_types=("11369-6",),
    formats=("urn:asip:ci-sis:vac:2019",),
    templates=model("37"),
    sections=("11369-6",),
    facts=("immunizations",),
)
