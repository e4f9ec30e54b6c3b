"""Exports like those of wearables, end to end: the example of docs/how-to/bring-your-own-wearable.md, and its table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from include.cerebro.platform.names import PROJECT_ROOT
from include.cerebro.zones.landing_zones import parse_landing_zones, zone_named
from tests.integration.helpers import Site, parquet, parquet_of
from tests.integration.test_notices import NOTICES, kept

PAGE = PROJECT_ROOT / "docs/how-to/bring-your-own-wearable.md"
MINUTES = """
    select hero_id, to_char(minute_at, 'MM-DD HH24:MI'), sum(reading_count)::int, sum(heart_rate_count)::int,
        sum(heart_rate_sum), sum(stress_level_count)::int
    from raw.biometrics join raw.current_loads using (load_id) group by 1, 2 order by 1, 2
"""


def block(language: str) -> str:
    """The page's only block of that language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return str(found)


@pytest.fixture
def watches(site: Site) -> Site:
    """The site's bucket as the landing zone of the page."""
    zone = zone_named(parse_landing_zones(PAGE, block("yaml"), ""), "watches")
    site.zone_name = zone.name
    site.zone_fields = {"rules": zone.rules, "overlap": zone.overlap}
    return site


def deliver(site: Site, name: str, rows: list[Any], types: tuple[str, ...] | None = None) -> None:
    more = {} if types is None else {"types": types}
    site.put(f"biometrics/peter-parker/{name}.parquet", parquet(rows, **more))


def test_the_example_of_the_page(watches: Site, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(block("csv"))
    query = block("sql").replace("'export.", f"'{tmp_path}/export.")
    duckdb.connect().execute(query)
    watches.put("biometrics/peter-parker/2025-10-26.parquet", (tmp_path / "export.parquet").read_bytes())
    result = watches.load()
    assert (result.failed, result.rows_loaded, result.rows_rejected) == ([], 3, 1)
    assert watches.rows(MINUTES) == [
        ("peter-parker", "10-25 21:59", 1, 1, 61, 1),
        ("peter-parker", "10-25 22:00", 2, 2, 125, 1),
    ]
    # Off is missing, and not wrong.
    assert watches.rows("select * from raw.invalid_measures") == []
    notices = watches.rows(NOTICES)
    assert [row[1:4] for row in notices] == [("source", "rescued_column", 3), ("steps", "rescued_column", 3)]
    assert [row["steps"] for row in kept(watches, notices[0][4])] == [0, 1, 0, 2]


def test_irregular_cadence(watches: Site) -> None:
    """Smart recording: seconds far apart, and four in one second."""
    offsets = [0, 1, 9, 9.25, 9.5, 9.75, 58, 61.5, 200]
    rows = ", ".join(
        f"(timestamp '2025-06-01 12:00:00' + interval {offset * 1000:.0f} milliseconds)" for offset in offsets
    )
    watches.put("biometrics/smart.parquet", parquet_of(
        f"select t as \"timestamp\", 'peter-parker' as hero_id, 60::utinyint as heart_rate, null as stress_level,"
        f" null::double as energy_output from (values {rows}) as readings (t)"
    ))  # fmt: skip
    assert watches.load().rows_loaded == 9
    assert [row[1:3] for row in watches.rows(MINUTES)] == [("06-01 10:00", 7), ("06-01 10:01", 1), ("06-01 10:03", 1)]


def test_a_resync_delivers_the_last_days_again(watches: Site) -> None:
    def days(first: int, last: int) -> list[Any]:
        return [
            (f"2025-06-{day:02} 12:00:{second:02}", "peter-parker", 60 + day, 20, 100)
            for day in range(first, last + 1)
            for second in range(0, 60, 5)
        ]

    for sync in range(3):
        deliver(watches, f"sync-{sync}", days(1 + sync, 4 + sync))
        watches.load()
    assert [row[1:4] for row in watches.rows(MINUTES)] == [(f"06-{day:02} 10:00", 12, 12) for day in range(1, 7)]
    assert watches.rows("select sum(rows)::int from raw.rejections") == [(2 * 3 * 12,)]


def test_a_change_of_clocks(watches: Site) -> None:
    """Autumn: 02:30 comes twice, and is the second one. Spring: half past one and half past three are an hour apart."""
    deliver(watches, "autumn", [(f"2025-10-26 0{h}:30:00", "peter-parker", 60, 20, 100) for h in (1, 2, 3)])
    deliver(watches, "spring", [(f"2025-03-30 0{h}:30:00", "peter-parker", 60, 20, 100) for h in (1, 3)])
    # With offsets both half past two are there; one of them is the reading above.
    zoned = ("varchar", "varchar", "double", "double", "double")
    deliver(
        watches,
        "zoned",
        [(f"2025-10-26T02:30:00{o}", "peter-parker", 60, 20, 100) for o in ("+02:00", "+01:00")],
        zoned,
    )
    watches.load()
    assert [row[1:3] for row in watches.rows(MINUTES)] == [
        ("03-30 00:30", 1), ("03-30 01:30", 1),
        ("10-25 23:30", 1), ("10-26 00:30", 1), ("10-26 01:30", 1), ("10-26 02:30", 1),
    ]  # fmt: skip
