"""The header of a CDA document and the document around its body (cda-and-services 1.1)."""

from dataclasses import dataclass
from datetime import datetime

from dmp.record.actor import Professional
from dmp.record.codes import Code
from dmp.record.practice import place_of, practice_of
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.heading import Identification, encounter, kept_by, opening, replacing, signed, written_by
from dmp.wire.cda.making.people import assigned, keeper, patient_role
from dmp.wire.cda.making.tree import (
    Node,
    cda,
    coded,
    identifier,
    interval,
    lab_status,
    serialise,
    stamp,
    templates,
    time_text,
)
from dmp.wire.cda.templates import CI_SIS, HL7_FRANCE


@dataclass(frozen=True)
class Model:
    """A content model («volet»): the type of the document and the templates it declares, root and version."""

    type: Code
    templates: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Act:
    """The main act («acte principal») that a document reports.

    `others` are codes of further acts, written without dates. `until` ends
    the main act. A laboratory act says its performer's template and a status.
    """

    code: Code | None = None
    others: tuple[Code, ...] = ()
    until: datetime | None = None
    laboratory: bool = False
    ids: tuple[str, ...] = ()
    """Ids of the main act, as the number of a prescription."""


@dataclass(frozen=True)
class Content:
    """What a kind of document adds to the context: title, act, body, and who or what else the header names."""

    title: str
    act: Act
    body: Node
    participants: tuple[Node, ...] = ()
    orders: tuple[str, ...] = ()
    """Ids of the prescriptions that the act fulfils (inFulfillmentOf)."""


def document(context: DocumentContext, model: Model, content: Content) -> bytes:
    """The octets of a whole document."""
    root = cda(
        "ClinicalDocument",
        *_opening(context, model, content.title),
        cda("recordTarget", patient_role(context)),
        _author(context),
        kept_by(keeper(context.author)),
        signed(stamp(context.at), assigned("assignedEntity", context.author)),
        *content.participants,
        *(cda("inFulfillmentOf", cda("order", identifier(order))) for order in content.orders),
        _main_act(context, content.act),
        *(_other_act(code) for code in content.act.others),
        _replaced(context),
        _encounter(context),
        cda("component", content.body),
    )
    return serialise(root)


def _author(context: DocumentContext) -> Node:
    return written_by(assigned("assignedAuthor", context.author), stamp(context.at), context.function)


def _opening(context: DocumentContext, model: Model, title: str) -> list[Node]:
    own = [cda("templateId", root=root, extension=version) for root, version in model.templates]
    which = Identification(
        (*templates(HL7_FRANCE, CI_SIS), *own),
        identifier(context.id),
        identifier(context.set_id, "setId"),
        str(context.version),
        title,
        stamp(context.at),
    )
    return opening(which, model.type)


def _practice(context: DocumentContext) -> Code:
    return context.practice or practice_of(_sector(context))


def _sector(context: DocumentContext) -> str:
    """The sector of activity of the author; a program has none."""
    return context.author.facility.sector if isinstance(context.author, Professional) else ""


def _main_act(context: DocumentContext, act: Act) -> Node:
    """The act, its dates and the one who did it, in a structure of known practice setting."""
    performer = cda(
        "performer",
        *(templates("1.3.6.1.4.1.19376.1.3.3.1.7") if act.laboratory else ()),
        cda("time", cda("high", value=stamp(act.until or context.at))) if act.laboratory else None,
        assigned("assignedEntity", context.author, practice=_practice(context)),
        typeCode="PRF",
    )
    status = lab_status("completed") if act.laboratory else None
    event = cda(
        "serviceEvent",
        *(identifier(name) for name in act.ids),
        coded("code", act.code) if act.code else None,
        status,
        interval(stamp(context.begun), time_text(act.until)),
        performer,
    )
    return cda("documentationOf", event)


def _other_act(code: Code) -> Node:
    return cda("documentationOf", cda("serviceEvent", coded("code", code)))


def _replaced(context: DocumentContext) -> Node | None:
    """The version that this one replaces (RPLC), under the id it was deposited with."""
    if not context.replaces:
        return None
    series = identifier(context.set_id, "setId")
    return replacing([identifier(context.replaces)], series, str(context.version - 1))


def _encounter(context: DocumentContext) -> Node:
    """The encounter («prise en charge») and the kind of place it happened in."""
    author = context.author
    where = author.facility.name if isinstance(author, Professional) else ""
    named = cda("location", cda("name", where)) if where else None
    when = interval(stamp(context.begun))
    return encounter(when, place_of(_sector(context)), named, kind=context.encounter)
