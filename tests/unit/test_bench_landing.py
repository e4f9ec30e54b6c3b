"""The benchmark's landing zones: blocks that are written again later are the readings that would have been computed."""

from pathlib import Path

import duckdb
import pytest

from bench import landing

READINGS, BLOCK = 400_000, 200_000
# Without the milliseconds, which are noise.
COMPARED = """
select count(*), count(distinct seconds.second) from (
    select date_trunc('second', "timestamp") as second, hero_id from read_parquet($written)
) as seconds
semi join (
    select date_trunc('second', "timestamp") as second, hero_id from read_parquet($computed)
) as computed using (second, hero_id)
"""


def write(folder: Path, objects: int) -> str:
    """Write a landing zone, and return the pattern of its objects."""
    bucket = landing.write_landing_zone({"CEREBRO_STATE_DIR": str(folder)}, READINGS, objects, lambda _: None)
    return str(folder / "s3" / bucket / "biometrics" / "*" / "*.parquet")


@pytest.mark.parametrize("objects", [4, 5])
def test_repeated_blocks_have_the_heroes_and_seconds_of_computed_readings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, objects: int
) -> None:
    """Five objects are not two equal blocks: they are computed."""
    computed = write(tmp_path / "computed", 1)
    monkeypatch.setattr(landing, "BLOCK_READINGS", BLOCK)
    monkeypatch.setattr(landing, "BLOCK_SECONDS", BLOCK // 1_000)
    monkeypatch.setattr(landing, "FOLDER_OBJECTS", 2)
    written = write(tmp_path / "blocks", objects)
    with duckdb.connect() as connection:
        found = connection.execute(COMPARED, {"written": written, "computed": computed}).fetchone()
    assert found == (READINGS, READINGS // 1_000)
    assert len(list((tmp_path / "blocks").rglob("*.parquet"))) == objects
