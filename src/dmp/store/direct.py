"""Statements run by libpq itself: prepared once on a connection, then named, values in and values out.

An act sends two statements. Going through cursors, adapters and a waiting loop
in Python cost more processor time than the rest of its way to the database;
libpq sends and waits on its own, and lets other threads run meanwhile.
"""

import re
from collections.abc import Callable, Mapping, MutableMapping
from itertools import count
from typing import Any

_NAME = re.compile(r"%\((\w+)\)s")
_TEXT, _BINARY = 0, 1
_CONNECTED = _IDLE = 0
"""CONNECTION_OK and PQTRANS_IDLE of libpq."""
_SQLSTATE, _NOT_PREPARED = ord("C"), b"26000"
_count = count()
"""Names are never used again, on whatever connection."""
_GOOD = frozenset({1, 2})
"""PGRES_COMMAND_OK and PGRES_TUPLES_OK."""
_OCTETS = (bytes, bytearray, memoryview)
_INT2, _INT4, _INT8, _BYTEA = 21, 23, 20, 17


class Direct:
    """One connection of psycopg, spoken to through libpq."""

    def __init__(self, raw: Any, known: MutableMapping[Any, Any]):
        """Use a connection; `known` keeps what is prepared on it as long as it lives."""
        self._libpq = raw.pgconn
        self._known = known.setdefault("statements", {})

    def run(self, text: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Run one statement, written for psycopg; its rows, if it gives any.

        Raises:
            psycopg.Error: as psycopg would.
        """
        result = self._execute(text, values)
        if result.status not in _GOOD and result.error_field(_SQLSTATE) == _NOT_PREPARED and self._idle:
            # A pooler between us and the server, or a DEALLOCATE: prepare again what was known.
            self._known.clear()
            result = self._execute(text, values)
        if result.status not in _GOOD:
            raise _error(result)
        readers = [_reader(result.ftype(column)) for column in range(result.nfields)]
        get = result.get_value
        return [
            tuple([None if (value := get(row, n)) is None else read(value) for n, read in enumerate(readers)])
            for row in range(result.ntuples)
        ]

    def roll_back(self) -> None:
        """End a transaction, if there is one; psycopg would forget on the way what is prepared."""
        if not self._idle and self._libpq.status == _CONNECTED:
            self._libpq.exec_(b"ROLLBACK")

    @property
    def _idle(self) -> bool:
        return self._libpq.transaction_status == _IDLE

    def _execute(self, text: str, values: Mapping[str, object]) -> Any:
        name, wanted = self._known.get(text) or self._prepare(text)
        sent = [_sent(values[key]) for key in wanted]
        formats = [_BINARY if isinstance(values[key], _OCTETS) else _TEXT for key in wanted]
        return self._libpq.exec_prepared(name, sent, formats, _BINARY)

    def _prepare(self, text: str) -> tuple[bytes, tuple[str, ...]]:
        wanted = tuple(dict.fromkeys(_NAME.findall(text)))
        numbered = _NAME.sub(lambda found: f"${wanted.index(found[1]) + 1}", text)
        name = b"dmp_%d" % next(_count)
        result = self._libpq.prepare(name, numbered.encode())
        if result.status not in _GOOD:
            raise _error(result)
        self._known[text] = (name, wanted)
        return name, wanted


def _sent(value: object) -> bytes | None:
    """A value as the server reads it: octets as they are, everything else as text."""
    if value is None:
        return None
    if isinstance(value, _OCTETS):
        return bytes(value)
    if isinstance(value, str):
        return value.encode()
    return b"%d" % int(value)  # type: ignore[call-overload]


def _reader(kind: int) -> Callable[[bytes], Any]:
    if kind in (_INT2, _INT4, _INT8):
        return _integer
    return bytes if kind == _BYTEA else _string


def _integer(value: bytes) -> int:
    return int.from_bytes(value, "big", signed=True)


def _string(value: bytes) -> str:
    return bytes(value).decode()


def _error(result: Any) -> Exception:
    from psycopg.errors import error_from_result

    return error_from_result(result)
