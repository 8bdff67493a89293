"""The addresses of a service: bound once, shared by all its workers."""

import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from dmp.settings import InvalidSetting, Settings
from dmp.web.server import bound, bound_locally


@dataclass(frozen=True)
class Listeners:
    """Listening sockets; None for what the settings leave out."""

    service: socket.socket
    front: socket.socket | None = None
    health: socket.socket | None = None
    administration: socket.socket | None = None
    portal: socket.socket | None = None
    card: socket.socket | None = None

    @staticmethod
    def bound(settings: Settings) -> "Listeners":
        """Listen on every address of the settings.

        Raises:
            InvalidSetting: one of them cannot be listened on; none is then.
        """
        taken: dict[str, socket.socket] = {}
        for name, variables, listen in _wanted(settings):
            try:
                taken[name] = listen()
            except OSError as error:
                for listener in taken.values():
                    listener.close()
                raise InvalidSetting(f"{variables}: this address cannot be listened on ({error.strerror})") from error
        return Listeners(**taken)

    @staticmethod
    def inherited(descriptors: Mapping[str, int]) -> "Listeners":
        """Those that another process bound and left open for this one."""
        return Listeners(**{name: socket.socket(fileno=number) for name, number in descriptors.items()})

    @property
    def descriptors(self) -> dict[str, int]:
        """The file descriptor of each, by its name."""
        listeners = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: listener.fileno() for name, listener in listeners if listener is not None}

    def close(self) -> None:
        """Listen no more in this process."""
        for field in fields(self):
            listener: socket.socket | None = getattr(self, field.name)
            if listener is not None:
                listener.close()


def _wanted(settings: Settings) -> Iterator[tuple[str, str, Callable[[], socket.socket]]]:
    """Each listener: its name, the settings that say where, and how to listen."""
    host = settings.admin_host
    yield "service", "DMP_HOST, DMP_PORT", lambda: bound(settings.host, settings.port)
    if front := settings.front:
        yield "front", "DMP_FRONT", lambda: _front(front)
    if settings.admin_port:
        yield "health", "DMP_ADMIN_HOST, DMP_ADMIN_PORT", lambda: bound(host, settings.admin_port)
    if settings.administration_port:
        told = "DMP_ADMIN_HOST, DMP_ADMINISTRATION_PORT"
        yield "administration", told, lambda: bound(host, settings.administration_port)
    if settings.portal_port:
        yield "portal", "DMP_HOST, DMP_PORTAL_PORT", lambda: bound(settings.host, settings.portal_port)
    if settings.portal_card_port:
        yield "card", "DMP_HOST, DMP_PORTAL_CARD_PORT", lambda: bound(settings.host, settings.portal_card_port)


def _front(address: str) -> socket.socket:
    host, _, rest = address.partition(":")
    if host == "unix":
        return bound_locally(Path(rest))
    host, _, port = address.rpartition(":")
    return bound(host.strip("[]"), int(port))
