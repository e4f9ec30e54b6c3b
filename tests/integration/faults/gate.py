"""A gate in a table of the warehouse: it stops the loader at an exact row, for as long as the test wants."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from tests.integration.helpers import Site

_LOCK = 471_100
# Seconds that anybody may need to come to the gate.
PATIENCE = 60.0

_CLOSE = f"""
    create or replace function public.gate() returns trigger language plpgsql as $$
    begin
        if {{condition}} then
            {{action}}
        end if;
        return new;
    end
    $$;
    create or replace trigger gate before insert on {{table}} for each row execute function public.gate();
    select pg_advisory_lock({_LOCK});
"""
_WAITING = f"""
    select count(*) from pg_locks
    where
        locktype = 'advisory' and objid = {_LOCK} and not granted
        and database = (select oid from pg_database where datname = current_database())
"""


class Gate:
    """While open for nobody, whoever inserts a row that meets ``condition`` (of ``new``) waits in that row.

    With ``raises``, an SQLSTATE, they get this error instead.
    """

    def __init__(self, site: Site, table: str, condition: str = "true", raises: str | None = None) -> None:
        self.table = table
        self._uri = urlsplit(site.superuser_uri)._replace(path=f"/{site.warehouse.database}").geturl()
        self._session = self._connect()
        action = (
            f"raise exception 'injected' using errcode = '{raises}';"
            if raises
            else f"perform pg_advisory_xact_lock_shared({_LOCK});"
        )
        self.execute(_CLOSE.format(table=table, condition=condition, action=action))

    def _connect(self) -> Any:
        connection = psycopg2.connect(self._uri)
        connection.autocommit = True
        return connection

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as superuser, in the session that holds the gate."""
        with self._session.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def wait(self) -> None:
        """Wait until somebody stands at the gate."""
        self.wait_until(_WAITING)

    def wait_until(self, condition: str) -> None:
        """Wait until a query's first value is true."""
        deadline = time.monotonic() + PATIENCE
        while not self.execute(condition)[0][0]:
            assert time.monotonic() < deadline, f"nobody came to the gate in {self.table}"
            time.sleep(0.02)

    def open(self) -> None:
        """Let everybody through who waits, and take the gate down when they are through."""
        self._session.close()
        self._session = self._connect()
        self.execute(f"set lock_timeout = '{PATIENCE:.0f}s'; drop trigger if exists gate on {self.table}")

    def __enter__(self) -> Gate:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.open()
        self._session.close()
