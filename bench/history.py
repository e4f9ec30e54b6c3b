"""A warehouse with a history: days of minutes written straight into raw, and the questions to it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

from include.cerebro.checking.answers import ANSWERS
from include.cerebro.platform.names import ANALYST_ROLE, LOADER_ROLE
from include.cerebro.platform.sql import read_sql
from testing.sites import Site

HEROES = 100
# Days are written by so many connections at once.
WRITERS = 2
FIRST_DAY = date(2024, 1, 1)
SQL = Path(__file__).parent / "sql" / "history"

FACT, BIG_TABLE = "marts.fact_biometrics", "analytics.obt_cerebro_restored"
LOOKUPS = {FACT: "lookup_fact.sql", BIG_TABLE: "lookup.sql"}


class History:
    """Consecutive days in the warehouse of a site.

    Attributes:
        site: the site.
        days: number of days in raw.
        heroes: number of heroes.
    """

    def __init__(self, site: Site, heroes: int = HEROES) -> None:
        self.site = site
        self.days = 0
        self.heroes = heroes

    def add_days(self, count: int) -> None:
        """Write the next days into raw: a load of biometrics and a mission log a day, one transaction a day."""
        days = [self.last_day(later) for later in range(1, count + 1)]
        with self.site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            # Before the writers, who would wait for each other's months.
            cursor.execute("select raw.add_months(%s::date[])", [days])
            connection.commit()
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(self._write, [days[number::WRITERS] for number in range(WRITERS)]))
        self.days += count

    def _write(self, days: Sequence[str]) -> None:
        """Write days into raw by a connection of its own."""
        with self.site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            for day in days:
                for file in ("missions.sql", "biometrics.sql"):
                    cursor.execute((SQL / file).read_text(), {"day": day, "heroes": self.heroes})
                connection.commit()

    def last_day(self, later: int = 0) -> str:
        """Return the last day in raw, or the day so many days later, as YYYY-MM-DD."""
        return (FIRST_DAY + timedelta(days=self.days - 1 + later)).isoformat()

    def questions(self) -> dict[str, str]:
        """Return the SQL of the two questions and of a lookup by hero and time, each under its title."""
        answers = {title: read_sql(file) for title, file in ANSWERS.items()}
        return answers | {"An hour of one hero": self._lookup(BIG_TABLE)}

    def lookups(self) -> dict[str, str]:
        """Return the SQL of a lookup by hero and time in each large table that readers know, by the table's name."""
        return {table: self._lookup(table) for table in LOOKUPS}

    def _lookup(self, table: str) -> str:
        """Return the SQL of a lookup in the middle of the history."""
        with self._analyst() as cursor:
            # The 42nd of 100 heroes.
            bound = {"day": self.last_day(-self.days // 2), "hero": f"hero_{self.heroes * 42 // 100:03}"}
            return cursor.mogrify((SQL / LOOKUPS[table]).read_text(), bound).decode()

    def seconds_to_answer(self, query: str) -> float:
        """Return the seconds from an analyst's query to its last row. Connecting is not counted."""
        with self._analyst() as cursor:
            started = time.perf_counter()
            cursor.execute(query)
            cursor.fetchall()
            return time.perf_counter() - started

    def plan(self, query: str) -> str:
        """Run the query as an analyst and return PostgreSQL's plan with its measurements."""
        with self._analyst() as cursor:
            cursor.execute("explain (analyze, costs off, buffers, summary on) " + query)
            return "\n".join(line for (line,) in cursor.fetchall())

    def sizes(self) -> list[tuple[str, str, str, float]]:
        """Return the large relations, with the sizes of rows and of indexes, and the bytes a hero-minute."""
        with self.site.superuser() as cursor:
            cursor.execute((SQL / "sizes.sql").read_text())
            return [
                (name, rows, indexes, total_bytes / (self.days * 1440 * self.heroes))
                for name, rows, indexes, total_bytes in cursor.fetchall()
            ]

    @contextmanager
    def _analyst(self) -> Iterator[Cursor]:
        """Open a cursor with an analyst's rights."""
        with self.site.warehouse.connect(ANALYST_ROLE) as connection, connection.cursor() as cursor:
            yield cursor
