from dataclasses import replace

import pytest
from lxml import etree

from dmp.record.management import (
    DeclaredAuthor,
    Device,
    IdentityChange,
    Interaction,
    MessageId,
    OpeningRequest,
    PartialTraits,
    Processing,
)
from dmp.record.patient import Contact, Sex
from dmp.record.record import ClosingReason, Oppositions
from dmp.wire import hl7v3
from management_builders import (
    ADDRESS,
    PATIENT,
    TELECOMS,
    a_change,
    a_closing,
    a_guardian,
    a_header,
    a_reopening,
    a_test,
    an_identity_request,
    an_opening,
    resent,
    traits,
    values,
)


@pytest.mark.parametrize(
    "request_",
    [
        a_test(),
        an_identity_request(),
        an_opening(),
        an_opening(contact=Contact(), guardians=(), card=None, oppositions=Oppositions(), identifiers=(PATIENT,)),
        a_reopening(),
        a_reopening(declared=PartialTraits()),
        a_change(),
        a_change(traits=PartialTraits.of(traits()), address=ADDRESS, telecoms=TELECOMS, guardians=(a_guardian(),)),
        a_change(address=(), telecoms=(), guardians=(), traits=PartialTraits(used_name="", birth_place="")),
        a_change(break_glass_opposed=False, emergency_dispatch_opposed=True, deceased=True),
        a_closing(),
        a_closing(reason=ClosingReason.DEATH, text="", declared=PartialTraits(birth_name="LE GOFF")),
    ],
    ids=lambda request_: type(request_).__name__,
)
def test_what_a_client_writes_the_server_reads(request_):
    assert hl7v3.read(resent(hl7v3.write_request(request_))) == request_


@pytest.mark.parametrize("processing", list(Processing))
def test_the_processing_code_is_kept(processing):
    request = a_test(header=replace(a_test().header, processing=processing))
    assert hl7v3.read(hl7v3.write_request(request)).header.processing is processing


def test_nothing_declared_leaves_no_author():
    request = an_opening(header=a_header(author=DeclaredAuthor()))
    message = hl7v3.write_request(request)
    assert values(message, "//h:author") == []
    assert hl7v3.read(message) == request


def test_the_three_messages_are_told_apart():
    assert hl7v3.interaction_of(hl7v3.write_request(a_test())) is Interaction.QUERY
    assert hl7v3.interaction_of(hl7v3.write_request(an_opening())) is Interaction.OPENING
    assert hl7v3.interaction_of(hl7v3.write_request(a_closing())) is Interaction.CHANGE


# A message shaped like those of two client products: wrapper in another order, nil placeholders, types with
# another prefix, one family name only, marked as used, empty telecoms, offsets in times.
AS_SENT = b"""
<p:PRPA_IN201311UV02 xmlns:p="urn:hl7-org:v3" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" ITSVersion="XML_1.0">
  <p:sender typeCode="SND"><p:device classCode="DEV" determinerCode="INSTANCE">
    <p:id root="1.2.250.1.999.2"/><p:softwareName> Cabinet
       3</p:softwareName><p:asAgent i:nil="true"/></p:device></p:sender>
  <p:processingCode code="T"/>
  <p:interactionId extension="PRPA_IN201311UV02" root="2.16.840.1.113883.1.6"/>
  <p:creationTime i:nil="1"/>
  <p:creationTime value="20260302100000+0100"/>
  <p:id root="1.2.250.1.999.1" extension="m-7"/>
  <p:respondTo i:nil="true"/><p:attentionLine i:nil="true"/>
  <p:processingModeCode code="T"/><p:acceptAckCode code="AL"/>
  <p:receiver typeCode="RCV"><p:device><p:id root="1.2.250.1.213.4.1.1.1"/></p:device></p:receiver>
  <p:controlActProcess classCode="CACT" moodCode="EVN">
    <p:reasonCode code="CREA_RD" codeSystem="1.2.250.1.213.1.1.4.11" displayName="Ouverture"/>
    <p:subject i:nil="true"/>
    <p:subject typeCode="SUBJ" contextConductionInd="false"><p:registrationRequest classCode="REG" moodCode="RQO">
      <p:statusCode code="active"/>
      <p:subject1 typeCode="SBJ"><p:patient classCode="PAT">
        <p:id extension="279035121518989" root="1.2.250.1.213.1.4.10"/>
        <p:statusCode code="active"/>
        <p:patientPerson classCode="PSN" determinerCode="INSTANCE">
          <p:name><p:prefix>Mme</p:prefix><p:family qualifier="SP">LE<!-- a remark --> GOFF</p:family>
            <p:given>CAMILLE</p:given><p:given>MARIE-LOUISE</p:given></p:name>
          <p:telecom use="HP" value=""/><p:telecom use="MC" value="tel:0600000000"/><p:telecom value=""/>
          <p:administrativeGenderCode code="F"/>
          <p:birthTime value="19790000"/>
          <p:addr><p:streetAddressLine/><p:postalCode>29200</p:postalCode><p:city>Brest</p:city></p:addr>
          <p:personalRelationship classCode="PRS"><p:code code="FTH"/><p:telecom use="HP" value=""/>
            <p:relationshipHolder1><p:name><p:family qualifier="BR">LE GOFF</p:family>
              <p:family qualifier="SP">LE GOFF</p:family><p:given>Yann</p:given></p:name></p:relationshipHolder1>
          </p:personalRelationship>
          <p:contactParty classCode="CON"><p:code code="CARTE_SESAM_VITALE" codeSystem="1.2.250.1.213.4.1.2.5"/>
            <p:contactPerson><p:name><p:family qualifier="SP"/><p:family qualifier="BR">LE GOFF</p:family>
              <p:given>Camille</p:given></p:name><p:birthTime value="790028"/></p:contactPerson></p:contactParty>
          <p:birthPlace classCode="BIRTHPL"><p:addr><p:postalCode/><p:city/><p:country/></p:addr></p:birthPlace>
        </p:patientPerson>
        <p:providerOrganization classCode="ORG" determinerCode="INSTANCE" i:nil="true"/>
        <p:subjectOf typeCode="SBJ"><p:administrativeObservation classCode="OBS" moodCode="EVN">
          <p:code code="CONSENTEMENT_OUVERTURE_DMP" codeSystem="1.2.250.1.213.4.1.2.3"/>
          <p:effectiveTime value="20260302095500+0100"/><p:value i:type="p:BL" value="true"/>
        </p:administrativeObservation></p:subjectOf>
        <p:subjectOf typeCode="SBJ"><p:administrativeObservation classCode="OBS" moodCode="EVN">
          <p:code code="OPPOSITION_ACCES_URGENCE" codeSystem="1.2.250.1.213.4.1.2.3"/>
          <p:value i:type="BL" value="true"/></p:administrativeObservation></p:subjectOf>
      </p:patient></p:subject1>
      <p:author typeCode="AUT"><p:assignedEntity classCode="ASSIGNED">
        <p:id extension="899700000001" root="1.2.250.1.71.4.2.1"/></p:assignedEntity></p:author>
    </p:registrationRequest></p:subject>
  </p:controlActProcess>
</p:PRPA_IN201311UV02>
"""


def test_a_message_as_products_send_it_is_understood():
    request = hl7v3.read(etree.fromstring(AS_SENT))
    assert isinstance(request, OpeningRequest)
    assert request.header.id == MessageId("1.2.250.1.999.1", "m-7")
    assert request.header.created == "20260302090000"
    assert request.header.sender == Device("1.2.250.1.999.2", "Cabinet 3")
    assert request.header.processing is Processing.TRAINING
    assert request.header.author == DeclaredAuthor(professional="899700000001")
    assert request.consent == "20260302085500"
    assert request.oppositions == Oppositions(break_glass=False, emergency_dispatch=True)
    assert request.contact == Contact(
        address=(("postalCode", "29200"), ("city", "Brest")), telecoms=(("MC", "tel:0600000000"),)
    )
    assert request.card.birth_name == "LE GOFF"
    assert request.card.birth_date == "790028"
    assert request.guardians[0].family == "LE GOFF"
    assert request.guardians[0].contact == Contact()


def test_a_name_that_stands_alone_is_the_birth_name_as_well():
    told = hl7v3.read(etree.fromstring(AS_SENT)).traits
    assert (told.birth_name, told.used_name) == ("LE GOFF", "LE GOFF")
    assert (told.birth_first_name, told.birth_first_names) == ("CAMILLE", "CAMILLE MARIE-LOUISE")


def test_a_lunar_birth_date_is_kept_as_it_is():
    assert hl7v3.read(etree.fromstring(AS_SENT)).traits.birth_date == "1979-00-00"


def _change_with(person: str) -> IdentityChange:
    message = hl7v3.write_request(a_change())
    holder = message.find(".//{urn:hl7-org:v3}patientPerson")
    holder.getparent().replace(
        holder, etree.fromstring(f'<patientPerson xmlns="urn:hl7-org:v3">{person}</patientPerson>')
    )
    return hl7v3.read(message)


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("1979", "1979"),
        ("197903", "1979-03"),
        ("19790328", "1979-03-28"),
        ("19793142", "1979-31-42"),
        ("197903280000", "1979-03-28"),
        ("19790328000000.000+0100", "1979-03-28"),
    ],
)
def test_birth_dates_keep_their_precision(value, date):
    assert _change_with(f'<birthTime value="{value}"/>').traits == PartialTraits(birth_date=date)


@pytest.mark.parametrize(
    ("names", "birth", "used"),
    [
        ('<family qualifier="BR">A</family><family qualifier="SP">B</family>', "A", "B"),
        ('<family qualifier="CL">B</family><family qualifier="BR">A</family>', "A", "B"),
        ('<family qualifier="BR">A</family><family>B</family>', "A", "B"),
        ("<family>A</family>", "A", None),
        ('<family qualifier="SP">B</family>', None, "B"),
        ('<family qualifier="SP"/><family qualifier="BR">A</family>', "A", ""),
        ('<given qualifier="CL">C</given>', None, None),
    ],
)
def test_a_change_tells_only_the_names_that_are_sent(names, birth, used):
    told = _change_with(f"<name>{names}</name>").traits
    assert (told.birth_name, told.used_name) == (birth, used)


def test_first_names_are_told_apart():
    told = _change_with(
        '<name><given>ANNE MARIE</given><given>LOUISE</given><given qualifier="BR">ANNE</given>'
        '<given qualifier="CL">ANNA</given></name>'
    ).traits
    assert told == PartialTraits(birth_first_names="ANNE MARIE LOUISE", birth_first_name="ANNE", used_first_name="ANNA")


def test_names_told_in_several_name_elements_are_read_together():
    told = _change_with('<name use="L"><family>B</family></name><name><family qualifier="BR">A</family></name>').traits
    assert (told.birth_name, told.used_name) == ("A", "B")


@pytest.mark.parametrize(
    ("code", "sex"), [("M", Sex.MALE), ("F", Sex.FEMALE), ("UN", Sex.UNDETERMINED), ("i", Sex.UNDETERMINED)]
)
def test_every_spelling_of_the_sex_is_read(code, sex):
    assert _change_with(f'<administrativeGenderCode code="{code}"/>').traits.sex is sex


def test_absent_leaves_alone_and_empty_removes():
    assert _change_with("").telecoms is None
    assert _change_with('<telecom use="HP" value=""/>').telecoms == ()
    assert _change_with("").address is None
    assert _change_with("<addr><city/></addr>").address == ()
    assert _change_with("").guardians is None
    assert _change_with('<personalRelationship nullFlavor="NI"/>').guardians == ()
    nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
    assert _change_with(f"<personalRelationship {nil}/><telecom {nil}/>").guardians is None
    assert _change_with(f"<telecom {nil}/>").telecoms is None


def test_an_address_written_as_one_text_is_one_line():
    assert _change_with("<addr>3 rue des Tilleuls 29200 Brest</addr>").address == (
        ("streetAddressLine", "3 rue des Tilleuls 29200 Brest"),
    )


def test_an_empty_card_is_no_card():
    message = etree.fromstring(AS_SENT)
    for part in message.iterfind(".//{*}contactPerson//"):
        part.text = None
        part.attrib.pop("value", None)
    assert hl7v3.read(message).card is None


def test_the_contact_of_the_patient_role_serves_when_the_person_has_none():
    message = hl7v3.write_request(a_change())
    message.find(".//{*}patient").insert(1, etree.fromstring('<telecom xmlns="urn:hl7-org:v3" value="tel:1"/>'))
    assert hl7v3.read(message).telecoms == (("", "tel:1"),)


def test_an_identifier_sent_twice_counts_once():
    message = hl7v3.write_request(a_closing())
    id_ = message.find(".//{*}patient/{*}id")
    id_.addnext(etree.fromstring(etree.tostring(id_)))
    assert hl7v3.read(message).identifiers == (PATIENT,)
