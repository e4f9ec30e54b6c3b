"""Objects of 2 GB for the tests of memory: what is in them is made piece by piece, and goes straight to a file."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import chain, cycle
from pathlib import Path
from typing import IO, NamedTuple

import duckdb
import pyarrow.parquet as pq
import zstandard

SIZE_BYTES = 2_000_000_000
REJECTED_BYTES = 200_000_000
LINE_BYTES = 120_000_000
# Just below what a record may have.
RECORD_CHARACTERS = 16_500_000

HEADER = "hero_id,name,alter_ego,first_appearance\n"


class Texts(NamedTuple):
    """What a text object consists of.

    Attributes:
        ordinary: a record, which fills the object up.
        rejected: a record that is rejected: 200 MB of them.
        large: records that are as long as they may be, and as hard.
        too_long: one record of 120 MB.
    """

    ordinary: str
    rejected: str
    large: tuple[str, ...]
    too_long: str

    def records(self) -> Iterator[str]:
        """Yield the records: 2 GB together."""
        rest = SIZE_BYTES - REJECTED_BYTES - sum(map(len, self.large)) - len(self.too_long)
        ordinary = max(0, rest // len(self.ordinary))
        for part in (ordinary // 2, ordinary - ordinary // 2):
            yield from (self.ordinary for _ in range(part))
            yield from self.large if part == ordinary // 2 else ()
            yield from (self.rejected for _ in range(REJECTED_BYTES // len(self.rejected) // 2))
        yield self.too_long
        yield self.ordinary


def filled(unit: str, characters: int = RECORD_CHARACTERS) -> str:
    """Return a JSON array of so many characters with nothing but such elements."""
    return f"[{','.join([unit] * (characters // (len(unit) + 1)))}]"


def mission(extra: str, mission_id: str = "m1") -> str:
    """Return a mission with a field that no table has, whose JSON is given."""
    known = {"mission_id": mission_id, "hero_ids": ["hulk"], "timestamp": "2025-01-01T00:00:00Z", "outcome": "Failed"}
    return f'{json.dumps(known)[:-1]}, "notes": {extra}}}'


def missions() -> Texts:
    """Return missions, one of them of 120 MB."""
    return Texts(
        mission(json.dumps("x" * 10_000)),
        mission(json.dumps("x" * 1000), ""),
        (
            # The objects in memory take 35 times as much as their text, which takes 4 bytes a character.
            mission(f'["\\u00e9😀",{filled("[{}]")[1:]}'),
            mission(json.dumps("😀" * RECORD_CHARACTERS, ensure_ascii=False)),
            # A field has another spelling, so that the record is written twice.
            mission(f'["😀",{filled("0.5")[1:]}').replace('"outcome"', '"Outcome"').replace('"notes"', '"location"'),
        ),
        mission(json.dumps("x" * LINE_BYTES)),
    )


def heroes() -> Texts:
    """Return the lines of a hero file, one of them of 120 MB."""
    return Texts(
        f"hulk,Hulk,{'x' * 10_000},1962\n",
        f",Hulk,{'x' * 1000},1962\n",
        (
            f"hulk,{'😀' * RECORD_CHARACTERS},,\n",
            f"hulk,{',' * RECORD_CHARACTERS}\n",
            'hulk,"' + "x\n" * (RECORD_CHARACTERS // 2) + '",,\n',
        ),
        f"hulk,{'x' * LINE_BYTES},,\n",
    )


def arranged(records: Iterator[str], arrangement: str) -> Iterator[str]:
    """Yield the pieces of a mission log; ``array`` and ``wrapped`` are one line of 2 GB."""
    begin, between, end = {
        "array": ("[", ", ", "]"),
        "lines": ("", "\n", "\n"),
        "wrapped": ('{"exported_at": "2025-01-01", "missions": [', ", ", "]}"),
    }[arrangement]
    separators = chain([begin], cycle([between]))
    for separator, record in zip(separators, records, strict=False):
        yield separator + record
    yield end


def write_text(path: Path, pieces: Iterator[str]) -> None:
    """Write the pieces to a file, compressed if its name ends so."""
    with opened(path) as file:
        for piece in pieces:
            file.write(piece.encode())


def opened(path: Path) -> IO[bytes]:
    """Open the file to write, compressed if its name ends so."""
    match path.suffix:
        case ".gz":
            return gzip.open(path, "wb", compresslevel=1)  # type: ignore[return-value]
        case ".zst":
            compressed: IO[bytes] = zstandard.open(path, "wb", cctx=zstandard.ZstdCompressor(level=1))
            return compressed
        case _:
            return path.open("wb")


READINGS = """
    select
        timestamp '2025-01-01' + to_microseconds(n * 10000 + n % 7) as "timestamp",
        case when n % 10 > 0 then 'hero ' || n % 50 end as hero_id,
        -- Random numbers cannot be compressed, which brings the object to 2 GB.
        60 + random() as heart_rate,
        random() as stress_level,
        random() * 100 as energy_output
        {more}
    from range({readings}) as numbers (n)
"""


def write_one_row_group(path: Path, readings: int) -> None:
    """Write the same with pyarrow into one row group, in pages of 1 MB as most writers make them."""
    with duckdb.connect() as connection:
        table = connection.sql(READINGS.format(readings=readings, more="")).to_arrow_table()
    pq.write_table(table, path, row_group_size=readings, compression="none", use_dictionary=False)


def write_readings(path: Path, readings: int, more: str = "", row_group: int = 122_880) -> None:
    """Write readings as Parquet; every tenth is rejected.

    Args:
        path: the file.
        readings: how many.
        more: more columns, as SQL that begins with a comma.
        row_group: readings in a row group.
    """
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(
            f"copy ({READINGS.format(readings=readings, more=more)}) to '{path}'"
            f" (format parquet, compression uncompressed, row_group_size {row_group})"
        )
