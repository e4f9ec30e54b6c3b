"""What a step of the archive asks the warehouse for. The marts are not built: only raw is looked at."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from include.cerebro.loading import minutes
from include.cerebro.maintenance.archive import Archive
from include.cerebro.maintenance.reprocess.archived import Restoring
from include.cerebro.maintenance.retention.minutes import drop_minutes, move_horizon
from include.cerebro.platform.sql import read_sql
from tests.integration.helpers import Site, parquet

BIOMETRICS = "select * from raw.biometrics order by load_id, minute_at, hero_id"
UNTIL = datetime(2025, 2, 1, tzinfo=UTC)
TRANSFORMED = """
    insert into meta.transformations (position, loaded_at, project_checksum, retention_id)
    select max(position), max(loaded_at), 'none', (select max(retention_id) from raw.retentions) from raw.loads
"""


def test_a_step_asks_for_its_months_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A month has a file for each day, and the partitions of the table are the same for all of them."""
    site.changed["archive_bucket"] = f"{site.quarantine_bucket}/_archive/"
    days = [(f"2025-01-{day} 12:00:00", "hulk", 80, 10, 100) for day in (11, 12, 13)]
    site.put("biometrics/days.parquet", parquet(days))
    site.load()
    raw = site.rows(BIOMETRICS)
    move_horizon(site.warehouse, UNTIL, "retain")
    with site.superuser() as cursor:
        cursor.execute(TRANSFORMED)
    archive = Archive.of(site.settings, site.store)
    assert drop_minutes(site.warehouse, UNTIL, "retain", archive) == {"months": 1, "minutes": 3}
    assert site.rows("select count(*) from meta.archive_files") == [(3,)]
    assert site.rows(BIOMETRICS) == []
    asked: list[str] = []

    def counted(name: str) -> str:
        asked.append(name)
        return read_sql(name)

    monkeypatch.setattr(minutes, "read_sql", counted)
    restoring = Restoring(None, site.settings, site.store, site.warehouse, "back")
    assert restoring.run() == {"objects": 1, "months": 1, "minutes": 3}
    assert asked.count("ledger/missing_months.sql") == 1
    assert site.rows(BIOMETRICS) == raw
