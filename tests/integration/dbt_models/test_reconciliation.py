"""The conservation check of a run, and the counts that it records in meta.reconciliations."""

import pytest

from include.cerebro.checking.conservation import ReadingsLostError, check_conservation
from testing.sites import warehouse_of
from tests.integration.dbt_models.warehouse import Warehouse

ROWS = (
    "select dag_run_id, readings_in, readings_in_facts, readings_rejected, difference"
    " from meta.reconciliations order by dag_run_id"
)


# Changes by hand to a fact table of 600 readings, and the readings that it holds afterwards.
CHANGES = {
    "update marts.fact_biometrics set reading_count = 1 where hero_id = 'hulk'": 305,
    "update marts.fact_biometrics set reading_count = 61": 610,
    "delete from marts.fact_biometrics where minute_at = '2025-01-01 00:01Z'": 480,
    "delete from marts.dim_heroes where hero_id = 'thor'": 300,
    "insert into marts.fact_biometrics (hero_id, minute_at, reading_count) values ('hulk', '2025-01-02Z', 7)": 607,
    "truncate marts.fact_biometrics": 0,
    "alter table marts.fact_biometrics disable trigger keep_fact_readings_delete; "
    "delete from marts.fact_biometrics where hero_id = 'hulk'": 300,
    "drop trigger keep_fact_readings_update on marts.fact_biometrics; "
    "update marts.fact_biometrics set reading_count = 61": 610,
}


def reconcile(built: Warehouse, dag_run_id: str) -> dict[str, int]:
    return check_conservation(warehouse_of(built.uri), dag_run_id)


def test_every_run_records_its_counts_and_so_does_a_red_one(built: Warehouse) -> None:
    counts = reconcile(built, "run 1")
    assert counts == {"readings_in": 600, "readings_in_facts": 600, "readings_rejected": 0}

    built.execute("update marts.fact_biometrics set reading_count = reading_count - 1 where hero_id = 'hulk'")
    with pytest.raises(ReadingsLostError, match="5 are missing"):
        reconcile(built, "run 2")
    assert built.rows(ROWS) == [("run 1", 600, 600, 0, 0), ("run 2", 600, 595, 0, 5)]


def test_a_retry_overwrites_its_row(built: Warehouse) -> None:
    built.execute("update marts.fact_biometrics set reading_count = reading_count + 2 where hero_id = 'hulk'")
    with pytest.raises(ReadingsLostError, match="10 are there twice"):
        reconcile(built, "run 1")
    ((first,),) = built.rows("select checked_at from meta.reconciliations")

    built.execute("update marts.fact_biometrics set reading_count = reading_count - 2 where hero_id = 'hulk'")
    reconcile(built, "run 1")
    assert built.rows(ROWS) == [("run 1", 600, 600, 0, 0)]
    ((second,),) = built.rows("select checked_at from meta.reconciliations")
    assert second > first


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_hand_turns_the_run_red(built: Warehouse, change: str) -> None:
    built.execute(change)
    assert built.rows("select sum(reading_count)::bigint from marts.fact_biometrics") == [(CHANGES[change] or None,)]
    with pytest.raises(ReadingsLostError):
        reconcile(built, "run 1")
    assert built.rows("select readings_in_facts from meta.reconciliations") == [(CHANGES[change],)]


def test_the_sum_is_kept_and_not_computed_again(built: Warehouse) -> None:
    """The check costs the same on a year. It fails here because it reads the kept sum, not the table."""
    built.execute("update meta.fact_readings set readings = 599")
    with pytest.raises(ReadingsLostError, match="1 are missing"):
        reconcile(built, "run 1")
    # A rebuild computes the sum.
    built.dbt("run", "--full-refresh", "--select", "fact_biometrics")
    reconcile(built, "run 1")


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_the_sum_follows_what_runs_change(built: Warehouse, is_rebuilt: bool) -> None:
    """Triggers keep the sum when a correction removes rows and a better spelling renames a hero."""
    if is_rebuilt:
        built.dbt("run", "--full-refresh", "--select", "fact_biometrics+")
    built.load_biometrics("b1", ("hulk", "2025-01-01 00:01Z", 30, 100), rejected=2)
    built.load_biometrics("b2", ("HULK", "2025-01-01 00:01Z", 5, 100), ("Loki", "2025-03-01 00:01Z", 60, 100))
    built.load_heroes("heroes/2.csv", {"hero_id": "Hulk"})
    built.dbt("run")
    counts = reconcile(built, "run 1")
    assert counts == {"readings_in": 97, "readings_in_facts": 95, "readings_rejected": 2}
    assert built.rows("select readings from meta.fact_readings") == [(95,)]


def test_a_table_of_an_earlier_release_is_summed(built: Warehouse) -> None:
    for change in ("insert", "update", "delete", "truncate"):
        built.execute(f"drop trigger keep_fact_readings_{change} on marts.fact_biometrics")
    built.execute("truncate meta.fact_readings")
    assert reconcile(built, "run 1")["readings_in_facts"] == 600
    built.dbt("run", "--select", "fact_biometrics")
    assert built.rows("select readings from meta.fact_readings") == [(600,)]


def test_a_restored_table_is_summed(built: Warehouse) -> None:
    """A backup restores the triggers, too, but the restored table has another oid."""
    built.execute("update meta.fact_readings set fact_table = 1")
    assert reconcile(built, "run 1")["readings_in_facts"] == 600
    built.dbt("run", "--select", "fact_biometrics")
    assert built.rows("select readings from meta.fact_readings") == [(600,)]
