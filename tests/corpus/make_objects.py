"""Write the Parquet objects from the queries beside them: python -m tests.corpus.make_objects."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb

CORPUS = Path(__file__).parent
# The table that a query may select from: good readings, one a second.
READINGS = """
    create macro readings(rows) as table
    select
        timestamp '2025-01-01 12:00:00' + to_seconds(range) as "timestamp",
        'Hulk' as hero_id,
        80.5 + range as heart_rate,
        20.0::double as stress_level,
        900.0::double as energy_output
    from range(rows)
"""
ZSTD_FRAME = b"\x28\xb5\x2f\xfd"


def corrupt_page(whole: bytes) -> bytes:
    """Overwrite the start of the first compressed page with zeros."""
    page = whole.index(ZSTD_FRAME)
    return whole[:page] + b"\0" * 64 + whole[page + 64 :]


# The changes to an object after its query has been written.
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "footer_cut": lambda whole: whole[:-50],
    "half": lambda whole: whole[: len(whole) // 2],
    "page_corrupted": corrupt_page,
    "footer_corrupted": lambda whole: whole[:-40] + b"\xff" * 30 + whole[-10:],
}


def parquet(query: str) -> bytes:
    """The result of a query as a Parquet file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "object.parquet"
        connection.execute("set timezone = 'UTC'")
        connection.execute("set threads = 1")
        connection.execute(READINGS)
        connection.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
        return path.read_bytes()


def main() -> None:
    """Write every object that has a query."""
    for query in CORPUS.glob("*/*/*.sql"):
        whole = parquet(query.read_text(encoding="utf-8"))
        damage = DAMAGE.get(query.parent.name, bytes)
        query.with_suffix(".parquet").write_bytes(damage(whole))


if __name__ == "__main__":
    main()
