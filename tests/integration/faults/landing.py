"""A small, dirty landing zone, and all that its load leaves in raw, quarantine, marts and analytics."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.integration.helpers import Site, parquet_of
from tests.oracle.warehouse import TABLES

# All values are multiples of a half, so their sums are exact and tables compare to the last bit.
_READINGS = """
    select
        timestamp '2025-01-01 00:00:00' + to_seconds(second) as "timestamp",
        case when second % 97 = 5 then ' ' else hero_id end as hero_id,
        case when second % 53 = 1 then 'nan'::double when second % 59 = 2 then 1000 else 60 + second % 40 end
            as heart_rate,
        case when second % 83 = 3 then null else second % 100 / 2 end as stress_level,
        case when second % 71 = 4 then -1 else second % 300 * 1.5 end as energy_output
    from range({first}, {last}, {step}) as seconds (second)
    cross join (values ('Hulk'), ('spider-man'), ('Thor')) as heroes (hero_id)
    order by "timestamp", hero_id
"""


def readings(first: int, last: int, step: int = 1) -> bytes:
    """Readings of three heroes as Parquet: every ``step``-th second of the day from ``first`` to before ``last``."""
    return parquet_of(_READINGS.format(first=first, last=last, step=step), row_group_size=2048)


def missions(first: int, count: int) -> bytes:
    """Missions with numbers from ``first`` on; the second has no id."""
    return json.dumps(
        [
            {
                "mission_id": f"M{number}" if number != first + 1 else None,
                "hero_ids": ["hulk", "Spider-Man"] if number % 2 else ["Thor"],
                "location": f"Sector {number}",
                "timestamp": f"2025-01-01T00:{number:02d}:30+00:00",
                "outcome": "Successful" if number % 3 else "Failed",
                "damage_report": {"structural_damage": number * 5000, "civilian_injuries": 0},
            }
            for number in range(first, first + count)
        ]
    ).encode()


# A minute is split over several objects: one has its even seconds, another its odd ones.
LANDING = {
    "heroes.csv": b"hero_id,name,alter_ego,first_appearance\n"
    b"hulk,HULK,Bruce Banner,1962\n,Nobody,,\nspider-man,Spider-Man,Peter Parker,1962\n",
    "heroes/more.csv": b"hero_id,name,alter_ego,first_appearance\nHulk,Hulk,,\nthor,Thor,Thor Odinson,1962\n",
    "mission_logs.json": missions(0, 5),
    "mission_logs/late.json": missions(5, 5),
    "biometrics.parquet": readings(0, 600, 2),
    "biometrics/date=2025-01-01/odd seconds.parquet": readings(1, 600, 2),
    "biometrics/date=2025-01-01/part-2.parquet": readings(590, 1200),
    "biometrics/date=2025-01-01/part-3.parquet": readings(1200, 1800),
}

# Rows as JSON; for the quarantine, rows by key.
RawTable = list[str] | dict[str, list[dict[str, str]]]

_RAW = {
    "loads": """
        select object_key, dataset, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, error
        from raw.current_loads
    """,
    "heroes": "select object_key, row_number, record::text from raw.heroes join raw.current_loads using (load_id)",
    "missions": """
        select object_key, row_number, mission_at, record::text from raw.missions join raw.current_loads using (load_id)
    """,
    "biometrics": """
        select object_key, biometrics.*, null as load_id
        from raw.biometrics as biometrics join raw.current_loads using (load_id)
    """,
    "load_hours": """
        select object_key, load_hours.*, null as load_id
        from raw.load_hours join raw.current_loads using (load_id)
    """,
    "rejections": """
        select object_key, reason, rows, quarantine_key from raw.rejections join raw.current_loads using (load_id)
    """,
    "invalid_measures": """
        select object_key, measure, readings from raw.invalid_measures join raw.current_loads using (load_id)
    """,
}


@dataclass
class Contents:
    """Quarantine and raw, as ``raw_contents`` returns them, and marts and analytics, as ``mart_contents`` does."""

    raw: dict[str, RawTable]
    marts: dict[str, list[tuple[Any, ...]]]


def raw_contents(site: Site) -> dict[str, RawTable]:
    """The rows of all current loads in raw, without their load ids, and the quarantine."""
    contents: dict[str, RawTable] = {}
    for name, query in _RAW.items():
        rows = site.rows(f"select to_jsonb(contents) - 'load_id' from ({query}) as contents")
        contents[name] = sorted(json.dumps(row[0], sort_keys=True) for row in rows)
    contents["quarantine"] = {
        key: [{name: str(value) for name, value in row.items()} for row in rows]
        for key, rows in site.quarantined().items()
    }
    return contents


def mart_contents(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of marts and analytics, by table."""
    return {table: site.rows(f"select * from {table} order by {', '.join(key)}") for table, key in TABLES.items()}


def mismatched_loads(site: Site) -> list[tuple[Any, ...]]:
    """Loads whose number of rows in raw is not the ledger's: load id, rows by the ledger, rows in raw."""
    return site.rows("""
        select coalesce(loads.load_id, kept.load_id), loads.rows_loaded, kept.rows
        from (select * from raw.loads where status = 'loaded') as loads
        full join (
            select load_id, sum(rows)::bigint as rows
            from (
                select load_id, 1 as rows from raw.heroes
                union all select load_id, 1 from raw.missions
                union all select load_id, reading_count from raw.biometrics
            ) as every_row
            group by load_id
        ) as kept using (load_id)
        where loads.rows_loaded is distinct from coalesce(kept.rows, 0)
    """)
