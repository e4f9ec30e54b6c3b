"""Deliveries of the same number of readings, of few heroes for long or of many for a short time."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from bench.candidates import Restored, restore_biometrics
from testing.sites import Site

READINGS_SQL = Path(__file__).with_name("sql") / "hero_readings.sql"
READINGS_A_MINUTE = 6


class Heroes:
    """So many heroes, in the landing zone and in the warehouse of a site.

    Attributes:
        site: the site.
        scratch: folder for dbt; each warehouse has its own, because dbt reads the whole project again for another one.
        heroes: number of heroes.
    """

    def __init__(self, site: Site, scratch: Path, heroes: int) -> None:
        self.site = site
        self.scratch = scratch
        self.heroes = heroes
        self._minutes = 0
        self._late_minutes = 0

    def deliver(self, hero_minutes: int) -> None:
        """Put the next so many minutes of a hero, equally many of each, into the landing zone as one object."""
        first, self._minutes = self._minutes, self._minutes + hero_minutes // self.heroes
        self._put(f"from-minute-{first:08}", self.heroes, first, self._minutes)

    def deliver_late(self, heroes: int) -> None:
        """Put one more minute of a few heroes into the landing zone, of the first hour, which is there already."""
        first, self._late_minutes = self._late_minutes, self._late_minutes + 1
        self._put(f"late-minute-{first:08}", heroes, first, self._late_minutes)

    def _put(self, name: str, heroes: int, first_minute: int, last_minute: int) -> None:
        variables = {"heroes": heroes, "first_minute": first_minute, "last_minute": last_minute}
        with TemporaryDirectory(dir=self.scratch.parent) as folder, duckdb.connect() as connection:
            path = Path(folder) / "readings.parquet"
            for variable, value in variables.items():
                connection.execute(f"set variable {variable} = ?", [value])
            connection.execute(f"copy ({READINGS_SQL.read_text(encoding='utf-8')}) to ? (format parquet)", [str(path)])
            key = f"biometrics/{name}.parquet"
            with path.open("rb") as body:
                self.site.client.put_object(Bucket=self.site.bucket, Key=key, Body=body)


def load(site: Site) -> Restored:
    """Load what is new."""
    return restore_biometrics(site.bucket, site)
