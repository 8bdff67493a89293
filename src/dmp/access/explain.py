"""What others see of a record, and why: the one decision, asked for somebody who is not there.

Nothing is decided here. A viewer becomes a caller, what is supposed of him is
written into a copy of the record, and `decide` answers as it would to him.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dmp.access.decide import decide_each
from dmp.access.policy import Policy
from dmp.access.question import Decision, Question
from dmp.access.sentences_explain import sentence
from dmp.record.actor import Caller, FacilitySoftware, Mode, Professional, Staff
from dmp.record.entry import DocumentEntry
from dmp.record.record import Authorisation, Record
from dmp.record.verb import Verb
from dmp.record.viewer import OTHER_KINDS, Explanation, Sight, Standing, Viewer, of_profession

_REASON = "simulation"
"""Breaking the glass needs a reason in words (AR-9)."""
_AUTHORISED = (Standing.AUTHORISED, Standing.OCCUPATIONAL)
_A_WHILE = timedelta(days=1)


def kinds(policy: Policy) -> tuple[Viewer, ...]:
    """Every profession of the tables, then the other kinds of people."""
    return (*(of_profession(code) for code in policy.professions), *OTHER_KINDS)


def supposed(viewer: Viewer, record: Record, at: datetime, policy: Policy) -> tuple[Caller, Record]:
    """The caller that a viewer would be, and the record as it would be for him.

    A regulation centre is one that the deployment lists (DEC-20); where it
    lists none, the mode is closed to the simulation as it is to everybody.
    """
    actor = viewer.actor
    if viewer.mode is Mode.EMERGENCY_DISPATCH and isinstance(actor, Professional | Staff | FacilitySoftware):
        centre = min(policy.regulation_centres, default="")
        actor = replace(actor, facility=replace(actor.facility, id=centre))
    caller = Caller(actor, viewer.mode, _REASON if viewer.mode is Mode.BREAK_GLASS else "", record.patient)
    if viewer.standing in _AUTHORISED and isinstance(actor, Professional):
        given = Authorisation(actor.id, at, at + _A_WHILE, "", by_holder=True)
        record = replace(record, authorisations=(*record.authorisations, given))
    return caller, record


def explain(
    viewer: Viewer,
    record: Record,
    entries: Sequence[DocumentEntry],
    *,
    at: datetime,
    policy: Policy,
    teams: frozenset[str] = frozenset(),
) -> tuple[Explanation, ...]:
    """What a viewer has of each document, and the rule that decided; `teams` are the care teams that he is in."""
    caller, record = supposed(viewer, record, at, policy)
    caller = replace(caller, teams=teams)
    asked = (
        decide_each(Question(caller, verb, record, None, at), entries, policy)
        for verb in (Verb.READ, Verb.FIND, Verb.FIND_REFERENCE)
    )
    seen = [_sight(*answers) for answers in zip(*asked, strict=True)]
    words = {pair: sentence(viewer, *pair) for pair in set(seen)}
    return tuple(
        Explanation(entry.uuid, viewer, sight, rule, *words[sight, rule])
        for entry, (sight, rule) in zip(entries, seen, strict=True)
    )


def _sight(read: Decision, find: Decision, reference: Decision) -> tuple[Sight, str]:
    """The most that any of the three gives, and the rule that gave it or stands in the way of more."""
    if read.allowed:
        return Sight.OPEN, read.rule
    if find.allowed:
        return Sight.LISTED, read.rule
    return (Sight.OWN if reference.allowed else Sight.HIDDEN), find.rule
