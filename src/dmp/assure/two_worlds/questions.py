"""Every operation of the service and what makes messages for it, each aimed at what is hidden (security 7).

An operation without a line in `ASKED` is found by `unasked`, which the tests
and the claim look at: nothing new is served without being asked here.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from dmp.assure.two_worlds.asking import Endpoint, Make
from dmp.assure.two_worlds.changing import UPDATE, updates
from dmp.assure.two_worlds.depositing import PROVIDE, deposits
from dmp.assure.two_worlds.managing import (
    CHANGE_CHANNEL,
    CHANGE_RECORD,
    CREATE_RECORD,
    FIND_PERSONS,
    LIST_AUTHORISATIONS,
    LIST_RECORDS,
    OPEN_ACCOUNT,
    READ_RECORD,
    RENEW_ACCOUNT,
    SET_AUTHORISATION,
    account_openings,
    account_renewals,
    authorisation_lists,
    authorisations,
    channel_changes,
    openings,
    person_searches,
    record_changes,
    record_lists,
    record_reads,
)
from dmp.assure.two_worlds.searching import RETRIEVE, SEARCH, retrievals, searches
from dmp.assure.two_worlds.viewers import Seen
from dmp.web.soap.edge import SERVICES
from dmp.web.soap.operation import Operation

Generator = Callable[[Seen], list[Make]]

ASKED: dict[Endpoint, Generator] = {
    SEARCH: searches,
    RETRIEVE: retrievals,
    READ_RECORD: record_reads,
    FIND_PERSONS: person_searches,
    **{endpoint: partial(record_lists, endpoint) for endpoint in LIST_RECORDS},
    **{endpoint: partial(authorisation_lists, endpoint) for endpoint in LIST_AUTHORISATIONS},
    UPDATE: updates,
    PROVIDE: deposits,
    **{endpoint: partial(authorisations, endpoint) for endpoint in SET_AUTHORISATION},
    **{endpoint: partial(account_openings, endpoint) for endpoint in OPEN_ACCOUNT},
    **{endpoint: partial(channel_changes, endpoint) for endpoint in CHANGE_CHANNEL},
    **{endpoint: partial(account_renewals, endpoint) for endpoint in RENEW_ACCOUNT},
    CREATE_RECORD: openings,
    CHANGE_RECORD: record_changes,
}
"""In the order in which a scene asks: what changes the most comes last."""


def endpoints(services: Mapping[str, Iterable[Operation]] = SERVICES) -> list[Endpoint]:
    """Every way in, each spelling of an action by itself."""
    return [
        Endpoint(service, str(action))
        for service, operations in services.items()
        for operation in operations
        for action in operation.actions
    ]


def unasked(services: Mapping[str, Iterable[Operation]] = SERVICES) -> list[Endpoint]:
    """Ways in that nobody asks about."""
    return [endpoint for endpoint in endpoints(services) if endpoint not in ASKED]


def questions(seen: Seen) -> list[tuple[Endpoint, Make]]:
    """All that a viewer may ask in a scene, in their order."""
    return [(endpoint, make) for endpoint, generate in ASKED.items() for make in generate(seen)]
