"""The fact and the big table have a partition for each month: made by builds, emptied by the horizon."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.integration.dbt_models.company import reader
from tests.integration.dbt_models.conftest import Server
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


def a_year(warehouse: Warehouse) -> None:
    """Thirteen months with a reading each, and a mission of each in the first, a middle and the last one."""
    minutes = [f"{2024 + month // 12}-{month % 12 + 1:02}-15 12:00Z" for month in range(13)]
    warehouse.load_biometrics("year", *(("hulk", minute, 60, 80.0) for minute in minutes))
    warehouse.load_missions(
        "missions of the year",
        *(
            {"mission_id": f"of {minute}", "timestamp": minute, "hero_ids": ["hulk", "Loki"], "outcome": "Successful"}
            for minute in (minutes[0], minutes[6], minutes[12])
        ),
    )


def test_builds_add_the_months_of_their_rows(built: Warehouse) -> None:
    """A run adds what it brings, a rebuild has the same, and all have the table's name after a second rebuild, too."""
    assert months(built, FACT) == months(built, BIG) == ["2025_01"]
    built.load_biometrics("b2", ("hulk", "2019-12-31 23:59Z", 60, 80), ("hulk", "2025-03-31 23:59Z", 60, 80))
    built.load_missions(
        "others", {"mission_id": "m9", "timestamp": "2025-06-01 00:00Z", "hero_ids": ["thor"], "outcome": "Successful"}
    )
    built.transform()
    expected = {FACT: ["early", "2025_01", "2025_03"], BIG: ["early", "2025_01", "2025_03", "2025_06"]}
    before = seen(built)
    for _ in range(3):
        assert {table: months(built, table) for table in expected} == expected
        assert seen(built) == before
        rebuild(built)
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
    assert len(before[BIG]) == 13 + len(years)
    rebuild(built)
    assert months(built, BIG) == ["early", "2020_07", "2025_01", "2099_07", "later"]
    assert seen(built) == before


def test_a_year_leaves_in_one_run(built: Warehouse) -> None:
    a_year(built)
    built.transform()
    forget_before(built, "2025-01-01Z")
    built.transform()
    # Rows that were deleted would have left their pages.
    assert months(built, FACT) == ["2025_01"]
    assert months(built, BIG) == ["2024_01", "2024_07", "2025_01"]
    assert built.rows(f"select count(*), count(reading_count) from {BIG} where timestamp < '2025-01-01Z'") == [(4, 0)]
    assert built.rows("select min(hour_at) from operations.readings_by_hour where hour_at < '2025-01-01Z'") == [(None,)]
    # Only the hours of missions are computed again.
    assert built.rows("select count(*) from staging.int_stale_hours") == [(4,)]
    before = seen(built)
    built.drop_built()
    built.transform()
    assert seen(built) == before
    assert months(built, FACT) == ["2025_01"]


def test_months_come_back(built: Warehouse) -> None:
    a_year(built)
    built.transform()
    before = seen(built)
    for horizon in ("2025-01-01Z", "2024-07-01Z"):
        forget_before(built, horizon)
        built.transform()
    assert built.rows(f"select count(*) from {FACT} where minute_at < '2025-01-01Z'") == [(6,)]
    assert months(built, FACT)[0] == "2024_07"
    forget_before(built, "-infinity")
    built.transform()
    assert seen(built) == before


def test_a_long_reader_has_rows_deleted(built: Warehouse) -> None:
    a_year(built)
    built.transform()
    forget_before(built, "2025-01-01Z")
    with reader(built, FACT, BIG):
        built.transform()
        assert built.rows(f"select count(*) from {FACT} where minute_at < '2025-01-01Z'") == [(0,)]
        assert len(months(built, FACT)) == 13
        before = seen(built)
    rebuild(built)
    assert seen(built) == before
    assert months(built, FACT) == ["2025_01"]


def test_a_foreign_key_of_somebody_else_has_rows_deleted(built: Warehouse) -> None:
    """TRUNCATE refuses a table that a foreign key refers to."""
    a_year(built)
    built.transform()
    built.execute(
        f"create table public.notes (hero_id text, minute_at timestamptz, foreign key (hero_id, minute_at)"
        f" references {FACT} on delete cascade on update cascade);"
        f"insert into public.notes select hero_id, minute_at from {FACT}"
    )
    forget_before(built, "2025-01-01Z")
    built.transform()
    assert built.rows("select min(minute_at) >= '2025-01-01Z' from public.notes") == [(True,)]


@pytest.fixture
def plain(built: Warehouse, tmp_path: Path) -> Warehouse:
    """A warehouse of an earlier release, whose tables have no partitions."""
    built.project = tmp_path / "project"
    shutil.copytree(PROJECT, built.project, ignore=shutil.ignore_patterns("target", "logs"))
    for file in ("marts/fact_biometrics.yml", "analytics/obt_cerebro_restored.yml"):
        path = built.project / "models" / file
        lines = path.read_text().splitlines(keepends=True)
        first = lines.index("        partition:\n")
        path.write_text("".join(lines[:first] + lines[first + 3 :]))
    built.execute("update meta.tables set rules = 'others'")
    built.transform()
    assert months(built, FACT) == months(built, BIG) == []
    return built


def test_a_plain_table_forgets_and_is_built_again(plain: Warehouse) -> None:
    a_year(plain)
    plain.transform()
    forget_before(plain, "2024-07-01Z")
    plain.transform()
    assert months(plain, FACT) == []
    assert plain.rows(f"select count(*) from {FACT} where minute_at < '2025-01-01Z'") == [(6,)]
    before = seen(plain)
    # The release with partitions.
    plain.project = PROJECT
    plain.execute("update meta.tables set keys = 'plain' where model in ('fact_biometrics', 'obt_cerebro_restored')")
    assert set(rebuilt(planned(plain))) == {"fact_biometrics", "obt_cerebro_restored"}
    plain.transform()
    assert seen(plain) == before
    assert months(plain, FACT)[0] == "2024_07"
    forget_before(plain, "2025-01-01Z")
    plain.transform()
    assert months(plain, FACT) == ["2025_01"]


def test_a_publication_stops_no_new_month(built: Warehouse, server: Server) -> None:
    """A month without a replica identity refused corrections."""
    server.execute_in(built, "create publication everything for all tables")
    for reading in (80, 90):
        built.load_biometrics("b2", ("hulk", "2025-03-01 00:01Z", 60, reading))
        built.transform()
    assert built.rows(f"select heart_rate from {BIG} where timestamp = '2025-03-01 00:01Z'") == [(90,)]


def test_stale_rows_are_looked_up_in_their_month_alone(built: Warehouse) -> None:
    a_year(built)
    built.transform()
    plan = "\n".join(
        line
        for (line,) in built.rows(
            f"set enable_hashjoin = off; set enable_mergejoin = off; explain (analyze, costs off, timing off)"
            f" delete from {FACT} as target using staging.int_stale_hours as stale where target.hero_id = stale.hero_id"
            f" and target.minute_at >= stale.hour_at and target.minute_at < stale.hour_at + interval '1 hour'"
            f" and stale.hour_at < '2024-02-01Z'"
        )
    )
    assert plan.count("never executed") == 12, plan
