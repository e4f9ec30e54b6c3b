"""Rejected records come out of the quarantine as they went in, whatever characters they have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from include.cerebro.formats.records import RejectedRecord
from include.cerebro.loading.quarantine import RejectedRecords
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.places import Place, Quarantine

TEXTS = [
    "\\N", "", "a\tb\nc\rd\x1ae\x1a1", "\x1a", "\x1a\n", '"', "'", "ä😀", "\\", " blanks ", "a,b|c", "x" * 17_000_000,
]  # fmt: skip
# PostgreSQL and UTF-8 have neither.
ESCAPED = {"\0" + "1": "\\u00001", "\ud800x": "\\ud800x"}


class Client:
    """Keeps what is put."""

    body = b""

    def put_object(self, **put: Any) -> None:
        self.body = put["Body"].read()


def test_any_text_comes_back(tmp_path: Path) -> None:
    client: Any = Client()
    records = RejectedRecords()
    texts = [*TEXTS, *ESCAPED]
    for number, text in enumerate(texts):
        records.add(RejectedRecord(number, text, "invalid_json", None if number % 2 else number))
    with duckdb_session(read_settings()) as duck:
        records.write(duck, client, Quarantine(Place("quarantine"), "cerebro"), StoredObject("key", "etag", 1))
    records.close()
    (path := tmp_path / "rejected.parquet").write_bytes(client.body)
    found = duckdb.execute("select row_number, line_number, record from read_parquet(?) order by 1", [str(path)])
    wanted = [*TEXTS, *ESCAPED.values()]
    assert found.fetchall() == [(n, None if n % 2 else n, text) for n, text in enumerate(wanted)]
