"""The views over the books of the pipeline: ``prepare_warehouse`` makes them, and keeps what users made of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing

import psycopg2
import pytest

from include.cerebro.platform.names import ANALYST_ROLE
from include.cerebro.platform.sql import sql_files
from include.cerebro.schema.setup import prepare_warehouse
from tests.integration.helpers import Site

# Users' queries are written against these columns.
COLUMNS = {
    "built_tables": (
        "model text, rules text, keys text, position bigint, is_of_this_history boolean, rebuilt_at timestamp with "
        "time zone, seconds double precision, row_count double precision"
    ),
    "landing_zones": (
        "landing_zone text, listed_at timestamp with time zone, objects bigint, new_objects bigint, unrecognised "
        "bigint, examples text[], notes text[], error text, dag_run_id text, objects_waiting bigint, bytes_waiting "
        "bigint"
    ),
    "latency": (
        "landing_zone text, arrived_on date, objects bigint, objects_waiting bigint, to_raw_p50 double precision, "
        "to_raw_p95 double precision, to_answer_p50 double precision, to_answer_p95 double precision, "
        "objects_untold bigint"
    ),
    "load_history": (
        "load_id bigint, loaded_at timestamp with time zone, landing_zone text, dataset text, object_key text, etag "
        "text, size_bytes bigint, landed_at timestamp with time zone, status text, error text, is_current boolean, "
        "rows_in bigint, rows_loaded bigint, rows_rejected bigint, rejection_reasons jsonb, quarantine_key text, "
        "duplicate_of bigint, dag_run_id text"
    ),
    "notices": (
        "load_id bigint, loaded_at timestamp with time zone, landing_zone text, dataset text, object_key text, "
        "column_name text, reason text, rows bigint, kept_as text"
    ),
    "overlapping_objects": (
        "loaded_at timestamp with time zone, landing_zone text, object_key text, earlier_landing_zone text, "
        "earlier_object_key text, seconds bigint, minutes bigint, first_minute timestamp with time zone, "
        "last_minute timestamp with time zone, readings_rejected bigint, is_unfounded boolean"
    ),
    "quarantine": (
        "load_id bigint, landing_zone text, dataset text, object_key text, rows_in bigint, reason text, "
        "rows_rejected bigint, rows_discarded bigint, rows_waiting bigint, rows_released bigint, quarantine_key "
        "text, decided_at timestamp with time zone"
    ),
    "retentions": (
        "retention_id bigint, retired_at timestamp with time zone, layer text, horizon timestamp with time zone, "
        "objects bigint, rows bigint, dag_run_id text"
    ),
    "rules_versions": (
        "landing_zone text, dataset text, rules_version text, objects bigint, rows_loaded bigint, rows_rejected "
        "bigint, first_loaded_at timestamp with time zone, last_loaded_at timestamp with time zone"
    ),
    "run_checks": (
        "dag_run_id text, checked_at timestamp with time zone, readings_in bigint, readings_in_facts bigint, "
        "readings_rejected bigint, readings_erased bigint, readings_retired bigint, difference bigint, is_conserved "
        "boolean"
    ),
    "schema_changes": (
        "noted_at timestamp with time zone, landing_zone text, dataset text, column_name text, change text, "
        "column_type text, object_key text, dag_run_id text"
    ),
}

every_view = pytest.mark.parametrize("view", COLUMNS)


def definitions(site: Site) -> list[tuple[object, ...]]:
    """Each view, which a replacement in place leaves its identity, with what it shows."""
    return site.rows(
        "select relname, oid, pg_get_viewdef(oid) from pg_class"
        " where relkind = 'v' and relnamespace = 'operations'::regnamespace order by 1"
    )


def test_all_of_them_are_tested() -> None:
    assert {path.stem for path in sql_files("operations")} == set(COLUMNS)


@every_view
def test_a_view_has_its_columns_each_with_a_comment(site: Site, view: str) -> None:
    columns = site.rows(
        "select attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum) from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 order by attnum",
        [f"operations.{view}"],
    )
    assert ", ".join(f"{name} {data_type}" for name, data_type, _ in columns) == COLUMNS[view]
    assert all(comment for _, _, comment in columns)
    described = (
        "select obj_description(oid) is not null, relowner::regrole::text from pg_class where oid = %s::regclass"
    )
    assert site.rows(described, [f"operations.{view}"]) == [(True, "cerebro_transformer")]


@every_view
def test_an_analyst_reads_it_before_anything_was_loaded(site: Site, view: str) -> None:
    """dbt made them, so they were missing until it had been green once: just when one needs them."""
    with site.warehouse.connect(ANALYST_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(f"select * from operations.{view}")
        assert cursor.fetchall() == []


def test_what_users_made_of_those_of_dbt_stays(site: Site) -> None:
    """dbt's had the same columns by other SQL."""
    declared = definitions(site)
    with site.superuser() as cursor:
        for view in COLUMNS:
            cursor.execute(f"select pg_get_viewdef('operations.{view}'::regclass)")
            ((definition,),) = cursor.fetchall()
            cursor.execute(
                f"create or replace view operations.{view} as with final as ({definition.rstrip(';')})"
                " select * from final;"
                f"create view public.{view} as select * from operations.{view};"
                f"grant select on operations.{view} to cerebro_loader"
            )
        cursor.execute("update meta.schema_versions set checksum = 'of an earlier project'")
        cursor.execute("delete from meta.migrations where number > 12")
    assert definitions(site) != declared
    prepare_warehouse(site.warehouse)
    assert definitions(site) == declared
    for view in COLUMNS:
        assert site.rows(f"select * from public.{view}") == []
        assert site.rows(f"select has_table_privilege('cerebro_loader', 'operations.{view}', 'select')") == [(True,)]


def test_a_reader_who_comes_while_they_are_declared_waits(site: Site) -> None:
    """It held the view and waited for its table, which the declarations held: PostgreSQL cancelled one of them."""
    with site.superuser() as cursor:
        cursor.execute("update meta.schema_versions set checksum = 'of an earlier project'")
    outcomes: dict[str, BaseException | None] = {}

    def attempt(name: str, work: Callable[[], object]) -> None:
        outcomes[name] = None
        try:
            work()
        except BaseException as error:
            outcomes[name] = error

    def read() -> None:
        with site.warehouse.connect(ANALYST_ROLE) as connection, connection.cursor() as cursor:
            cursor.execute("select * from operations.run_checks")

    waiting = "select count(*) from pg_stat_activity where datname = %s and wait_event_type = 'Lock'"
    threads = [
        threading.Thread(target=attempt, args=["declarations", lambda: prepare_warehouse(site.warehouse)]),
        threading.Thread(target=attempt, args=["reader", read]),
    ]
    # It is declared after the table that the view reads.
    with closing(psycopg2.connect(site.warehouse_uri)) as gate, gate.cursor() as cursor:
        cursor.execute("lock table meta.alerts in access share mode")
        for number, thread in enumerate(threads, 1):
            thread.start()
            deadline = time.monotonic() + 20
            while site.rows(waiting, [site.warehouse.database]) != [(number,)]:
                assert time.monotonic() < deadline
                time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert outcomes == {"declarations": None, "reader": None}
