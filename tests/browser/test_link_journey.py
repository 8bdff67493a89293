"""The practice's software opens a real browser on one patient: a form of elsewhere, strict cookies, then the record."""

from datetime import UTC, datetime
from uuid import uuid4

from dmp.record.actor import Authentication
from dmp.wire.vihf import mint
from dmp.wire.vihf.link import write_link
from dmp.wire.vihf.mint import VihfRequest
from portal_builders import DOCTOR, NURSE, House, Patient

LINK, RECORD = "/professional/lien", "/professional/dossier"
_PAGE = """<form method="post" action="{to}"><input name="assertion" value="{link}">
<input name="page" value="DossierPatient"><button>Dossier partagé</button></form>"""


def software_page(home: House, patient: Patient) -> str:
    """What the software shows, with the link that the doctor's card has signed."""
    card = home.service.installed.holders[DOCTOR]
    request = VihfRequest(
        mode=Authentication.DIRECT,
        user=card.person.national_id,
        structure=card.person.structure,
        sector=card.person.sector,
        roles=card.person.roles,
        patient=patient.id,
        audience=f"{home.origin}{LINK}",
    )
    certificate, key = card.sign.load_certificate(), card.sign.load_key()
    made = mint.mint(request, key=key, certificate=certificate, at=datetime.now(UTC), new_id=f"_{uuid4()}")
    return _PAGE.format(to=f"{home.origin}{LINK}", link=write_link(made))


def test_a_signed_link_leads_to_the_record_whoever_was_signed_in_before(home: House, wide):
    patient = home.patient(documents=2)
    wide.hold(home.secret_of_professional(NURSE)).page.set_content(software_page(home, patient))
    wide.page.locator("button").click()
    wide.page.wait_for_url(f"**{LINK}/suite")
    assert home.professional(DOCTOR).name in wide.words
    wide.presses("C’est moi").page.wait_for_url(f"**{RECORD}")
    assert patient.person.traits.birth_name in wide.page.locator(".record-bar").inner_text()
    assert wide.page.locator(".shelf a[data-line]").count() == 2
    assert patient.id.number not in wide.page.url
