"""The fact and the big table have a partition for each month: made by builds, emptied by the horizon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.integration.dbt_models.company import reader, wait_for_readers_one_second
from tests.integration.dbt_models.conftest import NAME, Server
from tests.integration.dbt_models.test_plan import planned, rebuilt
from tests.integration.dbt_models.warehouse import PROJECT, Warehouse

FACT, BIG = "marts.fact_biometrics", "analytics.obt_cerebro_restored"
# Models that keep what is not theirs to forget: readings by hour, and all that users see.
COMPARED = {
    FACT: "*",
    BIG: "*",
    "analytics.hulk_factor": "*",
    "analytics.reliability": "*",
    "operations.readings_by_hour": "hour_at, reading_count",
}


def months(warehouse: Warehouse, table: str) -> list[str]:
    """The partitions of a table, by the end of their names."""
    names = warehouse.rows("select name::text from meta.partitions(%s) order by until_at", [table])
    assert all(name.startswith(f"{table}_") for (name,) in names), names
    return [name.removeprefix(f"{table}_") for (name,) in names]


def seen(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(warehouse.rows(f"select {what} from {name}"), key=str) for name, what in COMPARED.items()}


def forget_before(warehouse: Warehouse, horizon: str) -> None:
    warehouse.execute(
        "insert into raw.retentions (layer, dag_run_id, horizon) values ('marts', gen_random_uuid()::text, %s)",
        [horizon],
    )


def rebuild(warehouse: Warehouse) -> None:
    warehouse.execute("update meta.tables set rules = 'others'")
    warehouse.transform()


@pytest.fixture(scope="module")
def year_template(server: Server, make_built: Callable[[], Warehouse]) -> Iterator[str]:
    """The name of a warehouse with a reading in each of thirteen months, and missions in three of them."""
    original = make_built()
    minutes = [f"{2024 + month // 12}-{month % 12 + 1:02}-15 12:00Z" for month in range(13)]
    original.load_biometrics("year", *(("hulk", minute, 60, 80.0) for minute in minutes))
    original.load_missions(
        "missions of the year",
        *(
            {"mission_id": f"of {minute}", "timestamp": minute, "hero_ids": ["hulk", "Loki"], "outcome": "Successful"}
            for minute in (minutes[0], minutes[6], minutes[12])
        ),
    )
    original.transform()
    original.connection.close()
    name = "dbt_year"
    server.drop(name)
    server.execute("alter database {} rename to {}", NAME, name)
    yield name
    server.drop(name)


@pytest.fixture
def year(server: Server, year_template: str) -> Iterator[Warehouse]:
    """A copy of that warehouse."""
    warehouse = server.create(NAME, year_template)
    yield warehouse
    warehouse.connection.close()
    server.drop(NAME)


def test_builds_add_the_months_of_their_rows(built: Warehouse) -> None:
    """A run adds what it brings, a rebuild has the same, and all have the table's name after a second rebuild, too."""
    assert months(built, FACT) == months(built, BIG) == ["2025_01"]
    built.load_biometrics("b2", ("hulk", "2019-12-31 23:59Z", 60, 80), ("hulk", "2025-03-31 23:59Z", 60, 80))
    built.load_missions(
        "others", {"mission_id": "m9", "timestamp": "2025-06-01 00:00Z", "hero_ids": ["thor"], "outcome": "Successful"}
    )
    built.transform()
    expected = {FACT: ["early", "2025_01", "2025_03"], BIG: ["early", "2025_01", "2025_03", "2025_06"]}
    assert {table: months(built, table) for table in expected} == expected
    before = seen(built)
    for _ in range(2):
        rebuild(built)
        assert {table: months(built, table) for table in expected} == expected
        assert seen(built) == before
    # Keys are those of the table, and so is the replica identity, which partitions do not inherit.
    assert built.rows(
        "select distinct relreplident::text from pg_class where oid in (select name from meta.partitions(%s))", [BIG]
    ) == [("f",)]
    with pytest.raises(Exception, match="violates unique constraint"):
        built.execute(f"insert into {BIG} select * from {BIG}")


def test_hostile_dates_make_a_bounded_number(built: Warehouse) -> None:
    """All before 2020 share one partition, and so do all after 2099."""
    years = [*range(1900, 2020, 7), 2019, *range(2100, 9000, 400)]
    built.load_missions(
        "hostile",
        *(
            {"mission_id": f"m of {year}", "timestamp": f"{year}-07-01 00:00Z", "hero_ids": ["thor"]}
            for year in [*years, 2020, 2099]
        ),
    )
    built.transform()
    assert months(built, BIG) == ["early", "2020_07", "2025_01", "2099_07", "later"]
    before = seen(built)
    assert len(before[BIG]) == 13 + len(set(years))
    rebuild(built)
    assert months(built, BIG) == ["early", "2020_07", "2025_01", "2099_07", "later"]
    assert seen(built) == before


def test_a_year_leaves_in_one_run_and_comes_back(year: Warehouse) -> None:
    everything = seen(year)
    forget_before(year, "2025-01-01Z")
    year.transform()
    # Rows that were deleted would have left their pages.
    assert months(year, FACT) == ["2025_01"]
    assert months(year, BIG) == ["2024_01", "2024_07", "2025_01"]
    assert year.rows(f"select count(*), count(reading_count) from {BIG} where timestamp < '2025-01-01Z'") == [(4, 0)]
    assert year.rows("select min(hour_at) >= '2025-01-01Z' from operations.readings_by_hour") == [(True,)]
    # Only the hours of missions are computed again.
    assert year.rows("select count(*) from staging.int_stale_hours") == [(4,)]
    before = seen(year)
    rebuild(year)
    assert seen(year) == before
    assert months(year, FACT) == ["2025_01"]
    forget_before(year, "-infinity")
    year.transform()
    assert seen(year) == everything


def test_a_long_reader_has_rows_deleted(year: Warehouse, tmp_path: Path) -> None:
    wait_for_readers_one_second(year, tmp_path)
    forget_before(year, "2025-01-01Z")
    with reader(year, FACT, BIG):
        year.transform()
        assert year.rows(f"select count(*) from {FACT} where minute_at < '2025-01-01Z'") == [(0,)]
        assert len(months(year, FACT)) == 13
    before = seen(year)
    rebuild(year)
    assert seen(year) == before
    assert months(year, FACT) == ["2025_01"]


def test_a_foreign_key_of_somebody_else_has_rows_deleted(year: Warehouse) -> None:
    """No month can be dropped that a foreign key refers to."""
    year.execute(
        f"create table public.notes (hero_id text, minute_at timestamptz, foreign key (hero_id, minute_at)"
        f" references {FACT} on delete cascade on update cascade);"
        f"insert into public.notes select hero_id, minute_at from {FACT}"
    )
    forget_before(year, "2025-01-01Z")
    year.transform()
    assert year.rows("select min(minute_at) >= '2025-01-01Z' from public.notes") == [(True,)]


def test_a_plain_table_of_an_earlier_release_forgets_until_it_is_built_again(year: Warehouse, tmp_path: Path) -> None:
    year.copy_project(tmp_path)
    for file in ("marts/fact_biometrics.yml", "analytics/obt_cerebro_restored.yml"):
        path = year.project / "models" / file
        lines = path.read_text().splitlines(keepends=True)
        first = lines.index("        partition:\n")
        path.write_text("".join(lines[:first] + lines[first + 3 :]))
    rebuild(year)
    assert months(year, FACT) == months(year, BIG) == []
    forget_before(year, "2024-07-01Z")
    year.load_biometrics("late", ("thor", "2024-08-15 12:00Z", 60, 80.0))
    year.transform()
    assert months(year, FACT) == []
    assert year.rows(f"select count(*) from {FACT} where minute_at < '2025-01-01Z'") == [(7,)]
    before = seen(year)
    # The release with partitions, read as `make setup` reads it.
    year.project = PROJECT
    year.dbt("parse", "--no-partial-parse")
    year.execute("update meta.tables set keys = 'plain' where model in ('fact_biometrics', 'obt_cerebro_restored')")
    assert set(rebuilt(planned(year))) == {"fact_biometrics", "obt_cerebro_restored"}
    year.transform()
    assert seen(year) == before
    assert months(year, FACT)[0] == "2024_07"


def test_a_publication_stops_no_new_month(built: Warehouse, server: Server) -> None:
    """A month without a replica identity refused corrections."""
    server.execute_in(built, "create publication everything for all tables")
    for reading in (80, 90):
        built.load_biometrics("b2", ("hulk", "2025-03-01 00:01Z", 60, reading))
        built.transform()
    assert built.rows(f"select heart_rate from {BIG} where timestamp = '2025-03-01 00:01Z'") == [(90,)]


def test_stale_rows_are_looked_up_in_their_month_alone(year: Warehouse) -> None:
    plan = "\n".join(
        line
        for (line,) in year.rows(
            "set enable_hashjoin = off; set enable_mergejoin = off; explain (analyze, costs off, timing off)"
            f" delete from {FACT} as target using staging.int_stale_hours as stale where target.hero_id = stale.hero_id"
            f" and target.minute_at >= stale.hour_at and target.minute_at < stale.hour_at + interval '1 hour'"
            f" and stale.hour_at < '2024-02-01Z'"
        )
    )
    assert plan.count("never executed") == 12, plan


def test_a_vacuum_of_a_month_stops_no_run(built: Warehouse, tmp_path: Path) -> None:
    """The fact waited for it to write summaries of all months, and failed after the time that it waits for readers."""
    wait_for_readers_one_second(built, tmp_path)
    built.load_biometrics("b2", ("hulk", "2025-01-01 00:07Z", 60, 80), ("hulk", "2025-03-01 00:01Z", 60, 80))
    with closing(psycopg2.connect(built.uri)) as vacuum, vacuum.cursor() as cursor:
        cursor.execute(f"lock table {FACT}_2025_01 in share update exclusive mode")
        built.transform()
        assert built.rows(f"select count(*) from {FACT}") == [(12,)]
        # What brought rows to other months does not wait.
        built.execute("set statement_timeout to '2s'")
        built.execute("select meta.summarize_block_ranges(%s, '{2025-03-31}')", [FACT])
        with pytest.raises(psycopg2.errors.QueryCanceled):
            built.execute("select meta.summarize_block_ranges(%s, '{2025-03-31, 2025-01-31}')", [FACT])


def test_new_rows_are_summarized_in_their_month(built: Warehouse) -> None:
    """More than one range of blocks: the first one of a new index has a summary."""
    built.execute("select meta.add_months(%s, '{2025-03-01}')", [FACT])
    built.execute(
        f"insert into {FACT} (hero_id, minute_at, reading_count) select 'thor', minute_at, 60"
        " from generate_series(timestamptz '2025-03-01Z', '2025-03-31 23:59Z', interval '1 minute') as minute_at"
    )
    summarize = "select meta.summarize_block_ranges(%s, %s::date[])"
    unsummarized = "select brin_summarize_new_values(oid) > 0 from pg_class where relname ~ '^fact.*_2025_03_minute_at'"
    built.execute("begin")
    built.execute(summarize, [FACT, ["2025-02-28", "2025-04-01"]])
    assert built.rows(unsummarized) == [(True,)]
    built.execute("rollback")
    built.execute(summarize, [FACT, ["2025-03-31"]])
    assert built.rows(unsummarized) == [(False,)]
