"""What matters now («synthèse»): a view computed from the documents, never a signed one (VSM-5)."""

from dmp.services.service import Service

SERVICE = Service(
    "synthesis",
    "",
    ("L’essentiel", "What matters"),
    (
        "problems",
        "allergies",
        "medications",
        "prescriptions",
        "dispensations",
        "results",
        "immunizations",
        "measurements",
        "procedures",
        "devices",
        "encounters",
        "plan",
        "family",
        "lifestyle",
        "pregnancies",
        "directives",
        "observations",
    ),
)
