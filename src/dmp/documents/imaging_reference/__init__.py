"""The reference of the images of a study («référence d'objets d'imagerie», KOS): DICOM, not CDA."""

from dmp.documents.kind import DocumentKind

KIND = DocumentKind(
    name="imaging_reference",
    label_fr="Images d'un examen",
    label_en="Imaging reference",
    types=("IMG-KOS",),
    own_types=("IMG-KOS",),
    formats=("1.2.840.10008.5.1.4.1.1.88.59",),
    facts=("imaging",),
)
