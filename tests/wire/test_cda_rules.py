from dataclasses import replace

import pytest
from cda_data import document, example, header, header_bases, name, needs_published, paths
from cda_mutations import blocking_rules, mutations

from dmp.record.errors import XdsCode
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.record.profile import dmp, ihe
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import read_header
from dmp.wire.cda.rules import RULES, HeaderFinding, check_header, check_patient

pytestmark = needs_published

MUTATIONS = 20
TEST_NIR, REAL_NIR = "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.8"
DOMINIQUE = PatientId("279035121518989", TEST_NIR)
TRAITS = IdentityTraits("Pat Trois", "Dominique", "Dominique Marie Louise", "1979-03-28", Sex.FEMALE, "51215")


def blocked(findings: tuple[HeaderFinding, ...]) -> list[str]:
    return [finding.rule for finding in findings if finding.blocking]


@pytest.mark.parametrize("path", paths(), ids=name)
def test_a_published_document_keeps_every_blocking_rule_even_in_the_strict_profile(path):
    assert blocked(check_header(document(path), header(path), profile=dmp())) == []


def test_all_the_published_documents_are_there():
    assert len(paths()) == 89


@pytest.mark.parametrize("rule", blocking_rules(), ids=lambda rule: rule.id)
def test_every_mutation_that_breaks_a_rule_is_refused_with_its_element_named(rule):
    made = list(mutations(rule, header_bases(), seed=1, count=MUTATIONS))

    assert len(made) == MUTATIONS
    for mutation in made:
        findings = check_header(mutation.document, read_header(mutation.document), profile=dmp(tolerant=True))
        named = [finding.element for finding in findings if finding.blocking and finding.rule == mutation.rule]
        assert named, f"{mutation.base} passes"
        assert any(mutation.element in element for element in named)


def test_rule_names_are_unique():
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_a_finding_becomes_a_problem_that_names_rule_and_element():
    finding = HeaderFinding("CDA-realmCode", "realmCode/@code", "must be FR")

    assert finding.problem.code is XdsCode.INVALID_DOCUMENT_CONTENT
    assert finding.problem.context == "CDA-realmCode: ClinicalDocument/realmCode/@code must be FR"
    assert not finding.problem.warning


def test_the_header_is_not_judged_in_the_ihe_profile():
    mutation = next(mutations(blocking_rules()[0], header_bases(), seed=1, count=1))

    assert check_header(mutation.document, read_header(mutation.document), profile=ihe()) == ()


def test_the_former_qualifier_of_the_used_name_is_only_told():
    path = example("AVC-AUNV_2.2")

    rules = [found.rule for found in check_header(document(path), header(path), profile=dmp())]

    assert "CDA-patient.legacyName" in rules
    assert header(path).patient.used_name == "DECOURCY"


def test_an_older_document_with_a_real_ins_may_lack_traits():
    path = example("CSE-CS9_2021.01")

    found = check_header(document(path), header(path), profile=dmp())

    assert [finding.element.rpartition("/")[2] for finding in found if finding.rule == "CDA-patient.legacyTraits"] == [
        "given[@qualifier='BR']",
        "county",
    ]


def test_a_signing_time_with_a_short_offset_is_only_told():
    path = example("CSE-CS24_2021.01")

    found = check_header(document(path), header(path), profile=dmp())

    assert ("CDA-legalAuthenticator.time.offset", False) in [(finding.rule, finding.blocking) for finding in found]


def test_the_document_of_the_patient_is_taken_whatever_case_accents_hyphens_and_apostrophes():
    found = check_patient(header(example("VSM_1.4_2022.01")), identifiers=[DOMINIQUE], traits=TRAITS, profile=dmp())

    assert found == ()


@pytest.mark.parametrize("tolerant", [False, True])
def test_the_document_of_another_number_is_refused_even_in_a_tolerant_sandbox(tolerant):
    other = PatientId("277076322082910", TEST_NIR)

    found = check_patient(
        header(example("VSM_1.4_2022.01")), identifiers=[other], traits=None, profile=dmp(tolerant=tolerant)
    )

    assert [(finding.rule, finding.blocking) for finding in found] == [("CDA-patient.match", True)]
    assert not any(DOMINIQUE.number in finding.message + finding.element for finding in found)


@pytest.mark.parametrize(("tolerant", "blocking"), [(False, True), (True, False)])
def test_the_same_number_under_a_root_of_the_other_family_is_taken_by_a_tolerant_sandbox_only(tolerant, blocking):
    found = check_patient(
        header(example("AVC-AUNV_2.2")),
        identifiers=[PatientId("277076322082910", TEST_NIR)],
        traits=None,
        profile=dmp(tolerant=tolerant),
    )

    assert [(finding.rule, finding.blocking) for finding in found] == [("CDA-patient.rootFamily", blocking)]


def test_two_real_kinds_of_number_are_not_the_same_identity():
    waiting = PatientId("277076322082910", "1.2.250.1.213.1.4.9")

    found = check_patient(
        header(example("AVC-AUNV_2.2")), identifiers=[waiting], traits=None, profile=dmp(tolerant=True)
    )

    assert [(finding.rule, finding.blocking) for finding in found] == [("CDA-patient.match", True)]


def test_the_number_of_a_relative_never_makes_the_patient():
    target = header(example("CSE-CS24_2025.01"))
    relative = PatientId("221042545611404", "1.2.250.1.213.1.4.13")

    found = check_patient(target, identifiers=[relative], traits=None, profile=dmp(tolerant=True))

    assert relative not in target.patient.ins
    assert [finding.rule for finding in found if finding.blocking] == ["CDA-patient.match"]


@pytest.mark.parametrize(
    ("trait", "value", "element"),
    [
        ("birth_name", "DURAND", "family[@qualifier='BR']"),
        ("birth_first_name", "DANIELLE", "given[@qualifier='BR']"),
        ("birth_first_names", "DOMINIQUE ANNE", "given[not(@qualifier)]"),
        ("birth_date", "1979-03-29", "@value"),
        ("sex", Sex.MALE, "@code"),
        ("birth_place", "75056", "county"),
    ],
)
@pytest.mark.parametrize(("tolerant", "blocking"), [(False, True), (True, False)])
def test_a_trait_that_differs_is_refused_or_told_in_a_tolerant_sandbox(trait, value, element, tolerant, blocking):
    found = check_patient(
        header(example("VSM_1.4_2022.01")),
        identifiers=[DOMINIQUE],
        traits=replace(TRAITS, **{trait: value}),
        profile=dmp(tolerant=tolerant),
    )

    assert [(finding.rule, finding.element.rpartition("/")[2], finding.blocking) for finding in found] == [
        ("CDA-patient.sameTraits", element, blocking)
    ]


def test_many_findings_are_cut_short_and_those_that_refuse_come_first():
    blocking = [rule.blocking for rule in RULES]
    broken = open_document(
        b'<ClinicalDocument xmlns="urn:hl7-org:v3">' + b"<participant/>" * 300 + b"</ClinicalDocument>"
    )

    found = check_header(broken, read_header(broken), profile=dmp())

    assert blocking == sorted(blocking, reverse=True)
    assert len(found) == 100
    assert found[0].blocking
    assert found[-1].element.startswith("participant[")
