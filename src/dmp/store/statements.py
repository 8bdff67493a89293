"""Statements written once with SQLAlchemy, compiled once for each engine, and run by the driver itself.

Building and interpreting a statement anew costs more than running it: an act
makes three or four, all of them known beforehand.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Select,
    Table,
    Update,
    and_,
    any_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import FromClause

from dmp.store import schema
from dmp.store.pages import OTHERS

Statement = Select[*tuple[Any, ...]] | Insert | Update | Delete


class Prepared:
    """One statement; parameters are given by name."""

    def __init__(self, statement: Statement, *columns: str, alone: bool = False, on_sqlite: Statement | None = None):
        """Keep a statement; `columns` are those that an insertion is given, all of them when none is named.

        One that is `alone` must see what the one before it did: it cannot be
        part of a `Joined` statement. `on_sqlite` is what SQLite is told, where
        it has no words for the other.
        """
        self._statement, self._on_sqlite = statement, statement if on_sqlite is None else on_sqlite
        self._columns = list(columns) or None
        self.alone = alone

    @cache  # noqa: B019 - statements live as long as the program
    def sql(self, engine_name: str) -> str:
        """The text for an engine, in the style of parameters of its driver."""
        is_sqlite = engine_name == "sqlite"
        dialect = sqlite.dialect(paramstyle="named") if is_sqlite else _PSYCOPG
        statement = self._on_sqlite if is_sqlite else self._statement
        return str(statement.compile(dialect=dialect, column_keys=self._columns))


class Joined:
    """Several writes as one statement of PostgreSQL: one message, one answer, all or nothing without a BEGIN."""

    def __init__(self, parts: tuple[Prepared, ...]):
        """Join writes of which none needs to see what another did; the parameters of part n get the prefix `n_`."""
        texts = [_prefixed(part.sql("postgresql"), number) for number, part in enumerate(parts)]
        named = ", ".join(f"part_{number} AS ({text})" for number, text in enumerate(texts[:-1]))
        self.sql = f"WITH {named} {texts[-1]}" if named else texts[-1]
        self._names = [
            [(name, f"{number}_{name}") for name in _NAME.findall(part.sql("postgresql"))]
            for number, part in enumerate(parts)
        ]

    def values(self, rows: Iterable[Mapping[str, object]]) -> dict[str, object]:
        """The parameters of all the parts."""
        return {told: row[name] for names, row in zip(self._names, rows, strict=True) for name, told in names}


_NAME = re.compile(r"%\((\w+)\)s")


def _prefixed(text: str, number: int) -> str:
    return _NAME.sub(rf"%({number}_\1)s", text)


joined = lru_cache(maxsize=256)(Joined)
"""The statement for a list of writes: an act of one kind always writes the same list."""

_PSYCOPG = postgresql.psycopg.dialect()  # type: ignore[attr-defined]


def into(table: Table, *columns: str) -> Prepared:
    """Insert rows."""
    return Prepared(insert(table).inline(), *columns)


_record, _page = schema.record.c, schema.page.c
_key, _seen = bindparam("key"), bindparam("seen", type_=_record.revision.type)


def _of_record(*, held: bool) -> Prepared:
    columns = (_record.revision, _record.version, _record.master, _record.wrapped, _record.sealed)
    query = select(*columns).where(_record.record == _key)
    return Prepared(query.with_for_update() if held else query)


def _with_pages(*which: ColumnElement[bool]) -> Prepared:
    """A record and its pages, in one snapshot: what hides a document and the document are of one moment.

    Without the pages where the record is still of the revision that was `seen`.
    """
    columns = (_record.revision, _record.version, _record.master, _record.wrapped, _record.sealed)
    read = and_(_page.record == _key, _record.revision != _seen, *which)
    joined: FromClause = schema.record.outerjoin(schema.page, read)
    query = select(*columns, _page.number, _page.sealed.label("page"))
    return Prepared(query.select_from(joined).where(_record.record == _key).order_by(_page.number))


READ_RECORD = _with_pages()
READ_LISTED = _with_pages(_page.number < literal_column(str(OTHERS)))
READ_OTHERS = _with_pages(_page.number >= literal_column(str(OTHERS)))
HOLD_RECORD = _of_record(held=True)
READ_REVISION = Prepared(select(_record.revision).where(_record.record == _key))
READ_PAGES = Prepared(select(_page.number, _page.sealed).where(_page.record == _key).order_by(_page.number))

# A write that comes after another one sets nothing into a column that must be set, which undoes it as a whole:
# the check needs no answer, and so no round trip of its own.
_NEXT_REVISION = case((_record.revision == bindparam("seen"), _record.revision + literal_column("1")), else_=null())
TOUCH_RECORD = Prepared(update(schema.record).where(_record.record == _key).values(revision=_NEXT_REVISION))
CHANGE_RECORD = Prepared(
    update(schema.record)
    .where(_record.record == _key)
    .values(
        revision=_NEXT_REVISION,
        version=bindparam("new_version"),
        state=bindparam("new_state"),
        sealed=bindparam("new_sealed"),
    )
)
ADD_RECORD = into(schema.record)
KEEP_VERSION = into(schema.record_history)
ADD_PAGE = into(schema.page)
REWRITE_PAGE = Prepared(
    update(schema.page)
    .where(_page.record == _key, _page.number == bindparam("page"))
    .values(sealed=bindparam("new_sealed"))
)
ADD_DOCUMENT = into(schema.document)
DROP_DOCUMENT = Prepared(
    delete(schema.document).where(schema.document.c.record == _key, schema.document.c.id == bindparam("named"))
)
_projection = schema.projection.c
ADD_PROJECTION = into(schema.projection)


def _of_documents(column: ColumnElement[bytes]) -> Prepared:
    """What is kept of some documents of a record, named in one text with a comma between two: of those alone.

    Rows of others, which may be hidden from who asks, would cost time, and tell of them.
    """
    query = select(_projection.document, column).where(_projection.record == _key)
    names: ColumnElement[str] = bindparam("names")
    listed = literal_column("""'["' || replace(:names, ',', '","') || '"]'""")
    each = func.json_each(listed).table_valued("value")
    return Prepared(
        query.where(_projection.document == any_(func.string_to_array(names, literal_column("','")))),
        on_sqlite=query.where(_projection.document.in_(select(each.c.value))),
    )


READ_FACTS, READ_TERMS = _of_documents(_projection.facts), _of_documents(_projection.terms)
READ_PROJECTION = Prepared(
    select(_projection.version, _projection.facts, _projection.terms).where(
        _projection.record == _key, _projection.document == bindparam("named")
    )
)
READ_PROJECTIONS = Prepared(
    select(_projection.document, _projection.version, _projection.facts, _projection.terms).where(
        _projection.record == _key
    )
)
DROP_PROJECTION = Prepared(
    delete(schema.projection).where(_projection.record == _key, _projection.document == bindparam("named"))
)
ADD_PLACE = into(schema.place)
FIND_PLACE = Prepared(select(schema.place.c.record).where(schema.place.c.token == bindparam("token")))
ADD_LEAD = into(schema.lead)
LEADS_AT_ONCE = 16
"""Leads looked up in one statement: to whom somebody may read, they are those of a year of months."""
FIND_LEADS = Prepared(
    select(schema.lead.c.record).where(schema.lead.c.token.in_([bindparam(f"token_{n}") for n in range(LEADS_AT_ONCE)]))
)
DROP_LEAD = Prepared(
    delete(schema.lead).where(schema.lead.c.token == bindparam("token"), schema.lead.c.record == _key), alone=True
)
ADD_IDENTIFIER = into(schema.identifier)
FIND_IDENTIFIER = Prepared(select(schema.identifier.c.record).where(schema.identifier.c.token == bindparam("token")))

# The end of a record (LC-11, security 12.5).
_document, _erasure, _former = schema.document.c, schema.erasure.c, schema.former_identifier.c
DESTROY_RECORD = Prepared(
    update(schema.record)
    .where(_record.record == _key)
    .values(
        revision=_NEXT_REVISION,
        state=bindparam("new_state"),
        master=literal_column("''"),
        wrapped=bindparam("nothing"),
        sealed=bindparam("nothing"),
    )
)
COUNT_PAGES, COUNT_VERSIONS, COUNT_TRACES = (
    Prepared(select(func.count()).select_from(table).where(table.c.record == _key))
    for table in (schema.page, schema.record_history, schema.trace)
)
READ_DOCUMENTS = Prepared(select(_document.id, _document.size).where(_document.record == _key))
_look = schema.health_look.c
ADD_LOOK = into(schema.health_look)
DROP_LOOK = Prepared(delete(schema.health_look).where(_look.record == _key))
READ_LOOK = Prepared(select(_look.rules).where(_look.record == _key))
_again = update(schema.health_look).where(_look.record == _key).values(day=bindparam("new_day"))
SET_LOOK, SET_LOOK_AND_RULES = Prepared(_again), Prepared(_again.values(rules=bindparam("new_rules")))
# The first condition is in the second: it is what lets the index be entered at its place.
_after_it = or_(_look.day > bindparam("after_day"), _look.record > bindparam("after"))
DUE_LOOKS = Prepared(
    select(_look.day, _look.record)
    .where(_look.day <= bindparam("today"), _look.day >= bindparam("from_day"), _after_it)
    .order_by(_look.day, _look.record)
    .limit(literal_column("500"))
    .offset(literal_column("0"))
)
DROP_PAGES, DROP_DOCUMENTS, DROP_PROJECTIONS = (
    Prepared(delete(table).where(table.c.record == _key)) for table in (schema.page, schema.document, schema.projection)
)
DROP_IDENTIFIER = Prepared(
    delete(schema.identifier).where(schema.identifier.c.token == bindparam("token"), schema.identifier.c.record == _key)
)
DROP_PLACE = Prepared(
    delete(schema.place).where(schema.place.c.token == bindparam("token"), schema.place.c.record == _key), alone=True
)
ADD_ERASURE = into(schema.erasure)
ADD_FORMER_IDENTIFIER = into(schema.former_identifier)
FIND_FORMER_RECORDS = Prepared(select(_former.record).where(_former.token == bindparam("token")))
READ_ERASURE = Prepared(select(_erasure.certificate, _erasure.signature).where(_erasure.record == _key))
LIST_CLOSED = Prepared(
    select(_record.record, _record.version, _record.master, _record.wrapped, _record.sealed)
    .where(_record.state == bindparam("closed"), _record.record > bindparam("after"))
    .order_by(_record.record)
    .limit(literal_column("500"))
    .offset(literal_column("0"))
)

ADD_TRACE = into(schema.trace)
FIND_TRACE = Prepared(
    select(schema.trace.c.id).where(schema.trace.c.record == _key, schema.trace.c.id == bindparam("named"))
)
QUEUE_TRACE = into(schema.trace_queue, "record", "trace", "commitment")
READ_TRACE = Prepared(
    select(schema.trace.c.sealed).where(schema.trace.c.record == _key, schema.trace.c.id == bindparam("named"))
)
_trace = schema.trace.c
NEWEST_TRACES = Prepared(
    select(_trace.id, _trace.sealed)
    .where(_trace.record == _key)
    .order_by(_trace.id.desc())
    .limit(bindparam("most"))
    .offset(literal_column("0"))
)
_last, _one_row = bindparam("last", type_=_trace.id.type), select(literal_column("1")).subquery()
_until_last = select(func.count()).select_from(schema.trace).where(_trace.record == _key, _trace.id <= _last)
_after_last = schema.trace.alias()
TRACES_AFTER = Prepared(
    select(_until_last.scalar_subquery(), _after_last.c.id, _after_last.c.sealed)
    .select_from(_one_row.outerjoin(_after_last, and_(_after_last.c.record == _key, _after_last.c.id > _last)))
    .order_by(_after_last.c.id)
)
"""How many traces there are up to one, and those that come after it."""
READ_TRACES = Prepared(
    select(schema.trace.c.id, schema.trace.c.commitment, schema.trace.c.sealed)
    .where(schema.trace.c.record == _key)
    .order_by(schema.trace.c.id)
)

_leaf, _head = schema.leaf.c, schema.head.c
_newest_size = select(func.max(_head.size)).scalar_subquery()
NEWEST_HEAD = Prepared(
    select(_head.size, _head.at, _head.root, _head.previous, _head.signature).where(_head.size == _newest_size)
)
_size_between = select(func.min(_head.size)).where(_head.size.between(bindparam("least"), bindparam("most")))
FIND_FRONTIER = Prepared(select(_head.frontier).where(_head.size == _size_between.scalar_subquery()))
READ_PLACES = Prepared(
    select(_leaf.trace, _leaf.sequence).where(_leaf.record == _key, _leaf.sequence < bindparam("size"))
)
READ_PLACE = Prepared(select(_leaf.sequence).where(_leaf.record == _key, _leaf.trace == bindparam("named")))
READ_LEAVES = Prepared(
    select(_leaf.sequence, _leaf.commitment)
    .where(_leaf.sequence >= bindparam("first"), _leaf.sequence <= bindparam("last"))
    .order_by(_leaf.sequence)
)

ADD_SEEN = into(schema.seen)
FIND_SEEN = Prepared(
    select(schema.seen.c.content, schema.seen.c.holder).where(schema.seen.c.token == bindparam("token"))
)
FORGET_SEEN = Prepared(delete(schema.seen).where(schema.seen.c.until < bindparam("before")))

_directory, _activity = schema.directory.c, schema.activity.c
_KIND_AND_ID = (_directory.kind == bindparam("of_kind"), _directory.id == bindparam("named"))
FIND_LISTED = Prepared(
    select(
        _directory.name,
        _directory.active,
        _directory.parent,
        _directory.profession,
        _directory.know_hows,
        _directory.sector,
    ).where(*_KIND_AND_ID)
)
_word = schema.directory_word.c
_OF_ITS_LINE = and_(_directory.kind == _word.kind, _directory.id == _word.id)
DROP_WORDS = Prepared(
    delete(schema.directory_word).where(_word.kind == bindparam("of_kind"), _word.id == bindparam("named")), alone=True
)
ADD_WORD = into(schema.directory_word)
MOST_NAMED = 500
"""Lines that a search by name looks at: what more there is, a longer name finds."""
FIND_NAMED = Prepared(
    select(
        _directory.id,
        _directory.name,
        _directory.active,
        _directory.parent,
        _directory.profession,
        _directory.know_hows,
        _directory.sector,
    )
    .select_from(schema.directory_word.join(schema.directory, _OF_ITS_LINE))
    .where(
        _word.kind == bindparam("of_kind"),
        _directory.active == literal_column("1"),
        _word.word >= bindparam("first"),
        _word.word <= bindparam("last"),
    )
    .distinct()
    .order_by(_directory.name, _directory.id)
    .limit(literal_column(str(MOST_NAMED)))
    .offset(literal_column("0"))
)
DROP_LISTED = Prepared(delete(schema.directory).where(*_KIND_AND_ID), alone=True)
ADD_LISTED = into(schema.directory)
FIND_ACTIVITY = Prepared(
    select(_activity.structure).where(
        _activity.professional == bindparam("person"), _activity.structure == bindparam("place")
    )
)
NAMES_IN = Prepared(
    select(_directory.name)
    .select_from(schema.activity.join(schema.directory, _directory.id == _activity.professional))
    .where(_activity.structure == bindparam("place"), _directory.kind == literal_column("'professional'"))
)
ADD_ACTIVITY = into(schema.activity)
FIND_PLACES = Prepared(
    select(_activity.structure).where(_activity.professional == bindparam("person")).order_by(_activity.structure)
)

_team = schema.team.c
_MEMBER = (
    _team.team == bindparam("of_team"),
    _team.professional == bindparam("person"),
    _team.since == bindparam("day"),
)
FIND_TEAMS = Prepared(
    select(_team.team).where(
        _team.professional == bindparam("person"),
        _team.since <= bindparam("instant"),
        _team.until > bindparam("instant"),
    )
)
FIND_TEAM = Prepared(select(func.min(_team.professional)).where(_team.team == bindparam("team")))
DROP_MEMBER = Prepared(delete(schema.team).where(*_MEMBER), alone=True)
ADD_MEMBER = into(schema.team)
