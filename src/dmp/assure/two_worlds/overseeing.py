"""The pages of who runs the service, in two worlds: nothing of a record is on them, not even that it holds more.

What is hidden from everybody else is work of the service all the same, which
its operator may count (security 10, 11; functional, OP). Clause by clause:

- The **state** counts jobs that wait and traces to seal, of the whole service: these two cards may differ. Its
  alerts, its emergencies, its parts, its rules may not.
- The **jobs** are listed, each by a keyed hash, its kind and its hour: lines may come and go. Each of them is of
  that form and says no more, and the page around them is the same.
- The **traces** have a tree in each world: sizes and roots are its own. How many heads there are, when each was
  sealed and that it holds is the same.
- What **could not be read** is counted by type of document, and fewer than 11 never: such counts could differ. The
  documents of the scenes all read, so that the page is held whole.
- **Alerts**, **brakes**, **emergencies to review**, **tables**, **rules** and the doors are the same, octet for octet.

On none of them stands an id, a word or a number of what is hidden, in either world.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from dmp.assure.two_worlds.paging import Pages, Place, open_session
from dmp.assure.two_worlds.viewers import Seen
from dmp.assure.two_worlds.world import Worlds
from dmp.record.account import OperatorAccount
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof
from dmp.web.operator.pages import ALERTS, JOBS, TRACES
from dmp.web.portal.places import OPERATOR

NAME = "exploitant-fictif"
_JOB = re.compile(
    rb'<tr>\s*<td data-label="[^"]*"><code>[0-9a-zA-Z-]+</code></td>\s*'
    rb'<td data-label="[^"]*">(?:message \xc3\xa0 une personne|dossier \xc3\xa0 regarder de nouveau|words)</td>\s*'
    rb'<td data-label="[^"]*">[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}</td>\s*'
    rb'<td data-label="[^"]*">[0-9]+</td>\s*<td data-label="[^"]*">[^<]{1,40}</td>\s*</tr>'
)
"""A job as it may be told: a keyed hash, a kind, an hour, how often it was tried, one word of what came of it."""
_MAY_DIFFER: Mapping[str, tuple[re.Pattern[bytes], ...]] = {
    OPERATOR: tuple(
        re.compile(rb'<div class="card[^"]*">\s*<h2><a href="' + href.encode() + rb'">.*?</div>', re.DOTALL)
        for href in (JOBS, TRACES)
    ),
    JOBS: (_JOB, re.compile(rb"<(?:table|caption|thead|tbody)[^>]*>|</table>|</thead>|</tbody>")),
    TRACES: (re.compile(rb'(?<=data-label="Traces">)[0-9]+'), re.compile(rb"(?<=<code>)[0-9a-f]{64}")),
}
_NO_JOB, _SOME_JOBS = "<p>Aucune tâche en attente.</p>".encode(), re.compile(rb"<caption>.*?</thead>", re.DOTALL)


def operator_places(pages: Pages) -> list[Place]:
    """Every page of his, and that of the alerts which are closed."""
    found = [place for place in pages.places if place.pattern.startswith(OPERATOR) and place.method == "GET"]
    return [*found, Place("GET", ALERTS, query="etat=closed")]


def sign_in_operator(worlds: Worlds) -> None:
    """Open a session of the operator in each world; he has an account, and no key."""
    at = datetime.now(UTC)
    for world in worlds.all:
        with world.store.begin() as tx:
            if tx.operators.one(NAME) is None:
                tx.operators.set(OperatorAccount(NAME, at))
    open_session(worlds, Session("0" * 16, at, at, (Proof.PASSKEY,), operator=NAME, version=1))


def held(place: Place, answer: bytes) -> bytes:
    """The answer without what may differ."""
    if place.pattern == JOBS:
        answer = _SOME_JOBS.sub(b"", answer.replace(_NO_JOB, b""))
    for pattern in _MAY_DIFFER.get(place.pattern, ()):
        answer = pattern.sub(b"", answer)
    if place.pattern == JOBS:
        # Lines that are taken out leave their white space.
        answer = re.sub(rb"\s+", b" ", answer)
    return re.sub(rb"'content-length', '[0-9]+'", b"", answer) if place.pattern in _MAY_DIFFER else answer


def betrays(seen: Seen, answer: bytes) -> bool:
    """Whether the page says anything that leads to what is hidden, or to whom the record is of."""
    scene = seen.scene
    names: Iterable[str] = (
        scene.patient.number,
        scene.record_key,
        *(uuid.removeprefix("urn:uuid:") for uuid in seen.ids),
        *(text for paper in scene.secrets for text in (paper.unique_id, paper.word) if text),
        *scene.lots,
        *seen.hidden_numbers,
    )
    return any(name.encode() in answer for name in names)
