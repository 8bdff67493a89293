"""The images of an examination, as a card: the images themselves stay where they were made."""

from dataclasses import dataclass

from dmp.record.entry import DocumentEntry
from dmp.web.reader import words
from dmp.wire.dicom_study import Study

MODALITY_SYSTEM = "1.2.840.10008.2.16.4"
ACCESSION = "urn:ihe:iti:xds:2013:accession"
_MODALITIES = {
    "CR": ("Radiographie", "Radiography"),
    "DX": ("Radiographie", "Radiography"),
    "MG": ("Mammographie", "Mammography"),
    "CT": ("Scanner", "CT scan"),
    "MR": ("IRM", "MRI"),
    "US": ("Échographie", "Ultrasound"),
    "XA": ("Angiographie", "Angiography"),
    "NM": ("Médecine nucléaire", "Nuclear medicine"),
    "PT": ("TEP", "PET scan"),
    "SC": ("Image de synthèse", "Secondary capture"),
}
SHOWN_SERIES = 50


@dataclass(frozen=True)
class SeriesLine:
    """A series: its place, what it was made by, how many images."""

    number: int
    modalities: tuple[tuple[str, str], ...]
    images: int


@dataclass(frozen=True)
class StudyView:
    """What is known of a study; what is not is empty."""

    description: str
    date: str
    modalities: tuple[tuple[str, str], ...]
    institution: str
    accession: str
    patient: str
    birth_date: str
    number: str
    study_uid: str
    series: tuple[SeriesLine, ...]
    more: int
    """Series that are not listed."""


def study_view(study: Study, entry: DocumentEntry) -> StudyView:
    """A study, with what its entry tells beside."""
    family, _, given = study.patient_name.partition("^")
    told = tuple(code.code for code in entry.event_codes if code.system == MODALITY_SYSTEM)
    lines = (SeriesLine(n, _named(one.modalities), one.objects) for n, one in enumerate(study.series, 1))
    return StudyView(
        description=study.description.replace("^", " · "),
        date=words.day_of(study.date),
        modalities=_named(tuple(name for name in told if name != "KO") or study.modalities),
        institution=study.institution,
        accession=study.kos.accession or _accession(entry),
        patient=words.named(given.replace("^", " ").strip(), family),
        birth_date=words.day_of(study.birth_date),
        number=study.kos.patient.number,
        study_uid=study.kos.study_uid,
        series=tuple(lines)[:SHOWN_SERIES],
        more=max(len(study.series) - SHOWN_SERIES, 0),
    )


def _accession(entry: DocumentEntry) -> str:
    found = (text.split("^") for text in entry.reference_ids)
    return next((parts[0] for parts in found if ACCESSION in parts), "")


def _named(modalities: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(_MODALITIES.get(name, (name, name)) for name in modalities))
