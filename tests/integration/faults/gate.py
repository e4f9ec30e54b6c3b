"""A gate in a table of the warehouse: an insert of chosen rows waits until the test opens it, or fails."""

from __future__ import annotations

import time
from types import TracebackType
from urllib.parse import urlsplit

import psycopg2
from psycopg2.extensions import connection

from tests.integration.helpers import Site

_LOCK = 471_100
# Seconds until a session must have reached the gate.
TIMEOUT = 60.0

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
    """A trigger that stops an insert at the first row that meets a condition, while the context is open.

    Args:
        site: the site of the warehouse.
        table: the table, with its schema.
        condition: SQL about ``new``, the row.
        raises: an SQLSTATE; the insert fails with it instead of waiting.
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

    def _connect(self) -> connection:
        opened = psycopg2.connect(self._uri)
        opened.autocommit = True
        return opened

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement as superuser, in the session that holds the gate."""
        with self._session.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def wait(self) -> None:
        """Wait until a session waits at the gate."""
        self.wait_until(_WAITING)

    def wait_until(self, condition: str) -> None:
        """Wait until a query's first value is true."""
        deadline = time.monotonic() + TIMEOUT
        while not self.execute(condition)[0][0]:
            assert time.monotonic() < deadline, f"no session reached the gate in {self.table} within {TIMEOUT:.0f} s"
            time.sleep(0.02)

    def open(self) -> None:
        """Let the waiting sessions continue, and drop the trigger when they have ended."""
        self._session.close()
        self._session = self._connect()
        self.execute(f"set lock_timeout = '{TIMEOUT:.0f}s'; drop trigger if exists gate on {self.table}")

    def __enter__(self) -> Gate:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.open()
        self._session.close()
