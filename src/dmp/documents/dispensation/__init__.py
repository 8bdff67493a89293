"""What a pharmacy delivered («dispensation médicamenteuse»)."""

from dmp.documents.kind import DocumentKind, model

KIND = DocumentKind(
    name="dispensation",
    label_fr="Dispensation",
    label_en="Dispensation",
    types=("60593-1",),
    own_types=("60593-1",),
    formats=("urn:ihe:pharm:dis:2010",),
    templates=(*model("54"), "1.3.6.1.4.1.19376.1.9.1.1.3"),
    sections=("60590-7",),
    facts=("dispensations",),
)
