"""`saml`: no assertion that somebody altered or forged opens anything, and the genuine ones do (T-SAML, security 4)."""

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.inside import Answer, Inside, Request
from dmp.assure.messages import Writer
from dmp.assure.saml_cases import forgeries, genuine
from dmp.assure.saml_desk import Case, Desk
from dmp.desk.operations import Operations
from dmp.record.errors import DmpCode
from dmp.sandbox.folder import SandboxOptions, write_contract
from dmp.sandbox.population import people
from dmp.sandbox.serve import ready
from dmp.wire import mtom, soap

GENUINE, FORGED = genuine(), forgeries()


def play(leg: Leg) -> Tally:
    """Ask the application of an installation with each assertion: who may read, asks what he may read."""
    counter, folder = Counter(), leg.folder / "sandbox"
    settings, holders = ready(folder, SandboxOptions(1))
    write_contract(folder, settings, holders)
    cast = people(leg.seed, 2)
    for person in cast:
        Operations.at(folder).open(person.patient.number, traits=None, consent=True)
    desk = Desk(Writer(folder, cast, leg.dice()), *cast)
    with Inside(settings, desk.holder("doctor").auth_certificate) as service:
        for number, case in enumerate((*GENUINE, *FORGED)[: leg.size], start=1):
            if number <= len(GENUINE):
                accept(case, _asked(case, desk, service), counter)
            else:
                refuse(case, _asked(case, desk, service), counter)
            leg.advance(number)
    return counter.tally()


def _asked(case: Case, desk: Desk, service: Inside) -> Answer:
    attempt = case.make(desk)
    media_type = mtom.simple_type(soap.Action.STORED_QUERY)
    return service.post(Request("registry", attempt.content, media_type, certificate=attempt.caller.auth_certificate))


def accept(case: Case, answer: Answer, counter: Counter) -> None:
    """A genuine one: what its sender then may read is another matter."""
    counter.add("genuine")
    if answer.status == 200 and DmpCode.PATIENT_MISMATCH.encode() not in answer.content:
        counter.add("accepted")
    else:
        counter.wrong("turned away", case.name)


def refuse(case: Case, answer: Answer, counter: Counter) -> None:
    """One that is not: a fault of its sender, or that it is about somebody else."""
    counter.add("forged")
    if answer.status == 400 or DmpCode.PATIENT_MISMATCH.encode() in answer.content:
        counter.add("refused")
    else:
        counter.wrong("let in", f"{case.name}: {answer.status}")


def judge(total: Tally) -> list[Figure]:
    """All refused, all accepted."""
    return [
        Figure("forged or altered", total["forged"], least=1),
        Figure("refused", total["refused"], least=total["forged"]),
        Figure("let in", total["let in"], most=0),
        Figure("genuine", total["genuine"], least=1),
        Figure("accepted", total["accepted"], least=total["genuine"]),
    ]


CLAIM = Claim(
    name="saml",
    promise="Assertions that were altered, wrapped, signed with the wrong key, by a revoked card or for another "
    "person are each refused; the genuine ones, of every kind of holder, are accepted.",
    counted="assertions",
    count=len(GENUINE) + len(FORGED),
    leg=len(GENUINE) + len(FORGED),
    play=play,
    judge=judge,
    source="T-SAML (security 14), security 4.1 to 4.4",
    engines=(Engine.SQLITE,),
)
