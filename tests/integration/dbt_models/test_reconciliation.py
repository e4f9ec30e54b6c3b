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
    "alter table marts.fact_biometrics add column by_hand text; "
    "delete from marts.fact_biometrics where hero_id = 'hulk'": 300,
}


def reconcile(built: Warehouse, dag_run_id: str) -> dict[str, int]:
    return check_conservation(warehouse_of(built.uri), dag_run_id)


def test_every_run_records_its_counts_and_so_does_a_red_one(built: Warehouse) -> None:
    counts = reconcile(built, "run 1")
    assert counts == {
        "readings_in": 600,
        "readings_in_facts": 600,
        "readings_rejected": 0,
        "readings_erased": 0,
        "readings_retired": 0,
    }

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


def test_readings_that_moved_from_hero_to_hero_turn_the_run_red(built: Warehouse) -> None:
    """The totals and every hour add up."""
    built.execute(
        "update marts.fact_biometrics set reading_count = reading_count + case hero_id when 'hulk' then 1 else -1 end"
    )
    with pytest.raises(ReadingsLostError, match="in 2 hours of a hero, for example hulk from 2025-01-01 00:00"):
        reconcile(built, "run 1")


def test_each_run_recounts_the_hours_that_were_checked_longest_ago(built: Warehouse) -> None:
    """The account of an hour is too large to be counted again with others: a change by hand is found in its turn."""
    for hour in range(1, 4):
        built.load_biometrics(f"hour {hour}", ("hulk", f"2025-01-01 0{hour}:00Z", 60, 80))
    built.transform()
    built.execute("update operations.readings_by_hour set checked_at = hour_at")
    counts = "select reading_count from operations.readings_by_hour order by hour_at"
    # 40 million readings are counted again in a run: here one hour.
    built.execute("update operations.readings_by_hour set reading_count = 40000000 where hour_at < '2025-01-01 03:00Z'")
    for number in (1, 2):
        with pytest.raises(ReadingsLostError):
            reconcile(built, f"run {number}")
        assert [count for (count,) in built.rows(counts)].count(40_000_000) == 3 - number
    reconcile(built, "run 3")


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_the_account_follows_what_runs_change(built: Warehouse, is_rebuilt: bool) -> None:
    """A correction removes rows, a better spelling renames a hero, and one reading comes weeks late."""
    if is_rebuilt:
        built.dbt("run", "--full-refresh", "--select", "fact_biometrics+")
    built.load_biometrics("b1", ("hulk", "2025-01-01 00:01Z", 30, 100), rejected=2)
    built.load_biometrics("b2", ("HULK", "2025-01-01 00:01Z", 5, 100), ("Loki", "2025-03-01 00:01Z", 60, 100))
    built.load_heroes("heroes/2.csv", {"hero_id": "Hulk"})
    built.transform()
    account = "select sum(reading_count)::bigint from operations.readings_by_hour"
    assert built.rows(account) == [(95,)]
    counts = reconcile(built, "run 1")
    assert counts == {
        "readings_in": 97,
        "readings_in_facts": 95,
        "readings_rejected": 2,
        "readings_erased": 0,
        "readings_retired": 0,
    }
    assert built.rows(account) == [(95,)]
