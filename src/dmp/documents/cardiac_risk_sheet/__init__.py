"""The sheets of patients at risk in cardiology («fiches patient à risque»).

Anticoagulants, antiplatelet drugs, defibrillators, stents, valves.
"""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="cardiac_risk_sheet",
    label_fr="Fiche patient à risque en cardiologie",
    label_en="Cardiology patient-at-risk sheet",
    types=("34133-9",),
    formats=(
        "urn:asip:ci-sis:avk:2009",
        "urn:asip:ci-sis:tap:2009",
        "urn:asip:ci-sis:dci:2009",
        "urn:asip:ci-sis:psc:2009",
        "urn:asip:ci-sis:ppv:2009",
    ),
    templates=model("2.1.1", "2.1.2", "2.1.3", "2.1.4", "2.1.5"),
    sections=(
        "11450-4",
        "30954-2",
        "10160-0",
        "47519-4",
        "46264-8",
        "48765-2",
        "18776-5",
        "34895-3",
    ),
    facts=(
        "problems",
        "medications",
        "devices",
        "procedures",
        "allergies",
        "plan",
        "observations",
    ),
)
