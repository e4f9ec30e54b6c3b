"""Two operations at the same moment: each finds what the other has done, or commits nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.ledger import loads
from include.cerebro.ledger.erasures import ErasedMeanwhileError
from include.cerebro.maintenance.erasure.erase import erase
from include.cerebro.maintenance.release.quarantined import Quarantined
from include.cerebro.maintenance.release.request import DecisionImpossibleError
from include.cerebro.maintenance.retention.quarantine import retire_quarantine
from include.cerebro.schema.suitability import dbt_relations
from include.cerebro.zones.places import Place
from tests.integration.helpers import Site, parquet
from tests.integration.samples import NOON, one_reading
from tests.integration.test_concurrent_loads import at_once
from tests.integration.test_forget_hero import forget, mentions
from tests.integration.test_released_rows import BOOKS, KEY, decide, quarantined_in_force

# One reading in force, one without a hero, and one of the hulk without a measure.
READINGS = parquet([(NOON, "thor", 80, 10, 100), (NOON, None, 90, 10, 100), (NOON, "hulk", None, None, None)])
REJECTED = "select reason, rows, quarantine_key is null from raw.rejections join raw.current_loads using (load_id)"


def test_two_releases_of_the_same_rows_release_once(site: Site) -> None:
    site.put(KEY, READINGS)
    site.load()
    refused: list[str] = []

    def release(number: int) -> None:
        try:
            decide(site, hero_id="thor", run_id=f"release {number}")
        except DecisionImpossibleError as error:
            refused.append(str(error))

    at_once(lambda: release(1), lambda: release(2), lambda: release(3))
    assert len(refused) == 2
    assert site.rows(BOOKS) == [(KEY, 3, 2, 1)]
    assert [row[2] for row in site.merged_minutes()] == [2]
    assert site.rows("select action, rows from raw.quarantine_decisions") == [("release", 1)]
    assert [row["reason"] for row in quarantined_in_force(site)] == ["no_usable_measure"]
    site.transform()
    check_conservation(site.warehouse, "run 1")


def test_other_rows_are_released_after_their_neighbours_hero_was_forgotten(site: Site) -> None:
    """The file has fewer rows than were rejected, and the ledger knows."""
    site.put(KEY, READINGS)
    site.load()
    decide(site, "discard", reason="no_usable_measure")
    forget(site)
    assert sorted(site.rows(REJECTED)) == [("erased_hero", 1, True), ("missing_hero_id", 1, False)]
    assert decide(site, hero_id="thor", run_id="release")["rows_released"] == 1
    assert site.rows(BOOKS) == [(KEY, 3, 2, 1)]
    assert site.rows(REJECTED) == [("erased_hero", 1, True)]
    assert mentions(site) == {}


def test_a_hero_who_is_forgotten_during_a_release_does_not_stay_in_the_quarantine(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release has read the file already, and would write the hero's row to another one."""
    site.put(KEY, READINGS)
    site.load()
    fetch = Quarantined._fetch

    def fetch_and_forget(*arguments: Any) -> Any:
        file = fetch(*arguments)
        forget(site)
        return file

    with monkeypatch.context() as patched:
        patched.setattr(Quarantined, "_fetch", fetch_and_forget)
        with pytest.raises(ErasedMeanwhileError):
            decide(site, hero_id="thor")
    assert mentions(site) == {}
    assert site.rows(BOOKS) == [(KEY, 3, 1, 2)]
    assert decide(site, hero_id="thor")["rows_released"] == 1
    assert mentions(site) == {}


def test_nothing_is_released_of_a_file_that_the_erasure_has_not_reached(site: Site) -> None:
    """It may have passed the place of the release's own file by then."""
    site.put(KEY, READINGS)
    site.load()
    erase(site.warehouse, "hulk", "forget 1", dbt_relations(site.settings.dbt_manifest))
    with pytest.raises(DecisionImpossibleError, match="If cerebro_forget_hero is at work"):
        decide(site, hero_id="thor")
    forget(site)
    assert decide(site, hero_id="thor")["rows_released"] == 1
    assert mentions(site) == {}


def test_a_file_that_a_load_writes_again_outlives_the_term_of_its_first_load(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retention runs after the load has written the file, and before it commits."""
    site.put(KEY, READINGS)
    site.load()
    site.put(KEY, one_reading(90))
    site.load()
    site.put(KEY, READINGS)
    publish, place = loads.publish, Place.parse(site.quarantine_bucket)
    ((horizon,),) = site.rows("select clock_timestamp()")
    retired: list[dict[str, int]] = []

    def retire_and_publish(*arguments: Any) -> None:
        retired.append(retire_quarantine(site.warehouse, site.store, place, horizon, "retain"))
        publish(*arguments)

    # Stores tell the second.
    wait_for_the_next_second(horizon)
    with monkeypatch.context() as patched:
        patched.setattr(loads, "publish", retire_and_publish)
        site.load()
    assert retired == [{"files": 0, "rows": 0}]
    assert len(quarantined_in_force(site)) == 2
    assert decide(site, hero_id="thor")["rows_released"] == 1


def wait_for_the_next_second(moment: datetime) -> None:
    while datetime.now(UTC).replace(microsecond=0) <= moment:
        pass
