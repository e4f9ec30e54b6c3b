"""The corpus is complete, and its folders say what the plain calculation says."""

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

import duckdb
import pytest

from tests.corpus.cases import CASES, CORPUS, Case
from tests.corpus.make_objects import DAMAGE, READINGS
from tests.oracle import BrokenObjectError
from tests.oracle.landing import MEASURES, Content, Reading, dataset_of, read_object
from tests.oracle.values import instant, minute_of


def test_every_file_has_a_case_and_every_case_a_file_and_a_key_of_its_own() -> None:
    objects = {case.folder / delivered.file for case in CASES for delivered in case.objects}
    beside = {case.folder / name for case in CASES for name in ("case.toml", "rows.jsonl")}
    queries = {path.with_suffix(".sql") for path in objects if path.suffix == ".parquet"}
    assert objects <= set(CORPUS.glob("*/*/*")) <= objects | beside | queries
    assert all(case.objects for case in CASES)
    keys = [delivered.key for case in CASES for delivered in case.objects]
    assert len(set(keys)) == len(keys) >= len(CASES) >= 150


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_table_says_what_the_plain_calculation_says(case: Case) -> None:
    rows: list[dict[str, Any]] = []
    for delivered in case.objects:
        dataset = dataset_of(delivered.key)
        if delivered.status == "ignored":
            assert dataset is None
            continue
        assert dataset == case.dataset
        if delivered.status == "failed":
            with pytest.raises(BrokenObjectError):
                read_object(dataset, delivered.body)
            continue
        content = read_object(dataset, delivered.body)
        assert content.rejected == delivered.rejected
        assert (content.rows_in, len(content.accepted)) == (delivered.rows_in, delivered.rows_loaded)
        assert content.not_understood == delivered.invalid_measures
        assert delivered.rows_in == delivered.rows_loaded + delivered.rows_rejected
        rows += rows_in_raw(content)
    assert list(case.rows) == rows


def rows_in_raw(content: Content) -> list[dict[str, Any]]:
    """The rows that raw has of an object."""
    numbered = list(zip(content.numbers, content.accepted, content.understood, strict=True))
    if content.dataset == "heroes":
        return [{"row_number": number, "record": plain(record)} for number, record, _ in numbered]
    if content.dataset == "missions":
        return [
            {"row_number": number, "mission_at": iso(instant(known["timestamp"])), "record": plain(record)}
            for number, record, known in numbered
        ]
    minutes: defaultdict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in content.accepted:
        minutes[reading.hero_id, iso(minute_of(reading.at))].append(reading)
    return [minute(*key, minutes[key]) for key in sorted(minutes)]


def plain(record: Any) -> Any:
    """The record with floats, as rows.jsonl has them."""
    return json.loads(json.dumps(record, default=float))


def iso(moment: datetime | None) -> str:
    """The instant as PostgreSQL writes it in JSON."""
    assert moment is not None
    return moment.isoformat()


def minute(hero_id: str, minute_at: str, readings: list[Reading]) -> dict[str, Any]:
    """One row of raw.biometrics."""
    row: dict[str, Any] = {"hero_id": hero_id, "minute_at": minute_at, "reading_count": len(readings)}
    for measure in MEASURES:
        values = [value for reading in readings if (value := getattr(reading, measure)) is not None]
        row |= {
            f"{measure}_count": len(values),
            f"{measure}_sum": sum(values) if values else None,
            f"{measure}_min": min(values, default=None),
            f"{measure}_max": max(values, default=None),
        }
    return row


def test_parquet_objects_hold_what_their_queries_give() -> None:
    queries = [query for query in CORPUS.glob("*/*/*.sql") if query.parent.name not in DAMAGE]
    assert len(queries) >= 30
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(READINGS)
        for query in queries:
            written = f"from read_parquet('{query.with_suffix('.parquet')}', hive_partitioning = false)"
            wanted = query.read_text(encoding="utf-8")
            for one, other in ((wanted, written), (written, wanted)):
                assert connection.execute(f"({one}) except all ({other})").fetchall() == [], query
