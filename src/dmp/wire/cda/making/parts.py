"""The sections that several models share, by what they hold (cda-and-services 2)."""

from dmp.record.codes import Code
from dmp.wire.cda.making.entries import LOINC
from dmp.wire.cda.making.pen import Part

_PCC = "1.3.6.1.4.1.19376.1.5.3.1"
_CCD = "2.16.840.1.113883.10.20.1"
_ANS = "1.2.250.1.213.1.1.2"


def _part(code: str, label: str, *templates: str, title: str = "") -> Part:
    return Part(Code(code, LOINC, label), title or label, templates)


SUMMARY = _part(
    "46612-8",
    "Conclusions de synthèse",
    f"{_ANS}.29",
    title="Pathologies, antécédents, allergies et facteurs de risque",
)
CLINICAL_HISTORY = _part(
    "34117-2", "Historique et clinique", f"{_ANS}.30", title="Pathologies en cours, antécédents et allergies"
)
RISKS = _part(
    "57207-3",
    "Facteurs de risque présents ou passés affectant l'état de santé et/ou une circonstance",
    f"{_ANS}.31",
    title="Facteurs de risque",
)
ACTIVE_PROBLEMS = _part("11450-4", "Liste des problèmes actifs", f"{_CCD}.11", f"{_PCC}.3.6", f"{_ANS}.132")
PAST_PROBLEMS = _part("11348-0", "Antécédents médicaux", f"{_PCC}.3.8", f"{_ANS}.134")
ACTS = _part("47519-4", "Historique des actes", f"{_CCD}.12", f"{_PCC}.3.11", f"{_PCC}.3.12", f"{_ANS}.136")
ALLERGIES = _part("48765-2", "Allergies et hypersensibilités", f"{_CCD}.2", f"{_PCC}.3.13", f"{_ANS}.137")
ADVERSE_EFFECTS = _part("44939-7", "Effets indésirables prévisibles liés aux médicaments", f"{_ANS}.247")
TREATMENTS = _part("10160-0", "Traitements", f"{_CCD}.8", f"{_PCC}.3.19", f"{_ANS}.143")
DEVICES = _part("46264-8", "Dispositifs médicaux", "2.16.840.1.113883.10.20.1.7", f"{_PCC}.1.5.3.5", f"{_ANS}.1")
VIGILANCE = _part("44944-7", "Autres alertes", f"{_ANS}.245", title="Points de vigilance")
FUNCTION = _part("47420-5", "Évaluation du statut fonctionnel", "2.16.840.1.113883.10.22.3.8", f"{_ANS}.246")
VITAL_SIGNS = _part("8716-3", "Signes vitaux", f"{_CCD}.16", f"{_PCC}.3.25", f"{_PCC}.1.5.3.2", f"{_ANS}.75")
LIFESTYLE = _part("29762-2", "Habitus, Mode de vie", f"{_CCD}.15", f"{_PCC}.3.16", f"{_PCC}.3.16.1", f"{_ANS}.141")
OCCUPATION = _part("10161-8", "Facteurs de risques professionnels", f"{_PCC}.1.5.3.1", f"{_ANS}.74")
FAMILY = _part(
    "10157-6", "Historique des pathologies familiales", f"{_CCD}.4", f"{_PCC}.3.14", f"{_PCC}.3.15", f"{_ANS}.139"
)
VACCINATIONS = _part("11369-6", "Historique des vaccinations", f"{_CCD}.6", f"{_PCC}.3.23", f"{_ANS}.147")
PREGNANCIES = _part("10162-6", "Historique des grossesses", f"{_PCC}.1.5.3.4", f"{_ANS}.77")
PLAN = _part("18776-5", "Plan de soins", f"{_CCD}.10", f"{_PCC}.3.36", f"{_ANS}.158")
DIRECTIVES = _part("42348-3", "Directives anticipées", f"{_CCD}.1", f"{_PCC}.3.34", f"{_PCC}.3.35", f"{_ANS}.157")
RESULTS = _part("30954-2", "Résultats d'examens", f"{_ANS}.244")
ATTACHED = _part("55107-7", "Documents ajoutés", f"{_ANS}.37")
WATCHED = _part("30954-2", "Résultats d'examens", f"{_PCC}.3.27", f"{_ANS}.150", title="Points de vigilance")
"""In the medical summary of 2013: results and points to watch, in words."""
LONG_TERM = _part("18776-5", "Plan de traitement", f"{_ANS}.32", title="Traitements au long cours")
COMMENTS = _part("55112-7", "Commentaire", "2.16.840.1.113883.10.12.201", "1.3.6.1.4.1.19376.1.4.1.2.16", f"{_ANS}.73")
BAR_CODE = _part("57723-9", "Numéro de code à barres unique", f"{_ANS}.223", title="Code 2D de la prescription")
PRESCRIBED = _part("57828-6", "Prescriptions", "1.3.6.1.4.1.19376.1.9.1.2.1", f"{_ANS}.171")
PRESCRIBED_DEVICES = _part("46264-8", "Dispositifs médicaux", f"{_ANS}.222", title="Prescription de dispositifs")
DELIVERED = _part("60590-7", "Médicaments délivrés", "1.3.6.1.4.1.19376.1.9.1.2.3", f"{_CCD}.8", f"{_ANS}.236")
