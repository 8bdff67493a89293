"""The application of the internal listener: what stays inside the house (xds-wire 1.1, 7.6, 7.7)."""

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.routing import Route

from dmp.main import build_edge, limits
from dmp.record.actor import Caller
from dmp.settings import Settings
from dmp.store.tx import Store
from dmp.web.soap.administration import SERVICES, as_administrator
from dmp.web.soap.edge import Edge
from dmp.web.soap.endpoint import endpoint
from dmp.wire.soap import Envelope
from dmp.wire.vihf.assertion import Vihf


def build_admin_app(store: Store, settings: Settings) -> Starlette:
    """The internal SOAP services, behind the same mutual TLS, VIHF and gate as the others.

    An administrator is somebody whose national or local id `DMP_ADMINISTRATORS`
    lists, who calls in person: with his own card in both certificates.
    """
    service = build_edge(store, settings)

    def authenticate(envelope: Envelope, certificate: bytes) -> tuple[Caller, Vihf]:
        caller, vihf = service.authenticate(envelope, certificate)
        return as_administrator(caller, settings.administrators), vihf

    edge = Edge(service.house, authenticate, SERVICES)
    soap = endpoint(edge, CapacityLimiter(1), limits(settings))
    app = Starlette(routes=[Route(f"/{name}", soap, methods=["POST"]) for name in SERVICES])
    # A redirection would be made of the Host header, which may be anything.
    app.router.redirect_slashes = False
    return app
