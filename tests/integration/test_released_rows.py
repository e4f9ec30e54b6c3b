"""Decisions about rejected rows: a release is a superseding load of the same version, a discard a note."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.formats.rules import FormatRules
from include.cerebro.ledger import loads
from include.cerebro.loading.site import LoadSite
from include.cerebro.maintenance.release.request import Corrections, Decision, DecisionImpossibleError
from include.cerebro.maintenance.release.run import Deciding
from include.cerebro.zones.landing_zones import LandingZone
from tests.integration.helpers import ORDINARY_TYPES, READING_COLUMNS, Site, parquet
from tests.integration.samples import HEROES, MISSION, NOON, heart_rates, one_reading
from tests.integration.test_forget_hero import forget
from tests.integration.test_reprocess import reprocess

KEY = "biometrics/a.parquet"
# Two readings in force, three without a hero of which one has no measure either, one of the year 1800.
READINGS = parquet(
    [
        (NOON, "hulk", 80, 10, 100),
        ("2025-01-01 12:00:01", "hulk", None, 30, -1),
        ("2025-01-01 12:00:02", None, 100, 20, 300),
        ("2025-01-01 13:00:00", " ", 120, -5, None),
        ("2025-01-01 12:00:03", "n/a", None, None, None),
        ("1800-01-01 12:00:04", "hulk", 60, 10, 100),
    ]
)
BOOKS = "select object_key, rows_in, rows_loaded, rows_rejected from raw.current_loads order by object_key"
REJECTED = "select reason, rows from raw.rejections join raw.current_loads using (load_id) order by reason"


def decide(
    site: Site, action: Any = "release", reason: str = "missing_hero_id", key: str = KEY, *, run_id: str = "decision",
    rules: FormatRules | None = None, load_id: int | None = None, is_dry_run: bool = False, **corrections: Any
) -> dict[str, Any]:  # fmt: skip
    zone = site.zone if rules is None else site.zone.model_copy(update={"rules": rules})

    def open_site(its_zone: LandingZone) -> LoadSite:
        return replace(site.load_site, zone=its_zone, dag_run_id=run_id)

    deciding = Deciding([zone], open_site, site.warehouse)
    decision = Decision(
        action, reason, load_id, site.zone_name, key, Corrections(**corrections), "ada", "it is known", run_id
    )
    noted: list[Mapping[str, Any]] = []
    if is_dry_run:
        return deciding.preview(decision)[1]
    return deciding.decide(decision, lambda _, outcome: noted.append(outcome))


def quarantined_in_force(site: Site) -> list[dict[str, Any]]:
    """The rows of the quarantine's files that loads in force name."""
    kept = site.quarantined()
    keys = site.rows(
        "select distinct quarantine_key from raw.rejections join raw.current_loads using (load_id) order by 1"
    )
    return [row for (key,) in keys for row in kept[key]]


def test_readings_are_released_with_a_hero_id(site: Site) -> None:
    site.put(KEY, READINGS)
    site.load()
    assert site.rows(REJECTED) == [("implausible_timestamp", 1), ("missing_hero_id", 3)]
    before = quarantined_in_force(site)
    expected = {"load_id": 1, "rows": 3, "rows_released": 2, "rows_rejected_again": 1}
    expected["rows_in_quarantine"] = {"implausible_timestamp": 1, "no_usable_measure": 1}  # type: ignore[assignment]
    assert decide(site, hero_id="hulk", is_dry_run=True) == expected
    assert site.rows("select count(*) from raw.loads") == [(1,)]
    assert decide(site, hero_id="hulk") == expected | {"load_id": 2}
    assert site.rows(BOOKS) == [(KEY, 6, 4, 2)]
    assert site.rows(REJECTED) == [("implausible_timestamp", 1), ("no_usable_measure", 1)]
    # Merged with what was in force: one row for each load, hero and minute.
    assert [(row[0], row[1].hour, *row[2:6]) for row in site.merged_minutes()] == [
        ("hulk", 12, 3, 90, 80, 100),
        ("hulk", 13, 1, 120, 120, 120),
    ]
    assert site.rows(
        "select reading_count, heart_rate_count, heart_rate_sum, stress_level_count, stress_level_sum, stress_level_max"
        " from raw.biometrics where load_id = 2 order by minute_at"
    ) == [(3, 2, 180, 3, 60, 30), (1, 1, 120, 0, None, None)]
    assert site.rows("select extract(hour from hour_at)::int, reading_count from raw.load_hours where load_id = 2") == [
        (12, 3),
        (13, 1),
    ]
    assert site.rows("select measure, readings from raw.invalid_measures where load_id = 2 order by 1") == [
        ("energy_output", 1),
        ("stress_level", 1),
    ]
    # What stays rejected stays as it came, and the old load keeps its file.
    after = quarantined_in_force(site)
    assert [(row["row_number"], row["reason"], row["hero_id"]) for row in after] == [
        (5, "no_usable_measure", "n/a"),
        (6, "implausible_timestamp", "hulk"),
    ]
    assert [row | {"reason": None} for row in after] == [row | {"reason": None} for row in before[2:]]
    assert sorted(len(rows) for rows in site.quarantined().values()) == [2, 4]
    assert site.rows(
        "select load_id, reason, action, rows, corrections, decided_by, why from raw.quarantine_decisions"
    ) == [(2, "missing_hero_id", "release", 2, {"hero_id": "hulk"}, "ada", "it is known")]
    assert site.load().objects == 0
    site.transform()
    check_conservation(site.warehouse, "run 1")
    assert site.rows("select sum(reading_count)::int from marts.fact_biometrics") == [(4,)]


def test_rows_are_released_once(site: Site) -> None:
    site.put(KEY, READINGS)
    site.load()
    decide(site, hero_id="hulk")
    # A retry of the task, and somebody else with the same idea.
    assert decide(site, hero_id="hulk")["rows_released"] == 2
    with pytest.raises(DecisionImpossibleError, match="has no rows rejected as missing_hero_id"):
        decide(site, hero_id="hulk", run_id="other")
    with pytest.raises(DecisionImpossibleError, match="was loaded again since, as load 2"):
        decide(site, hero_id="hulk", run_id="other", load_id=1)
    assert site.rows("select count(*) from raw.loads") == [(2,)]


def test_timestamps_are_shifted_and_measures_scaled(site: Site) -> None:
    """A sensor whose clock began at the wrong year, and that counts heartbeats a second, in two types of columns."""
    plain = [("1825-01-01 12:00:00", "thor", 1.5, 10, 1), (NOON, "thor", 70, 10, 100)]
    texts = [
        ("1825-01-01T12:00:00+00:00", "loki", "2", "1", ""),
        ("1825-01-01T13:00:01Z", "loki", "x", "", "-1"),
        ("2025-01-01T12:00:00Z", "loki", "70", "1", "1"),
    ]
    text_types = ("varchar",) * 5
    site.put_all({KEY: parquet(plain), "biometrics/texts.parquet": parquet(texts, types=text_types)})
    site.load()
    shift = (datetime(2025, 1, 1, tzinfo=UTC) - datetime(1825, 1, 1, tzinfo=UTC)).total_seconds()
    for key, released in ((KEY, 1), ("biometrics/texts.parquet", 1)):
        outcome = decide(
            site, reason="implausible_timestamp", key=key, run_id=key, shift_seconds=shift,
            factors={"heart_rate": 60.0, "stress_level": 2.0},
        )  # fmt: skip
        assert outcome["rows_released"] == released
    assert [(row[0], row[1].hour, *row[2:7]) for row in site.merged_minutes()] == [
        ("loki", 12, 2, 95, 70, 120, 1.5),
        ("thor", 12, 2, 80, 70, 90, 15),
    ]
    # None of its measures is a number even now.
    assert site.rows(REJECTED) == [("no_usable_measure", 1)]


def test_a_correction_supersedes_a_release(site: Site) -> None:
    site.put(KEY, READINGS)
    site.load()
    decide(site, hero_id="hulk")
    site.put(KEY, one_reading(90, "thor"))
    assert site.load().objects == 1
    assert heart_rates(site) == [("thor", 1, 90)]
    assert site.rows(REJECTED) == []


def test_a_duplicate_that_takes_the_place_keeps_the_release(site: Site) -> None:
    site.put_all({KEY: READINGS, "biometrics/b.parquet": READINGS})
    site.load()
    # Of equal objects the last one is loaded.
    decide(site, key="biometrics/b.parquet", hero_id="hulk")
    site.put("biometrics/b.parquet", one_reading(90, "thor"))
    site.load()
    assert site.rows(BOOKS) == [(KEY, 6, 4, 2), ("biometrics/b.parquet", 1, 1, 0)]
    assert site.rows("select action, rows from raw.quarantine_decisions join raw.current_loads using (load_id)") == [
        ("release", 2)
    ]


def test_a_release_that_is_killed_changes_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put(KEY, READINGS)
    site.load()
    before, kept = site.merged_minutes(), quarantined_in_force(site)
    with monkeypatch.context() as patched:
        patched.setattr(loads, "publish", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
        with pytest.raises(RuntimeError, match="killed"):
            decide(site, hero_id="hulk")
    assert site.merged_minutes() == before
    assert quarantined_in_force(site) == kept
    assert site.rows("select count(*) from raw.loads") == [(1,)]
    assert site.rows("select count(*) from raw.quarantine_decisions") == [(0,)]
    assert decide(site, hero_id="hulk")["rows_released"] == 2


def test_nothing_is_released_without_a_reason_to_accept_it(site: Site) -> None:
    site.put(KEY, READINGS)
    site.load()
    assert decide(site)["rows_released"] == 0
    assert site.rows("select count(*) from raw.loads") == [(1,)]
    # Another rule: a hero called n/a.
    outcome = decide(site, rules=FormatRules(missing=frozenset({""})))
    assert outcome["rows_in_quarantine"] == {"implausible_timestamp": 1, "missing_hero_id": 2, "no_usable_measure": 1}


def test_discarded_rows_stay_rejected_and_counted(site: Site) -> None:
    site.put(KEY, READINGS)
    site.load()
    assert decide(site, "discard")["rows"] == 3
    assert decide(site, "discard")["rows"] == 3
    with pytest.raises(DecisionImpossibleError, match="discarded already"):
        decide(site, "discard", run_id="other")
    assert site.rows(BOOKS) == [(KEY, 6, 2, 4)]
    # They stay discarded when other rows are released, and when the object is reprocessed to the same end.
    decide(site, reason="implausible_timestamp", run_id="shift", shift_seconds=225 * 365.2425 * 86400)
    assert reprocess(site, only_older_rules=False)["objects_with_released_rows_keys"] == [f"cerebro: {KEY}"]
    assert reprocess(site, only_older_rules=False, include_released=True, rules=FormatRules())["objects"] == 1
    assert site.rows(BOOKS) == [(KEY, 6, 2, 4)]
    assert site.rows("select action, rows from raw.quarantine_decisions join raw.current_loads using (load_id)") == [
        ("discard", 3)
    ]
    # Released after all.
    assert decide(site, hero_id="hulk", run_id="after all")["rows_released"] == 2
    assert site.rows("select action, rows from raw.quarantine_decisions join raw.current_loads using (load_id)") == [
        ("release", 2)
    ]


def test_records_are_released(site: Site) -> None:
    missions = [MISSION, MISSION | {"mission_id": None}, MISSION | {"mission_id": "M3", "hero_ids": [{"no": "id"}]}]
    site.put_all({
        "heroes.csv": b"hero_id,name,alter_ego,first_appearance\nhulk,Hulk,Bruce,1962\nn/a,Thor,Donald,1962\nbroken\n",
        "mission_logs.json": json.dumps(missions).encode(),
    })  # fmt: skip
    site.load()
    assert decide(site, key="heroes.csv", hero_id="thor", run_id="1")["rows_released"] == 1
    outcome = decide(site, key="mission_logs.json", reason="missing_mission_id", mission_id="M2", run_id="2")
    assert outcome["rows_released"] == 1
    decide(site, key="mission_logs.json", reason="invalid_hero_ids", hero_id="thor", run_id="3")
    assert site.rows(BOOKS) == [("heroes.csv", 3, 2, 1), ("mission_logs.json", 3, 3, 0)]
    with pytest.raises(DecisionImpossibleError, match="cannot be understood by themselves"):
        decide(site, key="heroes.csv", reason="invalid_csv", run_id="4")
    # The records are as they came.
    assert site.rows(
        "select row_number, record ->> 'hero_id', fields ->> 'hero_id' from raw.heroes"
        " join raw.current_loads using (load_id) order by row_number"
    ) == [(1, "hulk", None), (2, "n/a", "thor")]
    site.transform()
    assert site.rows("select hero_id, hero_name from marts.dim_heroes order by 1") == [
        ("hulk", "Hulk"),
        ("thor", "Thor"),
    ]
    assert site.rows("select mission_id, hero_id from marts.bridge_mission_heroes order by 1") == [
        ("M1", "hulk"), ("M2", "hulk"), ("M3", "thor"),
    ]  # fmt: skip


def test_a_decision_needs_rejected_rows(site: Site) -> None:
    site.put("heroes.csv", HEROES)
    site.load()
    with pytest.raises(DecisionImpossibleError, match="it has: none at all"):
        decide(site, key="heroes.csv")
    with pytest.raises(DecisionImpossibleError, match="there is no such load"):
        decide(site, key="elsewhere.csv")


def test_a_load_behind_the_transformation_does_not_count_as_lost(site: Site) -> None:
    """A release or a reprocessed object may commit while cerebro_restore is between dbt and its check."""
    site.put(KEY, READINGS)
    site.load()
    site.transform()
    decide(site, hero_id="hulk")
    assert check_conservation(site.warehouse, "run 1")["readings_rejected"] == 4


# The tables of raw with rows of a load, and those of them that a load of biometrics has rows in.
OF_LOADS = """
    select relname from pg_class join pg_attribute on attrelid = pg_class.oid
    where relnamespace = 'raw'::regnamespace and attname = 'load_id' and relkind in ('r', 'p') and not relispartition
"""
OF_READINGS = {
    "biometrics", "load_hours", "instants", "rejections", "invalid_measures", "notices", "repeated_readings",
    "unfounded_rejections", "quarantine_decisions", "erased_rows",
}  # fmt: skip
NOTICES = """
    select column_name, reason, rows, kept_as from raw.notices join raw.current_loads using (load_id) order by 1, 2
"""
EXTRA = (*READING_COLUMNS, "battery"), (*ORDINARY_TYPES, "tinyint")


def test_a_release_takes_over_all_that_hangs_on_a_load(site: Site) -> None:
    """A new table with a load_id fails here: a release has to take its rows over."""
    assert {name for (name,) in site.rows(OF_LOADS)} - {"loads", "heroes", "missions"} == OF_READINGS
    site.zone_fields = {"overlap": "reject", "rules": {"extra_columns": "rescue"}}
    site.put("biometrics/0.parquet", parquet([(NOON, "hulk", 80, 10, 100), ("2025-01-01 12:00:09", "loki", 1, 1, 1)]))
    site.load()
    rows = [
        (NOON, "hulk", 80, 10, 100, 1),
        ("2025-01-01 12:00:01", "hulk", 80, -1, 100, 2),
        ("2025-01-01 12:00:02", None, 100, 20, 300, 3),
        ("2025-01-01 12:00:03", "loki", 100, 20, 300, 4),
        ("1800-01-01 12:00:04", "hulk", 60, 10, 100, 5),
    ]
    site.put(KEY, parquet(rows, *EXTRA))
    site.load()
    decide(site, "discard", reason="implausible_timestamp", run_id="discard")
    forget(site, "loki", "forget")
    # What it repeats is taken back, and nobody has loaded it again yet.
    with site.superuser() as cursor:
        cursor.execute("insert into raw.unfounded_rejections (load_id) values (2)")
    of_load = " union all ".join(
        f"select '{name}', count(*) from raw.{name} where load_id = %(load_id)s" for name in sorted(OF_READINGS)
    )
    assert all(count for _, count in site.rows(of_load, {"load_id": 2})), site.rows(of_load, {"load_id": 2})
    assert decide(site, hero_id="hulk")["load_id"] == 3
    taken_over = site.rows(of_load, {"load_id": 3})
    assert all(count for _, count in taken_over), taken_over


@pytest.mark.parametrize("extra_columns", ["ignore", "rescue"])
def test_the_notices_of_a_load_count_the_released_readings(site: Site, extra_columns: str) -> None:
    site.zone_fields = {"rules": {"extra_columns": extra_columns}}
    rows = [(NOON, "hulk", 80, -1, 100, 1), ("2025-01-01 12:00:01", None, 80, -1, 100, 2)]
    site.put(KEY, parquet(rows, *EXTRA))
    site.load()
    [(name, reason, number, key)] = site.rows(NOTICES)
    assert (name, reason, number) == ("battery", f"{extra_columns.removesuffix('e')}ed_column", 1)
    assert (key is None) == (extra_columns == "ignore")
    decide(site, hero_id="hulk")
    assert site.rows(NOTICES) == [(name, reason, 2, key)]


@pytest.mark.parametrize("extra_columns", ["ignore", "rescue"])
def test_the_first_reading_in_force_brings_the_notices(site: Site, extra_columns: str) -> None:
    """Of an object of which nothing was accepted, nothing was noted."""
    site.zone_fields = {"rules": {"extra_columns": extra_columns}}
    site.put(KEY, parquet([(NOON, "hulk", 8000, -1, -1, 7)], *EXTRA))
    site.load()
    assert site.rows(NOTICES) == []
    decide(site, reason="no_usable_measure", factors={"heart_rate": 0.01})
    (battery,) = site.rows(NOTICES)
    if extra_columns == "ignore":
        assert battery == ("battery", "ignored_column", 1, None)
    else:
        assert battery[:3] == ("battery", "rescued_column", 1)
        assert [(row["row_number"], row["battery"]) for row in site.quarantined()[battery[3]]] == [(1, 7)]


def test_the_notices_of_records_count_the_released_ones(site: Site) -> None:
    missions = [
        MISSION | {"outcome": "SUCCESSFUL"},
        MISSION | {"mission_id": None, "outcome": "FAILED", "location": "x" * 2001},
    ]
    site.put("mission_logs.json", json.dumps(missions).encode())
    site.load()
    assert [row[:3] for row in site.rows(NOTICES)] == [("outcome", "folded", 1)]
    decide(site, key="mission_logs.json", reason="missing_mission_id", mission_id="M2")
    assert [row[:3] for row in site.rows(NOTICES)] == [("location", "cut", 1), ("outcome", "folded", 2)]
