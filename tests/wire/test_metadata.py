import pytest
from lxml import etree

from dmp.record.codes import Code
from dmp.record.entry import Relation
from dmp.record.errors import Refused, XdsCode
from dmp.record.profile import Profile, dmp, ihe
from dmp.record.visibility import ACT_CODE_SYSTEM, MASKED, NORMAL, VISIBILITY_SYSTEM, Visibility
from dmp.wire.xds import iti41
from dmp.wire.xds.schemes import CLASS_CODE, CONFIDENTIALITY, ENTRY_UNIQUE_ID, LIMITED_METADATA_NODES
from xds_builders import AT, CX, a_lot, a_member, a_signature, a_submission, an_author, an_entry, inline, reparsed

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
NS = {"rim": RIM}


def a_request(*entries, **changes):
    submission = a_submission(*entries, **changes)
    return reparsed(iti41.write_request(submission, cids={uuid: uuid for uuid in submission.documents}))


def read(request, profile: Profile | None = None):
    return iti41.read(request, resolve=inline, profile=profile or dmp(), at=AT)


def read_entry(request, profile: Profile | None = None):
    (entry,) = read(request, profile).entries
    return entry


def problems(request, profile: Profile | None = None) -> list[str]:
    with pytest.raises(Refused) as refusal:
        read(request, profile)
    return [f"{problem.code.removeprefix('XDS')}: {problem.context}" for problem in refusal.value.problems]


def the(request, path):
    (found,) = request.xpath(path, namespaces=NS)
    return found


def entry_of(request):
    return the(request, "//rim:ExtrinsicObject")


def slot(name: str, *values: str):
    element = etree.Element(f"{{{RIM}}}Slot", name=name)
    held = etree.SubElement(element, f"{{{RIM}}}ValueList")
    for value in values:
        etree.SubElement(held, f"{{{RIM}}}Value").text = value
    return element


def set_slot(request, name: str, *values: str):
    entry = entry_of(request)
    for old in entry.xpath(f"rim:Slot[@name='{name}']", namespaces=NS):
        entry.remove(old)
    if values:
        entry.insert(0, slot(name, *values))
    return request


def without_code(request, scheme: str):
    for found in request.xpath(
        f"//rim:ExtrinsicObject/rim:Classification[@classificationScheme='{scheme}']", namespaces=NS
    ):
        found.getparent().remove(found)
    return request


def test_a_valid_lot_is_read_as_it_was_written():
    submission = a_submission(an_entry(), an_entry(uuid="Document02", unique_id="1.2.250.1.999.1.2"))
    assert read(a_request(*submission.entries)) == submission


def test_objects_come_in_any_order():
    request = a_request()
    listed = the(request, "//rim:RegistryObjectList")
    listed[:] = list(reversed(listed))
    assert read(request) == a_submission()


def test_prefixes_and_comments_mean_nothing():
    text = etree.tostring(a_request(), encoding="unicode").replace("<rim:", "<any:").replace("</rim:", "</any:")
    text = text.replace("xmlns:rim=", "xmlns:any=")
    request = etree.fromstring(text.replace("<any:ValueList>", "<any:ValueList><!-- a comment -->"))
    assert read(request) == a_submission()


def test_a_comment_inside_a_value_does_not_cut_it():
    request = a_request()
    value = the(request, "//rim:Slot[@name='languageCode']//rim:Value")
    value.text = "fr"
    comment = etree.Comment("cut")
    comment.tail = "-FR"
    value.append(comment)
    assert read_entry(request).language == "fr-FR"


def test_a_child_belongs_to_its_parent_whatever_it_says():
    request = a_request()
    for number, child in enumerate(
        entry_of(request).xpath("rim:Classification | rim:ExternalIdentifier", namespaces=NS)
    ):
        child.attrib.pop("classifiedObject", None)
        child.attrib.pop("registryObject", None)
        if number % 2:
            child.set("classifiedObject", "somebody-else")
    assert read(request) == a_submission()


def test_classifications_that_share_an_id_are_two():
    request = a_request()
    for child in request.iter(f"{{{RIM}}}Classification"):
        child.set("id", "same")
    assert read(request) == a_submission()


def test_the_marker_of_the_submission_set_may_stand_beside_it():
    request = a_request()
    package = the(request, "//rim:RegistryPackage")
    marker = the(request, "//rim:RegistryPackage/rim:Classification[@classificationNode]")
    package.getparent().append(marker)
    assert read(request) == a_submission()


def test_a_registered_id_is_put_in_lower_case_wherever_it_stands():
    low = "urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    submission = a_submission(an_entry(uuid=low))
    text = etree.tostring(a_request(an_entry(uuid=low)), encoding="unicode")
    upper = text.replace(low, "URN:UUID:3F2504E0-4F89-41D3-9A0C-0305E82C3301")
    assert read(etree.fromstring(upper)) == submission


def test_unknown_slots_are_kept_in_order():
    request = a_request()
    entry_of(request).insert(0, slot("urn:x:second", " b ", "a"))
    entry_of(request).insert(0, slot("submissionTime", "20260101"))
    assert read_entry(request).extra == (("submissionTime", ("20260101",)), ("urn:x:second", (" b ", "a")))


def test_what_only_the_registry_says_is_ignored():
    request = a_request()
    entry_of(request).set("status", "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated")
    entry_of(request).set("lid", "urn:uuid:00000000-0000-4000-8000-000000000000")
    entry_of(request).set("home", "")
    etree.SubElement(entry_of(request), f"{{{RIM}}}VersionInfo", versionName="7")
    assert read(request) == a_submission()


def test_white_space_of_pretty_printing_is_not_part_of_a_value():
    request = set_slot(a_request(), "creationTime", "\n      20261121101500\n    ")
    assert read_entry(request).creation_time == "20261121101500"


def test_a_hash_in_capitals_is_read_in_lower_case():
    request = set_slot(a_request(), "hash", "E543712C0E10501972DE13A5BFCBE826C49FEB75")
    assert read_entry(request).hash == "e543712c0e10501972de13a5bfcbe826c49feb75"


def test_visibility_codes_are_told_apart_from_plain_codes():
    codes = (NORMAL, MASKED, Code("NOPAT", ACT_CODE_SYSTEM), Code("INVISIBLE_REPRESENTANTS_LEGAUX", VISIBILITY_SYSTEM))
    request = a_request(an_entry(confidentiality=codes))
    entry = read_entry(request)
    assert entry.confidentiality == (NORMAL,)
    assert entry.visibility == Visibility(masked=True, hidden_from_patient_since=AT, hidden_from_guardians=True)


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("creationTime", (), "creationTime: missing"),
        ("creationTime", ("20260231",), "creationTime: not a time YYYY[MM[DD[hh[mm[ss]]]]], 20260231"),
        (
            "creationTime",
            ("20261121101500+0100",),
            "creationTime: not a time YYYY[MM[DD[hh[mm[ss]]]]], 20261121101500+0100",
        ),
        ("creationTime", ("٢٠٢٦",), "creationTime: not a time YYYY[MM[DD[hh[mm[ss]]]]], ٢٠٢٦"),
        ("creationTime", ("2026", "2027"), "creationTime: several values"),
        ("creationTime", ("",), "creationTime: empty value"),
        ("languageCode", ("français",), "languageCode: not a language tag, français"),
        ("serviceStopTime", ("20261120",), "serviceStopTime: before serviceStartTime, 20261120"),
        ("hash", ("12e4",), "hash: not 40 hexadecimal digits, 12e4"),
        ("size", ("-1",), "size: not a count of octets, -1"),
        ("sourcePatientId", (), "sourcePatientId: missing"),
        ("sourcePatientId", ("IPP-1",), "sourcePatientId: not an identifier of the form id^^^&oid&ISO"),
        ("sourcePatientInfo", ("PID-19|1790335",), "sourcePatientInfo: not lines PID-n|value of an accepted field"),
        ("sourcePatientInfo", ("PID-40|x",), "sourcePatientInfo: not lines PID-n|value of an accepted field"),
        ("legalAuthenticator", ("^^^^",), "legalAuthenticator: neither id nor name"),
        ("documentAvailability", ("Online",), "documentAvailability: unknown, Online"),
        (
            "urn:ihe:iti:xds:2013:referenceIdList",
            ("1^^^&1.2&ISO",),
            "referenceIdList: not identifiers of the form id^^^&oid&ISO^type",
        ),
        ("urn:x:long", ("x" * 4097,), "urn:x:long: value longer than 4096 characters"),
    ],
)
def test_a_slot_that_breaks_a_rule_is_named(name, values, said):
    request = set_slot(a_request(), name, *values)
    assert problems(request) == [f"RepositoryMetadataError: Document01 {said}"]


def test_a_value_that_could_identify_somebody_is_never_repeated():
    request = set_slot(a_request(an_entry(patient_cx="SECRET")), "sourcePatientInfo", "DUPUIS")
    assert not [said for said in problems(request) if "SECRET" in said or "DUPUIS" in said]


def test_a_slot_twice_is_an_error():
    request = a_request()
    entry_of(request).insert(0, slot("urn:x:a", "1"))
    entry_of(request).insert(0, slot("urn:x:a", "1"))
    assert problems(request) == ["RepositoryMetadataError: Document01 urn:x:a: slot given twice"]


def test_a_period_of_mixed_precision_is_compared_as_far_as_it_goes():
    assert read_entry(set_slot(a_request(), "serviceStopTime", "2026")).service_stop == "2026"


@pytest.mark.parametrize(
    ("attribute", "value", "said"),
    [
        ("mimeType", "text", "mimeType: missing or not a media type, text"),
        ("mimeType", "text/xml\r\nX: y", "mimeType: missing or not a media type, text/xml\r\nX: y"),
        (
            "objectType",
            "urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248",
            "objectType: on-demand documents are not accepted, urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248",
        ),
        ("objectType", "", "objectType: not the stable document entry"),
        ("home", "1.2.3", "homeCommunityId: not urn:oid: and an OID, 1.2.3"),
    ],
)
def test_an_attribute_that_breaks_a_rule_is_named(attribute, value, said):
    request = a_request()
    entry_of(request).set(attribute, value)
    assert problems(request) == [f"RepositoryMetadataError: Document01 {said}"]


@pytest.mark.parametrize(
    "unique_id",
    ["1.2.250.1.999.1.1", "1.2.250.1.999^A-1/2", "3F2504E0-4F89-41D3-9A0C-0305E82C3301", f"1.2.{'3' * 60}"],
)
def test_a_unique_id_is_an_oid_with_or_without_extension_or_a_uuid(unique_id):
    assert read_entry(a_request(an_entry(unique_id=unique_id))).unique_id == unique_id


@pytest.mark.parametrize(
    "unique_id",
    ["1.02.3", "4.1.2", "1", "1.2.3^", "1.2.3^a^b", f"1.2.{'3' * 61}", f"1.2^{'x' * 125}", "urn:oid:1.2.3", "x"],
)
def test_anything_else_is_no_unique_id(unique_id):
    said = f"RepositoryMetadataError: Document01 uniqueId: not an OID, OID^extension or UUID, {unique_id}"
    assert problems(a_request(an_entry(unique_id=unique_id))) == [said]


@pytest.mark.parametrize("ending", ["", "^NH", "^NH^^20260101"])
def test_the_dmp_takes_a_patient_identifier_with_type_and_date(ending):
    cx = f"279035121518989^^^&1.2.250.1.213.1.4.10&ISO{ending}"
    assert read_entry(a_request(an_entry(patient_cx=cx))).patient_cx == cx


def test_ihe_wants_nothing_after_the_authority():
    request = a_request(
        an_entry(patient_cx=CX, source_patient_cx="1^^^&1.2.3&ISO"), submission_set=a_lot(patient_cx=CX[:-3])
    )
    said = "RepositoryMetadataError: Document01 patientId: not an identifier of the form id^^^&oid&ISO"
    assert problems(request, ihe()) == [said]


@pytest.mark.parametrize(
    "cx", ["", "1^^^&1.2.3&ISO^NH^^2026^x", "^^^&1.2.3&ISO", "1^x^^&1.2.3&ISO", "1^^^N&1.2.3&ISO", "1^^^&1.2.3&L"]
)
def test_a_broken_patient_identifier_is_refused(cx):
    request = a_request(an_entry(patient_cx=cx), submission_set=a_lot(patient_cx=cx))
    assert len([said for said in problems(request) if "patientId" in said]) == 2


@pytest.mark.parametrize(("scheme", "attribute"), [(CLASS_CODE, "classCode"), (CONFIDENTIALITY, "confidentialityCode")])
def test_a_code_that_is_missing_is_named(scheme, attribute):
    request = without_code(a_request(), scheme)
    assert problems(request, dmp()) == [f"RepositoryMetadataError: Document01 {attribute}: missing"]


def test_a_single_code_given_twice_is_an_error():
    request = a_request()
    code = the(request, f"//rim:Classification[@classificationScheme='{CLASS_CODE}']")
    code.addnext(reparsed(code))
    assert problems(request) == ["RepositoryMetadataError: Document01 classCode: given more than once"]


def test_a_code_without_its_system_is_an_error():
    request = a_request()
    code = the(request, f"//rim:Classification[@classificationScheme='{CLASS_CODE}']")
    code.remove(code[0])
    assert problems(request) == ["RepositoryMetadataError: Document01 classCode: exactly one codingScheme is needed"]


def test_an_unknown_scheme_is_an_error():
    request = a_request()
    code = the(request, f"//rim:Classification[@classificationScheme='{CLASS_CODE}']")
    code.addnext(reparsed(code))
    code.set("classificationScheme", "urn:uuid:00000000-0000-4000-8000-000000000001")
    identifier = the(request, f"//rim:ExternalIdentifier[@identificationScheme='{ENTRY_UNIQUE_ID}']")
    identifier.addnext(reparsed(identifier))
    identifier.set("identificationScheme", "urn:uuid:00000000-0000-4000-8000-000000000002")
    head = "RepositoryMetadataError: Document01"
    assert problems(request) == [
        f"{head} Classification: unknown classificationScheme, urn:uuid:00000000-0000-4000-8000-000000000001",
        f"{head} ExternalIdentifier: unknown identificationScheme, urn:uuid:00000000-0000-4000-8000-000000000002",
    ]


def test_limited_metadata_is_refused():
    request = a_request()
    for node in LIMITED_METADATA_NODES:
        etree.SubElement(entry_of(request), f"{{{RIM}}}Classification", classificationNode=node)
    assert set(problems(request)) == {"RepositoryMetadataError: Document01 limitedMetadata: not accepted"}


def test_an_element_that_has_no_place_is_refused():
    request = a_request()
    etree.SubElement(the(request, "//rim:RegistryObjectList"), f"{{{RIM}}}Service", id="s")
    etree.SubElement(entry_of(request), "{urn:other}Slot")
    assert problems(request) == [
        "RepositoryMetadataError: Document01 Slot: not expected here",
        "RepositoryMetadataError: RegistryObjectList Service: not expected here",
    ]


def test_two_objects_may_not_share_an_id():
    request = a_request(links=(a_member("Document01", uuid="Document01"),))
    assert "RepositoryMetadataError: Document01 id: given to two objects" in problems(request)


def test_an_object_without_id_or_with_half_a_uuid_is_refused():
    request = a_request()
    entry_of(request).set("id", "urn:uuid:half")
    assert "RepositoryMetadataError: urn:uuid:half id: not a UUID" in problems(request)
    request = a_request()
    del entry_of(request).attrib["id"]
    assert "RepositoryMetadataError: (no id) id: missing on ExtrinsicObject" in problems(request)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"authors": ()}, "author: missing"),
        ({"authors": (an_author(person=""),)}, "authorPerson: missing"),
        ({"legal_authenticator": ""}, "legalAuthenticator: missing"),
        ({"title": ""}, "title: missing"),
        ({"title": "x" * 129}, "title: longer than 128 characters"),
        ({"service_start": ""}, "serviceStartTime: missing"),
        ({"confidentiality": (MASKED, NORMAL)}, "confidentialityCode: the first is not N, R or V"),
        (
            {"confidentiality": (NORMAL, Code("SECRET", "1.2.3"))},
            "confidentialityCode: code not in the French table, SECRET",
        ),
        ({"confidentiality": (NORMAL,) * 5}, "confidentialityCode: more than 4 codes"),
    ],
)
def test_the_dmp_asks_for_more_than_ihe(changes, said):
    request = a_request(an_entry(**changes, source_patient_cx="1^^^&1.2.3&ISO", patient_cx=CX[:-3]))
    assert problems(request, dmp()) == [f"RepositoryMetadataError: Document01 {said}"]
    plain = a_request(
        an_entry(**changes, source_patient_cx="1^^^&1.2.3&ISO", patient_cx=CX[:-3]),
        submission_set=a_lot(patient_cx=CX[:-3]),
    )
    assert read_entry(plain, ihe()).unique_id == "1.2.250.1.999.1.1"


def test_the_signature_of_a_lot_needs_no_author_title_or_time():
    link = a_member("SubmissionSet01", uuid="signs-1", type=Relation.SIGNS, source="Signature01", membership="")
    submission = a_submission(an_entry(), a_signature(), links=(link,))
    assert read(a_request(an_entry(), a_signature(), links=(link,))) == submission


def test_the_sender_of_a_lot_is_named_in_person():
    request = a_request(submission_set=a_lot(authors=(an_author(person=""),)))
    assert problems(request) == ["RepositoryMetadataError: SubmissionSet01 authorPerson: missing"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"unique_id": "1.2.3^4"}, "uniqueId: not an OID, 1.2.3^4"),
        ({"source_id": ""}, "sourceId: missing"),
        ({"source_id": "129.6.58"}, "sourceId: not an OID, 129.6.58"),
        ({"submission_time": "yesterday"}, "submissionTime: not a time YYYY[MM[DD[hh[mm[ss]]]]], yesterday"),
        ({"content_type": Code("", "")}, "contentTypeCode: nodeRepresentation missing or too long"),
    ],
)
def test_a_submission_set_that_breaks_a_rule_is_named(changes, said):
    assert f"RepositoryMetadataError: SubmissionSet01 {said}" in problems(a_request(submission_set=a_lot(**changes)))


def test_every_problem_of_a_message_is_told_at_once():
    request = set_slot(set_slot(a_request(), "size", "x"), "hash", "x")
    without_code(request, CLASS_CODE)
    assert len(problems(request)) == 3


def test_a_bad_message_is_not_answered_by_a_huge_one():
    request = a_request()
    for _ in range(2000):
        entry_of(request).append(slot(""))
    said = problems(request)
    assert len(said) == 500
    assert all(len(line) < 430 for line in said)


def test_slots_that_have_no_place_inside_an_author_are_a_warning():
    request = a_request()
    author = request.find(f".//{{{RIM}}}ExtrinsicObject/{{{RIM}}}Classification")
    author.append(slot("urn:x:rank", "1"))
    (warning,) = read(request).warnings
    assert (warning.code, warning.warning) == (XdsCode.EXTRA_METADATA_NOT_SAVED, True)
    assert warning.context == "Document01 author: extra slots inside are not kept"
