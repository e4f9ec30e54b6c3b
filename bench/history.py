"""A warehouse with a history: days of minute rows straight in raw, and what is asked of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from include.cerebro.checking.answers import ANSWERS
from include.cerebro.platform.names import ANALYST_ROLE, LOADER_ROLE
from include.cerebro.platform.sql import read_sql
from local.throwaway import Site

HEROES = 100
FIRST_DAY = date(2024, 1, 1)
SQL = Path(__file__).parent / "sql" / "history"


class History:
    """Days that follow each other, in the warehouse of a site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.days = 0

    def add_days(self, count: int) -> None:
        """Put the next days into raw: a load of biometrics and a mission log a day, each day a transaction."""
        with self.site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            for _ in range(count):
                for file in ("missions.sql", "biometrics.sql"):
                    cursor.execute((SQL / file).read_text(), {"day": self.last_day(1), "heroes": HEROES})
                connection.commit()
                self.days += 1

    def last_day(self, later: int = 0) -> str:
        """The last day that is in raw, or one that is so much later, as YYYY-MM-DD."""
        return (FIRST_DAY + timedelta(days=self.days - 1 + later)).isoformat()

    def questions(self) -> dict[str, str]:
        """The SQL of the two questions and of a lookup by hero and time, by title."""
        lookup = (SQL / "lookup.sql").read_text().replace("%(day)s", f"'{self.last_day(-self.days // 2)}'")
        return {title: read_sql(file) for title, file in ANSWERS.items()} | {"An hour of one hero": lookup}

    def seconds_to_answer(self, query: str) -> float:
        """How long an analyst waits for all rows, on a connection that is open."""
        with self._analyst() as cursor:
            started = time.perf_counter()
            cursor.execute(query)
            cursor.fetchall()
            return time.perf_counter() - started

    def plan(self, query: str) -> str:
        """How PostgreSQL answers it, run and measured."""
        with self._analyst() as cursor:
            cursor.execute("explain (analyze, costs off, buffers, summary on) " + query)
            return "\n".join(line for (line,) in cursor.fetchall())

    def sizes(self) -> list[tuple[str, str, str]]:
        """Relation, size of its rows and of its indexes."""
        with self.site.superuser() as cursor:
            cursor.execute((SQL / "sizes.sql").read_text())
            return list(cursor.fetchall())

    @contextmanager
    def _analyst(self) -> Iterator[Any]:
        with self.site.warehouse.connect(ANALYST_ROLE) as connection, connection.cursor() as cursor:
            yield cursor
