"""The conservation check of a run, and the counts that it records in meta.reconciliations."""

import re

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
    """The totals and every hour add up. Only one of the two hours is counted again in a run."""
    built.load_biometrics("b2", ("hulk", "2025-01-01 01:00Z", 10_000_000, 80))
    built.transform()
    built.execute(
        "update marts.fact_biometrics set reading_count = reading_count + case hero_id when 'hulk' then 1 else -1 end"
        " where minute_at < '2025-01-01 01:00Z'"
    )
    # Until it is mended: whoever clears the task sees it again.
    for _ in range(2):
        with pytest.raises(ReadingsLostError, match="in 2 hours of a hero, for example hulk from 2025-01-01 00:00"):
            reconcile(built, "run 1")


def test_each_run_recounts_the_hours_that_were_checked_longest_ago(built: Warehouse) -> None:
    """The account of an hour is too large to be counted again with others: a change by hand is found in its turn."""
    for hour in range(1, 4):
        built.load_biometrics(f"hour {hour}", ("hulk", f"2025-01-01 0{hour}:00Z", 60, 80))
    built.transform()
    built.execute("update operations.readings_by_hour set checked_at = hour_at")
    counts = "select reading_count from operations.readings_by_hour order by hour_at"
    # 10 million readings are counted again in a run: here one hour.
    built.execute("update operations.readings_by_hour set reading_count = 10000000 where hour_at < '2025-01-01 03:00Z'")
    for number in (1, 2):
        with pytest.raises(ReadingsLostError):
            reconcile(built, f"run {number}")
        assert [count for (count,) in built.rows(counts)].count(10_000_000) == 3 - number
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


# Changes by hand of a minute whose readings are 82, and the value that the error names.
MEASURES = {
    "heart_rate": "82.0000001",
    "heart_rate_min": "0",
    "heart_rate_max": "null",
    "stress_level": "NaN",
    "stress_level_min": "1e-320",
    "stress_level_max": "Infinity",
    "energy_output": "1e+308",
    "energy_output_min": "81",
    "energy_output_max": "83",
}


@pytest.mark.parametrize("measure", MEASURES)
def test_a_measure_that_was_changed_by_hand_turns_the_run_red(built: Warehouse, measure: str) -> None:
    """Numbers of readings alone were compared: a heart rate stayed as somebody had changed it."""
    reconcile(built, "run 1")
    found = MEASURES[measure]
    built.execute(
        f"update marts.fact_biometrics set {measure} = nullif(%s, 'null')::double precision"
        " where hero_id = 'hulk' and minute_at = '2025-01-01 00:02Z'",
        [found],
    )
    told = re.escape(f"{measure} of hulk at 2025-01-01 00:02 UTC: {found} instead of 82. Rebuild")
    for _ in range(2):
        with pytest.raises(ReadingsLostError, match=f"readings: 1, .*{told}"):
            reconcile(built, "run 2")


def test_readings_that_moved_from_minute_to_minute_turn_the_run_red(built: Warehouse) -> None:
    """The totals, and every hour of a hero, add up."""
    built.execute(
        "update marts.fact_biometrics set reading_count = reading_count + case date_part('minute', minute_at)"
        " when 1 then 1 else -1 end where minute_at between '2025-01-01 00:01Z' and '2025-01-01 00:02Z'"
    )
    with pytest.raises(ReadingsLostError, match=r"readings: 4, .*reading_count of hulk at 2025-01-01 00:01"):
        reconcile(built, "run 1")


def test_every_measure_is_compared_in_its_turn(built: Warehouse) -> None:
    """A run compares up to 4 million readings: here an hour, after that of the 600."""
    for hour in range(1, 4):
        built.load_biometrics(f"hour {hour}", ("hulk", f"2025-01-01 0{hour}:00Z", 4_000_000, 80))
    built.transform()
    built.execute("update operations.readings_by_hour set compared_at = hour_at")
    change = "update marts.fact_biometrics set heart_rate = %s where minute_at = '2025-01-01 03:00Z'"
    built.execute(change, [81])
    for number in (1, 2, 3):
        reconcile(built, f"run {number}")
    for _ in range(2):
        with pytest.raises(ReadingsLostError, match="heart_rate of hulk at 2025-01-01 03:00"):
            reconcile(built, "run 4")
    built.execute(change, [80])
    reconcile(built, "run 4")
    turns = "select array_agg(date_part('hour', hour_at)::int order by compared_at) from operations.readings_by_hour"
    assert built.rows(turns) == [([0, 1, 2, 3],)]


def test_an_hour_with_new_readings_keeps_its_turn(built: Warehouse) -> None:
    """Late readings of one hero would put off for ever that those of another one are compared."""
    built.execute("update operations.readings_by_hour set compared_at = '2025-01-01Z'")
    built.load_biometrics("late", ("hulk", "2025-01-01 00:09Z", 60, 80), ("hulk", "2025-01-01 01:00Z", 60, 80))
    built.transform()
    turns = "select reading_count, compared_at = '2025-01-01Z' from operations.readings_by_hour order by hour_at"
    assert built.rows(turns) == [(660, True), (60, False)]
    built.dbt("run", "--full-refresh", "--select", "fact_biometrics+")
    assert built.rows(turns) == [(660, False), (60, False)]


def test_what_changes_lawfully_is_equal(built: Warehouse) -> None:
    """Corrections, spellings, overlaps, missing and extreme values, and loads behind the transformation."""
    minute = "2025-01-01 00:01Z"
    built.load_biometrics("corrected", ("thor", minute, 30, 100), ("Loki", "2025-01-05 00:00Z", 30, 100))
    for number in (1, 2, 3):
        built.load_biometrics(f"overlap {number}", ("HULK", "2025-01-03Z", 1, number / 10), ("hulk", minute, 7, 200))
    built.load_biometrics("corrected", ("thor", minute, 20, 90))
    extremes = built.load_biometrics("extremes", ("thor", "2025-01-02Z", 60, 1), ("Thor", "2025-01-02Z", 60, 2))
    built.execute(
        "update raw.biometrics set heart_rate_count = 0, heart_rate_sum = null, heart_rate_min = null,"
        " heart_rate_max = null, stress_level_sum = 1.5e308, stress_level_min = 1e307, stress_level_max = 1.7e308,"
        " energy_output_sum = 1e-320, energy_output_min = 0, energy_output_max = 1e-320 where load_id = %s",
        [extremes],
    )
    built.transform()
    reconcile(built, "run 1")
    extreme = "select heart_rate, stress_level from marts.fact_biometrics where minute_at = '2025-01-02Z'"
    assert built.rows(extreme) == [(None, 1.7e308)]

    # The rows of a load are elsewhere, as after a restored backup: the sum is another one in its last digit. That of
    # very many loads may differ by more.
    built.execute("update marts.fact_biometrics set energy_output = energy_output * (1 + 1e-11)")
    sums = "select sum(heart_rate_sum) from raw.biometrics where minute_at = '2025-01-03Z'"
    before = built.rows(sums)
    built.execute(
        "update raw.biometrics set reading_count = reading_count where load_id = "
        "(select load_id from raw.loads where object_key = 'overlap 1')"
    )
    assert built.rows(sums) != before
    reconcile(built, "run 2")

    # A correction and a late reading are committed between the transformation and the check.
    built.load_biometrics("overlap 2", ("hulk", minute, 2, 150))
    built.load_biometrics("late", ("thor", minute, 2, 200), ("Loki", "2025-01-06 00:00Z", 30, 100))
    reconcile(built, "run 3")
    built.transform()
    reconcile(built, "run 4")
