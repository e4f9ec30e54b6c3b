"""The disk or the memory is full, or DuckDB fails half-way through the pipe into PostgreSQL."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import psycopg2
import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

from include.cerebro.loading.binary_copy import binary_copy
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import NotConservedError
from include.cerebro.platform.settings import read_settings
from tests.integration.faults.landing import Contents, mart_contents, mismatched_loads
from tests.integration.faults.test_warehouse_faults import assert_no_biometrics, error_of
from tests.integration.helpers import REPOSITORY, Site, parquet_of

# Every reading is a minute of its own.
MANY_MINUTES = """
    select
        timestamp '2000-01-01' + to_minutes(number) as "timestamp", 'hero ' || number % 7 as hero_id,
        60.0::double as heart_rate, 1.0::double as stress_level, 1.0::double as energy_output
    from range({count}) as numbers (number)
"""
# Counts the rows that come to raw.biometrics, also those that are rolled back: no sequence goes back.
COUNT_COPIED = """
    create sequence public.copied;
    create function public.count_copied() returns trigger language plpgsql security definer as $$
    begin
        perform nextval('public.copied');
        return new;
    end
    $$;
    create trigger counted before insert on raw.biometrics for each row execute function public.count_copied();
    select 1
"""
# In a mount namespace of its own: the small disk ends with the process.
SMALL_DISK = ("sh", "-c", 'mount -t tmpfs -o size=1m tmpfs "$TMPDIR" && exec "$@"', "sh")


@pytest.fixture
def big_site(site: Site) -> Iterator[Site]:
    site.put("biometrics/big.parquet", parquet_of(MANY_MINUTES.format(count=400_000)))
    yield site
    site.remove("biometrics/big.parquet")


def mount_namespace() -> list[str]:
    return ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]


def can_mount(folder: Path) -> bool:
    if not shutil.which("unshare"):
        return False
    command = [*mount_namespace(), *SMALL_DISK, "true"]
    return subprocess.run(command, env=os.environ | {"TMPDIR": str(folder)}, check=False).returncode == 0


def assert_loads_big_object(site: Site, rows: int) -> None:
    assert site.load().failed == []
    assert site.rows("select rows_loaded from raw.current_loads where object_key = 'biometrics/big.parquet'") == [
        (rows,)
    ]


@pytest.mark.long
def test_temp_directory_full(site: Site, check_recovery: Callable[[], None], tmp_path: Path) -> None:
    if not can_mount(tmp_path):
        pytest.skip("this system allows no mount namespaces")
    big = parquet_of(MANY_MINUTES.format(count=2_000_000))
    site.put("biometrics/big.parquet", big)
    # The aggregates need some 400 MB. With a disk to spill to, two threads on busy cores need 120 to 140 MB at least,
    # however many minutes there are.
    little_memory = {"CEREBRO_DUCKDB_MEMORY_LIMIT": "250MB", "CEREBRO_DUCKDB_THREADS": "2"}
    process = site.start_load(*mount_namespace(), *SMALL_DISK, TMPDIR=str(tmp_path), **little_memory)
    assert re.search("No space left on device|failed to offload data block", error_of(process))
    # The small objects need no disk and may be loaded. The big one is not loaded, and not marked as failed.
    assert "biometrics/big.parquet" not in {row[0] for row in site.ledger()}
    assert {row[1] for row in site.ledger()} == {"loaded"}
    site.remove("biometrics/big.parquet")
    check_recovery()
    # The same memory suffices with room on the disk.
    site.put("biometrics/big.parquet", big)
    process = site.start_load(TMPDIR=str(tmp_path), **little_memory)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert site.rows("select sum(rows_loaded) from raw.current_loads where object_key like '%big%'") == [(2_000_000,)]
    assert mismatched_loads(site) == []


@pytest.mark.long
def test_out_of_memory(big_site: Site, check_recovery: Callable[[], None]) -> None:
    process = big_site.start_load(CEREBRO_DUCKDB_MEMORY_LIMIT="4MB")
    error = error_of(process)
    assert "OutOfMemoryException" in error
    assert "Raise CEREBRO_DUCKDB_MEMORY_LIMIT, lower CEREBRO_DUCKDB_THREADS, or make room" in error
    assert_no_biometrics(big_site)
    big_site.remove("biometrics/big.parquet")
    check_recovery()


def test_duckdb_fails_half_way_through_the_pipe(site: Site, expected: Contents, tmp_path: Path) -> None:
    """PostgreSQL then sees a clean end of file, and would commit half of the minutes."""
    big = parquet_of(MANY_MINUTES.format(count=100_000))
    site.put("biometrics/big.parquet", big)
    # With all its packages: one that is missing here would be imported from the installed project, with its SQL.
    for folder in ("include/cerebro", "include/sql", "local", "testing", "tests"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    shutil.copy(REPOSITORY / "include" / "__init__.py", tmp_path / "include")
    rows = tmp_path / "include" / "sql" / "loading" / "biometrics" / "minute_rows.sql"
    # The error comes with the last minutes, when 90,000 minutes before them have been copied. DuckDB computes columns
    # before it sorts.
    late_minute = "timestamptz '2000-03-03 12:00:00+00'"
    late_error = f"case when minute_at = {late_minute} then error('injected') else hero_id end as hero_id"
    rows.write_text(f"select * replace ({late_error}) from (\n{rows.read_text()}\n) as sorted_rows")
    site.rows(COUNT_COPIED)
    with site.start_load(project=tmp_path) as process:
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    ((failed,),) = site.rows("select array_agg(object_key) from raw.loads where status = 'failed'")
    assert failed == ["biometrics/big.parquet"]
    ((copied,),) = site.rows("drop trigger counted on raw.biometrics; select last_value from public.copied")
    assert copied > 50_000
    assert site.rows(
        "select count(*) from raw.biometrics join raw.loads using (load_id) where object_key like '%big%'"
    ) == [(0,)]
    site.remove("biometrics/big.parquet")
    assert site.restore().failed == []
    assert mart_contents(site) == expected.marts
    site.put("biometrics/big.parquet", big)
    assert_loads_big_object(site, 100_000)


@pytest.fixture
def numbers(site: Site) -> Iterator[Cursor]:
    """A cursor of a warehouse with an empty table ``numbers``."""
    with site.warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("create table numbers (number bigint not null check (number >= 0))")
        connection.commit()
        yield cursor


COPY_NUMBERS = "copy numbers from stdin (format binary)"


def committed_rows(cursor: Cursor) -> int:
    """Roll back, and count the rows that remain in the table."""
    cursor.connection.rollback()
    cursor.execute("select count(*) from numbers")
    ((count,),) = cursor.fetchall()
    return int(count)


def test_the_pipe_copies_every_row(numbers: Cursor) -> None:
    with duckdb_session(read_settings()) as duck:
        assert binary_copy(duck, "select range from range(500000)", numbers, COPY_NUMBERS) == 500_000
    numbers.connection.commit()
    assert committed_rows(numbers) == 500_000


def test_the_pipe_raises_what_duckdb_raised(numbers: Cursor) -> None:
    query = "select case when range = 400000 then error('injected') else range end from range(500000)"
    with duckdb_session(read_settings()) as duck, pytest.raises(duckdb.InvalidInputException, match="injected"):
        binary_copy(duck, query, numbers, COPY_NUMBERS)
    assert committed_rows(numbers) == 0


def test_the_pipe_counts_the_rows(numbers: Cursor) -> None:
    """A trigger drops a row."""
    numbers.execute("create function dropped() returns trigger language plpgsql as 'begin return null; end'")
    numbers.execute(
        "create trigger drops before insert on numbers for each row when (new.number = 3) execute function dropped()"
    )
    numbers.connection.commit()
    with (
        duckdb_session(read_settings()) as duck,
        pytest.raises(NotConservedError, match="500000 rows were to be copied, 499999"),
    ):
        binary_copy(duck, "select range from range(500000)", numbers, COPY_NUMBERS)
    assert committed_rows(numbers) == 0


def test_postgresql_fails_while_duckdb_still_writes(numbers: Cursor) -> None:
    """A writer whose reader has stopped must not block forever."""
    before = threading.active_count()
    with duckdb_session(read_settings()) as duck, pytest.raises(psycopg2.errors.CheckViolation):
        binary_copy(duck, "select 10 - range from range(3000000)", numbers, COPY_NUMBERS)
    assert threading.active_count() == before
    assert committed_rows(numbers) == 0
