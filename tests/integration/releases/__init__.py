"""A dump of each released version's warehouse, the objects that it had loaded, and how two warehouses are compared.

``deliveries/1`` and ``deliveries/2`` came before the dump, with a run after each; ``deliveries/3`` comes after the
upgrade.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tests.integration.helpers import Site

FOLDER = Path(__file__).parent
DUMPS = sorted(FOLDER.glob("*.sql"))

# What there is in the schemas of the project, each as a kind and a definition in which no oid is.
CATALOG = """
    with

    schemas as (
        select oid as schema_id from pg_namespace
        where nspname in ('raw', 'meta', 'staging', 'marts', 'analytics', 'operations', 'snapshots')
    ),

    relations as (
        select pg_class.* from pg_class
        inner join schemas on pg_class.relnamespace = schema_id
        -- The months of an upgraded warehouse begin with the upgrade.
        where not relispartition
    )

    select format('%%s %%s of %%s', relkind, oid::regclass, relowner::regrole) from relations
    where relkind not in ('S', 'i', 'I', 't')
    union all
    select format(
        'column %%s of %%s: %%s%%s %%s', attname, relations.oid::regclass, format_type(atttypid, atttypmod),
        case when attnotnull then ' not null' end, pg_get_expr(adbin, adrelid)
    )
    from relations
    inner join pg_attribute on relations.oid = attrelid and attnum > 0 and not attisdropped
    left join pg_attrdef on attrelid = adrelid and attnum = adnum
    where relkind in ('r', 'p', 'v')
    union all
    select format('constraint of %%s: %%s', conrelid::regclass, pg_get_constraintdef(pg_constraint.oid))
    from pg_constraint inner join relations on conrelid = relations.oid
    union all
    -- dbt gives new names to its indexes.
    select regexp_replace(pg_get_indexdef(indexrelid), ' INDEX .* ON ', ' INDEX ON ') from pg_index
    inner join relations on indrelid = relations.oid
    union all
    select pg_get_triggerdef(pg_trigger.oid) from pg_trigger
    inner join relations on tgrelid = relations.oid
    where not tgisinternal
    union all
    select pg_get_functiondef(pg_proc.oid) || proowner::regrole from pg_proc
    inner join schemas on pronamespace = schema_id
    where prokind = 'f'
    union all
    select format('%%s is %%s', oid::regclass, pg_get_viewdef(oid)) from relations where relkind = 'v'
    union all
    select format('%%s on %%s to %%s', privilege_type, oid::regclass, grantee::regrole)
    from relations cross join lateral aclexplode(relacl)
    where relkind <> 'S'
"""

# Differs from run to run, or says which load and which release has made a row.
VOLATILE = {
    "load_id",
    "loaded_at",
    "landed_at",
    "position",
    "supersedes",
    "rules_version",
    "dag_run_id",
    "quarantine_key",
    "resolved_at",
    "latest_load_id",
    "seconds",
    "fields",
    "noted_at",
}

# Not compared: what is random, what the loader notes beside rows, which 0.1.0 did not, and how far a table is complete.
OWN = {
    "raw.erasure_salt",
    "raw.invalid_measures",
    "raw.overlap_searches",
    "raw.schema_changes",
    "staging.int_hidden_loads",
    "staging.int_positions",
}


def deliver(site: Site, step: int) -> None:
    """Put the objects of one step into the landing zone."""
    folder = FOLDER / "deliveries" / str(step)
    site.put_all({path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")})


def restore_dump(site: Site, dump: Path) -> None:
    """Replace what the site's warehouse has by a dump."""
    with site.superuser() as cursor:
        cursor.execute(
            "drop schema if exists raw, meta, staging, marts, analytics, operations, snapshots cascade; "
            "drop owned by cerebro_transformer, cerebro_loader, cerebro_analyst"
        )
        cursor.execute(dump.read_text(encoding="utf-8"))


def catalog(site: Site) -> list[str]:
    """Return what there is in the schemas of the project."""
    return sorted(text for (text,) in site.rows(CATALOG.replace("%%", "%")))


def contents(site: Site) -> dict[str, Counter[str]]:
    """Return the rows of each table that a user reads, and of raw those of the loads in force with their object."""
    names = site.rows(
        """
        select
            format('%I.%I', table_schema, table_name), array_agg(column_name::text order by column_name::text)
        from information_schema.columns
        where
            table_schema in ('raw', 'staging', 'marts', 'analytics')
            and table_name not like 'int_stale%'
            and not (
                select relispartition from pg_class where oid = format('%I.%I', table_schema, table_name)::regclass
            )
        group by table_schema, table_name
        """
    )
    return {name: _rows(site, name, columns) for name, columns in names if name not in OWN}


def _rows(site: Site, name: str, columns: list[str]) -> Counter[str]:
    kept = [f"its.{column}" for column in columns if column not in VOLATILE]
    source = f"{name} as its"
    if name.startswith("raw.") and "load_id" in columns:
        kept += ["loads.object_key", "loads.etag"]
        source += " inner join raw.current_loads as loads on its.load_id = loads.load_id"
    rows = site.rows(f"select {', '.join(kept) or '1'} from {source}")
    return Counter(str(tuple(_rounded(value) for value in row)) for row in rows)


def _rounded(value: Any) -> Any:
    # Floating-point sums depend on their order.
    return float(f"{value:.9g}") if isinstance(value, float) else value
