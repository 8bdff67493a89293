"""Ready-made analytes, vaccines and medicines, for demonstration records.

LOINC and ATC codes come from the rule tables of the specification
(lab_analytes.csv, vaccine_valences.csv), CIS and CIP-13 codes from the public
base of medicines (BDPM, June 2022). Reference ranges are usual ones for
adults: for demonstration, never for care.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dmp.record.codes import Code
from dmp.sandbox.maker.facts import ATC, LOINC, LabResult, Product, Quantity, Range

BIOCHEMISTRY = Code("18719-5", LOINC, "Biochimie")
HAEMATOLOGY = Code("18723-7", LOINC, "Hématologie")
HAEMOSTASIS = Code("18720-3", LOINC, "Hémostase, coagulation")
PROTEINS = Code("18718-7", LOINC, "Protéines, marqueurs tumoraux, vitamines")
SEROLOGY = Code("18727-8", LOINC, "Sérologie")
MICROBIOLOGY = Code("18725-2", LOINC, "Microbiologie")
BLOOD_COUNT = Code("58410-2", LOINC, "Hémogramme")


@dataclass(frozen=True)
class Analyte:
    """A test a laboratory makes: code, UCUM unit, usual range, chapter, battery."""

    code: Code
    unit: str
    usual: Range
    chapter: Code = BIOCHEMISTRY
    panel: Code | None = None

    def result(self, value: Decimal, at: datetime) -> LabResult:
        """A result of this test for a specimen taken at `at`."""
        measured = Quantity(value, self.unit)
        return LabResult(self.code, measured, at, self.chapter, panel=self.panel, usual=self.usual)


def _usual(low: str, high: str) -> Range:
    return Range(Decimal(low) if low else None, Decimal(high) if high else None)


def _test(
    loinc: str, label: str, unit: str, usual: Range, *, chapter: Code = BIOCHEMISTRY, panel: Code | None = None
) -> Analyte:
    return Analyte(Code(loinc, LOINC, label), unit, usual, chapter, panel)


def _cells(loinc: str, label: str, unit: str, usual: Range) -> Analyte:
    return _test(loinc, label, unit, usual, chapter=HAEMATOLOGY, panel=BLOOD_COUNT)


ANALYTES = {
    "glucose_fasting": _test("53049-3", "Glycémie à jeun", "g/L", _usual("0.70", "1.10")),
    "hba1c": _test("4548-4", "Hémoglobine glyquée (HbA1c)", "%", _usual("4.0", "6.0")),
    "creatinine": _test("2160-0", "Créatinine", "mg/L", _usual("5.0", "12.0")),
    "egfr": _test("62238-1", "DFG estimé (CKD-EPI)", "mL/min/{1.73_m2}", _usual("60", "")),
    "urea": _test("3091-6", "Urée", "g/L", _usual("0.17", "0.50")),
    "sodium": _test("2951-2", "Sodium", "mmol/L", _usual("136", "145")),
    "potassium": _test("2823-3", "Potassium", "mmol/L", _usual("3.5", "5.1")),
    "cholesterol_total": _test("2093-3", "Cholestérol total", "g/L", _usual("", "2.00")),
    "cholesterol_hdl": _test("2085-9", "Cholestérol HDL", "g/L", _usual("0.40", "")),
    "cholesterol_ldl": _test("13457-7", "Cholestérol LDL calculé", "g/L", _usual("", "1.60")),
    "triglycerides": _test("2571-8", "Triglycérides", "g/L", _usual("", "1.50")),
    "alt": _test("1742-6", "ALAT", "U/L", _usual("", "45")),
    "ast": _test("1920-8", "ASAT", "U/L", _usual("", "40")),
    "ggt": _test("2324-2", "Gamma-GT", "U/L", _usual("", "55")),
    "acr_urine": _test("9318-7", "Albumine sur créatinine urinaires", "mg/g", _usual("", "30")),
    "tsh": _test("3016-3", "TSH", "m[IU]/L", _usual("0.27", "4.20")),
    "crp": _test("1988-5", "CRP", "mg/L", _usual("", "5"), chapter=PROTEINS),
    "ferritin": _test("2276-4", "Ferritine", "ug/L", _usual("15", "150"), chapter=PROTEINS),
    "psa": _test("2857-1", "PSA total", "ug/L", _usual("", "4.0"), chapter=PROTEINS),
    "inr": _test("6301-6", "INR", "{INR}", _usual("0.8", "1.2"), chapter=HAEMOSTASIS),
    "hemoglobin": _cells("718-7", "Hémoglobine", "g/dL", _usual("12.0", "16.0")),
    "hematocrit": _cells("4544-3", "Hématocrite", "%", _usual("36.0", "46.0")),
    "rbc": _cells("789-8", "Hématies", "10*12/L", _usual("4.00", "5.20")),
    "wbc": _cells("6690-2", "Leucocytes", "10*9/L", _usual("4.00", "10.00")),
    "platelets": _cells("777-3", "Plaquettes", "10*9/L", _usual("150", "400")),
    "mcv": _cells("787-2", "Volume globulaire moyen", "fL", _usual("80", "100")),
}
"""Tests by the key of the analyte table."""


def _product(name: str, cis: str, cip: str, atc: tuple[str, str]) -> Product:
    return Product(name, cis, cip, Code(atc[0], ATC, atc[1]))


VACCINES = {
    "hexyon": _product("HEXYON", "60645557", "3400927350368", ("J07CA09", "vaccin hexavalent")),
    "prevenar": _product("PREVENAR 13", "67786749", "3400939901152", ("J07AL02", "vaccin pneumococcique conjugué")),
    "pneumovax": _product("PNEUMOVAX", "60614280", "3400930044384", ("J07AL01", "vaccin pneumococcique à 23 valences")),
    "priorix": _product("PRIORIX", "61896473", "3400935137340", ("J07BD52", "rougeole, oreillons, rubéole")),
    "tetravac": _product("TETRAVAC-ACELLULAIRE", "66543281", "3400934822353", ("J07CA02", "vaccin tétravalent")),
    "repevax": _product("REPEVAX", "67619892", "3400936873971", ("J07CA02", "vaccin tétravalent, dose réduite")),
    "revaxis": _product("REVAXIS", "60917345", "3400936876293", ("J07CA01", "diphtérie, tétanos, poliomyélite")),
    "gardasil": _product("GARDASIL 9", "65017887", "3400930056202", ("J07BM03", "papillomavirus à 9 valences")),
    "bexsero": _product("BEXSERO", "64493883", "3400926863036", ("J07AH09", "méningocoque B")),
    "nimenrix": _product("NIMENRIX", "69241562", "3400922253930", ("J07AH08", "méningocoques A, C, W, Y")),
    "vaxigrip": _product("VAXIGRIPTETRA", "61402736", "3400930067727", ("J07BB02", "grippe, vaccin inactivé")),
    "comirnaty": _product("COMIRNATY 30 microgrammes", "60495328", "3400930218662", ("J07BN01", "Covid-19, ARNm")),
}
"""Vaccines by brand."""

MEDICINES = {
    "metformin": _product("GLUCOPHAGE 500 mg, comprimé", "68583940", "3400935281678", ("A10BA02", "metformine")),
    "paracetamol": _product("DOLIPRANE 1000 mg, comprimé", "60234100", "3400935955838", ("N02BE01", "paracétamol")),
    "aspirin": _product("KARDEGIC 75 mg, poudre", "64755969", "3400934744198", ("B01AC06", "acide acétylsalicylique")),
    "ramipril": _product("RAMIPRIL BIOGARAN 5 mg, comprimé", "61599041", "3400937253765", ("C09AA05", "ramipril")),
    "atorvastatin": _product(
        "ATORVASTATINE BIOGARAN 20 mg, comprimé", "68212077", "3400930183052", ("C10AA05", "atorvastatine")
    ),
    "levothyroxine": _product(
        "LEVOTHYROX 75 microgrammes, comprimé", "62080626", "3400930065785", ("H03AA01", "lévothyroxine sodique")
    ),
    "salbutamol": _product(
        "VENTOLINE 100 microgrammes/dose, suspension pour inhalation",
        "60928110",
        "3400949004751",
        ("R03AC02", "salbutamol"),
    ),
    "amlodipine": _product("AMLODIPINE BIOGARAN 5 mg, gélule", "65728601", "3400930117163", ("C08CA01", "amlodipine")),
    "apixaban": _product("ELIQUIS 5 mg, comprimé", "61902218", "3400926784102", ("B01AF02", "apixaban")),
}
"""Medicines by substance."""
