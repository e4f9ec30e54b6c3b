"""The corpus through the readers alone, without services: what is accepted, rejected, counted, and said in errors."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from include.cerebro.loading import aggregation
from include.cerebro.loading.aggregation import Aggregation
from include.cerebro.loading.parsing import parse
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import BadObjectError
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import read_settings
from tests.corpus.cases import CASES, Case, CaseObject

OBJECTS = [
    pytest.param(case, delivered, id=f"{case}/{delivered.file}")
    for case in CASES
    for delivered in case.objects
    if delivered.status != "ignored" and delivered.body
]
RECORDS = [param for param in OBJECTS if param.values[0].dataset != "biometrics"]  # type: ignore[union-attr]
READINGS = [param for param in OBJECTS if param.values[0].dataset == "biometrics"]  # type: ignore[union-attr]


@pytest.mark.parametrize(("case", "delivered"), RECORDS)
def test_records(case: Case, delivered: CaseObject) -> None:
    if delivered.body.startswith(b"\x28\xb5\x2f\xfd"):
        pytest.importorskip("zstandard")
    if delivered.status == "failed":
        with pytest.raises(BadObjectError) as failure:
            parse(case.dataset, delivered.key, io.BytesIO(delivered.body))
        assert delivered.error in str(failure.value)
        assert "\0" not in str(failure.value)
        return
    with parse(case.dataset, delivered.key, io.BytesIO(delivered.body)) as parsed:
        assert parsed.rejected.reasons == delivered.rejected
        assert parsed.totals == (delivered.rows_loaded, delivered.rows_rejected)
        assert parsed.not_understood == delivered.invalid_measures
        parsed.lines.seek(0)
        lines = [line.decode().rstrip("\n").split("\t") for line in parsed.lines]
    if len(case.objects) == 1:
        assert [int(line[0]) for line in lines] == [row["row_number"] for row in case.rows]
        assert [line[1] for line in lines if len(line) == 4] == [
            row["mission_at"] for row in case.rows if "mission_at" in row
        ]
        # COPY's own escapes.
        escapes = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}
        texts = [re.sub(r"\\.", lambda escape: escapes[escape[0]], line[-2]) for line in lines]
        assert [json.loads(text) for text in texts] == [row["record"] for row in case.rows]


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with pytest.MonkeyPatch.context() as patch, duckdb_session(read_settings()) as connection:
        patch.setattr(aggregation, "url", lambda _, stored: stored.key)
        patch.setattr("include.cerebro.formats.parquet.url", lambda _, stored: stored.key)
        yield connection


@pytest.mark.parametrize(("case", "delivered"), READINGS)
def test_readings(case: Case, delivered: CaseObject, duck: duckdb.DuckDBPyConnection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "object.parquet"
        path.write_bytes(delivered.body)
        run = Aggregation(duck, "", [stored := StoredObject(str(path), "", len(delivered.body))])
        try:
            run.run()
        except duckdb.Error:
            # The loader says what is wrong by the object's first and last bytes.
            assert delivered.status == "failed"
            return
        if delivered.status == "failed":
            assert delivered.error in str(run.bad[stored])
            return
        summary = run.summaries[stored.key]
        assert summary.rejected == delivered.rejected
        assert summary.totals == (delivered.rows_loaded, delivered.rows_rejected)
        assert summary.invalid_measures == delivered.invalid_measures
        rows = duck.execute(
            "select hero_id, reading_count, heart_rate_sum, stress_level_sum, energy_output_max"
            " from minutes where reason is null order by all"
        ).fetchall()
        if len(case.objects) == 1:
            names = ("hero_id", "reading_count", "heart_rate_sum", "stress_level_sum", "energy_output_max")
            assert rows == sorted(tuple(row[name] for name in names) for row in case.rows)
