"""The corpus of bad and odd objects (tests/corpus) through the real loaders: each case ends as its folder says."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from include.cerebro.checking.objects import ObjectsFailedError, check_objects
from tests.corpus.cases import CASES, Case, CaseObject
from tests.integration.helpers import Site, make_site, parquet
from tests.oracle import calculate
from tests.oracle.content import Content
from tests.oracle.landing import read_object
from tests.oracle.values import minute_of

OBJECTS = [delivered for case in CASES for delivered in case.objects]

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
    select loads.object_key, kept.in_raw
    from raw.loads
    join (
        select load_id, row_to_json(heroes) as in_raw from raw.heroes
        union all select load_id, row_to_json(missions) from raw.missions
        union all select load_id, row_to_json(biometrics) from raw.biometrics
    ) as kept using (load_id)
"""
INVALID_MEASURES = """
    select loads.object_key, invalid_measures.measure, invalid_measures.readings
    from raw.loads
    join raw.invalid_measures using (load_id)
"""


@pytest.fixture(scope="module")
def corpus_site(services: dict[str, str]) -> Iterator[Site]:
    made = make_site(services)
    yield made
    made.drop()


DUPLICATES = """
    select loads.object_key, holders.object_key
    from raw.loads
    join raw.loads as holders on loads.duplicate_of = holders.load_id
    where loads.status = 'duplicate'
"""


class Outcomes:
    """The content of ledger, raw and quarantine by object; of a duplicate that of the object with the same bytes."""

    def __init__(self, site: Site) -> None:
        self.holders = dict(site.rows(DUPLICATES))
        self.ledger = {row[0]: row for row in site.rows(OUTCOMES)}
        self.in_raw: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.seconds: defaultdict[str, dict[tuple[str, str], int]] = defaultdict(dict)
        for key, row in site.rows(ROWS_IN_RAW):
            del row["load_id"]
            row.pop("fields", None)
            if "seconds" in row:
                self.seconds[key][row["hero_id"], row["minute_at"]] = row.pop("seconds")
            self.in_raw[key].append(row)
        for rows in self.in_raw.values():
            rows.sort(key=lambda row: row["row_number"] if "row_number" in row else (row["hero_id"], row["minute_at"]))
        self.invalid_measures: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for key, measure, readings in site.rows(INVALID_MEASURES):
            self.invalid_measures[key][measure] = readings
        self.quarantined = site.quarantined()


def check_case(there: Outcomes, case: Case) -> None:
    """Compare the outcome of the case's objects with its folder."""
    for delivered in case.objects:
        check_object(there, delivered, case.dataset)
    keys = [there.holders.get(delivered.key, delivered.key) for delivered in case.objects]
    assert [row for key in keys for row in there.in_raw[key]] == list(case.rows)


def check_object(there: Outcomes, expected: CaseObject, expected_dataset: str) -> None:
    """Compare the outcome of one object with its table."""
    key = there.holders.get(expected.key, expected.key)
    outcome = there.ledger.get(key)
    own_quarantine = [
        rows for quarantine_key, rows in there.quarantined.items() if f"/{key}/rejected-" in quarantine_key
    ]
    if expected.status == "ignored":
        assert outcome is None
        assert own_quarantine == []
        return
    assert outcome is not None
    _, dataset, status, rows_in, rows_loaded, rows_rejected, error, rejected, reasons = outcome
    kept = sum(row.get("reading_count", 1) for row in there.in_raw[key])
    assert dataset == expected_dataset
    assert status == expected.status, error
    if status == "failed":
        assert expected.error
        assert expected.error in error
        assert key in error
        assert "eliver it again under the same key" in error or "; the next run loads it" in error
        assert (rows_in, kept, own_quarantine) == (0, 0, [])
        return
    assert (rows_in, rows_loaded, rows_rejected) == (expected.rows_in, expected.rows_loaded, expected.rows_rejected)
    assert kept == rows_loaded
    assert reasons == expected.rejected
    assert rejected == rows_rejected
    assert there.invalid_measures[key] == expected.invalid_measures
    if dataset == "biometrics":
        assert there.seconds[key] == seconds(read_object(dataset, expected.body))
    assert sum(len(rows) for rows in own_quarantine) == rows_rejected
    for rows in own_quarantine:
        assert {row["source_key"] for row in rows} == {key}
        assert len({row["row_number"] for row in rows}) == len(rows)


def seconds(content: Content) -> dict[tuple[str, str], int]:
    """The seconds with a reading by hero and minute, a bit each."""
    masks: defaultdict[tuple[str, str], int] = defaultdict(int)
    for reading in content.accepted:
        masks[reading.hero_id, minute_of(reading.at).isoformat()] |= 1 << reading.at.second
    return masks


# Hero and mission files are always loaded one by one.
@pytest.mark.long
@pytest.mark.parametrize("case", [case for case in CASES if case.dataset == "biometrics"], ids=str)
def test_biometrics_alone_in_their_batch_become_what_the_table_says(corpus_site: Site, case: Case) -> None:
    # A landing zone of its own: several cases have the same bytes.
    corpus_site.zone_name = case.folder.name
    for delivered in case.objects:
        corpus_site.put(delivered.key, delivered.body)
    try:
        result = corpus_site.load()
    finally:
        for delivered in case.objects:
            corpus_site.remove(delivered.key)
    assert result.failed == [delivered.key for delivered in case.objects if delivered.status == "failed"]
    check_case(Outcomes(corpus_site), case)


def test_all_bad_objects_beside_good_ones(site: Site) -> None:
    good = {
        f"biometrics/good/{number}.parquet": parquet([("2025-01-01 00:00:01", "Hulk", 80, 10, number)])
        for number in range(20)
    } | {
        "heroes.csv": b"hero_id,name,alter_ego,first_appearance\nhulk,Hulk,Bruce Banner,1962\n",
        "mission_logs.json": b'[{"mission_id": "M1", "hero_ids": ["hulk"], "timestamp": "2025-01-01T00:00:00Z"}]',
    }
    landing = {delivered.key: delivered.body for delivered in OBJECTS} | good
    site.put_all(landing)
    before = site.load()
    # The second run skips loaded objects, and those that are as broken as they were; each object still has one row.
    result = site.load()
    assert (result.failed, result.objects) == ([], 0)
    bad = [delivered.key for delivered in OBJECTS if delivered.status == "failed"]
    loaded = [delivered.key for delivered in OBJECTS if delivered.status == "loaded"]
    assert sorted(before.failed) == sorted(bad)
    assert len(site.ledger()) == len(bad) + len(loaded) + len(good)
    outcomes = Outcomes(site)
    assert before.objects == len(loaded) + len(good) - len(outcomes.holders)
    by_status = defaultdict(set)
    for row in site.ledger():
        by_status[row[1]].add(row[0])
    assert by_status["failed"] == set(bad)
    assert by_status["loaded"] | by_status["duplicate"] == {*loaded, *good}
    for case in CASES:
        check_case(outcomes, case)
    expected = calculate(landing)
    current = dict(site.rows("select object_key, rows_loaded from raw.current_loads"))
    assert {expected.copies.get(key, key): rows for key, rows in current.items()} == {
        key: rows_loaded for key, (_, rows_loaded, _) in expected.loads.items()
    }
    with pytest.raises(ObjectsFailedError) as failure:
        check_objects(site.warehouse, [site.zone.name], "run 2")
    for key in bad:
        assert key in str(failure.value)
    for key in (*loaded, *good):
        assert f"  {key}: " not in str(failure.value)
