"""What is asked of pages beyond their address: choices in the query, and forms with what a viewer would type.

Values in braces stand for what a scene knows: words of what is hidden, ids, the number of a prescription.
"""

import re
from collections.abc import Mapping

from dmp.web.chart import room as rooms
from dmp.web.chart.counter_pages import COUNTER, DELIVER, DELIVER_HERE, HERE
from dmp.web.chart.prescribed_page import SIGNED
from dmp.web.chart.prescribing_pages import NEW
from dmp.web.chart.prescription_pages import MINE
from dmp.web.chart.proposal_pages import PROPOSE
from dmp.web.chart.room import SEARCH

TYPED = ("hidden word", "mistyped hidden word", "common word")
"""What is looked for inside the documents."""
NUMBERS = ("number that is shown", "number of nothing")
"""What a pharmacist types."""
SEARCHES = tuple(room.page(SEARCH) for room in (rooms.PATIENT, rooms.PROFESSIONAL))
QUERIES: dict[str, tuple[str, ...]] = {
    "parcours": ("exam=mammography", "exam=chest_xray", "exam=image:ct", "period=2026", "lane=biology"),
    "resultats": ("analyse=4548-4", "analyse=2160-0", "periode=12", "tout=1"),
    "documents": ("state=archived", "state=deleted", "period=12m"),
}
"""By the last part of an address."""
_LINE = {"product": "Ramipril 5 mg", "atc": "C09AA05", "posology": "1 le matin", "quantity": "1", "days": "30"}
_REFUSED = {"deed-1": "refused", "reason-1": "rupture", "once": "00000000-0000-4000-8000-000000000001"}
FORMS: dict[str, dict[str, dict[str, str]]] = {
    **{page: {kind: {"words": f"{{{kind}}}"} for kind in TYPED} for page in SEARCHES},
    COUNTER: {kind: {"number": f"{{{kind}}}"} for kind in NUMBERS},
    DELIVER: {kind: {"number": f"{{{kind}}}"} for kind in NUMBERS},
    DELIVER_HERE: {kind: {"prescription": f"{{{kind}}}", **_REFUSED} for kind in ("hidden", "unknown")},
    NEW: {"renewed lines": {"do": "renew"}, "a line to read again": {"do": "review", **_LINE}},
    PROPOSE: {"preview": {"step": "preview", "words-problems": "Vu ce jour"}},
}
"""By address, then by what is typed: the fields that are sent beside those that the page holds."""
PRESCRIBING = {
    "21": (HERE, COUNTER, DELIVER, DELIVER_HERE),
    "10": (HERE, NEW, SIGNED),
    "": (MINE,),
}
"""Pages on prescriptions, for one profession or for citizens: in each scene of theirs, since so few open them."""
FORM_STANDS_ON = {DELIVER: COUNTER, DELIVER_HERE: HERE}
"""Where the form is, when it goes elsewhere."""
_TICKS = re.compile(rb'name="((?:renew|line)-[0-9a-f]{16,20})"')


def typed(pattern: str, named: str, ids: Mapping[str, str], page: bytes) -> dict[str, str]:
    """What is typed into the form of a page, every line of it ticked that may be taken over."""
    told = FORMS.get(pattern, {}).get(named)
    if told is None:
        return {}
    ticks = dict.fromkeys((name.decode() for name in _TICKS.findall(page)), "1")
    known = {f"{{{name}}}": value for name, value in ids.items()}
    return {**ticks, **{name: known.get(value, value) for name, value in told.items()}}


def kinds_of(pattern: str) -> tuple[str, ...]:
    """What is typed there, each by its name."""
    return tuple(FORMS.get(pattern, ()))


def queries_of(pattern: str) -> tuple[str, ...]:
    """What is chosen there; always nothing too."""
    return ("", *QUERIES.get(pattern.rpartition("/")[2], ()))
