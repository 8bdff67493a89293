"""Deposits by the portal, put together: what the examination asks of a lot that a page makes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from dmp.documents.intake import IntakeRules
from dmp.main import new_id, now
from dmp.record.actor import Caller
from dmp.record.errors import Problem, Refused, XdsCode
from dmp.record.submission import Submission
from dmp.settings import Settings
from dmp.web.chart.counter_pages import CounterPages
from dmp.web.chart.prescribing_pages import PrescribingPages
from dmp.web.chart.proposal_pages import ProposalPages
from dmp.web.depositing import Depositing
from dmp.web.patient import deposit_pages as by_patients
from dmp.web.patient import own_space
from dmp.web.portal.page import PageRoute
from dmp.web.professional import deposit_pages as by_professionals
from dmp.wire.cda.schemas import Schemas


def deposit_routes(settings: Settings, clock: Callable[[], datetime] = now) -> tuple[PageRoute, ...]:
    """The pages; their addresses come before that of any document, which would take `ajouter` for its id."""
    depositing = replace(build_depositing(settings), clock=clock)
    pages = (
        by_patients.DepositPages(depositing),
        by_professionals.DepositPages(depositing),
        ProposalPages(depositing),
        PrescribingPages(depositing),
        CounterPages(depositing),
    )
    return (*(route for page in pages for route in page.routes), *own_space.routes_with(depositing))


def build_depositing(settings: Settings) -> Depositing:
    """What who puts in documents is given; his lots carry no signature (ADR 0029)."""
    schemas = Schemas.load(settings.cda_schemas) if settings.cda_schemas else None
    rules = IntakeRules(settings.wire_profile, settings.production, _no_signature, schemas, signed=False)
    return Depositing(rules, settings.repository_unique_id, settings.device_oid, new_id, now)


def _no_signature(_octets: bytes, lot: Submission, _caller: Caller, _at: datetime) -> None:
    """A page makes no signature, so that none is there to be verified."""
    told = f"{lot.submission_set.uuid}: no signature is taken here"
    raise Refused(Problem(XdsCode.REPOSITORY_METADATA_ERROR, told))
