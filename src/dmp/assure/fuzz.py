"""`fuzz`: whatever comes in is answered at once, as a fault of its sender (T-FUZZ, security 5.7).

Most inputs go to the application in processes of their own, without sockets,
which is many times faster; a share goes to a served one over mutual TLS.
"""

import multiprocessing
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx2
from lxml import etree

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.clock import Stopwatch
from dmp.assure.fuzz_inputs import Input, Inputs
from dmp.assure.inside import Answer, Inside, Request
from dmp.assure.machine import cores
from dmp.assure.messages import Writer
from dmp.assure.service import served
from dmp.desk.operations import Operations
from dmp.sandbox.folder import SandboxOptions, write_contract
from dmp.sandbox.population import people
from dmp.sandbox.serve import ready
from dmp.settings import Settings
from dmp.wire import mtom

PEOPLE = 60
"""Records in which accepted inputs end up: few enough to meet what is there, many enough to stay small."""
OVER_TLS = 0.02
"""Share of the inputs that go over mutual TLS."""
BATCH = 250
"""Inputs after which a process tells how far it is."""
HANG = 2.0
"""Seconds after which an answer counts as a hang."""
OURS = frozenset({"VersionMismatch", "MustUnderstand"})
"""The two faults that HTTP tells with a 500 though they are the caller's (DEC-117, SOAP 1.2 part 2, 7.5.2.2)."""
WITHIN = frozenset({200, 400, 408, 413, 415, 431})
MEMORY = Path("/dev/shm")  # noqa: S108 - stores that need no durability


def play(leg: Leg) -> Tally:
    """Share the inputs out among processes, one per core, and one connection over TLS."""
    over_tls = max(1, int(leg.size * OVER_TLS))
    shares = _shares(leg.size - over_tls, cores())
    context, begun, total = multiprocessing.get_context("spawn"), time.monotonic(), Tally()
    ready(leg.folder / "model", SandboxOptions(1))
    with context.Manager() as manager, ProcessPoolExecutor(len(shares), mp_context=context) as pool:
        done = manager.Queue()
        works = [
            pool.submit(_inside, _Share(leg.folder / "model", leg.seed, f"{leg.number}/{number}", size), done.put)
            for number, size in enumerate(shares)
        ]
        total += _over_tls(leg, over_tls)
        finished = over_tls
        while not all(work.done() for work in works):
            wait(works, timeout=1)
            while not done.empty():
                finished += done.get()
            leg.advance(finished)
        total = sum((work.result() for work in works), total)
    return total + Tally({"seconds": time.monotonic() - begun})


def _shares(count: int, parts: int) -> list[int]:
    return [count // parts + (number < count % parts) for number in range(parts)]


@dataclass(frozen=True)
class _Share:
    """What one process does."""

    model: Path
    """A sandbox whose certificates serve all processes."""
    seed: int
    name: str
    size: int


def _inside(share: _Share, tell: Callable[[int], None]) -> Tally:
    """Try inputs on an application in this process."""
    counter, dice = Counter(), Random(f"{share.seed}/{share.name}")  # noqa: S311
    with _store(share) as folder:
        writer, settings = _installed(share, folder, dice)
        inputs = Inputs(writer, dice)
        with Inside(settings, writer.reader.auth_certificate) as service:
            for number in range(1, share.size + 1):
                judge_answer(inputs.next(), service.post, counter)
                if number % BATCH == 0:
                    tell(BATCH)
    return counter.tally()


class _store:  # noqa: N801 - used as a context
    """A folder for a store that nobody needs to keep: in memory where there is some."""

    def __init__(self, share: _Share):
        parent = MEMORY if MEMORY.is_dir() else share.model.parent
        self._folder = parent / f"dmp-fuzz-{share.model.parent.name}-{share.name.replace('/', '-')}"

    def __enter__(self) -> Path:
        self._folder.mkdir()
        return self._folder

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _installed(share: _Share, folder: Path, dice: Random) -> tuple[Writer, Settings]:
    """An installation of its own with open records, that trusts the certificates of the model."""
    shutil.copytree(share.model / "pki", folder / "pki")
    options = SandboxOptions(1)
    settings, holders = ready(folder, options)
    write_contract(folder, settings, holders)
    cast = people(share.seed, PEOPLE)
    operations = Operations.at(folder)
    for person in cast:
        operations.open(person.patient.number, traits=None, consent=True)
    writer = Writer(folder, cast, dice)
    _let_in(writer, settings)
    return writer, settings


def _let_in(writer: Writer, settings: Settings) -> None:
    """Half of the people let the doctor read."""
    with Inside(settings, writer.reader.auth_certificate) as service:
        for person in writer.people[::2]:
            message = writer.authorisation(person)
            root = writer.envelope(message, writer.security(writer.reader, person))
            answer = service.post(Request(message.service, root, mtom.simple_type(message.action)))
            assert answer.status == 200, answer.content  # noqa: S101


def _over_tls(leg: Leg, count: int) -> Tally:
    """Try inputs on a served application, over mutual TLS."""
    counter, dice = Counter(), leg.dice("over TLS")
    with served(leg) as service:
        cast = people(leg.seed, PEOPLE)
        writer = Writer(service.folder, cast, dice)
        with closing(service.client("doctor")) as doctor:
            for person in cast[:10]:
                doctor.open_record(person.patient, person.traits, guardians=person.guardians)
                doctor.authorise(person.patient)
        writer.people = cast[:10]
        inputs, holder = Inputs(writer, dice), writer.reader
        with httpx2.Client(verify=holder.tls(writer.contract["ca"]), timeout=30, trust_env=False) as client:

            def post(request: Request) -> Answer:
                headers = [(b"Content-Type", request.content_type.encode())] if request.content_type else []
                url = writer.contract["services"][request.service]
                answer = client.post(url, content=request.content, headers=headers)
                return Answer(answer.status_code, answer.content)

            for _ in range(count):
                judge_answer(inputs.next(), post, counter)
                counter.add("over TLS")
    return counter.tally()


def judge_answer(given: Input, post: Callable[[Request], Answer], counter: Counter) -> None:
    """Send one input, and judge what came back and how fast.

    An answer that was slow is asked for again, without the moments in which
    the machine gave this process no core, and the faster of the two counts:
    what hangs hangs each time, what waited for a busy machine does not.
    """
    begun = time.perf_counter()
    answer = post(given.request)
    seconds = time.perf_counter() - begun
    if seconds > HANG:
        seconds = min(seconds, _again(given.request, post))
    counter.add("inputs")
    counter.add(f"in {given.family}")
    counter.add("well formed", given.well_formed)
    counter.add("answered 200", answer.status == 200)
    counter.measure("slowest", seconds)
    if seconds > HANG:
        counter.wrong("hangs", f"{given.family}: {seconds:.1f} s")
    if answer.status >= 500 and not _is_of_the_two(answer):
        counter.wrong("5xx", f"{given.family}: {answer.status}")
    elif answer.status < 500 and answer.status not in WITHIN:
        counter.wrong("odd", f"{given.family}: {answer.status}")
    if any(word in answer.content for word in (b"Traceback", b'File "', b"sqlite", b"psycopg")):
        counter.wrong("odd", f"{given.family}: an answer tells of the inside of the service")


def _again(request: Request, post: Callable[[Request], Answer]) -> float:
    watch = Stopwatch()  # asks the kernel twice: too much for every input
    post(request)
    return watch.seconds


def _is_of_the_two(answer: Answer) -> bool:
    if answer.status != 500:
        return False
    try:
        root = etree.fromstring(answer.content)
    except etree.XMLSyntaxError:
        return False
    codes = root.iter("{http://www.w3.org/2003/05/soap-envelope}Value")
    return any((code.text or "").rpartition(":")[2] in OURS for code in codes)


def judge(total: Tally) -> list[Figure]:
    """No failure of ours, no hang, and enough of the inputs well formed to reach the logic."""
    inputs = total["inputs"]
    return [
        Figure("inputs", inputs, least=1),
        Figure("5xx", total["5xx"], most=0),
        Figure("hangs", total["hangs"], most=0),
        Figure("odd answers", total["odd"], most=0),
        Figure("well formed", 100 * total["well formed"] / max(1, inputs), "%", least=60),
        Figure("accepted", total["answered 200"]),
        Figure("over TLS", total["over TLS"], least=1),
        Figure("slowest", total["slowest"], "s"),
        Figure("rate", inputs / max(1e-9, total["seconds"]), "a second"),
    ]


CLAIM = Claim(
    name="fuzz",
    promise="Messages, packages, assertions and documents broken in every way are answered at once, as the fault of "
    "their sender: never a failure of the service, never a hang, never a word about its inside.",
    counted="inputs",
    count=100_000,
    leg=25_000,
    play=play,
    judge=judge,
    source="T-FUZZ (security 14), security 5.7",
    engines=(Engine.SQLITE,),
)
