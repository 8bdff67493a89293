"""Jobs and the wishes about notices, as the operator commands them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from dmp.actions.choose_notices import ChooseNotices
from dmp.desk.installation import Installation
from dmp.jobs.refusals import Refusals
from dmp.jobs.runner import is_trouble
from dmp.main import build_gate, build_opener, build_runner, build_word_reader, now
from dmp.record.enrolment import read_address
from dmp.record.errors import IncompleteRequest
from dmp.record.job import JobState
from dmp.record.notice import Channel, Frequency, NoticeWishes
from dmp.store.jobs import Jobs


@dataclass(frozen=True)
class Done:
    """What a turn on the queue came to, by word."""

    outcomes: Counter[str] = field(default_factory=Counter[str])

    @property
    def whole(self) -> bool:
        """Nothing failed."""
        return not any(map(is_trouble, self.outcomes))

    @property
    def sentence(self) -> str:
        """One line for people."""
        return self.told_of("jobs")

    def told_of(self, what: str) -> str:
        """The same, of jobs or of something else."""
        told = ", ".join(f"{said} {count}" for said, count in sorted(self.outcomes.items()))
        return f"dmp: {self.outcomes.total()} {what}{': ' if told else ''}{told}"


@dataclass(frozen=True)
class Errands(Installation):
    """The queue of one installation."""

    def listed(self, *states: JobState) -> Iterator[str]:
        """One line for each job in these states; no record is named, and what a job is about stays sealed."""
        with self._store() as store:
            for job in Jobs(store).listed(*states):
                tried = f"{job.attempts} attempts" if job.attempts else "not tried"
                said = f"  {job.said}" if job.said else ""
                yield f"{job.id}  {job.kind:<6}  {job.state:<7}  {job.due:%Y-%m-%d %H:%M}  {tried}{said}"

    def run(self) -> Done:
        """Do what is due, until nothing is; what fails waits for its next attempt."""
        done = Done()
        with self._store() as store:
            workers = build_opener(store, self.settings), build_runner(store, self.settings), build_word_reader(store)
            for does_what_is_due in workers:
                while does_what_is_due is not None and (turn := does_what_is_due.run_due()):
                    done.outcomes.update(turn)
        return done

    def retry(self, name: str) -> str:
        """Have a dead job tried again."""
        with self._store() as store:
            Jobs(store).retry(name, now())
        return f"dmp: {name} waits to be tried again"

    def refused(self, name: str, said: str) -> str:
        """Note that a message came back, since its address is none: for good after two of them (RM-7)."""
        address = read_address(Channel.EMAIL if "@" in said else Channel.SMS, said)
        if address is None:
            raise IncompleteRequest("neither an e-mail address nor a mobile number", element="ADDRESS")
        with self._store() as store:
            record = Jobs(store).record_of(name)
            # Whether the address is one of theirs is nobody's business here.
            Refusals(lambda caller, action: build_gate(store, self.settings).perform(caller, action, now())).note(
                record, address, name
            )
        return "dmp: noted"

    def choose(self, ins: str, frequency: Frequency, channel: Channel) -> str:
        """Write what a holder wants to be told of."""
        self._perform(ChooseNotices(self._patient(ins), NoticeWishes(frequency, channel)))
        return f"dmp: told {frequency}, by {channel} first; what is always told is told at once"
