"""No disk, no memory, and DuckDB failing half-way through the pipe into PostgreSQL."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest

from include.cerebro.loading.binary_copy import binary_copy
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import NotConservedError
from include.cerebro.platform.settings import read_settings
from tests.integration.faults.landing import loads_without_row, mart_contents
from tests.integration.faults.test_warehouse_faults import nothing_of_biometrics, raised
from tests.integration.helpers import REPOSITORY, Site, parquet_of

# Every reading is a minute of its own.
MANY_MINUTES = """
    select
        timestamp '2000-01-01' + to_minutes(number) as "timestamp", 'hero ' || number % 7 as hero_id,
        60.0::double as heart_rate, 1.0::double as stress_level, 1.0::double as energy_output
    from range({count}) as numbers (number)
"""
# An own mount namespace: the small disk is gone with the process.
SMALL_DISK = ("sh", "-c", 'mount -t tmpfs -o size=1m tmpfs "$TMPDIR" && exec "$@"', "sh")


@pytest.fixture
def big_site(site: Site) -> Iterator[Site]:
    site.put("biometrics/big.parquet", parquet_of(MANY_MINUTES.format(count=400_000)))
    yield site
    site.remove("biometrics/big.parquet")


def own_mounts() -> list[str]:
    return ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]


def may_mount(folder: Path) -> bool:
    if not shutil.which("unshare"):
        return False
    command = [*own_mounts(), *SMALL_DISK, "true"]
    return subprocess.run(command, env=os.environ | {"TMPDIR": str(folder)}, check=False).returncode == 0


def loads_the_big_one_too(site: Site) -> None:
    assert site.load().failed == []
    assert site.rows("select rows_loaded from raw.current_loads where object_key = 'biometrics/big.parquet'") == [
        (400_000,)
    ]


def test_temp_directory_full(site: Site, heals: Callable[[], None], tmp_path: Path) -> None:
    if not may_mount(tmp_path):
        pytest.skip("the system allows no mounts of one's own")
    big = parquet_of(MANY_MINUTES.format(count=2_000_000))
    site.put("biometrics/big.parquet", big)
    # The aggregates need some 400 MB. With a disk to spill to, two threads on busy cores need 120 to 140 MB at least,
    # however many minutes there are.
    little_memory = {"CEREBRO_DUCKDB_MEMORY_LIMIT": "250MB", "CEREBRO_DUCKDB_THREADS": "2"}
    process = site.start_load(*own_mounts(), *SMALL_DISK, TMPDIR=str(tmp_path), **little_memory)
    assert re.search("No space left on device|failed to offload data block", raised(process))
    # The small objects need no disk and may be there by now; the big one is not, and is not blamed.
    assert "biometrics/big.parquet" not in {row[0] for row in site.ledger()}
    assert {row[1] for row in site.ledger()} == {"loaded"}
    site.remove("biometrics/big.parquet")
    heals()
    # With room on the disk the same memory does.
    site.put("biometrics/big.parquet", big)
    process = site.start_load(TMPDIR=str(tmp_path), **little_memory)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert site.rows("select sum(rows_loaded) from raw.current_loads where object_key like '%big%'") == [(2_000_000,)]
    assert loads_without_row(site) == []


def test_out_of_memory(big_site: Site, heals: Callable[..., None]) -> None:
    process = big_site.start_load(CEREBRO_DUCKDB_MEMORY_LIMIT="4MB")
    error = raised(process)
    assert "OutOfMemoryException" in error
    assert "Raise CEREBRO_DUCKDB_MEMORY_LIMIT, lower CEREBRO_DUCKDB_THREADS, or make room" in error
    nothing_of_biometrics(big_site)
    big_site.remove("biometrics/big.parquet")
    heals()


def test_duckdb_fails_half_way_through_the_pipe(site: Site, undisturbed: Any, tmp_path: Path) -> None:
    """PostgreSQL sees a clean end of file then, and would commit half of the minutes."""
    big = parquet_of(MANY_MINUTES.format(count=400_000))
    site.put("biometrics/big.parquet", big)
    # With all its packages: one that is missing here would be imported from the installed project, with its SQL.
    for folder in ("include/cerebro", "include/sql", "local", "testing", "tests"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    shutil.copy(REPOSITORY / "include" / "__init__.py", tmp_path / "include")
    rows = tmp_path / "include" / "sql" / "loading" / "biometrics" / "raw_rows.sql"
    # The error comes with the last minutes; those before it have gone through by then.
    late_error = (
        "case when minutes.minute_number % 400000 = 399999 then error('injected') else minutes.hero_id end as hero_id"
    )
    text = rows.read_text()
    assert "\n    minutes.hero_id," in text
    rows.write_text(text.replace("\n    minutes.hero_id,", f"\n    {late_error},"))
    with site.start_load(project=tmp_path) as process:
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    ((failed,),) = site.rows("select array_agg(object_key) from raw.loads where status = 'failed'")
    assert failed == ["biometrics/big.parquet"]
    assert site.rows(
        "select count(*) from raw.biometrics join raw.loads using (load_id) where object_key like '%big%'"
    ) == [(0,)]
    site.remove("biometrics/big.parquet")
    assert site.restore().failed == []
    assert mart_contents(site) == undisturbed.marts
    site.put("biometrics/big.parquet", big)
    loads_the_big_one_too(site)


@pytest.fixture
def numbers(site: Site) -> Iterator[Any]:
    with site.warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("create table numbers (number bigint not null check (number >= 0))")
        connection.commit()
        yield cursor


COPY_NUMBERS = "copy numbers from stdin (format binary)"


def in_table(cursor: Any) -> int:
    """How many rows anybody else would see after the caller's roll-back."""
    cursor.connection.rollback()
    cursor.execute("select count(*) from numbers")
    return int(cursor.fetchone()[0])


def test_the_pipe_passes_everything_on(numbers: Any) -> None:
    with duckdb_session(read_settings()) as duck:
        binary_copy(duck, "select range from range(500000)", numbers, COPY_NUMBERS, 500_000)
    numbers.connection.commit()
    assert in_table(numbers) == 500_000


def test_the_pipe_raises_what_duckdb_raised(numbers: Any) -> None:
    query = "select case when range = 400000 then error('injected') else range end from range(500000)"
    with duckdb_session(read_settings()) as duck, pytest.raises(duckdb.InvalidInputException, match="injected"):
        binary_copy(duck, query, numbers, COPY_NUMBERS, 500_000)
    assert in_table(numbers) == 0


def test_the_pipe_counts(numbers: Any) -> None:
    with (
        duckdb_session(read_settings()) as duck,
        pytest.raises(NotConservedError, match="500000 rows were to be copied, 499999"),
    ):
        binary_copy(duck, "select range from range(499999)", numbers, COPY_NUMBERS, 500_000)
    assert in_table(numbers) == 0


def test_postgresql_fails_while_duckdb_still_writes(numbers: Any) -> None:
    """A writer that nobody reads from any more must not wait for ever."""
    before = threading.active_count()
    with duckdb_session(read_settings()) as duck, pytest.raises(psycopg2.errors.CheckViolation):
        binary_copy(duck, "select 10 - range from range(3000000)", numbers, COPY_NUMBERS, 3_000_000)
    assert threading.active_count() == before
    assert in_table(numbers) == 0
