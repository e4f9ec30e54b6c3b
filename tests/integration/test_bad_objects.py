"""The corpus of bad and odd objects (tests/corpus) through the real loaders: what the table says becomes of them."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from include.cerebro.checking.objects import ObjectsFailedError, check_objects
from tests.integration.helpers import Site, make_site, parquet
from tests.oracle import calculate

CORPUS = Path(__file__).parents[1] / "corpus"
CASES = tomllib.loads((CORPUS / "corpus.toml").read_text(encoding="utf-8"))["case"]

OUTCOMES = """
    select
        loads.object_key,
        loads.dataset,
        loads.status,
        loads.rows_in,
        loads.rows_loaded,
        loads.rows_rejected,
        loads.error,
        coalesce(sum(rejections.rows) filter (where rejections.reason is not null), 0)::bigint as rejected,
        coalesce(json_object_agg(rejections.reason, rejections.rows) filter (where rejections.reason is not null), '{}')
    from raw.loads
    left join raw.rejections using (load_id)
    group by loads.load_id
    order by loads.load_id
"""
ROWS_IN_RAW = """
    select loads.object_key, sum(kept.rows)::bigint
    from raw.loads
    join (
        select load_id, 1 as rows from raw.heroes
        union all select load_id, 1 from raw.missions
        union all select load_id, reading_count from raw.biometrics
    ) as kept using (load_id)
    group by loads.object_key
"""


def body(case: dict[str, Any]) -> bytes:
    return (CORPUS / "objects" / case["file"]).read_bytes()


@pytest.fixture(scope="module")
def corpus_site(services: dict[str, str]) -> Iterator[Site]:
    made = make_site(services)
    yield made
    made.drop()


class Outcomes:
    """All that is in ledger, raw and quarantine, by object."""

    def __init__(self, site: Site) -> None:
        self.ledger = {row[0]: row for row in site.rows(OUTCOMES)}
        self.kept = dict(site.rows(ROWS_IN_RAW))
        self.quarantined = site.quarantined()


def check_outcome(there: Outcomes, case: dict[str, Any]) -> None:
    """Compare what became of the case's object with the table."""
    outcome = there.ledger.get(case["key"])
    own_quarantine = [rows for key, rows in there.quarantined.items() if key.startswith(case["key"] + "/")]
    if case["status"] == "ignored":
        assert outcome is None
        assert own_quarantine == []
        return
    assert outcome is not None
    _, dataset, status, rows_in, rows_loaded, rows_rejected, error, rejected, reasons = outcome
    kept = there.kept.get(case["key"], 0)
    assert dataset == case["dataset"]
    assert status == case["status"], error
    if status == "failed":
        assert case["error"] in error
        assert case["key"] in error
        assert "eliver it again under the same key" in error or "; the next run loads it" in error
        assert (rows_in, kept, own_quarantine) == (0, 0, [])
        return
    assert (rows_in, rows_loaded, rows_rejected) == (
        case["rows_in"], case["rows_loaded"], case["rows_rejected"],
    )  # fmt: skip
    assert kept == rows_loaded
    assert reasons == case.get("reasons", {})
    assert rejected == rows_rejected
    assert sum(len(rows) for rows in own_quarantine) == rows_rejected
    for rows in own_quarantine:
        assert {row["source_key"] for row in rows} == {case["key"]}
        assert len({row["row_number"] for row in rows}) == len(rows)


# Hero and mission files are loaded one by one anyhow.
@pytest.mark.parametrize(
    "case", [case for case in CASES if case["dataset"] == "biometrics"], ids=lambda case: case["name"]
)
def test_biometrics_alone_in_their_batch_become_what_the_table_says(corpus_site: Site, case: dict[str, Any]) -> None:
    corpus_site.put(case["key"], body(case))
    try:
        result = corpus_site.load()
    finally:
        corpus_site.remove(case["key"])
    assert result.failed == ([case["key"]] if case["status"] == "failed" else [])
    check_outcome(Outcomes(corpus_site), case)


def test_all_together_beside_good_objects(site: Site) -> None:
    good = {
        f"biometrics/good/{number}.parquet": parquet([("2025-01-01 00:00:01", "Hulk", 80, 10, number)])
        for number in range(20)
    } | {
        "heroes.csv": b"hero_id,name,alter_ego,first_appearance\nhulk,Hulk,Bruce Banner,1962\n",
        "mission_logs.json": b'[{"mission_id": "M1", "hero_ids": ["hulk"], "timestamp": "2025-01-01T00:00:00Z"}]',
    }
    landing = {case["key"]: body(case) for case in CASES} | good
    site.put_all(landing)
    before = site.load()
    # Loaded ones are passed over the next time, failed ones tried again, and still each has one row.
    result = site.load()
    assert (sorted(result.failed), result.objects) == (sorted(before.failed), 0)
    bad = [case["key"] for case in CASES if case["status"] == "failed"]
    loaded = [case["key"] for case in CASES if case["status"] == "loaded"]
    assert sorted(result.failed) == sorted(bad)
    assert len(site.ledger()) == len(bad) + len(loaded) + len(good)
    assert before.objects == len(loaded) + len(good)
    by_status = defaultdict(set)
    for row in site.ledger():
        by_status[row[1]].add(row[0])
    assert by_status == {"failed": set(bad), "loaded": {*loaded, *good}}
    outcomes = Outcomes(site)
    for case in CASES:
        check_outcome(outcomes, case)
    expected = calculate(landing)
    assert dict(site.rows("select object_key, rows_loaded from raw.current_loads")) == {
        key: rows_loaded for key, (_, rows_loaded, _) in expected.loads.items()
    }
    with pytest.raises(ObjectsFailedError) as failure:
        check_objects(site.warehouse, "run 2")
    for key in bad:
        assert key in str(failure.value)
    for key in (*loaded, *good):
        assert f"  {key}: " not in str(failure.value)
