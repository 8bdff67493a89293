"""How often somebody may fail before he waits (security 9.3).

Failures are counted for what was named (an account, whether there is one or
not), for the address that called and for its network. After a few of them each
new one doubles the wait, up to a quarter of an hour: no account is ever locked,
and a browser that has signed in before has a count of its own, so that a
stranger who fails on purpose keeps nobody out.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
ALARM = 50
"""Failures in one minute, of everybody together, at which somebody should look."""


@dataclass(frozen=True)
class Limit:
    """`free` failures cost nothing; all are forgotten after `memory` without any."""

    free: int
    memory: timedelta = timedelta(hours=24)

    def wait(self, count: int, last: datetime, at: datetime) -> timedelta:
        """How long nobody is listened to yet. `last` is when it was counted last."""
        if count < self.free:
            return timedelta(0)
        due = min(FIRST_WAIT * 2 ** min(count - self.free, 10), LONGEST_WAIT)
        # A clock that was put back must not make anybody wait longer.
        return max(due - max(at - last, timedelta(0)), timedelta(0))


ACCOUNT = Limit(5)
ADDRESS = Limit(20, timedelta(hours=1))
NETWORK = Limit(100, timedelta(hours=1))
"""Many people share an address, and more a network: an office, a telephone company."""
CODES = Limit(5, timedelta(hours=1))
"""Codes that are sent to one account: a stranger who has its password must not fill its owner's telephone."""
GLOBAL = Limit(1_000_000_000, timedelta(minutes=2))


def places(address: str, *, door: str = "") -> tuple[tuple[str, Limit], ...]:
    """What is counted for a caller's address: itself (of IPv6 its /64, one subscriber) and its /24 or /48.

    A `door` that any page of anybody may have browsers knock at counts by itself: the tries of those who sign in from
    the same address are not used up there.
    """
    return tuple((f"{door} {name}" if door else name, limit) for name, limit in _places(address))


def _places(address: str) -> tuple[tuple[str, Limit], ...]:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ((f"address {address}", ADDRESS),)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return ((f"address {_net(parsed, 64)}", ADDRESS), (f"network {_net(parsed, 48)}", NETWORK))
        parsed = parsed.ipv4_mapped
    return ((f"address {parsed}", ADDRESS), (f"network {_net(parsed, 24)}", NETWORK))


def _net(address: ipaddress.IPv4Address | ipaddress.IPv6Address, bits: int) -> str:
    return str(ipaddress.ip_network((address, bits), strict=False))
