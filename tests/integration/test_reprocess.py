"""Reprocessing: what is in force is loaded again under today's rules, once, and supersedes its load."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from include.cerebro.formats.rules import FormatRules
from include.cerebro.ledger import loads
from include.cerebro.loading.site import LoadSite
from include.cerebro.maintenance.reprocess.choice import Choice, ChoiceInvalidError, like
from include.cerebro.maintenance.reprocess.run import ObjectsRefusedError, Reprocessing, raise_refused
from include.cerebro.zones.landing_zones import LandingZone
from include.cerebro.zones.rules_version import rules_version
from tests.integration.helpers import Site, parquet
from tests.integration.samples import HEROES, MISSION, NOON, heart_rates, one_reading

# Under these rules a heart rate of 250 is impossible, and a hero called "nobody" is none.
OTHER_RULES = FormatRules(
    missing=frozenset({"", "nobody"}),
    plausible={"heart_rate": (0.0, 200.0), "stress_level": (0.0, 1e9), "energy_output": (0.0, 1e9)},
)
IN_FORCE = """
    select object_key, rows_loaded, rows_rejected, rules_version
    from raw.current_loads order by object_key
"""


def reprocess(site: Site, rules: FormatRules = OTHER_RULES, run_id: str = "again", **choice: Any) -> dict[str, Any]:
    zone = site.zone.model_copy(update={"rules": rules})

    def open_site(its_zone: LandingZone) -> LoadSite:
        return replace(site.load_site, zone=its_zone, dag_run_id=run_id)

    return Reprocessing(Choice(**choice), [zone], open_site, site.warehouse, run_id).run()


def other_version(site: Site) -> str:
    return rules_version(site.zone.model_copy(update={"rules": OTHER_RULES}))


def all_three(site: Site) -> None:
    """Deliver two objects of biometrics with a rejected reading each, a hero file and a mission file, and load them."""
    for name, hero_id in (("a", "hulk"), ("b", "thor")):
        rows = [(NOON, hero_id, 80, 10, 100), (NOON, hero_id, 250, None, None), (NOON, None, 80, 10, 100)]
        site.put(f"biometrics/{name}.parquet", parquet(rows))
    site.put_all({"heroes.csv": HEROES + b"nobody,,,\n", "mission_logs.json": json.dumps(MISSION).encode()})
    site.load()


def test_every_load_in_force_is_superseded_under_the_new_rules(site: Site) -> None:
    all_three(site)
    before = site.rows("select xmin::text, * from raw.loads order by load_id")
    outcome = reprocess(site)
    assert outcome == {
        "objects": 4, "rows_loaded": 4, "rows_rejected": 5, "objects_gone_or_changed": 0,
        "objects_with_released_rows": 0, "objects_refused": 0, "objects_remaining": 0,
    }  # fmt: skip
    version = other_version(site)
    assert site.rows(IN_FORCE) == [
        ("biometrics/a.parquet", 1, 2, version),
        ("biometrics/b.parquet", 1, 2, version),
        ("heroes.csv", 1, 1, version),
        ("mission_logs.json", 1, 0, version),
    ]
    assert heart_rates(site) == [("hulk", 1, 80), ("thor", 1, 80)]
    # History stays, and so does the chain: every new load supersedes one of them, with the same ETag and landing time.
    assert site.rows("select xmin::text, * from raw.loads where load_id <= 4 order by load_id") == before
    assert site.rows(
        "select count(*) from raw.loads join raw.loads as old on old.load_id = loads.supersedes"
        " where old.etag = loads.etag and old.landed_at = loads.landed_at"
    ) == [(4,)]
    # The main job finds nothing new.
    assert site.load().objects == 0
    site.transform()
    assert site.rows("select sum(reading_count)::int from marts.fact_biometrics") == [(2,)]


def test_it_is_idempotent(site: Site) -> None:
    all_three(site)
    reprocess(site)
    rows = site.rows("select xmin::text, * from raw.loads order by load_id")
    # Once more: a cleared task, and another run, which finds no load of older rules.
    assert reprocess(site, only_older_rules=False)["objects"] == 4
    assert reprocess(site, run_id="third")["objects"] == 0
    assert site.rows("select xmin::text, * from raw.loads order by load_id") == rows
    assert reprocess(site, run_id="fourth", only_older_rules=False)["objects"] == 4


def test_the_choice(site: Site) -> None:
    all_three(site)
    site.put("biometrics/c.parquet", one_reading(at="2025-01-02 23:59:00"))
    site.load()

    def chosen(**choice: Any) -> list[str]:
        loaded = reprocess(site, run_id=str(choice), only_older_rules=False, **choice)["objects"]
        keys = [key for (key,) in site.rows("select object_key from raw.loads where dag_run_id = %s", [str(choice)])]
        assert loaded == len(keys)
        return sorted(keys)

    biometrics = [f"biometrics/{name}.parquet" for name in "abc"]
    assert chosen(dataset="heroes") == ["heroes.csv"]
    assert chosen(key_pattern="biometrics/*") == biometrics
    assert chosen(key_pattern="biometrics/?.parquet", most_objects=2) == biometrics[:2]
    days = Choice.from_params({"first_day": "2025-01-02", "last_day": "2025-01-02"})
    assert chosen(first_day=days.first_day, last_day=days.last_day) == [biometrics[2], "heroes.csv"]
    assert chosen(last_day=days.first_day, dataset="missions") == ["mission_logs.json"]
    with pytest.raises(ChoiceInvalidError, match="There is no landing zone elsewhere"):
        chosen(landing_zone="elsewhere")
    with pytest.raises(ChoiceInvalidError, match="before the first"):
        Choice.from_params({"first_day": "2025-01-02", "last_day": "2025-01-01"})
    with pytest.raises(ChoiceInvalidError, match="Write a day as"):
        Choice.from_params({"first_day": "yesterday"})
    assert like(r"a_%\*?") == r"a\_\%\\%_"


def test_a_run_is_bounded_and_the_next_goes_on(site: Site) -> None:
    all_three(site)
    assert reprocess(site, run_id="1", most_objects=3)["objects_remaining"] == 1
    # The same run again, after it was killed: it stays within its bound.
    assert reprocess(site, run_id="1", most_objects=3)["objects"] == 3
    outcome = reprocess(site, run_id="2", most_objects=3)
    assert (outcome["objects"], outcome["objects_remaining"]) == (1, 0)
    assert {row[3] for row in site.rows(IN_FORCE)} == {other_version(site)}


def test_objects_that_left_or_changed_are_named_and_stay(site: Site) -> None:
    all_three(site)
    site.remove("biometrics/a.parquet")
    site.put("heroes.csv", HEROES)
    outcome = reprocess(site)
    assert outcome["objects_gone_or_changed_keys"] == ["cerebro: biometrics/a.parquet", "cerebro: heroes.csv"]
    assert outcome["objects"] == 2
    assert site.rows("select object_key from raw.loads where dag_run_id = 'again' order by 1") == [
        ("biometrics/b.parquet",),
        ("mission_logs.json",),
    ]
    assert site.load().objects == 1


def test_objects_that_the_rules_refuse_stay_and_are_not_marked_as_failed(site: Site) -> None:
    all_three(site)
    site.put("biometrics/c.parquet", one_reading(hero_id="nobody"))
    site.load()
    before = site.rows("select object_key, load_id from raw.current_loads where object_key like '%c.parquet'")
    outcome = reprocess(site)
    assert outcome["objects_refused_keys"] == ["cerebro: biometrics/c.parquet"]
    with pytest.raises(ObjectsRefusedError, match=r"c\.parquet"):
        raise_refused(outcome)
    assert site.rows("select object_key, load_id from raw.current_loads where object_key like '%c.parquet'") == before
    assert site.errors() == {}
    assert outcome["objects"] == 4


def test_duplicates_name_the_new_load(site: Site) -> None:
    site.put("biometrics/b.parquet", one_reading())
    site.load()
    site.put("biometrics/a.parquet", one_reading())
    site.load()
    assert reprocess(site)["objects"] == 1
    assert site.rows(
        "select loads.object_key, holders.dag_run_id from raw.loads"
        " join raw.loads as holders on loads.duplicate_of = holders.load_id"
    ) == [("biometrics/a.parquet", "again")]
    assert site.load().objects == 0
    assert heart_rates(site) == [("hulk", 1, 80)]


def test_a_run_that_is_killed_before_its_commit_changes_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of the rejected rows that is in force must not be overwritten by a load that never commits."""
    all_three(site)
    minutes, quarantined = site.merged_minutes(), site.quarantined()
    publish = loads.publish

    def killed(*_: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(loads, "publish", killed)
    with pytest.raises(RuntimeError, match="killed"):
        reprocess(site, dataset="biometrics")
    assert site.merged_minutes() == minutes
    assert {key: rows for key, rows in site.quarantined().items() if key in quarantined} == quarantined
    assert site.rows("select count(*) from raw.loads where dag_run_id = 'again'") == [(0,)]
    monkeypatch.setattr(loads, "publish", publish)
    assert reprocess(site)["objects"] == 4
    in_force = site.rows(
        "select distinct quarantine_key, rows_rejected from raw.rejections join raw.current_loads using (load_id)"
    )
    rows = site.quarantined()
    assert {key: len(rows[key]) for key, _ in in_force} == dict(in_force)
