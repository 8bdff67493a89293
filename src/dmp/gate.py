"""The one door to the record: scope, decide, trace, apply."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from dmp.access.beside import AnswersBeside
from dmp.access.decide import ABSENT, decide, decide_each
from dmp.access.explain import supposed
from dmp.access.log_rules import lines_for
from dmp.access.policy import Policy
from dmp.access.prescription_rules import is_secret
from dmp.access.question import Decision, Question
from dmp.actions.action import Action, Listing, Result, Scope, Turn, nothing_told
from dmp.answers import Answers
from dmp.audit.trace import Outcome, Trace, Who
from dmp.braking import day_of, reader_name, settle
from dmp.record.actor import Actor, Automaton, Caller
from dmp.record.entry import DocumentEntry, unique_key
from dmp.record.errors import DmpError, StorageUnavailable
from dmp.record.history import LogLine, TracedAct
from dmp.record.record import Record
from dmp.record.verb import SIMULATIONS, Verb
from dmp.record.viewer import Viewer
from dmp.record.visit import NOT_COUNTED, Day
from dmp.services.rule_set import SHIPPED, Rules
from dmp.simulating import Simulated, known_to
from dmp.store.tx import Conflict, Store, Tx
from dmp.surroundings import have_people_told, have_refusal_told, in_his_teams, keep_case
from dmp.telling import NOBODY, Refusal, detail, duplicate, message_of, named, refusal_told, touched

ATTEMPTS = 3
"""An act that met another one is run again, on what is there then, holding it."""
MESSAGE_WINDOW = timedelta(hours=8, minutes=5)
"""How long a MessageID is remembered: the longest life of an assertion, which may be issued 5 min ahead (DEC-51)."""


@dataclass(frozen=True)
class Gate:
    """The door of one store, with its rights. `release` is written in every trace."""

    store: Store
    policy: Policy
    new_id: Callable[[], str]
    release: str
    rules: Callable[[], Rules] = lambda: SHIPPED
    """The rules of services in force now (`in_force.InForce`)."""

    def perform(self, caller: Caller, action: Action[Result], at: datetime) -> Result:
        """Do `action` for `caller`, or refuse; either way leave exactly one trace.

        The trace and the effect commit together. When the effect itself breaks,
        nothing is kept but a trace of the failure.

        Raises:
            AccessRefused: a rule said no, and the caller may know it.
            DocumentNotFound, RecordNotFound, RecordClosed: the same, told as such.
            DmpError: what the action itself raises.
        """
        try:
            return self._attempts(caller, action, at, self.rules())
        except Refusal as refusal:
            raise refusal.told from None
        except Exception as error:
            self._trace_failure(caller, action.verb, error, at, about=action.about, scope=action.scope)
            raise

    def note_refusal(self, caller: Caller | None, verb: Verb | None, error: Exception, at: datetime) -> None:
        """Leave the one trace of a call that was refused, or failed, before it became an act."""
        self._trace_failure(caller, verb, error, at)

    def note_sign_in(
        self, said: str, outcome: Outcome, actor: Actor | None, at: datetime, *, by: tuple[str, ...] = ()
    ) -> None:
        """Leave the trace of a sign-in, a failure or a sign-out, with the means of proof; no record is touched."""
        trace = Trace(
            id=self.new_id(),
            at=at,
            who=Who.of(Caller(actor)) if actor is not None else NOBODY,
            verb=said,
            record="",
            outcome=outcome,
            policy=self.policy.version,
            detail=" ".join(by),
            software=self.release,
        )
        with self.store.begin() as tx:
            tx.traces.append(trace)

    def _attempts(self, caller: Caller, action: Action[Result], at: datetime, rules: Rules) -> Result:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt(caller, action, at, rules, held=attempt > 1)
            except Conflict as conflict:
                if attempt == ATTEMPTS:
                    raise StorageUnavailable("other acts came first each time") from conflict
        raise AssertionError("unreachable")

    def _attempt(self, caller: Caller, action: Action[Result], at: datetime, rules: Rules, *, held: bool) -> Result:
        passing = isinstance(caller.actor, Automaton)
        with self.store.begin(held=held, reader=_reader(caller), passing=passing) as tx:
            if caller.message and not tx.replays.first(message_of(caller), until=at + MESSAGE_WINDOW):
                raise duplicate()
            try:
                done = self._act(tx, caller, action, at, rules)
            except DmpError:
                # The commit, which would have found the message, does not come.
                if caller.message and tx.replays.was_seen(message_of(caller)):
                    raise duplicate() from None
                raise
        if isinstance(done, Refusal):
            raise done
        return done

    def _act(self, tx: Tx, caller: Caller, action: Action[Result], at: datetime, rules: Rules) -> "Result | Refusal":
        scope = action.scope(tx)
        asking = caller = in_his_teams(tx, caller, scope.record, at)
        day = day_of(tx, caller, scope, at, self.policy)
        answers = self._decide(caller, scope, at, day)
        refused, found = answers.refusals, answers.found
        caller = _doing(caller, scope)
        also = [one.record for one in found] if scope.found_keep_trace and not refused else []
        for record in (scope.record, *scope.others, *also):
            tx.traces.append(self._trace(caller, action, replace(scope, record=record), answers, at))
        settle(tx, caller, scope, day, at, refused_by=refused[0][1].rule if refused else "")
        if refused:
            have_refusal_told(tx, scope.record, refused[0][1].rule, caller, at)
            return Refusal(refusal_told(*refused[0], scope.record))
        granted = answers.granted
        about = Question(caller, scope.main_verb, scope.record, None, at)
        turn = Turn(
            tx,
            scope.record,
            answers.allowed,
            caller,
            at,
            self.new_id,
            found,
            granted=granted,
            rules=rules,
            rights_beside=AnswersBeside(about),
            another=partial(self._another, asking),
        )
        if any(ask.verb in SIMULATIONS for ask in granted):
            turn = replace(turn, simulation=Simulated(self.policy, turn, self.imagine))
        if scope.acts is not None:
            turn = replace(turn, lines=lines_for(about, scope.acts(), answers.papers()))
        if scope.tells:
            turn = replace(turn, tell=partial(_told_of, about, answers))
        done = action.apply(turn)
        if scope.record is not None:
            have_people_told(tx, scope.record, scope.main_verb, caller, at)
            keep_case(tx, scope.record, caller, at)
        return done

    def _another(self, asking: Caller, turn: Turn, action: Action[Result]) -> Result:
        """Do an act on the same record within another one; its rights are asked as of that one, before it was a secret.

        Raises:
            ValueError: it is about another record.
            DmpError: it is refused, or what it raises.
        """
        scope = action.scope(turn.tx)
        if scope.record is None or scope.record.key != turn.known_record.key:
            raise ValueError("an act on another record would leave no trace with it")
        answers = self._decide(asking, scope, turn.at)
        if answers.refusals:
            raise refusal_told(*answers.refusals[0], scope.record)
        within = replace(turn, record=scope.record, entries=answers.allowed, found=answers.found)
        return action.apply(replace(within, granted=answers.granted, simulation=None, lines=(), tell=nothing_told))

    def imagine(self, turn: Turn, viewer: Viewer, action: Action[Result]) -> Result:
        """What a search would answer to somebody else, from what the caller of this turn may know of.

        Raises:
            DmpError: what the other one would be told.
        """
        scope = action.scope(turn.tx)
        if scope.record is None or scope.main_verb not in (Verb.FIND, Verb.FIND_REFERENCE):
            raise ValueError("only a search of a record is simulated")
        caller, record = supposed(viewer, scope.record, turn.at, self.policy)
        caller = in_his_teams(turn.tx, caller, record, turn.at)
        answers = self._decide(caller, known_to(turn.entries, replace(scope, record=record)), turn.at)
        if answers.refusals:
            raise refusal_told(*answers.refusals[0], record)
        # Of what the one who asks was given, nothing but what the other one would have.
        alone = replace(turn, found=(), simulation=None, granted=(), lines=(), tell=nothing_told)
        beside = AnswersBeside(Question(caller, scope.main_verb, record, None, turn.at))
        return action.apply(replace(alone, entries=answers.allowed, caller=caller, rights_beside=beside, another=None))

    def _decide(self, caller: Caller, scope: Scope, at: datetime, day: Day = NOT_COUNTED) -> Answers:
        """Ask for each right; the entries of a record and verb are decided together: the same answers, faster."""
        answers: dict[int, Decision] = {}
        together: dict[tuple[Verb, str], list[int]] = {}
        for index, ask in enumerate(scope.asks):
            record = ask.record or scope.record
            if ask.entry is None and ask.absent:
                answers[index] = ABSENT
            elif ask.entry is None or ask.lot:
                question = Question(caller, ask.verb, record, ask.entry, at, ask.lot, ask.subject, day)
                answers[index] = self._decide_with_its_lot(question, ask.deposited)
            else:
                together.setdefault((ask.verb, record.key if record else ""), []).append(index)
        for (verb, _), indexes in together.items():
            entries = [entry for index in indexes if (entry := scope.asks[index].entry) is not None]
            question = Question(caller, verb, scope.asks[indexes[0]].record or scope.record, None, at, day=day)
            answers.update(zip(indexes, decide_each(question, entries, self.policy), strict=True))
        # What is absent was decided like anything else, about another document: it takes the same time (DEC-10).
        answers.update({index: ABSENT for index, ask in enumerate(scope.asks) if ask.absent})
        listed: list[tuple[Listing, list[Decision]]] = []
        for each in scope.listings:
            question = Question(caller, each.verb, each.record or scope.record, None, at, day=day)
            listed.append((each, decide_each(question, each.entries, self.policy)))
        return Answers([(ask, answers[index]) for index, ask in enumerate(scope.asks)], listed)

    def _decide_with_its_lot(self, question: Question, deposited: tuple[DocumentEntry, ...]) -> Decision:
        """The answer to one question; for a lot to come, the first refusal of one of its documents (DEC-33)."""
        answer = decide(question, self.policy)
        if not answer.allowed or not deposited:
            return answer
        each = decide_each(question, deposited, self.policy)
        return next((about_it for about_it in each if not about_it.allowed), answer)

    def _trace(self, caller: Caller, action: Action[object], scope: Scope, answers: Answers, at: datetime) -> Trace:
        stopped, withheld = answers.stopping, answers.withheld
        about = (*map(named, action.about), *map(touched, answers.meant))
        return Trace(
            id=self.new_id(),
            at=at,
            who=Who.of(caller),
            verb=scope.main_verb,
            record=scope.record.key if scope.record else "",
            outcome=Outcome.REFUSED if stopped else Outcome.DONE,
            transaction=type(action).__name__,
            touched=tuple(dict.fromkeys(about)),
            rules=tuple(dict.fromkeys(stopped)) or answers.grounds,
            policy=self.policy.version,
            detail="; ".join(dict.fromkeys(f"{name}: {rule}" for name, rule in withheld)),
            software=self.release,
        )

    def _trace_failure(
        self,
        caller: Caller | None,
        verb: Verb | None,
        error: Exception,
        at: datetime,
        *,
        about: tuple[str, ...] = (),
        scope: Callable[[Tx], Scope] | None = None,
    ) -> None:
        """What breaks an act undoes it; its trace goes into a transaction of its own, to the record it was about.

        A record that cannot be read any more takes no trace: the trace then stands with those of no record.
        """
        trace = Trace(
            id=self.new_id(),
            at=at,
            who=Who.of(caller) if caller else NOBODY,
            verb=verb or "unreadable",
            record="",
            outcome=Outcome.REFUSED if isinstance(error, DmpError) else Outcome.FAILED,
            touched=tuple(map(named, about)),
            policy=self.policy.version,
            detail=detail(error),
            software=self.release,
        )
        try:
            with self.store.begin() as tx:
                meant = scope(tx) if scope else Scope(_record_named_by(caller, tx), ())
                who = Who.of(_doing(caller, meant)) if caller else NOBODY
                tx.traces.append(replace(trace, who=who, record=meant.record.key if meant.record else ""))
        except Exception:
            with self.store.begin() as tx:
                tx.traces.append(trace)


def _told_of(about: Question, answers: Answers, acts: Iterable[TracedAct]) -> tuple[LogLine, ...]:
    """What the caller may see of some acts; only the documents that they name are looked at."""
    acts = tuple(acts)
    names = {unique_key(name) for act in acts for name in act.names}
    return lines_for(about, acts, answers.papers(names))


def _doing(caller: Caller, scope: Scope) -> Caller:
    """Who acts, as he is traced: about a secret of a minor, in secret, whatever he asked for (AR-21)."""
    told = scope.prescription
    return replace(caller, secret=True) if told is not None and is_secret(told.prescription, told.papers) else caller


def _reader(caller: Caller) -> str:
    """For whom what is opened stays at hand: somebody who walks through pages; software asks of another record next."""
    if caller.message or isinstance(caller.actor, Automaton):
        return ""
    return f"{type(caller.actor).__name__} {reader_name(caller.actor)}"


def _record_named_by(caller: Caller | None, tx: Tx) -> Record | None:
    return tx.records.of(caller.patient) if caller is not None and caller.patient is not None else None
