"""Every kind of document whose entries are read, and which one a document is of."""

from dmp.documents import (
    admission_letter,
    anaesthesia_report,
    cancer_care_plan,
    cardiac_risk_sheet,
    child_certificate,
    child_measures,
    discharge_letter,
    dispensation,
    elderly_care_plan,
    emergency_summary,
    eye_examination,
    imaging_reference,
    imaging_report,
    imaging_request,
    laboratory_report,
    mammography_second_reading,
    medical_summary,
    molecular_genetics,
    patient_summary,
    perinatal,
    prescription,
    rapid_test,
    rare_disease_summary,
    reimbursement_history,
    retinography,
    stroke,
    telemedicine_request,
    tumour_board_report,
    vaccination_history,
    vaccination_note,
)
from dmp.documents.kind import MODEL, DocumentKind
from dmp.wire.cda.header import CdaHeader

KINDS: tuple[DocumentKind, ...] = (
    medical_summary.KIND,
    patient_summary.KIND,
    laboratory_report.KIND,
    rapid_test.KIND,
    discharge_letter.KIND,
    admission_letter.KIND,
    anaesthesia_report.KIND,
    imaging_report.KIND,
    imaging_request.KIND,
    imaging_reference.KIND,
    vaccination_note.KIND,
    vaccination_history.KIND,
    prescription.KIND,
    dispensation.KIND,
    tumour_board_report.KIND,
    cancer_care_plan.KIND,
    molecular_genetics.KIND,
    mammography_second_reading.KIND,
    child_certificate.KIND,
    child_measures.KIND,
    perinatal.KIND,
    retinography.KIND,
    eye_examination.KIND,
    cardiac_risk_sheet.KIND,
    emergency_summary.KIND,
    telemedicine_request.KIND,
    reimbursement_history.KIND,
    stroke.KIND,
    rare_disease_summary.KIND,
    elderly_care_plan.KIND,
)
_BY_TEMPLATE = {template: kind for kind in KINDS for template in kind.templates}
_BY_TYPE = {code: kind for kind in KINDS for code in kind.own_types}


def kind_of(header: CdaHeader) -> DocumentKind | None:
    """The kind of a CDA document: by its most specific model, French before international, else by its type."""
    models = [template for template in header.template_ids if template in _BY_TEMPLATE]
    if models:
        return _BY_TEMPLATE[max(models, key=_specific)]
    return _BY_TYPE.get(header.code.code) if header.code is not None else None


def _specific(template: str) -> tuple[bool, int]:
    return template.startswith(f"{MODEL}."), template.count(".")
