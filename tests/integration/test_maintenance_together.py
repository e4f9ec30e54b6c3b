"""The actions of operators one after the other: each leaves what the others need."""

from __future__ import annotations

import pytest

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.maintenance.release.request import DecisionImpossibleError
from include.cerebro.maintenance.retention.superseded import retire_superseded
from tests.integration.helpers import Site, parquet
from tests.integration.samples import NOON
from tests.integration.test_forget_hero import forget, mentions
from tests.integration.test_released_rows import BOOKS, KEY, REJECTED, decide
from tests.integration.test_repeated_readings import body
from tests.integration.test_reprocess import reprocess
from tests.integration.test_retention import LATER, MARCH, readings, retain

pytestmark = pytest.mark.long

BALANCE = """
    select readings_in, readings_in_facts, readings_erased, readings_retired, difference
    from meta.reconciliations order by checked_at desc limit 1
"""
# One reading of the hulk and one of thor in force, and one without a hero.
READINGS = parquet([(NOON, "hulk", 80, 10, 100), (NOON, "thor", 90, 10, 100), (NOON, None, 100, 10, 100)])


def test_no_row_is_released_to_a_hero_who_was_forgotten(site: Site) -> None:
    site.put(KEY, READINGS)
    site.load()
    forget(site)
    with pytest.raises(DecisionImpossibleError, match="a hero who was forgotten"):
        decide(site, hero_id="HULK")
    assert decide(site, hero_id="thor")["rows_released"] == 1
    assert mentions(site) == {}
    site.transform()
    check_conservation(site.warehouse, "run 1")
    assert site.rows("select hero_id, reading_count from marts.fact_biometrics") == [("thor", 2)]


def test_a_release_that_named_the_hero_forgets_it(site: Site) -> None:
    site.put(KEY, READINGS)
    site.load()
    decide(site, hero_id="hulk")
    forget(site)
    assert mentions(site) == {}
    assert site.rows("select corrections from raw.quarantine_decisions") == [({},)]


def test_rows_that_are_kept_nowhere_follow_a_release(site: Site) -> None:
    site.put("biometrics/earlier.parquet", parquet([(NOON, "hulk", 80, 10, 100)]))
    site.load()
    forget(site)
    site.put(KEY, READINGS)
    site.load()
    assert site.rows(REJECTED) == [("erased_hero", 1), ("missing_hero_id", 1)]
    with pytest.raises(DecisionImpossibleError, match="stay out"):
        decide(site, reason="erased_hero")
    decide(site, hero_id="thor")
    assert site.rows(REJECTED) == [("erased_hero", 1)]
    assert site.rows(BOOKS) == [(KEY, 3, 2, 1), ("biometrics/earlier.parquet", 1, 1, 0)]
    site.transform()
    check_conservation(site.warehouse, "run 1")


def test_a_load_made_again_after_an_erasure_balances(site: Site) -> None:
    site.put(KEY, READINGS)
    site.load()
    forget(site)
    site.transform()
    # Committed behind the last transformation: the erased reading still belongs to the load before.
    assert reprocess(site, rules=site.zone.rules, only_older_rules=False)["objects"] == 1
    check_conservation(site.warehouse, "run 1")
    site.transform()
    check_conservation(site.warehouse, "run 2")
    assert site.rows(BOOKS) == [(KEY, 3, 1, 2)]
    assert mentions(site) == {}


def test_exact_instants_leave_with_their_hero(site: Site) -> None:
    site.zone_fields = {"overlap": "reject"}
    site.put(KEY, body([("hulk", 0), ("thor", 0)]))
    site.load()
    forget(site)
    assert site.rows("select hero_id from raw.instants") == [("thor",)]


def test_a_repeated_reading_is_not_released(site: Site) -> None:
    site.zone_fields = {"overlap": "reject"}
    site.put(KEY, body([("hulk", 0)]))
    site.load()
    site.put("biometrics/b.parquet", body([("hulk", 0), ("hulk", 1)]))
    site.load()
    with pytest.raises(DecisionImpossibleError, match="would count twice"):
        decide(site, reason="duplicate_reading", key="biometrics/b.parquet")
    # Reprocessing is no repetition of the load that it replaces.
    assert reprocess(site, rules=site.zone.rules, only_older_rules=False)["rows_rejected"] == 1


def test_a_hero_is_forgotten_whose_readings_were_retired(site: Site) -> None:
    for month in (1, 3):
        site.put(f"biometrics/{month}.parquet", readings("hulk", "thor", month=month))
    site.restore()
    retain(site, MARCH)
    assert site.rows(BALANCE) == [(12, 6, 0, 6, 0)]
    forget(site)
    assert mentions(site) == {}
    check_conservation(site.warehouse, "forgotten")
    assert site.rows(BALANCE) == [(12, 3, 6, 3, 0)]
    # Delivered again, late and without a chance: neither comes back.
    site.put("biometrics/late.parquet", readings("hulk", "thor", month=2))
    site.restore()
    assert site.rows(BALANCE) == [(18, 3, 6, 6, 0)]
    assert mentions(site) == {}


def test_rows_are_released_whose_readings_are_before_the_horizon(site: Site) -> None:
    for month in (1, 3):
        site.put(f"biometrics/{month}.parquet", readings("thor", None, month=month))
    site.restore()
    retain(site, MARCH)
    assert decide(site, key="biometrics/1.parquet", hero_id="thor")["rows_released"] == 3
    assert decide(site, key="biometrics/3.parquet", hero_id="thor", run_id="another")["rows_released"] == 3
    site.transform()
    check_conservation(site.warehouse, "released")
    assert site.rows("select sum(reading_count)::int from marts.fact_biometrics") == [(6,)]
    assert retire_superseded(site.warehouse, LATER, "later")["loads"] == 2
    check_conservation(site.warehouse, "superseded")
