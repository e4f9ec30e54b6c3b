"""An object with a large row group is copied to the local disk, where there is room, and is the same in raw."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from include.cerebro.formats import row_groups
from tests.integration.helpers import Site, parquet

ROWS = [("2025-01-01 00:00:01", "Hulk", 80, 10, 100), ("2025-01-01 00:00:02", None, 80, 10, 100)]


class Disk(NamedTuple):
    free: int


@pytest.mark.parametrize("free", [1 << 40, 0])
def test_a_large_row_group(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int) -> None:
    site.changed["whole_object_bytes"] = 0
    site.put("biometrics/a.parquet", parquet(ROWS))
    monkeypatch.setattr(row_groups, "FETCHED_BYTES", 10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(free))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    copies: list[Any] = []
    local_copy = row_groups.local_copy

    def noted(*arguments: Any) -> Any:
        copies.append(local_copy(*arguments))
        return copies[-1]

    monkeypatch.setattr("include.cerebro.loading.aggregation.local_copy", noted)
    result = site.load()
    assert (result.failed, result.rows_loaded, result.rows_rejected) == ([], 1, 1)
    assert [copy is not None for copy in copies] == [free > 0]
    assert not list(tmp_path.iterdir()), "the copy is removed"
