"""Databases and stores of one's own, gone at the end."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from dmp.store.tx import Store
from dmp.store.vault import Vault

CONNECTIONS = 4


@contextmanager
def fresh_database(server_url: str, *, template: str = "template0") -> Iterator[str]:
    """A database of one's own, dropped at the end; gives its URL."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as server:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield f"{server_url.rpartition('/')[0]}/{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def opened_store(url: str, folder: Path) -> Iterator[Store]:
    """A store with its blobs and its keys in a folder."""
    Vault.create(folder / "keys")
    store = Store.open(url, blobs=folder / "blobs", keys=folder / "keys", connections=CONNECTIONS)
    try:
        yield store
    finally:
        store.close()
