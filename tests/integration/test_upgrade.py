"""A warehouse of the release before positions and hours."""

from __future__ import annotations

from include.cerebro.schema.setup import prepare_warehouse
from tests.integration.helpers import Site
from tests.integration.samples import HEROES

BEFORE = """
    drop table raw.load_hours, meta.transformations, meta.schema_versions;
    alter table raw.loads drop column position cascade;
    drop sequence raw.load_positions;
    create table meta.transformations (
        finished_at timestamptz primary key default now(), project_checksum text, load_count bigint, last_load_id bigint
    );
    alter table meta.transformations owner to cerebro_transformer;
    create table meta.applied_loads (model text, load_id bigint);
    create table meta.fact_readings (fact_table oid, readings bigint);
    create function meta.keep_fact_readings() returns trigger language plpgsql as 'begin return null; end';
    create table marts.fact_biometrics (reading_count bigint);
    create trigger keep_fact_readings_insert after insert on marts.fact_biometrics
    for each statement execute function meta.keep_fact_readings();

    insert into raw.loads (dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status)
    select 'biometrics', 'b' || number, 'e', 1, 120, 120, 0, 'loaded' from generate_series(1, 2) as number;
    insert into raw.biometrics (
        load_id, hero_id, minute_at, reading_count, heart_rate_count, stress_level_count, energy_output_count
    )
    select load_id, 'hulk', timestamptz '2025-01-01 00:59Z' + minute * interval '1 minute', 60, 0, 0, 0
    from raw.loads cross join generate_series(0, 1) as minute;
    insert into meta.transformations (project_checksum, load_count, last_load_id) values ('x', 2, 2);
"""


def test_loads_get_positions_and_hours_and_the_warehouse_is_built_again(site: Site) -> None:
    with site.superuser() as cursor:
        cursor.execute(BEFORE)
    prepare_warehouse(site.warehouse)
    assert site.rows("select array_agg(position order by load_id) from raw.loads") == [([1, 2],)]
    hours = "select load_id, hero_id, to_char(hour_at, 'HH24'), reading_count from raw.load_hours order by 1, 3"
    assert site.rows(hours) == [
        (1, "hulk", "00", 60),
        (1, "hulk", "01", 60),
        (2, "hulk", "00", 60),
        (2, "hulk", "01", 60),
    ]
    assert site.rows("select count(*) from pg_trigger where tgrelid = 'marts.fact_biometrics'::regclass") == [(0,)]
    assert site.rows("select to_regclass('meta.applied_loads'), to_regclass('meta.fact_readings')") == [(None, None)]
    # Nothing says which rules made the tables.
    assert len(site.plan().rebuilds) == len(site.plan().state["models"])


BEFORE_LANDING_ZONES = """
    drop table meta.listings, meta.schema_versions;
    drop index raw.loads_chain, raw.loads_failures, raw.loads_unresolved, raw.loads_etag, raw.loads_duplicate_of;
    drop view raw.current_loads cascade;
    alter table raw.loads
    drop column landing_zone cascade, drop column landed_at cascade, drop column rules_version cascade,
    drop column duplicate_of cascade, drop column resolved_at cascade,
    drop constraint if exists loads_status_check;
    alter table raw.loads add constraint loads_status_check check (status in ('loaded', 'failed'));
    create unique index loads_one_successor
    on raw.loads (object_key, supersedes) nulls not distinct where status = 'loaded';
    create unique index loads_one_failure on raw.loads (object_key, etag) where status = 'failed';
    insert into raw.loads (
        dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, error, supersedes
    )
    values
    ('heroes', 'heroes.csv', 'older', 1, 1, 1, 0, 'loaded', null, null),
    ('heroes', 'heroes.csv', %(etag)s, 1, 1, 1, 0, 'loaded', null, 1),
    ('heroes', 'heroes/gone.csv', 'x', 1, 0, 0, 0, 'failed', 'heroes/gone.csv: broken', null),
    ('heroes', 'heroes/bad.csv', %(bad_etag)s, 1, 0, 0, 0, 'failed', 'heroes/bad.csv: broken', null);
"""


def test_a_ledger_of_one_landing_zone_goes_on(site: Site) -> None:
    site.put_all({"heroes.csv": HEROES, "heroes/bad.csv": b"bad"})
    etags = {stored.key: stored.etag for stored in site.discover().heroes}
    with site.superuser() as cursor:
        cursor.execute(BEFORE_LANDING_ZONES, {"etag": etags["heroes.csv"], "bad_etag": etags["heroes/bad.csv"]})
    prepare_warehouse(site.warehouse)
    # What was loaded is not loaded again; what was broken is tried by the rules of today.
    assert site.load().failed == ["heroes/bad.csv"]
    assert [row[:2] for row in site.ledger()] == [
        ("heroes.csv", "loaded"),
        ("heroes.csv", "loaded"),
        ("heroes/gone.csv", "failed"),
        ("heroes/bad.csv", "failed"),
    ]
    assert site.rows("select distinct landing_zone from raw.loads") == [("cerebro",)]
    # Failures of objects that are not there any more are over.
    unresolved = "select object_key from raw.loads where status = 'failed' and resolved_at is null"
    assert site.rows(unresolved) == [("heroes/bad.csv",)]
    site.put("heroes.csv", HEROES + HEROES.splitlines()[1])
    site.load()
    assert site.rows("select supersedes from raw.loads where rows_in = 2") == [(2,)]
