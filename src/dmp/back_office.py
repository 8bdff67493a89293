"""The desk and the pages of the operator, put together."""

from collections.abc import Callable
from datetime import datetime

from dmp.main import build_gate, now
from dmp.overseeing import Overseeing
from dmp.practice import room_of
from dmp.settings import Settings
from dmp.sign_in.operators import Operators
from dmp.store.tx import Store
from dmp.web.desk.access_pages import AccessPages
from dmp.web.desk.record_pages import RecordPages
from dmp.web.desk.welcome_pages import WelcomePages
from dmp.web.operator.door import OperatorDoor
from dmp.web.operator.pages import OperatorPages
from dmp.web.portal.page import PageRoute
from dmp.web.portal.strong import Strong


def desk_routes(settings: Settings) -> tuple[PageRoute, ...]:
    """The pages where staff and professionals help who stands before them."""
    room = room_of(settings)
    return (*WelcomePages(room).routes, *RecordPages(room).routes, *AccessPages(room).routes)


def operator_routes(
    store: Store, settings: Settings, strong: Strong, clock: Callable[[], datetime] = now
) -> tuple[PageRoute, ...]:
    """The pages of who runs the service; none without passkeys, which an operator signs in with."""
    if strong.passkeys is None:
        return ()
    door = OperatorDoor(strong, Operators(strong.ceremonies, strong.passkeys))
    overseeing = Overseeing(store, settings, build_gate(store, settings), clock)
    return (*door.routes, *OperatorPages(overseeing).routes)
