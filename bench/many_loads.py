"""A warehouse with very many small loads: objects of two minutes and mission logs, written straight into raw."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from bench.dbt import vacuum
from testing.sites import Site

SQL = Path(__file__).parent / "sql" / "many_loads"


class State(NamedTuple):
    """What a relation keeps beyond the ledger.

    Attributes:
        relation: its name with its schema.
        bytes_a_load: its bytes with indexes, per load.
        is_of_records: whether it has a row per record of heroes or missions, whose number is not that of loads.
    """

    relation: str
    bytes_a_load: float
    is_of_records: bool


class ManyLoads:
    """Loads of one small object each in the warehouse of a site.

    Attributes:
        site: the site. Its warehouse must be new: load ids count from 1.
        scratch: folder for dbt. Each warehouse has its own, because dbt reads the whole project again for another one.
        loads: number of the objects' loads in raw; missions come in further loads of 1,000.
    """

    def __init__(self, site: Site, scratch: Path) -> None:
        self.site = site
        self.scratch = scratch
        self.loads = 0

    def fill(self, loads: int) -> None:
        """Write so many objects and as many missions into raw.

        Args:
            loads: a multiple of 1,000.
        """
        self.add_objects(loads)
        self._execute("missions.sql", missions=loads)
        vacuum(self.site)

    def add_objects(self, count: int) -> None:
        """Write the next objects into raw, each with its own load."""
        self._execute("objects.sql", batch=f"after-{self.loads}", objects=count)
        self.loads += count

    def state_bytes(self) -> list[State]:
        """Return the relations that keep state beyond the ledger itself, the largest first."""
        with self.site.superuser() as cursor:
            cursor.execute((SQL / "state.sql").read_text())
            return [State(*row) for row in cursor.fetchall()]

    def _execute(self, file: str, **parameters: object) -> None:
        """Run a file as one transaction."""
        with self.site.superuser() as cursor:
            cursor.execute((SQL / file).read_text(), parameters)
