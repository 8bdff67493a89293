"""The labels of professions, sectors and practice settings that headers name (functional 1.4; J01, J02, J04)."""

from dmp.record.actor import Professional
from dmp.record.codes import Code

AUTHOR_SPECIALTY = "1.2.250.1.213.1.1.4.5"
SECTOR = "1.2.250.1.71.4.2.4"
PRACTICE = "1.2.250.1.213.1.1.4.9"

PROFESSIONS = {
    "10": "Médecin",
    "21": "Pharmacien",
    "40": "Chirurgien-dentiste",
    "50": "Sage-Femme",
    "60": "Infirmier",
    "70": "Masseur-Kinésithérapeute",
    "80": "Pédicure-Podologue",
    "91": "Orthophoniste",
}
KNOW_HOWS = {
    "SM03": "Biologie médicale (SM)",
    "SM04": "Cardiologie et maladies vasculaires (SM)",
    "SM20": "Gynécologie-obstétrique (SM)",
    "SM26": "Qualifié en Médecine Générale (SM)",
    "SM40": "Pédiatrie (SM)",
    "SM54": "Médecine générale (SM)",
    "SM59": "Médecine d'urgence (SM)",
}
SECTORS = {
    "SA01": "Etablissement public de santé",
    "SA04": "Etablissement privé non PSPH",
    "SA05": "Centre de santé",
    "SA07": "Cabinet individuel",
    "SA08": "Cabinet de groupe",
    "SA15": "PMI et Planification familiale",
    "SA17": "Etablissement pour personnes âgées",
    "SA25": "Laboratoire de biologie médicale",
    "SA33": "Pharmacie d'officine",
    "SA36": "Centre anti-cancer",
    "SA52": "Maison de santé ou Pôle de santé",
    "SA54": "Centre de dépistage et de prévention",
}
HOSPITALS = frozenset({"SA01", "SA02", "SA03", "SA04", "SA06", "SA36"})

AMBULATORY_CARE = Code("AMBULATOIRE", PRACTICE, "Ambulatoire")
HOSPITAL = Code("ETABLISSEMENT", PRACTICE, "Etablissement de santé")


def specialty(author: Professional) -> Code:
    """Profession and know-how as one code of J01, such as `G15_10/SM26`."""
    name = PROFESSIONS.get(author.profession, "")
    if not author.know_how:
        return Code(f"G15_{author.profession}", AUTHOR_SPECIALTY, name)
    skill = KNOW_HOWS.get(author.know_how, "")
    label = f"{name} - {skill}" if name and skill else name
    return Code(f"G15_{author.profession}/{author.know_how}", AUTHOR_SPECIALTY, label)


def sector(code: str) -> Code:
    """The kind of place where care is given (healthcareFacilityTypeCode)."""
    return Code(code, SECTOR, SECTORS.get(code, ""))


def practice_of(sector_code: str) -> Code:
    """The practice setting that a sector of activity implies: hospital, or care outside it."""
    return HOSPITAL if sector_code in HOSPITALS else AMBULATORY_CARE
