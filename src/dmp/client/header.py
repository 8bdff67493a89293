"""The security header of a call: who calls, for which patient, how (xds-wire 8)."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from dmp.client.credentials import Credentials
from dmp.record.actor import Authentication, ClientSystem, Mode
from dmp.record.patient import PatientId
from dmp.wire.vihf.mint import SMARTCARD, VihfRequest, mint
from dmp.wire.xml import Element

SOFTWARE = ClientSystem(name="dmp.client", version="1", approval="DMP-TEST", serial="1")
"""What the client says of itself (LPS_Nom, LPS_Version, LPS_ID_HOMOLOGATION_DMP)."""
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"  # noqa: S105
"""How the user of a structure signed in there, unless he says better."""
PRIMARY_AUTHENTICATION = "CONF_EXI_PGSSIS"
"""What an AIR assertion declares of the local sign-in («AIR simplifiée», xds-wire 8.3)."""


@dataclass(frozen=True)
class Saying:
    """How the call is made: access mode, its reason, secret connection."""

    mode: Mode = Mode.NORMAL
    reason: str = ""
    secret: bool = False


def security_header(who: Credentials, patient: PatientId | None, said: Saying, *, at: datetime) -> Element:
    """A signed `wsse:Security` header."""
    direct = who.authentication is Authentication.DIRECT
    reinforced = who.authentication is Authentication.REINFORCED
    request = VihfRequest(
        mode=who.authentication,
        user=who.user,
        structure=who.facility.id,
        sector=who.facility.sector,
        roles=who.roles,
        patient=patient,
        purpose=said.mode,
        reason=said.reason,
        subject="" if direct else who.name,
        secret=said.secret,
        client=SOFTWARE,
        context_class=SMARTCARD if direct else PASSWORD,
        context_declaration=PRIMARY_AUTHENTICATION if reinforced else "",
    )
    return mint(request, key=who.key, certificate=who.certificate, at=at, new_id=f"_{uuid.uuid4()}")
