"""What `./dev assure` does with what was typed."""

import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dmp.assure.claim import Claim, Engine
from dmp.assure.claims import CLAIMS
from dmp.assure.run import Wanted, assure
from dmp.sandbox.trouble import Trouble

FOLDER = Path("assurance")
"""Where reports go, below the current folder."""


@dataclass(frozen=True)
class Typed:
    """The options as typed; 0 and empty for what was not."""

    names: Sequence[str] = ()
    seed: int = 0
    count: int = 0
    folder: Path = FOLDER
    engine: str = ""


def run(typed: Typed, *, say: Callable[[str], None]) -> int:
    """Try the claims that were named, or all of them; gives the exit code.

    Raises:
        Trouble: a name is no claim, or the options do not go together.
    """
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))  # so that started services are ended too
    claims = chosen(typed.names)
    if typed.count and len(claims) != 1:
        raise Trouble("a count is for one claim: name it", option="--count")
    if typed.engine and typed.engine not in set(Engine):
        raise Trouble(f"sqlite or postgresql, not {typed.engine}", option="--engine")
    seed = typed.seed or int(f"{datetime.now(UTC):%Y%m%d}")
    engines = (Engine(typed.engine),) if typed.engine else ()
    wanted = Wanted(claims, typed.folder, seed, typed.count, engines, named=bool(typed.names))
    try:
        return 0 if assure(wanted, say=say) else 1
    except KeyboardInterrupt:
        say(f"dmp: interrupted; the same command with --seed {seed} takes it up where it stopped")
        return 130


def chosen(names: Sequence[str]) -> tuple[Claim, ...]:
    """The claims of these names, in the order in which all are tried; all of them for no name.

    Raises:
        Trouble: a name is no claim.
    """
    known = {claim.name for claim in CLAIMS}
    if wrong := next((name for name in names if name not in known), None):
        raise Trouble(f"no claim {wrong!r}; the claims are: {', '.join(c.name for c in CLAIMS)}", option="NAME")
    return tuple(claim for claim in CLAIMS if not names or claim.name in names)


def listed() -> list[str]:
    """One line per claim: its name, how many it tries, what it promises."""
    width = max(len(claim.name) for claim in CLAIMS)
    return [f"{claim.name:{width}}  {claim.count:,} {claim.counted}: {claim.promise}" for claim in CLAIMS]
