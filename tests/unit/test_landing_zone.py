"""The meaning of names, and the packing of objects into batches."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.cerebro.landing.batches import Parcel, describe, pack
from include.cerebro.platform.object_store import ObjectStore, StoredObject
from include.cerebro.zones.datasets import (
    BIOMETRICS,
    HEROES,
    MISSIONS,
    Other,
    is_table_file,
    meaning,
    table_format,
)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("heroes.csv", HEROES),
        ("heroes.CSV.gz", HEROES),
        ("heroes/2025/x y.csv", HEROES),
        ("heroes/x.Csv.ZST", HEROES),
        ("mission_logs.json", MISSIONS),
        ("mission_logs.ndjson.gz", MISSIONS),
        ("mission_logs/a.json", MISSIONS),
        ("mission_logs/a.jsonl", MISSIONS),
        ("biometrics.parquet", BIOMETRICS),
        ("biometrics.PQ", BIOMETRICS),
        ("biometrics/x.PARQUET", BIOMETRICS),
        ("biometrics/x.parq", BIOMETRICS),
        ("biometrics/date=2025-01-01/part-0.parquet", BIOMETRICS),
        ("biometrics/part-00000", Other.UNRECOGNISED),
        ("biometrics/x.parquet.gz", Other.UNRECOGNISED),
        ("biometrics/x.parquet.tmp", Other.UNRECOGNISED),
        ("biometrics2/x.parquet", Other.UNRECOGNISED),
        ("Biometrics/x.parquet", Other.UNRECOGNISED),
        ("heroes.json", Other.UNRECOGNISED),
        ("heroes_2025.csv", Other.UNRECOGNISED),
        ("heroes", Other.UNRECOGNISED),
        ("old/heroes.csv", Other.UNRECOGNISED),
        ("readme.txt", Other.UNRECOGNISED),
        ("biometrics/_SUCCESS", Other.WORKING_FILE),
        ("biometrics/_temporary/0/p.parquet", Other.WORKING_FILE),
        ("biometrics/.hive-staging/x.parquet", Other.WORKING_FILE),
        ("biometrics/_delta_log/0.checkpoint.parquet", Other.WORKING_FILE),
        ("_old/heroes.csv", Other.WORKING_FILE),
        (".DS_Store", Other.WORKING_FILE),
        ("biometrics/", Other.WORKING_FILE),
    ],
)
def test_a_name_belongs_to_a_dataset_or_is_something_else(name: str, what: object) -> None:
    assert meaning(name) == what


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("biometrics/_delta_log/00000000000000000000.json", ("biometrics/", "Delta Lake")),
        ("biometrics/t/_delta_log/00000000000000000000.json", ("biometrics/t/", "Delta Lake")),
        ("biometrics/t/metadata/v1.metadata.json", ("biometrics/t/", "Iceberg")),
        ("heroes/metadata/00000-x.metadata.json", ("heroes/", "Iceberg")),
        ("biometrics/t/.hoodie/hoodie.properties", ("biometrics/t/", "Hudi")),
        ("mission_logs/metadata/x.json", None),
        ("elsewhere/_delta_log/0.json", None),
    ],
)
def test_a_table_format_is_known_by_its_metadata(name: str, table: object) -> None:
    assert table_format(name) == table


def test_of_a_tables_folder_only_its_own_data_files_are_left() -> None:
    its_own = "part-00000-0f2d9c1e-5b7a-4c1d-9e2f-3a4b5c6d7e8f-c000.snappy.parquet"
    assert is_table_file(f"biometrics/t/date=1/{its_own}", ("biometrics/t/",))
    assert not is_table_file(f"biometrics/{its_own}", ("biometrics/t/",))
    assert not is_table_file("biometrics/t/x.parquet", ("biometrics/t/",))


def test_the_name_of_a_task_fits_airflow() -> None:
    """Above 250 characters Airflow's API answers 422 (D16)."""
    long = Parcel("z" * 63, [StoredObject("biometrics/" + "x" * 1000 + "/end.parquet", "e", 5_000_000)])
    assert len(describe([long])) < 250
    assert describe([long]).endswith("/end.parquet, 5.0 MB")
    assert describe([Parcel("cerebro", [StoredObject("a", "e", 1), StoredObject("b", "e", 1)])]) == (
        "2 objects, 0.0 MB, from a"
    )


@given(
    sizes=st.lists(st.integers(0, 50), max_size=40),
    batch_bytes=st.integers(1, 100),
    batch_objects=st.integers(1, 10),
)
def test_batches_hold_every_object_once_in_order_and_within_bounds(
    sizes: list[int], batch_bytes: int, batch_objects: int
) -> None:
    objects = [StoredObject(f"k{number}", "e", size) for number, size in enumerate(sizes)]
    batches = list(pack(objects, batch_bytes, batch_objects))
    assert [stored for batch in batches for stored in batch] == objects
    for batch in batches:
        assert 1 <= len(batch) <= batch_objects
        assert sum(stored.size_bytes for stored in batch) <= batch_bytes or len(batch) == 1
    for batch, following in pairwise(batches):
        full = sum(stored.size_bytes for stored in [*batch, following[0]]) > batch_bytes
        assert full or len(batch) == batch_objects, "a batch ends only where the next object does not fit"


def test_secrets_are_not_shown() -> None:
    shown = repr(ObjectStore("http://localhost:9000", "key", "very secret", session_token="also secret"))
    assert "secret'" not in shown
    assert "very" not in shown
    assert "also" not in shown
