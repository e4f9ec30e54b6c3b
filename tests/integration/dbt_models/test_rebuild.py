"""Tables that are built again because their rules have changed: they alone, whole, and only once."""

from __future__ import annotations

import time

import pytest

from include.cerebro.page.components import Section
from include.cerebro.page.reader import open_reader
from include.cerebro.page.sections import rebuilds
from include.cerebro.transforming.plan import Plan
from include.cerebro.transforming.state import begin
from testing.sites import warehouse_of
from tests.integration.dbt_models.test_plan import FACT_AND_BELOW, planned, rebuilt
from tests.integration.dbt_models.warehouse import BUILT_TABLES, Warehouse

BUILD = ("build", "--exclude-resource-type", "unit_test")


def forget(warehouse: Warehouse, *models: str, what: str = "rules") -> None:
    """Make the tables those of other rules."""
    warehouse.execute(f"update meta.tables set {what} = 'other' where model = any(%s)", [[*models]])


def oids(warehouse: Warehouse) -> dict[str, int]:
    """The oid of each table: one that is replaced has another."""
    names = [*BUILT_TABLES, "staging.int_mission_totals", "operations.readings_by_hour"]
    return {name: warehouse.rows("select %s::regclass::oid::bigint", [name])[0][0] for name in names}


def replaced(before: dict[str, int], after: dict[str, int]) -> set[str]:
    return {name.split(".")[1] for name in before if before[name] != after[name]}


def recorded(warehouse: Warehouse, planned: Plan) -> set[str]:
    """The models that are built as planned."""

    rows = warehouse.rows("select model from meta.tables where plan = %s", [planned.rebuild["plan"]])
    return {model for (model,) in rows}


def kill_after(warehouse: Warehouse, model: str, planned: Plan) -> None:
    """Run dbt as planned, and kill it when it has built this model."""
    begin(warehouse_of(warehouse.uri), planned)
    with warehouse.start_dbt(*BUILD, "--threads", "1", environment=planned.environment()) as process:
        while model not in recorded(warehouse, planned):
            assert process.poll() is None, process.stdout and process.stdout.read()
            time.sleep(0.02)
        process.kill()


def test_other_tables_compute_their_stale_rows_alone(built: Warehouse) -> None:
    """A new load comes together with another rule of the fact: all tables were built again."""
    forget(built, "fact_biometrics")
    built.execute("update marts.fact_biometrics set heart_rate = 1")
    built.load_biometrics("b2", ("hulk", "2025-01-02 00:01Z", 60, 80))
    before, rows = oids(built), built.versions()
    built.transform()
    assert replaced(before, oids(built)) == FACT_AND_BELOW
    assert built.versions()["marts.dim_missions"] == rows["marts.dim_missions"]
    assert built.rows("select min(heart_rate), count(*) from marts.fact_biometrics") == [(80, 11)]
    assert not planned(built).is_needed
    as_it_is = built.tables()
    built.drop_built()
    built.transform()
    assert built.tables() == as_it_is


@pytest.mark.long
def test_a_killed_rebuild_goes_on_with_the_tables_that_are_left(built: Warehouse) -> None:
    forget(built, "fact_biometrics")
    built.load_biometrics("b2", ("hulk", "2025-01-02 00:01Z", 60, 80))
    kill_after(built, "fact_biometrics", planned(built))
    left = planned(built)
    assert "fact_biometrics" not in rebuilt(left)
    assert rebuilt(left)["obt_cerebro_restored"] == "a run that was to build it again has not finished"
    before = oids(built)
    # It is stale for the tables that were done, too.
    built.load_biometrics("b3", ("thor", "2025-01-03 00:01Z", 60, 80))
    built.transform()
    assert "fact_biometrics" not in replaced(before, oids(built))
    assert not planned(built).is_needed
    as_it_is = built.tables()
    built.drop_built()
    built.transform()
    assert built.tables() == as_it_is


def test_the_page_shows_what_the_next_run_builds_again(built: Warehouse) -> None:
    def section() -> Section:
        with open_reader(warehouse_of(built.uri)) as reader:
            return rebuilds.read(reader)

    assert section().title == "The next run builds no table again"
    forget(built, "reliability")
    built.execute("update meta.tables set seconds = 7, row_count = 3 where model = 'reliability'")
    assert section().title == "The next run builds 1 table again, in about 7 s"
    assert section().table is not None
    assert [list(row) for row in section().table.rows] == [
        ["analytics.reliability", "other rules than the present ones made its rows", "about 7 s"]
    ]
    assert planned(built).sentences()[1:] == [
        "analytics.reliability: other rules than the present ones made its rows (about 7 s)."
    ]


def test_a_killed_first_build_goes_on(warehouse: Warehouse) -> None:
    warehouse.load_heroes("heroes.csv", {"hero_id": "hulk", "name": "HULK"})
    warehouse.load_biometrics("b1", ("hulk", "2025-01-01 00:01Z", 60, 80))
    kill_after(warehouse, "fact_biometrics", planned(warehouse))
    written = "select 'marts.fact_biometrics'::regclass::oid::bigint, xmin::text from marts.fact_biometrics"
    before = warehouse.rows(written)
    warehouse.transform()
    # The fact is complete up to the position of its plan, and is not written again.
    assert warehouse.rows(written) == before
    assert warehouse.rows("select count(*) from analytics.obt_cerebro_restored") == [(1,)]
    assert not planned(warehouse).is_needed


def test_a_retry_after_a_red_test_does_not_build_again(built: Warehouse) -> None:
    """Airflow's retry of a model gets the plan of the run."""
    forget(built, "hulk_factor")
    plan = planned(built)
    retry = (*BUILD, "--select", "hulk_factor")
    built.dbt(*retry, environment=plan.environment())
    before = oids(built)
    built.dbt(*retry, environment=plan.environment())
    assert oids(built) == before


def keys(warehouse: Warehouse, table: str) -> list[str]:
    """The constraints and indexes of a table, without names."""
    found = warehouse.rows(
        "select pg_get_constraintdef(oid) from pg_constraint where conrelid = %(table)s::regclass union all"
        " select substring(pg_get_indexdef(indexrelid) from ' USING .*') from pg_index"
        " where indrelid = %(table)s::regclass union all"
        " select attname || ' not null' from pg_attribute"
        " where attrelid = %(table)s::regclass and attnum > 0 and attnotnull",
        {"table": table},
    )
    return sorted(definition for (definition,) in found)


def test_keys_reach_a_table_that_stays_in_place(built: Warehouse) -> None:
    """Foreign keys refer to it, so that it is not replaced: a new index or constraint did not reach it."""
    declared = keys(built, "marts.dim_missions")
    assert " USING btree (mission_at)" in declared
    built.execute(
        """
        drop index marts."{}";
        alter table marts.dim_missions drop constraint dim_missions_structural_damage_check;
        alter table marts.dim_missions add check (civilian_injuries < 5);
        alter table marts.dim_missions alter column mission_at drop not null;
        alter table marts.dim_missions alter column is_high_risk drop not null;
        create index by_hand on marts.dim_missions (outcome);
        """.format(built.rows("select relname from pg_class where oid in (select indexrelid from pg_index where"
                              " indrelid = 'marts.dim_missions'::regclass and not indisprimary)")[0][0])
    )  # fmt: skip
    forget(built, "dim_missions", what="keys")
    before, rows = oids(built), built.versions()
    built.transform()
    assert keys(built, "marts.dim_missions") == sorted([*declared, " USING btree (outcome)"])
    assert oids(built) == before
    assert built.versions()["marts.dim_missions"] == rows["marts.dim_missions"]
    assert not planned(built).is_needed


def test_a_constraint_is_gone_before_rows_come_that_break_it(built: Warehouse) -> None:
    forget(built, "dim_missions")
    built.execute("alter table marts.dim_missions add constraint former check (location <> 'Rome') not valid")
    record = {"mission_id": "m9", "timestamp": "2025-01-01 00:09Z", "hero_ids": ["hulk"], "location": "Rome"}
    built.load_missions("mission_logs/9.json", record)
    built.transform()
    assert built.rows("select location from marts.dim_missions where mission_id = 'm9'") == [("Rome",)]


def test_a_rule_that_makes_one_hero_of_two(built: Warehouse) -> None:
    """Both rows got the id of the one hero, and every run failed at the primary key."""
    heroes = ("1-1", "11", "X-23", "x23")
    built.load_biometrics("b2", *((hero, f"2025-01-02 00:0{at}Z", 60, 80) for at, hero in enumerate(heroes)))
    built.load_heroes("heroes/2.csv", {"hero_id": "2-2"}, {"hero_id": "22"})
    built.transform()
    built.load_heroes("heroes/3.csv", {"hero_id": "2.2.", "name": "Two"})
    built.execute(
        "create or replace function raw.hero_key(id text) returns text language sql immutable parallel safe"
        " as $$ select regexp_replace(lower(id), '[^[:alnum:]]', '', 'g') $$"
    )
    forget(built, "int_hero_ids", "int_hero_records", "int_stale_spellings")
    built.transform()
    ids = built.rows("select hero_id from marts.dim_heroes where hero_id ~ '^[0-9]' order by 1")
    assert ids == [("1-1",), ("2.2.",)]
    as_it_is = built.tables()
    built.drop_built()
    built.transform()
    assert built.tables() == as_it_is
