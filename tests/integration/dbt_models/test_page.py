"""The page's queries on a warehouse that dbt has built, with the rights of an analyst only."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest

from include.cerebro.maintenance.release.sample import Sample
from include.cerebro.page import content
from include.cerebro.page.reader import Reader, UnreadableWarehouseError, open_reader
from include.cerebro.page.sections import biometrics, erasures, latency
from include.cerebro.page.sections import rows as rows_of
from include.cerebro.page.sections.biometrics import Choice, choose_range
from include.cerebro.platform.names import TRANSFORMER_ROLE
from include.cerebro.platform.sql import sql_files
from testing.sites import warehouse_of
from tests.integration.dbt_models.conftest import Server
from tests.integration.dbt_models.warehouse import Warehouse

MIDNIGHT = datetime(2025, 1, 1, tzinfo=UTC)


def check(warehouse: Warehouse, run: str, difference: int = 0, at: str = "2025-01-02 00:00Z") -> None:
    warehouse.execute(
        "insert into meta.reconciliations values (%s, %s, 10, %s, 0, %s)", [run, at, 10 - difference, difference]
    )


def fail(warehouse: Warehouse, key: str, at: str = "2025-01-02 00:00Z", etag: str = "e") -> None:
    warehouse.execute(
        "insert into raw.loads (dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status,"
        " error, loaded_at) values ('biometrics', %s, %s, 0, 0, 0, 0, 'failed', %s, %s)",
        [key, etag, f"{key}: it is empty. Deliver it again", at],
    )


def reject(warehouse: Warehouse, key: str, **reasons: int) -> int:
    load_id = warehouse.load("biometrics", key, 0, sum(reasons.values()))
    for reason, rows in reasons.items():
        warehouse.execute("insert into raw.rejections values (%s, %s, %s, %s)", [load_id, reason, rows, f"{key}/r"])
    return load_id


@pytest.fixture
def reader(built: Warehouse) -> Iterator[Reader]:
    with open_reader(warehouse_of(built.uri)) as opened:
        yield opened


def test_the_reader_is_an_analyst_who_only_reads(built: Warehouse, reader: Reader) -> None:
    connection = reader._connection
    with connection.cursor() as cursor:
        cursor.execute("select current_user, current_setting('statement_timeout'), current_setting('TimeZone')")
        assert cursor.fetchone() == ("cerebro_analyst", "5s", "UTC")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("select * from raw.loads")
    connection.rollback()
    built.execute("grant insert on marts.dim_heroes to cerebro_analyst")
    with connection.cursor() as cursor, pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        cursor.execute("insert into marts.dim_heroes (hero_id, hero_name) values ('x', 'x')")


def test_every_query_answers(reader: Reader) -> None:
    day = {"hero_id": "hulk", "from_minute": MIDNIGHT, "until_minute": MIDNIGHT + timedelta(days=1)}
    parameters: dict[str, dict[str, Any]] = {
        "hulk_factor": {"limit": 9}, "reliability": {"limit": 9}, "heroes": {}, "days": {"limit": 9},
        "freshness": {}, "run_checks": {"limit": 9}, "quarantine": {"limit": 9}, "failed": {"limit": 9},
        "landing_zones": {}, "schema_changes": {"limit": 9}, "latency": {"limit": 9},
        "quarantine_totals": {}, "rules_versions": {"limit": 9}, "retentions": {},
        "notices": {"limit": 9}, "overlaps": {"limit": 9}, "quarantine_entry": {"load_id": 1, "reason": "x"},
        "missions": day | {"limit": 9}, "tables": {"models": ["dim_heroes"], "relations": ["marts.dim_heroes"]},
        "series": day | {"bucket": timedelta(minutes=3), "step": timedelta(minutes=1)},
    }  # fmt: skip
    # The page of a load task reads as the transformer; tests/integration/test_bounded_runs.py has its queries.
    others = {"batch_objects", "run_objects"}
    as_transformer: dict[str, dict[str, Any]] = {"erasures": {"limit": 9}, "outcome": {"run_id": "x"}}
    assert set(parameters) == {path.stem for path in sql_files("page")} - others - set(as_transformer)
    for name, values in parameters.items():
        reader.rows(name, **values)
    for name, values in as_transformer.items():
        reader.rows(name, TRANSFORMER_ROLE, **values)
        with pytest.raises(UnreadableWarehouseError, match="may not read"):
            reader.rows(name, **values)


def test_the_rankings_are_those_of_the_tables(reader: Reader) -> None:
    assert reader.rows("hulk_factor", limit=9) == [{"hero_name": "Hulk", "avg_energy_output": 81.0}]
    assert reader.rows("reliability", limit=1) == [
        {"hero_name": "Thor", "successful_missions_count": 2, "avg_stress_level": 82.5}
    ]
    assert len(reader.rows("reliability", limit=9)) == 3


def test_heroes_have_the_range_of_their_readings(reader: Reader) -> None:
    """Loki was on a mission, but has no readings."""
    rows = reader.rows("heroes")
    assert [(row["hero_id"], row["hero_name"]) for row in rows] == [("hulk", "Hulk"), ("thor", "Thor")]
    assert rows[0]["first_minute"] == MIDNIGHT
    assert rows[0]["last_minute"] == MIDNIGHT + timedelta(minutes=4)


def test_a_series_is_averaged_over_buckets_and_has_every_bucket(reader: Reader) -> None:
    parameters = {"hero_id": "hulk", "from_minute": MIDNIGHT, "until_minute": MIDNIGHT + timedelta(minutes=9)}
    every = reader.rows("series", bucket=timedelta(minutes=3), step=timedelta(minutes=1), **parameters)
    assert [(row["bucket_at"], row["minutes_read"]) for row in every] == [
        (MIDNIGHT, 3),
        (MIDNIGHT + timedelta(minutes=3), 2),
        (MIDNIGHT + timedelta(minutes=6), 0),
    ]
    assert [row["heart_rate"] for row in every] == [81.0, 83.5, None]
    assert [(row["energy_output_min"], row["energy_output_max"]) for row in every[:2]] == [(80.0, 82.0), (83.0, 84.0)]
    every_third = reader.rows("series", bucket=timedelta(minutes=3), step=timedelta(minutes=3), **parameters)
    assert [(row["minutes_read"], row["heart_rate"]) for row in every_third] == [(1, 80.0), (1, 83.0), (0, None)]


def test_missions_are_those_of_the_hero_in_the_range(reader: Reader) -> None:
    parameters = {"from_minute": MIDNIGHT, "until_minute": MIDNIGHT + timedelta(minutes=3), "limit": 9}
    assert [row["mission_id"] for row in reader.rows("missions", hero_id="thor", **parameters)] == ["m2"]
    (row,) = reader.rows("missions", hero_id="hulk", **parameters)
    assert (row["mission_id"], row["is_high_risk"], row["structural_damage"]) == ("m1", True, 20000.0)


def test_too_many_missions_are_cut_to_the_worst(built: Warehouse, reader: Reader) -> None:
    built.execute("update marts.dim_missions set structural_damage = 5 where mission_id = 'm3'")
    parameters = {"hero_id": "thor", "from_minute": MIDNIGHT, "until_minute": MIDNIGHT + timedelta(days=1)}
    (row,) = reader.rows("missions", limit=1, **parameters)
    assert (row["mission_id"], row["in_all"]) == ("m3", 2)


def test_days_count_rows_and_objects_in_utc(built: Warehouse, reader: Reader) -> None:
    reject(built, "b9", missing_hero_id=3)
    fail(built, "b10", at="2024-12-31 23:30-05")
    today, before = reader.rows("days", limit=9)
    assert str(before["day"]) == "2025-01-01"
    assert (before["objects_loaded"], before["objects_failed"], before["rows_in"]) == (0, 1, 0)
    assert (today["objects_loaded"], today["objects_failed"]) == (4, 0)
    # 2 heroes, 3 missions, 600 readings, and the 3 that were rejected.
    assert (today["rows_in"], today["rows_loaded"], today["rows_rejected"]) == (608, 605, 3)


def test_quarantine_has_objects_reasons_and_where_they_are(built: Warehouse, reader: Reader) -> None:
    reject(built, "some.parquet", missing_hero_id=3)
    reject(built, "more.parquet", missing_hero_id=3, invalid_timestamp=2)
    reject(built, "corrected.parquet", missing_hero_id=7)
    built.load("biometrics", "corrected.parquet", 7)
    first, second, third = reader.rows("quarantine", limit=9)
    assert (first["object_key"], first["quarantine_key"]) == ("more.parquet", "more.parquet/r")
    assert [(row["object_key"], row["reason"], row["rows_waiting"]) for row in (first, second, third)] == [
        ("more.parquet", "missing_hero_id", 3),
        ("some.parquet", "missing_hero_id", 3),
        ("more.parquet", "invalid_timestamp", 2),
    ]
    (totals,) = reader.rows("quarantine_totals")
    assert (totals["entries"], totals["objects"], totals["rows_waiting"]) == (3, 2, 8)


def test_decided_rows_do_not_wait(built: Warehouse, reader: Reader) -> None:
    reject(built, "some.parquet", missing_hero_id=3, invalid_timestamp=2)
    decide = (
        "insert into raw.quarantine_decisions (load_id, reason, action, rows, corrections, decided_by, why, dag_run_id)"
        " select load_id, %s, %s, %s, '{}', 'ada', 'known', 'run' from raw.current_loads"
        " where object_key = 'some.parquet'"
    )
    built.execute(decide, ["missing_hero_id", "discard", 3])
    built.execute(decide, ["invalid_timestamp", "release", 1])
    (row,) = reader.rows("quarantine", limit=9)
    assert (row["reason"], row["rows_waiting"], row["rows_discarded"], row["rows_released"]) == (
        "invalid_timestamp", 2, 0, 1,
    )  # fmt: skip
    (totals,) = reader.rows("quarantine_totals")
    assert (totals["rows_waiting"], totals["rows_discarded"], totals["rows_released"]) == (2, 3, 1)


def test_an_object_is_broken_until_its_failure_is_resolved(built: Warehouse, reader: Reader) -> None:
    def broken() -> list[str]:
        return [row["object_key"] for row in reader.rows("failed", limit=9)]

    fail(built, "mended")
    fail(built, "lasting")
    assert broken() == ["lasting", "mended"]
    built.execute("update raw.loads set resolved_at = now() where object_key = 'mended'")
    assert broken() == ["lasting"]


def test_a_removed_landing_zone_has_no_broken_objects(built: Warehouse, reader: Reader) -> None:
    fail(built, "b9")
    for run, zone in (("run 1", "cerebro"), ("run 2", "watches")):
        built.execute(
            "insert into meta.listings (dag_run_id, landing_zone, objects, new_objects, unrecognised, examples, notes)"
            " values (%s, %s, 1, 0, 1, '{x}', '{}')",
            [run, zone],
        )
        assert len(reader.rows("failed", limit=9)) == (1 if zone == "cerebro" else 0)
    (listed,) = reader.rows("landing_zones")
    assert (listed["landing_zone"], listed["unrecognised"], listed["examples"]) == ("watches", 1, ["x"])


def test_latency_is_the_time_from_arrival_to_the_first_green_transformation(built: Warehouse, reader: Reader) -> None:
    for load, (landed, loaded, answered) in enumerate([(300, 290, 280), (300, 250, 200), (60, 50, None)]):
        built.execute(
            "insert into raw.loads (dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status,"
            " landed_at, loaded_at) values ('heroes', %s, 'x', 1, 0, 0, 0, 'loaded',"
            " now() - %s * interval '1 s', now() - %s * interval '1 s')",
            [f"heroes/{load}.csv", landed, loaded],
        )
        if answered:
            built.execute(
                "insert into meta.transformations (finished_at, position, project_checksum)"
                " select now() - %s * interval '1 s', max(position), '' from raw.loads",
                [answered],
            )
    rows = reader.rows("latency", limit=9)
    assert sum(row["objects"] for row in rows) == 3
    assert sum(row["objects_waiting"] for row in rows) == 1
    if len(rows) == 1:  # not within five minutes after midnight
        (row,) = rows
        assert [round(row[name]) for name in ("to_raw_p50", "to_raw_p95", "to_answer_p50")] == [10, 46, 60]


def test_what_no_watcher_told_of_is_counted_on_the_day_of_its_listing(built: Warehouse, reader: Reader) -> None:
    for run, days in (("run 1", 3), ("run 2", 3), ("run 3", 31)):
        built.execute(
            "insert into meta.listings (dag_run_id, landing_zone, listed_at, objects, new_objects, unrecognised,"
            " examples, notes, objects_untold) values (%s, 'watches', now() - %s * interval '1 day', 9, 2, 0, '{}',"
            " '{}', 2)",
            [run, days],
        )
    (row,) = [row for row in reader.rows("latency", limit=9) if row["landing_zone"] == "watches"]
    assert (row["objects"], row["objects_waiting"], row["objects_untold"]) == (0, 0, 4)
    assert row["to_answer_p95"] is None
    assert latency.read(reader, target_minutes=5).table is not None


def test_the_whole_page(built: Warehouse) -> None:
    check(built, "run 1", at="2025-01-01 11:00Z")
    reject(built, "b9", missing_hero_id=3)
    page = content.read_page(warehouse_of(built.uri))
    assert page.is_healthy is True
    assert page.headline == "Every reading that came in is accounted for"
    assert {name: section.problem for name, section in page.sections.items() if section.problem} == {}
    titles = {name: section.title for name, section in page.sections.items()}
    assert titles["hulk_factor"] == "Hulk puts out the most energy on high-risk missions: 81.00 on average"
    assert titles["reliability"] == "Thor was on the most successful missions: 2, at a stress level of 82.50"
    assert titles["biometrics"] == "Hulk on 1 Jan 2025: heart rate up to 84, 1 mission"
    assert titles["days"] == "Of 608 rows in the landing zone 605 are loaded and 3 are in quarantine"
    assert titles["quarantine"] == "3 rows of 1 object in quarantine"


def test_a_lost_reading_and_a_broken_object_are_the_headline(built: Warehouse) -> None:
    check(built, "run 1", at="2025-01-01 11:00Z")
    fail(built, "b10")
    page = content.read_page(warehouse_of(built.uri))
    assert (page.is_healthy, page.headline) == (False, "1 object cannot be loaded; everything else is")
    check(built, "run 2", difference=-2, at="2025-01-01 12:00Z")
    page = content.read_page(warehouse_of(built.uri))
    assert (page.is_healthy, page.headline) == (False, "2 readings are there twice")


def test_a_hero_by_any_name_can_be_chosen(built: Warehouse, reader: Reader) -> None:
    evil = "'; drop table marts.dim_heroes; -- <script>"
    built.execute("update marts.dim_heroes set hero_id = %s where hero_id = 'thor'", [evil])
    section = biometrics.read(reader, Choice(evil, "2025-01-01", "2025-01-01"))
    assert section.title == "Thor on 1 Jan 2025: heart rate up to 84, 2 missions"
    assert section.form is not None
    assert section.form.hero_id == evil


def test_a_time_without_readings_says_when_there_are_some(reader: Reader) -> None:
    section = biometrics.read(reader, Choice("hulk", "2024-05-01", "2024-05-02"))
    assert section.title == "Hulk has no readings from 1 May 2024 to 2 May 2024"
    assert section.empty == "There are some from 1 Jan 2025, 00:00 to 1 Jan 2025, 00:04."
    assert section.figure is None


def test_a_year_is_looked_up_in_the_key_and_not_scanned(built: Warehouse, reader: Reader) -> None:
    built.execute("analyze")
    chosen = choose_range("2025-01-01", "2025-12-31")
    parameters = {"hero_id": "hulk", "from_minute": chosen.from_minute, "until_minute": chosen.until_minute}
    buckets = reader.rows("series", bucket=chosen.bucket, step=chosen.step, **parameters)
    assert len(buckets) == 365
    assert sum(bucket["minutes_read"] for bucket in buckets) == 1


@pytest.mark.parametrize(
    ("damage", "section", "words"),
    [
        ("drop table analytics.hulk_factor", "hulk_factor", "not there yet"),
        ("drop view operations.quarantine", "quarantine", "not there yet"),
        ("drop schema marts cascade", "biometrics", "not there yet"),
        ("revoke select on analytics.reliability from cerebro_analyst", "reliability", "may not read it"),
    ],
)
def test_an_unreadable_section_says_why_in_its_place(built: Warehouse, damage: str, section: str, words: str) -> None:
    built.execute(damage)
    page = content.read_page(warehouse_of(built.uri))
    assert words in page.sections[section].problem
    assert not page.problem
    assert page.sections["runs"].problem == "", "everything else is shown"


def test_a_slow_query_is_cancelled(built: Warehouse) -> None:
    with (
        open_reader(warehouse_of(built.uri), statement_timeout="50ms") as reader,
        pytest.raises(UnreadableWarehouseError, match="took longer than 50ms"),
    ):
        reader.query("select pg_sleep(60)")


def test_before_the_first_transformation_it_says_what_to_do(server: Server) -> None:
    server.create("dbt_test_untouched").connection.close()
    try:
        uri = urlsplit(server.uri)._replace(path="/dbt_test_untouched").geturl()
        page = content.read_page(warehouse_of(uri))
        assert "cerebro_sample_data" in page.sections["hulk_factor"].problem
        assert page.is_healthy is None
        # What the pipeline did can be seen from the first moment on.
        assert {name for name, section in page.sections.items() if not section.problem} >= {
            "failed", "days", "runs", "latency", "quarantine", "notices", "overlaps", "landing_zones", "schema_changes",
            "rebuilds", "rules", "retention",
        }  # fmt: skip
    finally:
        server.drop("dbt_test_untouched")


def test_without_a_warehouse_it_says_so_and_no_address(server: Server) -> None:
    gone = warehouse_of(urlsplit(server.uri)._replace(path="/no_such_database").geturl())
    page = content.read_page(gone)
    assert page.problem == (
        "The warehouse does not answer. Is PostgreSQL running, and is Airflow's connection 'warehouse' right?"
    )
    assert page.sections == {}


def test_without_the_role_it_says_so(server: Server) -> None:
    with (
        pytest.raises(UnreadableWarehouseError, match=r"no_such_role is not there yet.* never prepared"),
        open_reader(warehouse_of(server.uri), role="no_such_role"),
    ):
        pass


def test_an_entry_of_the_quarantine_has_its_rows_and_when_they_came(built: Warehouse, reader: Reader) -> None:
    load_id = reject(built, "more.parquet", missing_hero_id=3, invalid_timestamp=2)
    (row,) = reader.rows("quarantine_entry", load_id=load_id, reason="invalid_timestamp")
    assert (row["rows_rejected"], row["rows_waiting"], row["quarantine_key"]) == (2, 2, "more.parquet/r")
    assert row["loaded_at"].tzinfo is not None
    section = rows_of.read(
        reader, load_id, "invalid_timestamp", lambda _, __: Sample(["hero_id"], [["<b>"], [None]], 1)
    )
    assert section.title == "2 rows of more.parquet rejected as invalid_timestamp"
    assert section.table is not None
    assert section.table.rows == [["<b>"], ["–"]]
    assert section.note == "2 rows shown. 1 row of heroes who were forgotten left out."
    assert [action.label for action in section.actions] == ["Release", "Discard", "Reprocess"]
    assert rows_of.read(reader, load_id, "unknown", lambda _, __: Sample([], [], 0)).title == "There are no such rows"


def test_erasures_are_counted_and_name_nobody(built: Warehouse, reader: Reader) -> None:
    assert erasures.read(reader).title == "No hero was forgotten"
    built.execute(
        "insert into raw.erasures (dag_run_id, hero_hash, objects, readings, records, participations)"
        " values ('a run', 'a hash', 1, 2, 3, 4)"
    )
    section = erasures.read(reader)
    assert section.title == "1 erasure"
    assert section.table is not None
    assert section.table.rows[0][2:] == ["1", "2", "3", "4", "not clean yet", "0"]
    assert "hash" not in str(section.table.rows)
