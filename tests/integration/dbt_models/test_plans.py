"""Plans that must not depend on the planner's estimates."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from include.cerebro.platform.sql import read_sql
from tests.integration.dbt_models.warehouse import Warehouse

# A day of 20 heroes in one load, with a reading of 1970 and one of 2089.
DAY_WITH_STRAYS = """
    select raw.add_months(array['2025-01-01', '2089-01-01']::date[]);

    insert into raw.biometrics
    select
        %(load)s, 'hero_' || hero, minute_at, 60, 60, 4800, 70, 90, 60, 600, 5, 15, 60, 6000, 50, 150
    from generate_series(1, 20) as hero
    cross join (
        select generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '1439 minutes', '1 minute')
        union all
        values (timestamptz '1970-01-01Z'), ('2089-01-01Z')
    ) as minutes (minute_at)
    order by minute_at, hero;

    insert into raw.load_hours
    select load_id, hero_id, date_trunc('hour', minute_at, 'UTC'), sum(reading_count)
    from raw.biometrics where load_id = %(load)s group by 1, 2, 3
"""

# A log of 200 missions of two of 20 heroes, one every hour, from the log's number on.
LOG = """
    insert into raw.missions
    select
        %(load)s, number, mission_at,
        json_build_object(
            'mission_id', 'mission ' || %(log)s || ' ' || number,
            'timestamp', mission_at,
            'outcome', 'Successful',
            'hero_ids', array['hero_' || number %% 20, 'hero_' || (number + 7) %% 20]
        )
    from generate_series(1, 200) as number
    cross join lateral (
        select timestamptz '2024-01-01Z' + interval '1 hour' * (200 * %(log)s + number) as mission_at
    ) as times
"""
LOGS = 50
# The rows of a table that were read so far, by scans and by lookups.
READ_ROWS = """
    select
        schemaname || '.' || relname,
        sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint
    from pg_stat_user_tables
    where
        relname in ('missions', 'int_mission_records', 'dim_missions', 'bridge_mission_heroes')
        or relname ~ '^(obt_cerebro_restored|fact_biometrics)'
    group by 1
"""


def test_a_full_build_looks_up_each_participation(built: Warehouse) -> None:
    """From some 200,000 participations on, an anti join was hashed by hero alone: 102 s instead of 0.6 s (W3)."""
    built.dbt("compile", "--full-refresh", "--select", "obt_cerebro_restored")
    compiled = built.target() / "compiled/cerebro/models/analytics/obt_cerebro_restored.sql"
    plan = "\n".join(line for (line,) in built.rows("explain " + compiled.read_text()))
    assert "SubPlan" in plan
    assert "Anti Join" not in plan


def test_attributes_of_stale_heroes_alone_are_looked_up(warehouse: Warehouse) -> None:
    """A run looked up a row of each hero in each month: 1 s for 10,000 heroes, whatever was new."""
    warehouse.load_biometrics("b1", *((f"hero {number}", "2025-01-01 00:01Z", 60, 80) for number in range(300)))
    warehouse.transform()
    warehouse.execute("analyze")
    warehouse.load_biometrics("b2", ("hero 7", "2025-01-02 00:01Z", 60, 80))
    warehouse.load_heroes("heroes.csv", {"hero_id": "hero 7", "alter_ego": "Seven"})
    lookups = "select sum(idx_scan)::bigint from pg_stat_user_indexes where relname ~ '^obt_cerebro_restored'"
    before = warehouse.rows(lookups)[0][0]
    warehouse.transform()
    assert warehouse.rows(lookups)[0][0] - before < 100
    named = "select timestamp::date::text from analytics.obt_cerebro_restored where alter_ego = 'Seven' order by 1"
    assert warehouse.rows(named) == [("2025-01-01",), ("2025-01-02",)]


def test_a_check_of_hours_looks_up_their_rows(built: Warehouse) -> None:
    """In a year of 100 heroes 111 hours were compared with every row of the fact: over 12 minutes instead of 0.8 s."""
    built.execute(
        "insert into operations.readings_by_hour select hours, 1, hours, hours"
        " from generate_series(timestamptz '2024-01-01Z', '2024-12-31Z', '1 hour') as hours;"
        "analyze"
    )
    for check in ("unbalanced_hours", "unequal_minutes"):
        settings, statement = read_sql(f"checking/{check}.sql").split("\n\nwith ")
        plan = built.rows(f"{settings} explain with {statement}")
        assert not [line for (line,) in plan if "Join Filter" in line and "minute_at" in line], check


def test_a_full_build_keeps_the_order_of_the_fact(warehouse: Warehouse) -> None:
    """The fact was hashed, on the disk, and its rows came out mixed: the key took 1.6 times as long (0063)."""
    crew = [f"hero_{number}" for number in range(1, 21)]
    start = datetime(2025, 1, 1, tzinfo=UTC)
    warehouse.load_missions(
        "missions",
        *(
            {"mission_id": f"m{hour}", "timestamp": (start + timedelta(hours=hour)).isoformat(), "hero_ids": crew}
            for hour in range(100)
        ),
    )
    _load_days(warehouse, 8)
    warehouse.transform()
    ((correlation,),) = warehouse.rows(
        "select correlation from pg_stats where tablename = 'obt_cerebro_restored' and attname = 'timestamp'"
    )
    assert correlation > 0.9


def test_readings_of_1970_and_2089_make_no_run_read_everything(warehouse: Warehouse) -> None:
    """The range from the first to the last new minute is all of history, and so is a block range with a stray (W6)."""
    _load_days(warehouse, 8)
    warehouse.transform()
    warehouse.execute("analyze raw.biometrics")
    late = [("hero_7", f"{year}-01-01 00:00Z", 60, 80.0) for year in (1970, 2025, 2089)]
    warehouse.load_biometrics("late", *late)
    warehouse.dbt("run")

    for model, table, schema in (
        ("fact_biometrics", "raw.biometrics", "marts"),
        ("readings_by_hour", "marts.fact_biometrics", "operations"),
        ("obt_cerebro_restored", "marts.fact_biometrics", "analytics"),
    ):
        warehouse.dbt("compile", "--select", model)
        compiled = (warehouse.target() / f"compiled/cerebro/models/{schema}/{model}.sql").read_text()
        ((pages,),) = warehouse.rows(
            "select (pg_relation_size(%(table)s) + coalesce(sum(pg_relation_size(relid)), 0))::bigint / 8192"
            " from pg_partition_tree(%(table)s)",
            {"table": table},
        )
        ((plan,),) = warehouse.rows("explain (analyze, buffers, format json) " + compiled)
        root = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
        read = root["Shared Hit Blocks"] + root["Shared Read Blocks"]
        assert pages > 800, table
        assert read < pages / 2, f"{model} read {read} pages; {table} has {pages}"


def test_a_log_more_reads_no_history_of_missions(warehouse: Warehouse) -> None:
    """A view with a WITH clause was computed as a whole: 45 s for a log of 50 missions among 300,000."""
    for log in range(LOGS):
        warehouse.execute(LOG, {"load": warehouse.load("missions", f"log {log}", 200), "log": log})
    warehouse.transform()
    warehouse.execute("vacuum (analyze)")
    warehouse.load_missions("more", {"mission_id": "more", "timestamp": "2025-01-01 12:00Z", "hero_ids": ["hero_1"]})
    before = dict(warehouse.rows(READ_ROWS))
    warehouse.transform()
    read = {table: rows - before.get(table, 0) for table, rows in warehouse.rows(READ_ROWS)}
    assert {table: rows for table, rows in read.items() if rows > LOGS * 200 / 4} == {}


def test_late_minutes_of_all_heroes_read_no_history(warehouse: Warehouse) -> None:
    """To delete the stale rows, each row of the big table was compared with what is stale: 2.4 s of 1.2 million."""
    _load_days(warehouse, 4)
    warehouse.transform()
    warehouse.execute("vacuum (analyze)")
    warehouse.load_biometrics("late", *((f"hero_{number}", "2025-01-01 00:30Z", 60, 80.0) for number in range(20)))
    before = dict(warehouse.rows(READ_ROWS))
    warehouse.transform()
    read = {table: rows - before.get(table, 0) for table, rows in warehouse.rows(READ_ROWS)}
    assert {table: rows for table, rows in read.items() if rows > 20 * 1440 * 4 / 2} == {}


def test_days_in_one_run_lie_day_by_day(warehouse: Warehouse) -> None:
    """They were written hero by hero, and each later run read all their pages to count their hours again (0071)."""
    _load_days(warehouse, 1)
    warehouse.transform()
    _load_days(warehouse, 8, first=2)
    warehouse.transform()
    warehouse.execute("analyze marts.fact_biometrics")
    ((correlation,),) = warehouse.rows(
        "select correlation from pg_stats where tablename = 'fact_biometrics_2025_01' and attname = 'minute_at'"
    )
    assert correlation > 0.9


def _load_days(warehouse: Warehouse, days: int, first: int = 1) -> None:
    """Load so many days, with strays, from the first one of January 2025 on, up to a last one."""
    for day in (f"2025-01-0{number}Z" for number in range(first, days + 1)):
        load = warehouse.load("biometrics", day, 20 * 1442 * 60)
        warehouse.execute(DAY_WITH_STRAYS, {"load": load, "day": day})
