"""What the messages of the small French services share: one namespace, texts, times as DTM in UTC (xds-wire 9.4)."""

from datetime import UTC, datetime

from lxml import etree

from dmp.record import dtm
from dmp.record.errors import IncompleteRequest, InvalidMessage
from dmp.wire.xml import Element, text


def check_root(body: Element, namespace: str, local: str) -> None:
    """Check that this is the message.

    Raises:
        InvalidMessage: it is another one.
    """
    if body.tag != f"{{{namespace}}}{local}":
        raise InvalidMessage("not the message of this service", element="Body")


def only_text(parent: Element, local: str) -> str:
    """The text of the only child of that name, in the namespace of its parent; empty when absent.

    Raises:
        IncompleteRequest: it is there more than once.
    """
    parent_name = etree.QName(parent)
    children = list(parent.iterchildren(f"{{{parent_name.namespace}}}{local}"))
    if len(children) > 1:
        raise IncompleteRequest("more than one element", element=f"{parent_name.localname}/{local}")
    return text(children[0]).strip() if children else ""


def output_of(body: Element, namespace: str, answer: str) -> Element:
    """The `output` of an answer, which has a `status`.

    Raises:
        InvalidMessage: it is another message.
        IncompleteRequest: no `output`, or one without `status`.
    """
    check_root(body, namespace, answer)
    output = body.find(f"{{{namespace}}}output")
    if output is None or not only_text(output, "status"):
        raise IncompleteRequest("element missing", element=f"{answer}/output/status")
    return output


def child(parent: Element, local: str, said: str = "") -> Element:
    """Add an element in the namespace of its parent."""
    element = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{local}")
    if said:
        element.text = said
    return element


def maybe_child(parent: Element, local: str, said: str) -> None:
    """Add an element when there is something to say."""
    if said:
        child(parent, local, said)


def instant_of(said: str, *, element: str) -> datetime | None:
    """An instant, told as a DTM in UTC or as an ISO date or time; None for an empty text.

    Raises:
        IncompleteRequest: neither; the element is named.
    """
    if not said:
        return None
    if dtm.is_dtm(said):
        return dtm.lowest(said)
    try:
        told = datetime.fromisoformat(said)
    except ValueError:
        raise IncompleteRequest("not a date", element=element) from None
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


def dtm_of(at: datetime | None) -> str:
    """An instant as these services write it; empty for none."""
    return dtm.of(at) if at else ""
