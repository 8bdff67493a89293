"""The documents that we make from facts: accepted, read back as they were told, and the same octets each time."""

from base64 import b64decode
from dataclasses import replace

import pytest

from dmp.documents.dispensation.make import dispensation
from dmp.documents.kinds import kind_of
from dmp.documents.medical_summary.make import NONE_KNOWN, Summary, in_words, medical_summary, none_known
from dmp.documents.patient_summary.make import patient_summary
from dmp.documents.prescription.make import AT_HOME, Order, prescription
from dmp.documents.vaccination_history.make import vaccination_history
from dmp.documents.vaccination_note.make import vaccination_note
from dmp.record.codes import Code
from dmp.record.facts import NOTHING, Concept, Facts, Medication, Problem, Quantity, Source, Stated
from dmp.record.patient import Sex
from dmp.wire.cda.document import open_document
from dmp.wire.cda.entries.absence import absences
from dmp.wire.cda.header import read_header
from dmp.wire.cda.making.context import DocumentContext, Software
from dmp.wire.cda.making.files import File
from dmp.wire.cda.making.vaccines import Dose
from file_builders import a_png
from maker_builders import a_context, find, parsed
from making_builders import (
    HOSTILE,
    SNOMED_CT,
    a_concept,
    a_source,
    a_told_act,
    a_told_allergy,
    a_told_delivery,
    a_told_device,
    a_told_habit,
    a_told_kinship,
    a_told_line,
    a_told_problem,
    a_told_result,
    a_told_treatment,
    a_told_vaccine,
    every_text,
    kept,
    told_by,
    wrong_with,
)

DIRECTIVES = Code("DLU_010", "1.2.250.1.213.1.1.4.322", "Photocopie des directives anticipées")
PAST = a_told_problem(source=a_source(12), history=True, clinical_status="resolved", end="20200101")
FULL = Summary(
    problems=(a_told_problem(), PAST),
    procedures=(a_told_act(),),
    allergies=(a_told_allergy(),),
    lifestyle=(a_told_habit(),),
    family=(a_told_kinship(),),
    medications=(a_told_treatment(),),
    remarks=("Vit seule.",),
    occupation=("Amiante.",),
)
WHOLE = replace(
    FULL.facts,
    devices=(a_told_device(),),
    immunizations=(a_told_vaccine(),),
    results=(a_told_result(),),
)


def every_document(context: DocumentContext) -> dict[str, bytes]:
    """One of each kind, full."""
    return {
        "medical_summary": medical_summary(context, FULL),
        "patient_summary": patient_summary(context, WHOLE, remarks=("Vit seule.",)),
        "vaccination_history": vaccination_history(context, (Dose(a_told_vaccine()),)),
        "vaccination_note": vaccination_note(context, Dose(a_told_vaccine())),
        "prescription": prescription(context, Order((a_told_line(),), number="7KQ2", picture=a_png(), comment="Note.")),
        "dispensation": dispensation(context, (a_told_delivery(),)),
    }


KINDS = tuple(every_document(a_context()))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_accepted_and_known_as_what_it_is(kind: str):
    octets = every_document(a_context())[kind]

    assert wrong_with(octets) == []
    found = kind_of(read_header(open_document(octets)))
    assert found is not None
    assert found.name == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_later_version_is_accepted_too(kind: str):
    later = a_context(id="1.2.250.1.999.1.1.8", series="1.2.250.1.999.1.1.7", version=2, replaces="1.2.250.1.999.1.1.7")

    assert wrong_with(every_document(later)[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_facts_give_the_same_octets(kind: str):
    assert every_document(a_context())[kind] == every_document(a_context())[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_entries_point_at_words_that_are_there_and_no_two_share_an_id(kind: str):
    root = parsed(every_document(a_context())[kind])

    anchors = find(root, "//c:section/c:text//@ID | //c:observationMedia/@ID")
    pointers = [pointer.removeprefix("#") for pointer in find(root, "//c:component//c:reference/@value")]
    ids = [(one.get("root"), one.get("extension")) for one in find(root, "//c:entry//c:id[@root]")]
    reasons = [(one.get("root"), one.get("extension")) for one in find(root, "//c:entryRelationship/c:act/c:id")]
    assert len(anchors) == len(set(anchors))
    assert set(pointers) <= set(anchors)
    own = [ident for ident in ids if ident not in reasons and "71.4.2.1" not in str(ident[0])]
    assert len(own) == len(set(own))


# -- what is read back


def test_a_medical_summary_is_read_back_as_it_was_told():
    read = told_by(medical_summary(a_context(), FULL))

    assert [kept(fact) for fact in read.problems] == [kept(fact) for fact in FULL.problems]
    assert [kept(fact) for fact in read.procedures] == [kept(fact) for fact in FULL.procedures]
    assert [kept(fact) for fact in read.allergies] == [kept(fact) for fact in FULL.allergies]
    assert [kept(fact) for fact in read.lifestyle] == [kept(fact) for fact in FULL.lifestyle]
    assert [kept(fact) for fact in read.family] == [kept(fact) for fact in FULL.family]
    assert [kept(fact) for fact in read.medications] == [kept(fact) for fact in FULL.medications]


def test_a_patient_summary_is_read_back_as_it_was_told():
    read = told_by(patient_summary(a_context(), WHOLE))

    for kind in ("problems", "allergies", "medications", "devices", "immunizations", "results"):
        assert [kept(fact) for fact in getattr(read, kind)] == [kept(fact) for fact in getattr(WHOLE, kind)], kind


def test_a_prescription_is_read_back_as_it_was_told():
    lines = (a_told_line(), a_told_line(source=a_source(20), repeats=0, long_term_illness=False))

    octets = prescription(a_context(), Order(lines, number="7KQ2", flags=(AT_HOME,)))

    assert [kept(fact) for fact in told_by(octets).prescriptions] == [kept(fact) for fact in lines]
    header = read_header(open_document(octets))
    assert header.acts[0].ids[0].extension == "7KQ2"
    assert [act.code.code for act in header.acts if act.code] == ["57833-6", "MED-1096", "MED-1094"]


def test_the_code_of_a_prescription_stands_as_a_picture_in_its_section():
    octets = prescription(a_context(), Order((a_told_line(),), number="7KQ2", picture=a_png()))

    root = parsed(octets)
    (section,) = find(root, "//c:section[c:code/@code='57723-9']")
    assert find(section, "c:text/c:renderMultiMedia/@referencedObject") == find(section, ".//c:observationMedia/@ID")
    assert find(section, ".//c:observationMedia/c:value/@mediaType") == ["image/png"]
    assert "7KQ2" in "".join(section.itertext())
    assert told_by(octets).attachments[0].media_type == "image/png"


def test_what_is_no_picture_is_refused_as_a_code():
    with pytest.raises(ValueError, match="picture"):
        prescription(a_context(), Order((a_told_line(),), picture=b"%PDF-1.4"))


def test_a_dispensation_is_read_back_as_it_was_told_and_names_its_prescription():
    octets = dispensation(a_context(), (a_told_delivery(),))

    assert [kept(fact) for fact in told_by(octets).dispensations] == [kept(a_told_delivery())]
    assert read_header(open_document(octets)).orders[0].unique_id == "1.2.250.1.999.1.1.7"


def test_an_empty_document_is_refused():
    with pytest.raises(ValueError, match="line"):
        prescription(a_context(), Order())
    with pytest.raises(ValueError, match="delivery"):
        dispensation(a_context(), ())
    with pytest.raises(ValueError, match="dose"):
        vaccination_history(a_context(), ())


@pytest.mark.parametrize(
    ("dose", "schedule", "per_day"),
    [
        ("1", "1 {tablet} / 12 h", "2"),
        ("2", "2 {tablet} / 1 d", "2"),
        ("1", "1 cp, 3 fois/j", "3"),
        ("1", "1 cp, le lundi", "0.143"),
        ("1.5", "1 comprimé et demi, matin et soir", "3"),
        ("1", "1 cp, 5 fois/j", "5"),
        ("0.25", "un quart, tous les 2 jours", "0.125"),
    ],
)
def test_a_posology_is_read_back_in_words_and_in_units_a_day(dose: str, schedule: str, per_day: str):
    told = a_told_treatment(dose=Quantity(dose, "{tablet}"), schedule=schedule, per_day=per_day)

    (read,) = told_by(medical_summary(a_context(), Summary(medications=(told,)))).medications

    assert (read.dose, read.schedule, read.per_day) == (told.dose, schedule, per_day)


def test_a_posology_in_words_alone_stays_in_words():
    told = a_told_treatment(dose=Quantity(), schedule="selon l’INR ; voir carnet", per_day="")

    (read,) = told_by(medical_summary(a_context(), Summary(medications=(told,)))).medications

    assert (read.dose, read.schedule, read.per_day) == (Quantity(), "selon l’INR ; voir carnet", "")


def test_a_treatment_names_the_problem_of_the_document_as_its_reason():
    root = parsed(medical_summary(a_context(), FULL))

    (named,) = find(root, "//c:substanceAdministration/c:entryRelationship[@typeCode='RSON']/c:act/c:id/@root")
    assert named == FULL.problems[0].source.ident


def test_an_id_that_two_facts_share_is_kept_by_the_first_alone():
    other = a_told_problem(concept=a_concept("I10", "2.16.840.1.113883.6.3", "Hypertension"))

    read = told_by(medical_summary(a_context(), Summary(problems=(a_told_problem(), other))))

    assert read.problems[0].source.ident == a_told_problem().source.ident
    assert read.problems[1].source.ident != read.problems[0].source.ident


def test_a_doctor_of_the_record_who_attends_says_so_and_a_program_signs_nothing():
    house = a_context(author=Software("dmp", "dmp", "Dossier médical partagé"))

    octets = patient_summary(house, WHOLE)

    header = read_header(open_document(octets))
    blocking = [one for one in wrong_with(octets) if "not under a national authority" not in one]
    assert blocking == []
    assert header.authors[0].is_device
    assert header.legal_authenticator is not None
    assert header.legal_authenticator.family == ""


@pytest.mark.parametrize("code", ["U", "UN"])
def test_an_undetermined_sex_is_written_as_the_set_has_it_and_both_its_codes_are_read(code: str):
    unknown = replace(a_context().traits, sex=Sex.UNDETERMINED)
    octets = medical_summary(a_context(traits=unknown), FULL)
    assert b'code="UN" displayName="Inconnu"' in octets

    received = octets.replace(b'code="UN" displayName="Inconnu"', f'code="{code}"'.encode())
    assert wrong_with(received) == []
    traits = read_header(open_document(received)).patient.traits
    assert traits is not None
    assert traits.sex is Sex.UNDETERMINED


# -- silence and absence


def test_an_empty_section_says_that_nothing_is_told_and_never_none():
    octets = medical_summary(a_context(), Summary())

    root = parsed(octets)
    assert len(find(root, "//c:section[@nullFlavor='NI']")) == 9
    assert told_by(octets) == Facts()


@pytest.mark.parametrize("section", sorted(NONE_KNOWN))
def test_none_known_is_a_statement_with_its_code(section: str):
    octets = medical_summary(a_context(), Summary(**{section: (none_known(section),)}))

    (read,) = getattr(told_by(octets), section)
    assert read.stated is Stated.ABSENT
    assert (NONE_KNOWN[section].code, NONE_KNOWN[section].system) in absences()


def test_what_is_negated_stays_negated():
    denied = replace(a_told_problem(), stated=Stated.ABSENT)
    refused = a_told_vaccine(stated=Stated.ABSENT)

    assert told_by(medical_summary(a_context(), Summary(problems=(denied,)))).problems[0].stated is Stated.ABSENT
    note = vaccination_note(a_context(), Dose(refused))
    assert told_by(note).immunizations[0].stated is Stated.ABSENT
    assert "Vaccination refusée." in note.decode()


@pytest.mark.parametrize("section", ["problems", "history", "procedures", "allergies", "lifestyle", "family"])
def test_a_line_in_words_has_no_code(section: str):
    kind = "problems" if section == "history" else section
    octets = medical_summary(a_context(), Summary(**{kind: (in_words(section, HOSTILE),)}))

    (read,) = getattr(told_by(octets), kind)
    concept = read.agent if section == "allergies" else read.concept
    assert (concept.code, concept.text) == ("", " ".join(HOSTILE.split()))


# -- bad input


@pytest.mark.parametrize("words", [HOSTILE, "\x00\x07\ufffe", "a" * 5000, "  ", "é\u202e\U0001f600"])
def test_hostile_words_in_every_field_break_nothing(words: str):
    told = Summary(
        problems=(every_text(a_told_problem(), words), every_text(PAST, words)),
        procedures=(every_text(a_told_act(), words),),
        allergies=(every_text(a_told_allergy(), words),),
        lifestyle=(every_text(a_told_habit(), words),),
        family=(every_text(a_told_kinship(), words),),
        medications=(every_text(a_told_treatment(), words),),
        remarks=(words,),
        occupation=(words,),
    )
    whole = replace(
        told.facts,
        devices=(every_text(a_told_device(), words),),
        immunizations=(every_text(a_told_vaccine(), words),),
        results=(every_text(a_told_result(), words),),
    )
    context = a_context(notice=words)

    for octets in (
        medical_summary(context, told),
        patient_summary(context, whole, remarks=(words,)),
        vaccination_history(context, (Dose(every_text(a_told_vaccine(), words)),)),
        prescription(context, Order((every_text(a_told_line(), words),), comment=words)),
        dispensation(context, (every_text(a_told_delivery(), words),)),
    ):
        assert [one for one in wrong_with(octets) if one != "must be present"] == []
        assert b"<script" not in octets


def test_what_is_no_number_no_day_and_no_unit_is_kept_as_words_or_left_out():
    odd = a_told_habit(quantity=Quantity("beaucoup", "paquets par jour"), start="2024-13")
    wide = a_told_habit(source=a_source(30), quantity=Quantity("-3", "paquets par jour"), start="19")

    read = told_by(medical_summary(a_context(), Summary(lifestyle=(odd, wide)))).lifestyle

    assert (read[0].value.text, read[0].start) == ("beaucoup paquets par jour", "")
    assert (read[1].quantity, read[1].start) == (Quantity("-3", "paquets par jour"), "")


def test_bad_codes_systems_and_ids_are_left_out_and_their_words_stay():
    bad = Problem(Source("no id"), Concept("A B", "not a system", "Libellé", "Mes mots"), status="completed")
    drug = Medication(Source("1 2^y"), Concept("1", "C I S", "Produit", "Produit"), status="completed")

    read = told_by(medical_summary(a_context(), Summary(problems=(bad,), medications=(drug,))))

    assert (read.problems[0].concept.code, read.problems[0].concept.text) == ("", "Mes mots")
    assert (read.medications[0].concept.code, read.medications[0].concept.system) == ("1", "")


def test_an_act_that_ends_before_it_begins_is_written_as_it_was_told():
    odd = a_told_problem(start="20240102", end="20230101")

    (read,) = told_by(medical_summary(a_context(), Summary(problems=(odd,)))).problems

    assert (read.start, read.end) == ("20240102", "20230101")


# -- files


def test_files_are_carried_along_as_they_are():
    files = (File("Carte de groupe sanguin", b"%PDF-1.4\n%%EOF", DIRECTIVES), File("Photographie", a_png()))
    octets = patient_summary(a_context(), WHOLE, files=files)

    read = told_by(octets).attachments
    assert [(one.media_type, one.size, one.concept.display) for one in read] == [
        ("application/pdf", len(files[0].octets), DIRECTIVES.display),
        ("image/png", len(files[1].octets), "Autre document"),
    ]
    root = parsed(octets)
    (section,) = find(root, "//c:section[c:code/@code='55107-7']")
    carried = find(section, ".//c:observationMedia/c:value/text()")
    assert [b64decode(one) for one in carried] == [file.octets for file in files]
    assert find(section, ".//c:renderMultiMedia/@referencedObject") == find(section, ".//c:observationMedia/@ID")
    assert "Photographie" in "".join(section.itertext())


@pytest.mark.parametrize("octets", [b"", b"<html><script>alert(1)</script></html>", b"MZ\x00\x01"])
def test_a_file_of_another_type_is_refused(octets: bytes):
    with pytest.raises(ValueError, match="PDF"):
        patient_summary(a_context(), WHOLE, files=(File("x", octets),))


# -- what is said besides


def test_what_an_allergy_is_clinically_is_kept():
    told = a_told_allergy(description=a_concept("L50.0", "2.16.840.1.113883.6.3", "Urticaire allergique"))

    (read,) = told_by(medical_summary(a_context(), Summary(allergies=(told,)))).allergies

    assert read.description == told.description


@pytest.mark.parametrize(
    ("status", "concern"),
    [("G-A270", "active"), ("recurrence", "active"), ("resolved", "completed"), ("55561003", "active")],
)
def test_what_goes_on_under_a_former_code_still_goes_on(status: str, concern: str):
    octets = medical_summary(a_context(), Summary(allergies=(a_told_allergy(clinical_status=status),)))

    assert find(parsed(octets), "//c:entry/c:act/c:statusCode/@code") == [concern]
    assert told_by(octets).allergies[0].clinical_status == status
    assert ("Chronique" in octets.decode()) is (status == "G-A270")


def test_the_germ_of_an_antibiogram_stands_around_its_results():
    germ = a_concept("112283007", SNOMED_CT, "Escherichia coli")
    alone = a_told_result(source=a_source(50))
    some = [a_told_result(source=a_source(51 + number), isolate=germ, interpretation=("R",)) for number in range(2)]

    octets = patient_summary(a_context(), Facts(results=(alone, *some)))

    assert [one.isolate for one in told_by(octets).results] == [NOTHING, germ, germ]
    assert len(find(parsed(octets), "//c:organizer[c:templateId/@root='1.2.250.1.213.1.1.3.79']")) == 1
    assert "Résistant" in octets.decode()


def test_who_said_it_first_is_kept_in_a_summary_that_somebody_else_makes():
    said = Source(a_source(60).ident, author="1.2.250.1.71.4.2.1^801234567897", author_name="Charles MULLER")
    source = replace(said, recorded="20240409")
    told = Facts(
        immunizations=(a_told_vaccine(source=source),),
        results=(a_told_result(source=replace(source, ident=a_source(61).ident)),),
        procedures=(a_told_act(source=replace(source, ident=a_source(62).ident)),),
        devices=(a_told_device(source=replace(source, ident=a_source(63).ident)),),
    )

    read = told_by(patient_summary(a_context(), told))

    for one in (*read.immunizations, *read.results, *read.procedures, *read.devices):
        found = one.source
        assert (found.author, found.author_name, found.recorded) == (source.author, "Charles MULLER", "20240409")
