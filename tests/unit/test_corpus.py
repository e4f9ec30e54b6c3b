"""The corpus is complete, and its table says what the plain calculation says."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import BrokenObjectError
from tests.oracle.landing import dataset_of, read_object

CORPUS = Path(__file__).parents[1] / "corpus"
CASES = tomllib.loads((CORPUS / "corpus.toml").read_text(encoding="utf-8"))["case"]


def test_every_file_has_a_case_and_every_case_a_file_and_a_key_of_its_own() -> None:
    assert {case["file"] for case in CASES} == {path.name for path in (CORPUS / "objects").iterdir()}
    for name in ("name", "key"):
        assert len({case[name] for case in CASES}) == len(CASES) >= 30


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_table_says_what_the_plain_calculation_says(case: dict[str, Any]) -> None:
    dataset = dataset_of(case["key"])
    if case["status"] == "ignored":
        assert dataset is None
        return
    assert dataset == case["dataset"]
    data = (CORPUS / "objects" / case["file"]).read_bytes()
    if case["status"] == "failed":
        with pytest.raises(BrokenObjectError):
            read_object(dataset, data)
        return
    content = read_object(dataset, data)
    assert content.rejected == case.get("reasons", {})
    assert (content.rows_in, len(content.accepted)) == (case["rows_in"], case["rows_loaded"])
    assert case["rows_in"] == case["rows_loaded"] + case["rows_rejected"]
