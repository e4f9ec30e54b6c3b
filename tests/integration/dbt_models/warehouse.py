"""A warehouse for one test: plain inserts fill raw, the real dbt builds the rest."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from include.cerebro.platform.settings import read_settings
from include.cerebro.schema.setup import read_declarations
from include.cerebro.transforming.state import begin, plan, record_transformation
from testing.sites import warehouse_of
from tests.integration.warm_dbt import LEAN, UNCHANGED, run_dbt

REPOSITORY = Path(__file__).parents[3]
PROJECT = REPOSITORY / "include" / "dbt"
DBT = Path(sys.executable).with_name("dbt")

BUILT_TABLES = {
    "staging.int_hero_ids": "spelled_hero_id",
    "marts.dim_heroes": "hero_id",
    "marts.dim_missions": "mission_id",
    "marts.bridge_mission_heroes": "mission_id, hero_id",
    "marts.fact_biometrics": "hero_id, minute_at",
    "analytics.obt_cerebro_restored": "hero_id, timestamp, mission_id",
    "analytics.hulk_factor": "hero_id",
    "analytics.reliability": "hero_id",
}

# Hero id, minute, number of readings, the value of each of the three measures.
Minute = tuple[str, str, int, float]


class Warehouse:
    """One database with what the pipeline declares, on which dbt runs."""

    def __init__(self, uri: str, scratch: Path) -> None:
        self.uri = uri
        self.scratch = scratch
        self.database = urlsplit(uri).path.lstrip("/")
        # The dbt project, and the folder of profiles.yml.
        self.project = PROJECT
        self.profiles = PROJECT
        self.connection = psycopg2.connect(uri)
        self.connection.autocommit = True
        for statement in read_declarations("cerebro").values():
            self.execute(statement)

    def execute(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)

    def rows(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return cursor.fetchall()

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """The rows of every table that dbt builds."""
        return {name: self.rows(f"select * from {name} order by {key}") for name, key in BUILT_TABLES.items()}

    def versions(self) -> dict[str, list[tuple[Any, ...]]]:
        """The place and the writing transaction of every row: any write changes one of them."""
        return {
            name: self.rows(f"select ctid::text, xmin::text, {key} from {name} order by {key}")
            for name, key in BUILT_TABLES.items()
        }

    def copy_project(self, folder: Path) -> Path:
        """Run a copy of the dbt project from now on, and return it. dbt parses only what is changed in it."""
        project, scratch = folder / "project", folder / "scratch"
        shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
        if self.scratch.exists():
            shutil.copytree(self.scratch, scratch)
        self.project, self.scratch = project, scratch
        return project

    def drop_built(self) -> None:
        """Drop all tables that dbt has built."""
        for schema in ("staging", "marts", "analytics"):
            for (name,) in self.rows(
                "select relname from pg_class where relnamespace = %s::regnamespace"
                " and relkind in ('r', 'p') and not relispartition",
                [schema],
            ):
                self.execute(f"drop table {schema}.{name} cascade")
        self.execute("truncate meta.transformations, meta.tables")

    def load(self, dataset: str, key: str, readings: int = 0, rejected: int = 0) -> int:
        """Write a ledger row that supersedes the key's last load; return its load id."""
        ((load_id,),) = self.rows(
            """
            insert into raw.loads (
                dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, supersedes
            )
            values (
                %(dataset)s, %(key)s, gen_random_uuid()::text, 1, %(rows_in)s, %(rows)s, %(rejected)s,
                'loaded',
                (select load_id from raw.current_loads where object_key = %(key)s)
            )
            returning load_id
            """,
            {
                "dataset": dataset, "key": key, "rows": readings,
                "rejected": rejected, "rows_in": readings + rejected,
            },
        )  # fmt: skip
        return int(load_id)

    def load_heroes(self, key: str, *records: dict[str, str | None]) -> int:
        load_id = self.load("heroes", key, len(records))
        for number, record in enumerate(records, start=1):
            self.execute("insert into raw.heroes values (%s, %s, %s)", [load_id, number, json.dumps(record)])
        return load_id

    def load_missions(self, key: str, *records: dict[str, Any]) -> int:
        load_id = self.load("missions", key, len(records))
        for number, record in enumerate(records, start=1):
            self.execute(
                "insert into raw.missions values (%s, %s, %s, %s)",
                [load_id, number, record["timestamp"], json.dumps(record)],
            )
        return load_id

    def load_biometrics(self, key: str, *minutes: Minute, rejected: int = 0) -> int:
        """Load minutes; ``rejected`` readings are only counted."""
        load_id = self.load("biometrics", key, sum(minute[2] for minute in minutes), rejected)
        self.execute("select raw.add_months(%s::date[])", [[minute_at[:10] for _, minute_at, *_ in minutes]])
        for hero_id, minute_at, count, value in minutes:
            measure = (count, count * value, value, value)
            self.execute(
                "insert into raw.biometrics values (%s, %s, %s, %s" + ", %s" * 12 + ")",
                [load_id, hero_id, minute_at, count, *measure, *measure, *measure],
            )
        self.execute(
            "insert into raw.load_hours"
            " select load_id, hero_id, date_trunc('hour', minute_at, 'UTC'), sum(reading_count)"
            " from raw.biometrics where load_id = %s group by 1, 2, 3",
            [load_id],
        )
        return load_id

    def transform(self, *arguments: str) -> None:
        """Run dbt as a DAG run does: after a plan, which is recorded as finished.

        Views are built with a table that is built again, and in a changed project.
        """
        planned = plan(warehouse_of(self.uri), read_settings().dbt_manifest)
        if planned.is_needed:
            begin(warehouse_of(self.uri), planned)
            unchanged = () if planned.rebuilds or self.project != PROJECT else UNCHANGED
            build = ("build", "--exclude-resource-type", "unit_test", *planned.flags(), *unchanged, *arguments)
            self.dbt(*build, environment=planned.environment())
            record_transformation(warehouse_of(self.uri), planned.state)

    def dbt(
        self, *arguments: str, check: bool = True, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run dbt in this process. Raises AssertionError with its output if it fails, unless ``check`` is off."""
        finished = run_dbt(self.dbt_arguments(*arguments), self.environment(*arguments) | dict(environment or {}))
        if check and finished.returncode:
            raise AssertionError(finished.stdout)
        return finished

    def start_dbt(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start dbt as a process of its own."""
        return subprocess.Popen(
            [str(DBT), *self.dbt_arguments(*arguments)],
            env=self.environment(*arguments) | dict(environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def dbt_arguments(self, *arguments: str) -> list[str]:
        return [*arguments, "--project-dir", str(self.project), "--profiles-dir", str(self.profiles)]

    def target(self, *arguments: str) -> Path:
        """dbt's target folder. dbt parses its project anew, 4 s, where these are not the last ones of a folder."""
        parsed_by = [(self.profiles / "profiles.yml").read_text()]
        parsed_by += [value for name, value in pairwise(arguments) if name in ("--target", "--vars")]
        return self.scratch / sha256("\0".join(parsed_by).encode()).hexdigest()[:8]

    def environment(self, *arguments: str) -> dict[str, str]:
        """The environment in which dbt finds the warehouse, for a command line."""
        address = urlsplit(self.uri)
        return (
            os.environ
            | LEAN
            | {
                "WAREHOUSE_HOST": address.hostname or "127.0.0.1",
                "WAREHOUSE_PORT": str(address.port or 5432),
                "WAREHOUSE_USER": address.username or "cerebro",
                "WAREHOUSE_PASSWORD": address.password or "",
                "WAREHOUSE_DATABASE": self.database,
                "DBT_TARGET_PATH": str(self.target(*arguments)),
                "DBT_LOG_PATH": str(self.scratch / "logs"),
                "DO_NOT_TRACK": "1",
                "PGTZ": "America/St_Johns",
            }
        )
