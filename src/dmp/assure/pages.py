"""`pages`: no text that somebody wrote runs in a page, and every address is protected (T-XSS, security 9.6 to 9.9).

The addresses are read from the application itself, so that none is forgotten.
Each is opened as nobody, a patient, a professional with a record open, an
employee and an operator, and sent forged forms. Hostile texts go into every
text field of every form, into titles and narratives of documents; then a real
Chromium opens every page and says whether anything ran, was reported by the
policy, or called another site.
"""

from dmp.assure import pages_chromium, pages_documents, pages_fields, pages_guard
from dmp.assure.claim import Claim, Counter, Figure, Leg, Tally
from dmp.assure.hostile_text import payloads
from dmp.assure.pages_people import cast
from dmp.assure.service import served

LEG = 50


def play(leg: Leg) -> Tally:
    """One part of the hostile texts; the first leg also looks at what protects every address."""
    counter = Counter()
    first = leg.number * LEG
    mine = payloads(first + leg.size)[first:]
    with served(leg) as service, cast(service, leg) as (people, addresses):
        pages_documents.deposit(people, mine, counter)
        if leg.number == 0:
            pages_guard.look(people, addresses, counter)
        pages_fields.try_all(people, addresses, mine, counter, leg)
        with pages_chromium.chromium() as browser:
            pages_chromium.look(browser, people, addresses, counter)
        counter.add("hostile texts", len(mine))
    return counter.tally()


def judge(total: Tally) -> list[Figure]:
    """Nothing ran, nothing was told, nothing was taken."""
    return [
        Figure("hostile texts", total["hostile texts"], least=1),
        Figure("addresses", total["addresses"], least=1),
        Figure("kinds of people signed in", total["kinds signed in"], least=4),
        Figure("answers looked at", total["answers looked at"], least=1),
        Figure("protections lacking", total["protection lacking"], most=0),
        Figure("forged forms", total["forged forms"], least=1),
        Figure("forged forms taken", total["forged form taken"], most=0),
        Figure("texts sent", total["texts sent"], least=1),
        Figure("texts not escaped", total["text not escaped"], most=0),
        Figure("documents with hostile text", total["documents"], least=1),
        Figure("pages broken", total["page broken"], most=0),
        Figure("pages opened in Chromium", total["pages opened in Chromium"], least=1),
        Figure("texts that ran", total["text that ran"], most=0),
        Figure("reports of the policy", total["reports of the policy"], most=0),
        Figure("calls to other sites", total["calls to other sites"], most=0),
    ]


CLAIM = Claim(
    name="pages",
    promise="Whatever anybody writes, in a form or in a document, runs in nobody's browser; and no other site can "
    "act in the name of who is signed in.",
    counted="hostile texts",
    count=300,
    leg=LEG,
    play=play,
    judge=judge,
    source="T-XSS (security 14), security 9.6 to 9.9",
    needs_browser=True,
)
