"""Headers of documents to be written around a file: every default is valid, every test names only what matters."""

from dataclasses import replace

from dmp.record.actor import Facility, Professional
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.record.record import Record
from dmp.record.visibility import NORMAL
from dmp.web.deposit_authors import EVENTS, by_professional, target_of
from dmp.web.depositing_form import kind_of
from dmp.wire.cda.header import BodyKind, CdaHeader
from dmp.wire.cda.parts import Ii, ServiceEvent
from dmp.wire.cda.write import UNSTRUCTURED

PERSON = PatientId("279035121518989", "1.2.250.1.213.1.4.10")
TRAITS = IdentityTraits("PATIENT-TEST", "Anne", "Anne Marie", "1979-03-28", Sex.FEMALE, "51215", "USUEL", "Annie")
RECORD = Record("rec-1", (PERSON,), traits=TRAITS)
DOCTOR = Professional(
    "899900000102", "Claire ARNOUX-TEST", "10", "SM26", Facility("1175000009", "Cabinet Test", "SA07")
)
AT = "20261122103000+0100"


def a_header(writer=None, **changes) -> CdaHeader:
    """The header of a text by a doctor, unless said otherwise."""
    writer = writer or by_professional(DOCTOR)
    author = replace(writer.person, time=AT)
    act = ServiceEvent(code=EVENTS["AMB"][0], start="20261120", performers=(writer.performer,))
    known = CdaHeader(
        id=Ii("2.25.123"),
        code=kind_of("11488-4"),
        title="Compte rendu",
        effective_time=AT,
        confidentiality=NORMAL,
        language="fr-FR",
        set_id=Ii("2.25.123"),
        version="1",
        template_ids=UNSTRUCTURED,
        patient=target_of(RECORD),
        authors=(author,),
        legal_authenticator=author,
        custodian=writer.custodian,
        acts=(act,),
        replaced=None,
        orders=(),
        accessions=(),
        facility=writer.facility,
        body=BodyKind.UNSTRUCTURED,
        media_type="text/plain",
        self_presentable=False,
    )
    return replace(known, **changes)
