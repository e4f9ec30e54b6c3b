"""Tables of which more than a fiftieth has changed are vacuumed, beside readers and whoever locks them."""

from __future__ import annotations

from contextlib import closing

import psycopg2

from include.cerebro.maintenance.housekeeping.tables import vacuum
from tests.integration.helpers import Site

FILL = """
    select raw.add_months(array[date '2025-01-01']);
    alter table raw.biometrics_2025_01 set (autovacuum_enabled = off);
    insert into raw.biometrics (
        load_id, hero_id, minute_at, reading_count, heart_rate_count, stress_level_count, energy_output_count
    )
    select 1, 'hulk', timestamptz '2025-01-01Z' + number * interval '1 minute', 60, 0, 0, 0
    from generate_series(1, 20000) as number;
"""


def test_what_has_changed_much_is_vacuumed_once(site: Site) -> None:
    with site.superuser() as cursor:
        cursor.execute(FILL)
        cursor.execute("delete from raw.biometrics where minute_at < '2025-01-05Z'; select pg_stat_force_next_flush()")
    dead = "select n_dead_tup > 1000 from pg_stat_user_tables where relid = 'raw.biometrics_2025_01'::regclass"
    assert site.rows(dead) == [(True,)]
    # A reader, such as pg_dump, does not matter.
    with closing(psycopg2.connect(site.warehouse_uri)) as reader, reader.cursor() as cursor:
        cursor.execute("select count(*) from raw.biometrics")
        assert vacuum(site.warehouse) == ["raw.biometrics_2025_01", "raw.biometrics"]
    assert site.rows(dead) == [(False,)]
    vacuumed = "select vacuum_count from pg_stat_user_tables where relname = 'biometrics_2025_01'"
    assert site.rows(vacuumed) == [(1,)]
    assert site.rows("select reltuples > 1000 from pg_class where oid = 'raw.biometrics'::regclass") == [(True,)]
    assert vacuum(site.warehouse) == []


def test_a_table_that_is_locked_is_left_for_another_day(site: Site) -> None:
    with site.superuser() as cursor:
        cursor.execute(FILL + "select pg_stat_force_next_flush()")
    with closing(psycopg2.connect(site.warehouse_uri)) as other, other.cursor() as cursor:
        cursor.execute("lock table raw.biometrics in access exclusive mode")
        assert vacuum(site.warehouse) == ["raw.biometrics_2025_01", "raw.biometrics"]
    assert site.rows("select vacuum_count from pg_stat_user_tables where relname = 'biometrics_2025_01'") == [(0,)]
