"""Figures of the service for Prometheus: no identifier of anybody or anything, in no label (security 13).

Every worker counts in files of its own, mapped in memory, in the folder that
`PROMETHEUS_MULTIPROC_DIR` names when the process starts; whichever worker is
asked adds up all of them. The files of workers that ended stay, so that sums
never go backwards; the supervisor removes the folder when it ends. Without
that folder, a process counts for itself.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)

OWN = CollectorRegistry()
"""What this process counted; with several workers only a part of the whole."""

REQUESTS = Counter(
    "dmp_requests", "Requests answered, by HTTP status.", ["service", "operation", "status"], registry=OWN
)
REQUEST_SECONDS = Histogram(
    "dmp_request_seconds",
    "From the end of the head of a request to the end of its answer, the queue included.",
    ["service", "operation"],
    buckets=_SECONDS,
    registry=OWN,
)
ACTS = Counter("dmp_acts", "Acts performed: done, refused, failed, unavailable.", ["act", "outcome"], registry=OWN)
ACT_SECONDS = Histogram(
    "dmp_act_seconds", "Through the gate, its commit included.", ["act"], buckets=_SECONDS, registry=OWN
)
SHED = Counter("dmp_shed", "Requests refused for want of capacity.", ["kind"], registry=OWN)
WAITING = Gauge("dmp_waiting", "Requests that wait for a place.", ["kind"], registry=OWN, multiprocess_mode="livesum")
WORKING = Gauge("dmp_working", "Requests being worked on.", registry=OWN, multiprocess_mode="livesum")
CONNECTIONS = Gauge("dmp_connections", "Open connections.", registry=OWN, multiprocess_mode="livesum")
CUT = Counter("dmp_cut_connections", "Connections cut: too slow, or a failed handshake.", ["why"], registry=OWN)
STORAGE_ERRORS = Counter("dmp_storage_errors", "Failures of database, documents, keys, spool.", ["part"], registry=OWN)
RULES_REFUSED = Counter("dmp_rules_refused", "Folders of rules refused; what was in force stayed.", registry=OWN)
UNFORESEEN = Counter("dmp_unforeseen_errors", "Errors that nobody foresaw.", registry=OWN)


def alive() -> int:
    """How many processes count their figures here now; 0 where each counts for itself."""
    return len(list(Path(os.environ[FOLDER]).glob("gauge_livesum_*.db"))) if FOLDER in os.environ else 0


def exposition(others: Iterable[Collector] = ()) -> bytes:
    """The figures of all the workers as Prometheus reads them, and those that `others` look up now."""
    registry = CollectorRegistry()
    if FOLDER in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(OWN)
    for collector in others:
        registry.register(collector)
    return generate_latest(registry)
