"""What real entries do to whoever reads them (cda 3.2): everything is kept, nothing is made up, nothing breaks."""

import pytest
from cda_entries import (
    LAB,
    PCC,
    a_laboratory,
    a_problem,
    a_result,
    a_template,
    a_treatment,
    a_vaccine,
    an_allergy,
    an_observation,
    read,
)

from dmp.record.codes import Code
from dmp.record.facts import NOTHING, Concept, Quantity, Stated

HL7_ABSENCE = "2.16.840.1.113883.5.1150.1"


def value_of(value: str, *, declared: str = ""):
    (found,) = read(f"<observation {declared}><code code='x'/>{value}</observation>").observations
    return found


@pytest.mark.parametrize(
    ("declared", "kind"),
    [("", "PQ"), ('xmlns:c="urn:hl7-org:v3"', "c:PQ"), ('xmlns:cda="urn:hl7-org:v3"', "cda:PQ")],
)
def test_a_type_is_read_whatever_its_prefix(declared, kind):
    found = value_of(f'<value xsi:type="{kind}" value="4.89" unit="mmol/L"/>', declared=declared)

    assert found.quantity == Quantity("4.89", "mmol/L")


def test_a_type_of_another_namespace_is_no_type_of_ours():
    found = value_of('<value xsi:type="x:PQ" value="4.89" unit="g"/>', declared='xmlns:x="urn:other"')

    assert (found.quantity, found.value.text) == (Quantity(), "4.89")


@pytest.mark.parametrize(
    ("value", "quantity"),
    [
        ('<high value="5" unit="mg/L" inclusive="false"/>', Quantity("5", "mg/L", "<")),
        ('<high value="5" unit="mg/L"/>', Quantity("5", "mg/L", "<=")),
        ('<low value="90" unit="%" inclusive="false"/>', Quantity("90", "%", ">")),
        ('<low value="90" inclusive="true"/>', Quantity("90", "", ">=")),
        ('<low value="2" unit="g"/><high value="3" unit="g"/>', Quantity(unit="g", low="2", high="3")),
        ('<low nullFlavor="NINF"/><high value="5" inclusive="false"/>', Quantity("5", "", "<")),
    ],
)
def test_an_interval_says_less_than_or_more_than(value, quantity):
    assert value_of(f'<value xsi:type="IVL_PQ">{value}</value>').quantity == quantity


@pytest.mark.parametrize(
    ("value", "quantity", "concept"),
    [
        ('<value xsi:type="REAL" value="1.5"/>', Quantity("1.5"), NOTHING),
        ('<value xsi:type="INT" value="3"/>', Quantity("3"), NOTHING),
        ('<value xsi:type="BL" value="false"/>', Quantity(), Concept(code="false")),
        ('<value xsi:type="ST">traces</value>', Quantity(), Concept(text="traces")),
        ('<value xsi:type="ED"><reference value="#said"/></value>', Quantity(), Concept(text="Lu en clair")),
        ('<value xsi:type="ED" representation="B64" mediaType="image/png">iVBORw0</value>', Quantity(), NOTHING),
        ('<value xsi:type="TS" value="20240903"/>', Quantity(), Concept(text="20240903")),
        ('<value xsi:type="CD" nullFlavor="UNK"/>', Quantity(), Concept(null="UNK")),
        ('<value xsi:type="PQ" nullFlavor="NAV"/>', Quantity(), Concept(null="NAV")),
        ('<value xsi:type="PQ" value="beaucoup" unit="g"/>', Quantity("beaucoup", "g"), NOTHING),
        ('<value xsi:type="PQ" value="-3" unit="g"/>', Quantity("-3", "g"), NOTHING),
        (
            '<value xsi:type="RTO"><numerator value="1"/><denominator value="40"/></value>',
            Quantity(),
            Concept(text="1/40"),
        ),
        ('<value xsi:type="PQ"><translation value="7" code="U"/></value>', Quantity("7", "U"), NOTHING),
        ('<value value="12" unit="kg"/>', Quantity("12", "kg"), NOTHING),
        ('<value code="LA1"/>', Quantity(), Concept(code="LA1")),
        ("<value/>", Quantity(), NOTHING),
        ("", Quantity(), NOTHING),
    ],
)
def test_a_value_is_kept_as_it_is(value, quantity, concept):
    entry = f"<observation><code code='x'/>{value}</observation>"
    (found,) = read(entry, narrative='<content ID="said">Lu  en\n clair</content>').observations

    assert (found.quantity, found.value) == (quantity, concept)


def test_a_number_that_is_none_is_not_a_number():
    assert value_of('<value xsi:type="PQ" value="beaucoup" unit="g"/>').quantity.number is None
    assert value_of('<value xsi:type="PQ" value="NaN" unit="g"/>').quantity.number is None


@pytest.mark.parametrize("written", ["true", "false"])
def test_a_yes_or_no_is_told_as_such(written):
    assert value_of(f'<value xsi:type="BL" value="{written}"/>').value.truth is (written == "true")


def test_a_code_of_a_nomenclature_is_no_yes():
    assert Concept("true", "2.16.840.1.113883.6.1").truth is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1975", "1975"),
        ("197503", "197503"),
        ("20240131", "20240131"),
        ("202401311420", "202401311420"),
        ("202401311420+0100", "202401311420"),
        ("20240131142000.123+0100", "20240131142000"),
        ("20240131000000Z", "20240131000000"),
        ("19", ""),
        ("2024-13", ""),
        ("20241301", ""),
        ("20240230", ""),
        ("202401312520", ""),
        ("hier", ""),
        ("2024+01", ""),
        ("20240131+0100", "20240131"),
        ("0000", ""),
        ("", ""),
    ],
)
def test_a_time_is_cut_to_its_precision_and_a_bad_one_is_empty(written, kept):
    (found,) = read(an_observation(f'<code code="x"/><effectiveTime value="{written}"/>')).observations

    assert found.start == kept


def test_an_interval_of_time_has_two_ends_of_which_one_may_be_null():
    times = '<effectiveTime><low value="2019"/><high nullFlavor="UNK"/></effectiveTime>'
    (found,) = read(a_problem(inside=times)).problems

    assert (found.start, found.end) == ("2019", "")


def test_a_local_code_is_kept_where_there_is_no_other():
    code = '<code><originalText>Ionogramme</originalText><translation code="IONO" codeSystem="1.2.3"/></code>'
    (found,) = read(a_laboratory(f"<observation>{a_template(f'{LAB}.6')}{code}</observation>")).results

    assert found.concept == Concept(text="Ionogramme", translations=(Code("IONO", "1.2.3"),))
    assert found.concept.code_in("1.2.3") == "IONO"


def test_translations_inside_translations_are_kept():
    code = '<code><translation code="a"/><translation><translation code="b"/></translation></code>'
    (found,) = read(f"<observation>{code}</observation>").observations

    assert [one.code for one in found.concept.translations] == ["a", "b"]


def test_an_original_text_leads_into_the_narrative_with_or_without_its_sign():
    for reference in ("#tumeur", "tumeur"):
        coded = f'<value xsi:type="CD" code="C50"><originalText><reference value="{reference}"/></originalText></value>'
        (found,) = read(a_problem(coded), narrative='<content ID="tumeur">Sein <br/>droit</content>').problems

        assert found.concept.text == "Sein droit"


@pytest.mark.parametrize("reference", ["#absent", "#", ""])
def test_a_reference_that_leads_nowhere_says_nothing(reference):
    coded = f'<value xsi:type="CD" code="C50"><originalText><reference value="{reference}"/></originalText></value>'
    (found,) = read(a_problem(coded), narrative='<content ID="x">y</content>').problems

    assert (found.concept.text, found.is_present) == ("", True)


def test_an_entry_without_code_keeps_the_words_of_the_narrative():
    entry = a_problem('<value xsi:type="CD" nullFlavor="NA"/>', inside='<text><reference value="#p"/></text>')
    (found,) = read(entry, narrative='<content ID="p">Lombalgie</content>').problems

    assert (found.concept.text, found.concept.null, found.stated) == ("Lombalgie", "NA", Stated.PRESENT)


def test_what_is_negated_is_absent_wherever_the_negation_stands():
    on_observation = a_problem(attributes='negationInd="true"')
    on_link = a_problem().replace('typeCode="SUBJ"', 'typeCode="SUBJ" negationInd="true"')

    for entry in (on_observation, on_link):
        (found,) = read(entry).problems
        assert found.stated is Stated.ABSENT
        assert not found.is_present


def test_a_refused_vaccine_was_not_given():
    (found,) = read(a_vaccine(attributes='negationInd="true"')).immunizations

    assert found.stated is Stated.ABSENT


@pytest.mark.parametrize(
    ("code", "system", "stated"),
    [
        ("no-known-problems", HL7_ABSENCE, Stated.ABSENT),
        ("no-problem-info", HL7_ABSENCE, Stated.UNKNOWN),
        ("no-known-problems", "1.2.3", Stated.PRESENT),
        ("I10", "2.16.840.1.113883.6.3", Stated.PRESENT),
    ],
)
def test_a_code_of_absence_is_a_statement(code, system, stated):
    (found,) = read(a_problem(f'<value xsi:type="CD" code="{code}" codeSystem="{system}"/>')).problems

    assert found.stated is stated


def test_no_known_allergy_is_told_by_the_type_the_value_or_the_agent():
    coded = f'code="no-known-allergies" codeSystem="{HL7_ABSENCE}"'
    agent = f"<participantRole><playingEntity><code {coded}/></playingEntity></participantRole>"
    for inside in (
        f"<code {coded}/>",
        f'<value xsi:type="CD" {coded}/>',
        f'<code code="DALG"/><participant typeCode="CSM">{agent}</participant>',
    ):
        (found,) = read(an_allergy(inside)).allergies
        assert found.stated is Stated.ABSENT


def a_reaction(words: str, attributes: str = "") -> str:
    inside = f'<value xsi:type="CD" code="{words}" displayName="{words}"/>'
    severity = '<observation><code code="SEV"/><value xsi:type="CD" displayName="grave"/></observation>'
    linked = f'<entryRelationship typeCode="SUBJ">{severity}</entryRelationship>'
    seen = f"<observation {attributes}>{inside}{linked}</observation>"
    return f'<entryRelationship typeCode="MFST">{seen}</entryRelationship>'


def test_a_reaction_that_is_negated_was_not_seen_nor_is_it_an_observation():
    seen, denied = a_reaction("Urticaire"), a_reaction("Choc", 'negationInd="true"')

    (found,) = read(an_allergy(f'<code code="DALG"/>{denied}{seen}')).allergies
    (none,) = read(an_allergy(f'<code code="DALG"/>{denied}')).allergies

    assert ([one.words for one in found.reactions], found.severity) == (["Urticaire"], "grave")
    assert (none.reactions, none.severity) == ((), "")
    assert read(an_allergy(f'<code code="DALG"/>{denied}')).observations == ()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ('<value xsi:type="CD" code="L50.0" codeSystem="2.16.840.1.113883.6.3" displayName="Urticaire"/>', "Urticaire"),
        ('<value xsi:type="CD" code="DALG"/>', ""),
        ('<value xsi:type="CD"/>', ""),
        ("", ""),
    ],
)
def test_what_an_allergy_is_clinically_is_neither_its_type_nor_its_agent(value: str, words: str):
    named = '<participantRole><playingEntity><code code="J01CA04"/></playingEntity></participantRole>'
    agent = f'<participant typeCode="CSM">{named}</participant>'

    (found,) = read(an_allergy(f'<code code="DALG"/>{value}{agent}')).allergies

    assert (found.description.words, found.agent.code) == (words, "J01CA04")


def test_a_problem_that_is_null_and_wordless_states_that_nothing_is_known():
    (found,) = read(a_problem('<value xsi:type="CD" nullFlavor="NI"/>')).problems

    assert found.stated is Stated.UNKNOWN


def test_a_concern_without_observation_is_a_failure_and_the_others_are_read():
    found = read(f"<act>{a_template(f'{PCC}.5.2')}</act>", a_problem())

    assert len(found.problems) == 1
    assert [(one.path, one.reason) for one in found.failures] == [
        ("component/structuredBody/component/section/entry[1]/act", "a concern without an observation")
    ]


def test_a_template_with_a_typo_is_not_matched_and_the_observation_is_kept():
    found = read(an_observation('<code code="x"/>', template="2.16.840.1.11383.10.20.1.31"))

    assert (len(found.problems), len(found.observations)) == (0, 1)


def test_two_entries_may_have_the_same_identifier_and_are_two_facts():
    entry = a_problem(inside='<id root="ABC" extension="1"/>')
    found = read(entry, entry)

    assert [one.source.ident for one in found.problems] == ["ABC^1", "ABC^1"]
    assert len({one.source.path for one in found.problems}) == 2


def test_a_section_of_history_makes_history():
    assert read(a_problem(), section="11348-0").problems[0].history
    assert not read(a_problem(), section="11450-4").problems[0].history


def test_the_section_is_the_innermost_that_has_a_code():
    inner = f"<entry>{a_problem()}</entry>"
    entry = f"{a_problem()}</entry><component><section>{inner}</section></component><entry>"
    found = read(entry).problems

    assert {one.source.section for one in found} == {"11450-4"}
    assert len(found) == 2


def test_the_author_is_the_innermost():
    author = (
        '<author><time value="20240102"/><assignedAuthor><id root="1.2" extension="9"/><assignedPerson><name>'
        "<given>Ana</given><family>LUNA</family></name></assignedPerson></assignedAuthor></author>"
    )
    (found,) = read(a_problem(inside=author)).problems

    assert (found.source.author, found.source.author_name, found.source.recorded) == ("1.2^9", "Ana LUNA", "20240102")


def test_the_path_leads_to_the_entry():
    found = read(a_problem(), a_problem()).problems[1]

    assert found.source.path == (
        "component/structuredBody/component/section/entry[2]/act/entryRelationship/observation"
    )


def test_what_is_about_another_person_is_told_of_a_relative_only():
    mother = '<subject><relatedSubject><code code="MTH"/></relatedSubject></subject>'
    weight = an_observation(
        f'<code code="29463-7"/><value xsi:type="PQ" value="70" unit="kg"/>{mother}', template=f"{PCC}.13.2"
    )
    found = read(weight)

    assert found.measurements == ()
    assert [(one.concept.code, one.relative.code, one.quantity.value) for one in found.family] == [
        ("29463-7", "MTH", "70")
    ]


def test_the_child_of_a_pregnancy_stays_with_the_pregnancy():
    child = '<subject><relatedSubject><code code="CHILD"/></relatedSubject></subject>'
    found = read(an_observation(f'<code code="8339-4"/>{child}', template=f"{PCC}.13.5"))

    assert (len(found.pregnancies), len(found.family)) == (1, 0)


def test_a_result_without_time_has_that_of_its_collection_and_a_former_one_has_not():
    collection = (
        f'<procedure>{a_template(f"{LAB}.2")}<effectiveTime><high value="202401040735+0100"/></effectiveTime>'
        '<participant><participantRole><playingEntity><code code="UR"/></playingEntity></participantRole></participant>'
        "</procedure>"
    )
    former = '<entryRelationship typeCode="REFR"><observation><code code="4548-4"/></observation></entryRelationship>'
    found = read(a_laboratory(collection, a_result(former=former))).results

    assert [one.start for one in found] == ["202401040735", ""]
    assert {one.specimen.code for one in found} == {"UR"}


def test_two_collections_leave_the_specimen_unknown():
    collections = [
        f'<procedure>{a_template(f"{LAB}.2")}<effectiveTime value="2024010{day}"/></procedure>' for day in (1, 2)
    ]
    (found,) = read(a_laboratory(*collections, a_result())).results

    assert (found.start, found.specimen) == ("", NOTHING)


def test_the_range_of_normal_values_is_the_one_that_is_kept():
    def bounds(low: str, high: str, judged: str) -> str:
        return (
            f'<referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="{low}" unit="g/L"/>'
            f'<high value="{high}" unit="g/L"/></value><interpretationCode code="{judged}"/>'
            "</observationRange></referenceRange>"
        )

    (found,) = read(a_laboratory(a_result(bounds("9", "10", "H") + bounds("1", "2", "N")))).results

    assert (found.low, found.high, found.range_unit) == ("1", "2", "g/L")


@pytest.mark.parametrize(
    ("times", "dose", "per_day"),
    [
        ('<period value="8" unit="h"/>', '<doseQuantity value="1" unit="{tablet}"/>', "3"),
        ('<period value="8" unit="h"/>', '<doseQuantity value="20" unit="mg"/>', ""),
        ('<period value="1" unit="d"/>', '<doseQuantity><low value="2"/><high value="2"/></doseQuantity>', "2"),
        ('<period value="2" unit="d"/>', '<doseQuantity value="1"/>', "0.5"),
        ('<period value="1" unit="wk"/>', '<doseQuantity value="1"/>', "0.143"),
        ('<event code="HS"/>', '<doseQuantity value="1"/>', "1"),
        ('<period value="0" unit="h"/>', '<doseQuantity value="1"/>', ""),
        ('<period value="8" unit="lunes"/>', '<doseQuantity value="1"/>', ""),
        ('<period value="x" unit="h"/>', '<doseQuantity value="1"/>', ""),
        ('<period value="8" unit="h"/>', '<doseQuantity><low value="1"/><high value="2"/></doseQuantity>', ""),
        ('<period value="8" unit="h"/>', "", ""),
        ("", '<doseQuantity value="1"/>', ""),
        ('<period value="-8" unit="h"/>', '<doseQuantity value="1"/>', ""),
        ('<period value="1e-400" unit="h"/>', '<doseQuantity value="1"/>', ""),
        ('<period value="8" unit="h"/>', '<doseQuantity value="1e999999"/>', ""),
    ],
)
def test_units_a_day_are_told_only_when_they_can_be(times, dose, per_day):
    (found,) = read(a_treatment(f"<effectiveTime>{times}</effectiveTime>{dose}")).medications

    assert found.per_day == per_day


@pytest.mark.parametrize(("written", "repeats"), [("3", 3), ("0", 0), ("-1", 0), ("beaucoup", 0), ("1e9", 0), ("", 0)])
def test_a_count_of_renewals_that_is_none_is_zero(written, repeats):
    line = a_treatment(f'<repeatNumber value="{written}"/>').replace(f"{PCC}.7", "1.3.6.1.4.1.19376.1.9.1.3.2")
    (found,) = read(line).prescriptions

    assert found.repeats == repeats


def test_an_empty_document_says_nothing():
    assert read().is_empty


def test_everything_empty_is_read_without_a_word():
    names = (
        "act",
        "encounter",
        "observation",
        "observationMedia",
        "organizer",
        "procedure",
        "substanceAdministration",
        "supply",
    )
    templates = (f"{PCC}.{arc}" for arc in ("5.2", "5.3", "7", "12", "13", "13.1", "15", "19", "7.3"))
    empty = [f"<{name}>{a_template(template)}</{name}>" for template in templates for name in names]

    found = read(*empty)

    assert {one.reason for one in found.failures} == {
        "a concern without an observation",
        "a relative without an observation",
    }


def test_what_narrows_a_code_is_told_and_a_side_is_told_apart():
    narrowed = (
        '<code code="MED-568" displayName="Traitement">'
        '<qualifier><name code="n"/><value code="C15632" displayName="Chimiothérapie"/></qualifier>'
        '<qualifier><name code="20228-3"/><value code="24028007" displayName="droit"/></qualifier></code>'
    )
    (found,) = read(f"<procedure>{narrowed}</procedure>").procedures

    assert [(one.name, one.value.code) for one in found.concept.qualifiers] == [("n", "C15632")]
    assert (found.concept.words, found.laterality) == ("Traitement : Chimiothérapie", "droit")


def test_an_observation_tells_the_group_it_stands_in():
    inner = '<component><observation><code code="x"/></observation></component>'
    grouped = f'<organizer><code code="GEN-099"/>{inner}</organizer>'
    (found,) = read(grouped).observations

    assert found.group.code == "GEN-099"
