"""The dbt project as a whole: its answers, tests, snapshot, freshness, descriptions and keys."""

from pathlib import Path

import pytest

from tests.integration.dbt_models.warehouse import REPOSITORY, Warehouse

ANSWERS = REPOSITORY / "include" / "sql" / "checking" / "answers"


def test_both_questions_word_for_word(built: Warehouse) -> None:
    def answer(name: str) -> list[tuple[object, ...]]:
        return built.rows(Path(ANSWERS / name).read_text())

    assert answer("hulk_factor.sql") == [("Hulk", 81.0)]
    assert answer("reliability.sql") == [("Thor", 2, 82.5)]
    hulk_factor = "select rank, hero_name, avg_energy_output from analytics.hulk_factor order by rank"
    assert built.rows(hulk_factor) == [(1, "Hulk", 81.0), (2, "Loki", None), (3, "Thor", None)]


def test_the_unit_tests_of_the_project(built: Warehouse) -> None:
    built.dbt("test", "--select", "test_type:unit")


def test_the_snapshot_keeps_the_earlier_name_of_a_hero(built: Warehouse) -> None:
    built.load_heroes("heroes/new.csv", {"hero_id": "HULK", "name": "Green Hulk"})
    built.dbt("build", "--select", "+heroes_history", "--exclude-resource-type", "unit_test")
    history = built.rows(
        "select hero_name, alter_ego, valid_to is null from snapshots.heroes_history"
        " where hero_key = 'hulk' order by valid_from"
    )
    assert history == [("Hulk", "Bruce", False), ("Green Hulk", "Bruce", True)]


def test_conservation_is_red_when_a_reading_is_lost_or_counted_twice(built: Warehouse) -> None:
    """dbt checks the stale hours hero by hero: what one has lost, another must not make up."""
    built.load_biometrics("b2", ("hulk", "2025-01-01 00:07Z", 60, 80), ("thor", "2025-01-01 00:07Z", 60, 80))
    built.dbt("run")
    test = ("test", "--select", "conservation")
    built.dbt(*test)
    for change in ("hero_id = 'hulk'", "hero_id = 'thor'"):
        built.execute(f"update marts.fact_biometrics set reading_count = reading_count - 1 where {change}")
        assert built.dbt(*test, check=False).returncode == 1
        built.execute(f"update marts.fact_biometrics set reading_count = reading_count + 1 where {change}")
    built.execute(
        "update marts.fact_biometrics set reading_count = reading_count + case hero_id when 'hulk' then 1 else -1 end"
    )
    assert built.dbt(*test, check=False).returncode == 1


@pytest.mark.long
def test_conservation_is_red_after_a_build_from_nothing(warehouse: Warehouse) -> None:
    """A load whose hours do not add up to its ledger row, and an hour that the fact does not have."""
    warehouse.load_biometrics("b1", ("hulk", "2025-01-01 00:07Z", 60, 80))
    warehouse.dbt("run")
    test = ("test", "--select", "conservation")
    warehouse.dbt(*test)
    for change in ("update operations.readings_by_hour set reading_count = 59", "delete from raw.load_hours"):
        warehouse.execute(change)
        assert warehouse.dbt(*test, check=False).returncode == 1
        warehouse.execute("update operations.readings_by_hour set reading_count = 60")


def test_an_unknown_mission_in_the_big_table_fails_a_test(built: Warehouse) -> None:
    """mission_id has no foreign key there; a dbt test replaces it."""
    test = ("test", "--select", "missions_of_rows")
    built.execute("delete from marts.dim_missions where mission_id = 'm1'")
    assert built.dbt(*test, check=False).returncode == 1
    # Of a run with new loads the stale rows are checked alone: by mission, and by hour.
    built.execute("update staging.int_positions set after_position = 1")
    missions, hours = "delete from staging.int_stale_missions", "delete from staging.int_stale_hours"
    stale_mission = "insert into staging.int_stale_missions values ('m1')"
    stale_hour = """
        insert into staging.int_stale_hours (hero_id, hour_at, has_readings)
        select hero_id, date_trunc('hour', timestamp, 'UTC'), true from analytics.obt_cerebro_restored
        where mission_id = 'm1' limit 1
        """
    for changes, returncode in (((missions, hours), 0), ((stale_mission,), 1), ((missions, stale_hour), 1)):
        for change in changes:
            built.execute(change)
        assert built.dbt(*test, check=False).returncode == returncode, changes


def test_a_stale_source_is_reported(built: Warehouse) -> None:
    assert "PASS freshness of raw.loads" in built.dbt("source", "freshness").stdout
    built.execute("alter table raw.loads disable trigger loads_history_only_grows")
    built.execute("update raw.loads set loaded_at = now() - interval '26 hours'")
    assert "WARN freshness of raw.loads" in built.dbt("source", "freshness").stdout


def test_everything_is_described_in_the_database(built: Warehouse) -> None:
    undescribed = built.rows(
        """
        select columns.attrelid::regclass, columns.attname
        from pg_attribute as columns
        inner join pg_class as tables on columns.attrelid = tables.oid
        where
            tables.relnamespace::regnamespace::text in ('staging', 'marts', 'analytics', 'operations', 'snapshots')
            and tables.relkind in ('r', 'p', 'v')
            and not tables.relispartition
            and columns.attnum > 0
            and (
                col_description(tables.oid, columns.attnum) is null
                or obj_description(tables.oid) is null
            )
        """
    )
    assert undescribed == []


def test_the_database_has_the_keys(built: Warehouse) -> None:
    keys = built.rows(
        "select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint"
        " where contype in ('p', 'u', 'f') and conparentid = 0"
        " and connamespace in ('marts'::regnamespace, 'analytics'::regnamespace)"
        " order by 1, 2"
    )
    cascade = "ON UPDATE CASCADE ON DELETE CASCADE"
    assert keys == [
        ("analytics.hulk_factor", "PRIMARY KEY (hero_id)"),
        (
            "analytics.obt_cerebro_restored",
            f"FOREIGN KEY (hero_id) REFERENCES marts.dim_heroes(hero_id) {cascade}",
        ),
        ("analytics.obt_cerebro_restored", 'UNIQUE NULLS NOT DISTINCT (hero_id, "timestamp", mission_id)'),
        ("analytics.reliability", "PRIMARY KEY (hero_id)"),
        (
            "marts.bridge_mission_heroes",
            f"FOREIGN KEY (hero_id) REFERENCES marts.dim_heroes(hero_id) {cascade}",
        ),
        (
            "marts.bridge_mission_heroes",
            f"FOREIGN KEY (mission_id) REFERENCES marts.dim_missions(mission_id) {cascade}",
        ),
        ("marts.bridge_mission_heroes", "PRIMARY KEY (mission_id, hero_id)"),
        ("marts.dim_heroes", "PRIMARY KEY (hero_id)"),
        ("marts.dim_missions", "PRIMARY KEY (mission_id)"),
        ("marts.fact_biometrics", f"FOREIGN KEY (hero_id) REFERENCES marts.dim_heroes(hero_id) {cascade}"),
        ("marts.fact_biometrics", "PRIMARY KEY (hero_id, minute_at)"),
    ]
