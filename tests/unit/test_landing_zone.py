"""The dataset of a key, and the packing of objects into batches."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.cerebro.landing.batches import pack
from include.cerebro.landing.datasets import BIOMETRICS, DATASETS, HEROES, MISSIONS
from include.cerebro.platform.object_store import ObjectStore, StoredObject


@pytest.mark.parametrize(
    ("key", "owner"),
    [
        ("heroes.csv", HEROES),
        ("heroes/2025/x y.csv", HEROES),
        ("mission_logs.json", MISSIONS),
        ("mission_logs/a.json", MISSIONS),
        ("biometrics.parquet", BIOMETRICS),
        ("biometrics/date=2025-01-01/part-0.parquet", BIOMETRICS),
        ("heroes.json", None),
        ("heroes_old.csv", None),
        ("old/heroes.csv", None),
        ("biometrics/_SUCCESS", None),
        ("biometrics2/x.parquet", None),
    ],
)
def test_an_object_belongs_to_one_dataset_or_none(key: str, owner: object) -> None:
    assert [dataset for dataset in DATASETS if dataset.owns(key)] == ([owner] if owner else [])


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
