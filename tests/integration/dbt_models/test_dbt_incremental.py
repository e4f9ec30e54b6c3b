"""Incremental builds leave the same tables as one build of everything."""

import os
import random
import time
from typing import Any

import psycopg2
import pytest

from tests.integration.dbt_models.warehouse import Warehouse

SPELLINGS = [
    ["hulk", "HULK", "Hulk"],
    ["Spider-Man", "spiderman", "SPIDER MAN"],
    ["x_23", "X-23", "x23"],
    ["T'Challa", "tchalla"],
]
# Hours whose account is not what the fact holds.
ACCOUNT_DIFFERS = """
    select hour_at, account.reading_count, facts.reading_count
    from operations.readings_by_hour as account
    full join (
        select date_trunc('hour', minute_at, 'UTC') as hour_at, sum(reading_count) as reading_count
        from marts.fact_biometrics group by 1
    ) as facts using (hour_at)
    where account.reading_count is distinct from facts.reading_count
"""
DURATION = ["--vars", "{mission_duration_minutes: 3}"]


def spelled(chance: random.Random) -> str:
    return chance.choice(chance.choice(SPELLINGS))


def minute(number: int) -> str:
    return f"2025-01-01 {number // 60:02}:{number % 60:02}+00"


def load_at_random(warehouse: Warehouse, chance: random.Random) -> None:
    """Load one object of a random dataset. Keys are few, so that many loads supersede an earlier one."""
    dataset = chance.choice(["heroes", "missions", "biometrics", "biometrics"])
    key = f"{dataset}/{chance.randrange(3)}"
    if dataset == "heroes":
        records = [
            {"hero_id": spelled(chance), "name": chance.choice([None, "", spelled(chance)]),
             "alter_ego": chance.choice([None, "Bruce", "Peter"])}
            for _ in range(chance.randrange(1, 4))
        ]  # fmt: skip
        warehouse.load_heroes(key, *records)
    elif dataset == "missions":
        missions: list[dict[str, Any]] = [
            {"mission_id": f"m{chance.randrange(6)}",
             "timestamp": f"2025-01-01 00:{chance.randrange(60):02}:37Z",
             "hero_ids": [spelled(chance) for _ in range(chance.randrange(3))],
             "outcome": chance.choice(["Successful", "Failed"]),
             "damage_report": {"structural_damage": chance.choice([-1, 5, 20000])}}
            for _ in range(chance.randrange(1, 5))
        ]  # fmt: skip
        warehouse.load_missions(key, *missions)
    else:
        minutes = {(spelled(chance), chance.randrange(60) + chance.choice([0, 0, 600])) for _ in range(25)}
        warehouse.load_biometrics(
            key,
            *((hero, minute(at), chance.randrange(1, 60), chance.randrange(200)) for hero, at in sorted(minutes)),
        )


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_late_corrected_and_respelled_data_equal_a_rebuild(warehouse: Warehouse, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(6):
        for _ in range(chance.randrange(1, 4)):
            load_at_random(warehouse, chance)
        warehouse.transform(*DURATION)
        assert not warehouse.rows(ACCOUNT_DIFFERS)
    incremental = warehouse.tables()
    assert all(incremental.values()), "an empty table proves nothing"

    warehouse.drop_built()
    warehouse.transform(*DURATION)

    built_at_once = warehouse.tables()
    for name, rows in built_at_once.items():
        assert incremental[name] == rows, name


def test_nothing_new_changes_no_row(built: Warehouse) -> None:
    before = built.versions()
    built.transform()
    assert built.versions() == before


def test_a_late_reading_rewrites_no_other_row(built: Warehouse) -> None:
    before = built.versions()
    built.load_biometrics("b2", ("hulk", minute(600), 60, 90))
    built.transform()
    after = built.versions()
    for name in ("marts.fact_biometrics", "analytics.obt_cerebro_restored"):
        assert set(before[name]) < set(after[name]), name
        assert len(after[name]) == len(before[name]) + 1


def test_a_correction_removes_minutes_that_it_no_longer_has(built: Warehouse) -> None:
    built.load_biometrics("b1", ("hulk", minute(0), 30, 100))
    built.transform()
    assert built.rows("select hero_id, reading_count, heart_rate from marts.fact_biometrics") == [("hulk", 30, 100)]
    # thor stays a hero: the heroes file has him.
    assert built.rows("select count(*) from marts.dim_heroes where hero_id = 'thor'") == [(1,)]


def test_a_vanished_hero_leaves_every_table(built: Warehouse) -> None:
    built.load_biometrics("b2", ("Nobody", minute(3), 60, 90))
    built.transform()
    assert built.rows("select 1 from analytics.obt_cerebro_restored where hero_id = 'Nobody'")
    built.load_biometrics("b2")
    built.transform()
    for name in ("marts.dim_heroes", "marts.fact_biometrics", "analytics.obt_cerebro_restored"):
        assert not built.rows(f"select 1 from {name} where hero_id = 'Nobody'"), name
    assert built.rows("select sum(reading_count)::bigint from operations.readings_by_hour") == [(600,)]


def test_a_better_spelling_renames_the_hero_everywhere(built: Warehouse) -> None:
    built.load_heroes("heroes/2.csv", {"hero_id": "Hulk"})
    built.dbt("run", "--select", "+dim_heroes")
    # The foreign keys cascade at once, so that tables never disagree.
    for name in ("marts.bridge_mission_heroes", "marts.fact_biometrics", "analytics.obt_cerebro_restored"):
        ids = {hero_id for (hero_id,) in built.rows(f"select hero_id from {name}")}
        assert "Hulk" in ids, name
        assert "hulk" not in ids, name


def test_a_name_of_a_run_that_did_not_finish_reaches_the_big_table(built: Warehouse) -> None:
    """The next run, which brings another hero, has nothing to change in dim_heroes."""
    built.load_heroes("heroes/2.csv", {"hero_id": "hulk", "name": "Green Hulk"})
    built.dbt("run", "--select", "+dim_heroes")
    built.load_heroes("heroes/3.csv", {"hero_id": "Vision"})
    built.transform()
    named = "select distinct hero_name from analytics.obt_cerebro_restored where hero_id = 'hulk'"
    assert built.rows(named) == [("Green Hulk",)]


def test_another_mission_duration_rebuilds_the_big_table(built: Warehouse) -> None:
    count = "select count(*) from analytics.obt_cerebro_restored where mission_id = 'm1' and hero_id = 'hulk'"
    assert built.rows(count) == [(1,)]
    built.dbt("run", "--full-refresh", *DURATION)
    assert built.rows(count) == [(3,)]


def test_a_dimension_dropped_by_hand_comes_back_with_its_keys(built: Warehouse) -> None:
    before = built.tables()
    built.execute("drop table marts.dim_heroes cascade")
    built.transform()
    assert built.tables() == before
    keys = "select count(*) from pg_constraint where confrelid = 'marts.dim_heroes'::regclass and conparentid = 0"
    assert built.rows(keys) == [(4,)]


def test_raw_rebuilt_with_the_same_load_ids(built: Warehouse) -> None:
    """After raw was truncated, load 3 is another load: comparing ids alone would keep the old rows."""
    built.execute(
        "truncate raw.loads, raw.heroes, raw.missions, raw.biometrics, raw.load_hours, raw.rejections,"
        " raw.invalid_measures restart identity cascade"
    )
    built.load_heroes("heroes.csv", {"hero_id": "hulk"})
    built.load_heroes("heroes/2.csv", {"hero_id": "thor"})
    built.load_biometrics("other", ("thor", minute(700), 60, 70))
    built.transform()
    assert built.rows("select hero_id, minute_at = %s from marts.fact_biometrics", [minute(700)]) == [("thor", True)]
    assert built.rows("select count(*) from analytics.obt_cerebro_restored") == [(1,)]
    assert built.rows("select count(*) from marts.dim_missions") == [(0,)]


@pytest.mark.parametrize("model", ["fact_biometrics", "obt_cerebro_restored"])
def test_killed_while_rows_are_replaced(built: Warehouse, model: str) -> None:
    built.load_biometrics("b1", *(("hulk", minute(at), 60, 120) for at in range(3)))
    built.load_biometrics("b2", ("thor", minute(2), 60, 120))
    built.dbt("run", "--exclude", f"{model}+")
    before = built.tables()

    # Readers are not blocked, but dbt cannot insert: rows are deleted, and nothing is committed. The statement commits
    # itself, so the server may finish it without dbt, once it gets its lock.
    table = {"fact_biometrics": "marts.fact_biometrics"}.get(model, f"analytics.{model}")
    blocker = psycopg2.connect(built.uri)
    blocker.cursor().execute("lock table marts.dim_heroes in exclusive mode")
    process = built.start_dbt("run", "--select", model)
    waiting = f"select 1 from pg_locks where granted and relation = '{table}'::regclass and mode = 'RowExclusiveLock'"
    deadline = time.monotonic() + 60
    while not built.rows(waiting):
        assert time.monotonic() < deadline, "dbt did not write within 60 s"
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    os.kill(process.pid, 9)
    process.communicate(timeout=30)
    assert built.tables() == before
    blocker.close()

    built.transform()
    healed = built.tables()
    assert healed != before
    built.drop_built()
    built.transform()
    assert built.tables() == healed
