"""What a worker does by itself, in its time: seal, sweep, do the jobs that are due, send traces on.

What cannot be done now waits for the next turn: one failure must not end a
round for ever.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from anyio import to_thread

from dmp import journal
from dmp.forwarding import Forwarding, forward_if_possible
from dmp.jobs.openings import Opener
from dmp.jobs.reminding import Reminder
from dmp.jobs.runner import Runner, is_trouble
from dmp.reviewing import tell_late
from dmp.store.jobs import Jobs
from dmp.store.sealing import seal_traces
from dmp.store.sweep import sweep
from dmp.store.tx import Conflict, Store
from dmp.watching import Watching
from dmp.web.unforeseen import report

SEAL_EVERY = 60.0
"""Seconds between two heads of the trace tree (security 11.3)."""
WATCH_EVERY = 30.0
"""Seconds between two looks at the new traces, which come into the tree every minute."""
FORWARD_EVERY = 5.0
"""Seconds between two sendings of traces to a repository of audits (xds-wire 10.2)."""
SWEEP_EVERY = 3600.0
"""Seconds between two sweeps of the blobs (security 13.2)."""
JOBS_EVERY = 5.0
"""Seconds between two looks at the queue of jobs: who must be told is told within a minute (security 8)."""

REVIEW_EVERY = 60.0
"""Seconds between two looks at the emergencies that are to be reviewed (security 8)."""
OPEN_EVERY = 60.0
"""Seconds between two looks at the records to open (LC-5)."""

REMIND_EVERY = 60.0
"""Seconds between two looks at the records whose day has come."""

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Round:
    """Something that is done again and again."""

    every: float
    """Seconds before each time."""
    turn: Callable[[], Awaitable[None]]


@asynccontextmanager
async def going(rounds: Iterable[Round]) -> AsyncIterator[None]:
    """Have all of them go, until the end of the block."""
    tasks = [asyncio.create_task(_again_and_again(each)) for each in rounds]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


async def _again_and_again(each: Round) -> None:
    while True:
        await asyncio.sleep(each.every)
        try:
            await each.turn()
        except Exception as error:  # a process edge: see above
            report(error)


def sealing(store: Store, clock: Clock) -> Round:
    """New heads for the trace tree."""
    return Round(SEAL_EVERY, lambda: seal(store, clock))


async def seal(store: Store, clock: Clock) -> None:
    """Seal what waits and forget the assertions that have lapsed."""
    try:
        await to_thread.run_sync(seal_traces, store, clock())
        await to_thread.run_sync(store.forget_replays, clock())
    except Conflict:  # another worker, here or on another machine, is doing it
        return
    except Exception as error:  # a process edge: see above
        report(error)


def sweeping(store: Store, clock: Clock) -> Round:
    """Remove the blobs that no row names (security 13.2), jobs long over, and what of signing in is over."""

    async def turn() -> None:
        await to_thread.run_sync(sweep, store, clock())
        await to_thread.run_sync(Jobs(store).forget, clock())
        await to_thread.run_sync(store.forget_tickets, clock())
        await to_thread.run_sync(store.forget_visits, clock())

    return Round(SWEEP_EVERY, turn)


def doing_jobs(runner: Runner) -> Round:
    """Do what is due (PT-9)."""
    return Round(JOBS_EVERY, lambda: _do(runner.run_due))


def opening(opener: Opener) -> Round:
    """Open the records whose holders were told and did not oppose (LC-5)."""
    return Round(OPEN_EVERY, lambda: _do(opener.run_due))


def reminding(reminder: Reminder) -> Round:
    """Work out what holders are to be reminded of (RM-9)."""
    return Round(REMIND_EVERY, lambda: _do(reminder.run_due))


async def _do(run_due: Callable[[], Counter[str]]) -> None:
    for said, count in (await to_thread.run_sync(run_due)).items():
        if is_trouble(said):
            journal.note("jobs-not-done", level=logging.WARNING, reason=said, count=count)


def watching(watch: Watching, clock: Clock) -> Round:
    """Look for what is odd in the traces that came in, and for questions that nobody answered in time (security 10)."""
    told = 0

    async def turn() -> None:
        nonlocal told
        raised = await to_thread.run_sync(watch.watch, clock())
        if raised:
            journal.note("alerts-raised", level=logging.WARNING, count=raised)
        overdue = await to_thread.run_sync(watch.overdue, clock())
        # Said when it changes, and not twice a minute.
        if overdue and overdue != told:
            journal.note("questions-overdue", level=logging.WARNING, count=overdue)
        told = overdue

    return Round(WATCH_EVERY, turn)


def reviewing(store: Store, clock: Clock) -> Round:
    """Tell the operator of emergencies that nobody reviewed in time (security 8)."""

    async def turn() -> None:
        late = await to_thread.run_sync(tell_late, store, clock())
        if late:
            journal.note("emergencies-not-reviewed", level=logging.WARNING, count=late)

    return Round(REVIEW_EVERY, turn)


def sending_on(forwarding: Forwarding) -> Round:
    """Send the traces on; what cannot be sent now waits in the tree."""

    async def turn() -> None:
        trouble = await to_thread.run_sync(forward_if_possible, forwarding)
        if trouble:
            journal.note("audits-not-sent", level=logging.WARNING, reason=trouble)

    return Round(FORWARD_EVERY, turn)
