"""Objects that stay broken are told again from the ledger, without being read, until they or the rules change."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from include.cerebro.checking.objects import ObjectsFailedError, check_objects
from include.cerebro.formats import missions_json, parquet
from include.cerebro.formats.parquet_schema import Column
from include.cerebro.formats.rules import FormatRules
from include.cerebro.landing.discovery import discover
from include.cerebro.ledger.listings import listings_of_run
from include.cerebro.zones.rules_version import rules_version
from tests.integration.helpers import Site, parquet_of
from tests.integration.samples import HEROES, MISSION, NOON, one_reading

BROKEN = {"heroes.csv": b"bad", "biometrics/bad.parquet": b"bad", "biometrics/empty.parquet": b""}


def check(site: Site, run_id: str = "") -> None:
    check_objects(site.warehouse, [site.zone.name], run_id or f"run {site.run_count}")


def tried(site: Site) -> set[str]:
    """The objects that a run would read now."""
    found = site.discover()
    return {stored.key for objects in (found.heroes, found.missions, *found.biometrics) for stored in objects}


def test_a_broken_object_is_not_read_again_and_still_told(site: Site) -> None:
    """200 broken objects cost 50 ms each in every run (D19)."""
    site.put_all(BROKEN)
    assert sorted(site.load().failed) == sorted(BROKEN)
    before = site.rows("select xmin::text, * from raw.loads order by load_id")
    assert tried(site) == set()
    assert site.load().failed == []
    assert site.rows("select xmin::text, * from raw.loads order by load_id") == before
    with pytest.raises(ObjectsFailedError, match="3 objects could not be loaded") as error:
        check(site)
    assert all(f"\n  {key}: it" in str(error.value) for key in BROKEN)


def test_it_is_read_again_when_it_changes(site: Site) -> None:
    site.put_all(BROKEN)
    site.load()
    site.put("heroes.csv", b"as bad")
    assert tried(site) == {"heroes.csv"}


def test_it_is_read_again_when_the_rules_change(site: Site) -> None:
    site.put_all(BROKEN)
    site.load()
    zone = site.zone.model_copy(update={"rules": FormatRules(time_zone="Europe/Berlin")})
    found = discover([zone], lambda _: site.store, site.warehouse, site.settings, "another run")
    assert len(found.heroes) == len(found.biometrics) == 1


def test_it_is_read_again_after_a_day(site: Site) -> None:
    site.put_all(BROKEN)
    site.load()
    site.rows("update raw.loads set loaded_at = now() - interval '23 hours' where status = 'failed' returning 1")
    assert tried(site) == set()
    site.rows("update raw.loads set loaded_at = now() - interval '25 hours' where status = 'failed' returning 1")
    assert tried(site) == set(BROKEN)


@pytest.mark.parametrize("repair", ["deliver", "remove"])
def test_clearing_a_red_runs_tasks_after_the_repair_turns_it_green(site: Site, repair: str) -> None:
    """Failures were asked for by run and forgotten by ETag, so that the run stayed red (A5)."""
    site.put("biometrics/bad.parquet", b"bad")
    site.load()
    with pytest.raises(ObjectsFailedError):
        check(site)
    if repair == "deliver":
        site.put("biometrics/bad.parquet", one_reading())
    else:
        site.remove("biometrics/bad.parquet")
    # All tasks of the run are cleared.
    site.run_count -= 1
    site.load()
    check(site)


def test_clearing_the_check_alone_asks_for_what_is_broken_now(site: Site) -> None:
    site.put_all(BROKEN)
    site.load()
    site.put("heroes.csv", HEROES)
    site.load()
    # The first run's check is cleared: what the second run has mended is no trouble any more, the rest is.
    with pytest.raises(ObjectsFailedError, match="2 objects could not be loaded"):
        check(site, "run 1")


def test_a_version_that_comes_back_is_broken_again(site: Site) -> None:
    site.put("heroes.csv", b"bad")
    site.load()
    site.put("heroes.csv", HEROES)
    site.load()
    check(site)
    site.put("heroes.csv", b"bad")
    assert site.load().failed == ["heroes.csv"]
    with pytest.raises(ObjectsFailedError):
        check(site)


def test_every_load_has_its_arrival_and_its_rules(site: Site) -> None:
    site.put_all({"heroes.csv": HEROES, "biometrics.parquet": one_reading(), "biometrics/copy.parquet": one_reading()})
    site.put("biometrics/bad.parquet", b"bad")
    site.load()
    rows = site.rows("select status, landed_at, rules_version from raw.loads")
    assert sorted(status for status, _, _ in rows) == ["duplicate", "failed", "loaded", "loaded"]
    assert all(datetime.now(UTC) - landed_at < timedelta(minutes=5) for _, landed_at, _ in rows)
    versions = {version for status, _, version in rows if status != "duplicate"}
    assert versions == {rules_version(site.zone)}


def test_working_files_are_left_alone_and_others_counted(site: Site) -> None:
    """The first were loaded, and counted twice after their writer's rename (D2); the others were a log line (D1)."""
    table_file = "biometrics/t/part-00000-0f2d9c1e-5b7a-4c1d-9e2f-3a4b5c6d7e8f-c000.snappy.parquet"
    site.put_all(
        dict.fromkeys(("biometrics/_temporary/0/p.parquet", "biometrics/.staging/x.parquet", "_SUCCESS"), b"x")
    )
    site.put_all(dict.fromkeys(("heroes_2025.csv", "Biometrics/x.parquet", "biometrics/part-0", table_file), b"x"))
    site.put("biometrics/t/_delta_log/00000000000000000000.json", b"{}")
    site.put("biometrics/x.PARQUET", one_reading())
    assert (site.load().objects, site.run_count) == (1, 1)
    with site.warehouse.connect() as connection, connection.cursor() as cursor:
        (listing,) = listings_of_run(cursor, "run 1")
    assert listing.unrecognised == 4
    assert sorted(listing.examples) == sorted(
        ["heroes_2025.csv", "Biometrics/x.parquet", "biometrics/part-0", table_file]
    )
    (note,) = listing.notes
    assert note.startswith("biometrics/t/ is a table of Delta Lake, whose files are not loaded")


SURPRISE = (
    f"select timestamp '{NOON}' as \"timestamp\", 'thor' as hero_id, 80.0 as heart_rate, 10.0 as stress_level, 100.0"
)


@pytest.mark.parametrize("overlap", ["count", "reject"])
def test_what_the_code_does_not_expect_fails_its_object_alone(
    site: Site, overlap: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A TypeError at one mission ended the task in every run, named no object, and kept those behind it out."""
    amount, layout = missions_json.parse_amount, parquet._layout

    def odd_amount(value: object) -> float | None:
        return amount(value) if value != "worms" else 1 / 0

    def odd_layout(columns: Sequence[Column]) -> parquet.Layout:
        return layout(columns) if columns[-1].name != "surprise" else [][0]

    monkeypatch.setattr(missions_json, "parse_amount", odd_amount)
    monkeypatch.setattr(parquet, "_layout", odd_layout)
    site.zone_fields = {"overlap": overlap}
    odd = MISSION | {"damage_report": {"structural_damage": "worms"}}
    site.put_all({f"mission_logs/{name}.json": json.dumps(it).encode() for name, it in (("a", odd), ("b", MISSION))})
    site.put_all({f"biometrics/{name}.parquet": one_reading(hero_id=name) for name in "acdef"})
    site.put("biometrics/b.parquet", parquet_of(SURPRISE + " as energy_output, 1 as surprise"))
    with caplog.at_level(logging.ERROR):
        assert sorted(site.load().failed) == ["biometrics/b.parquet", "mission_logs/a.json"]
    errors = site.errors()
    assert "the pipeline did not expect what is in it (ZeroDivisionError: " in errors["mission_logs/a.json"]
    assert "the pipeline did not expect what is in it (IndexError: " in errors["biometrics/b.parquet"]
    assert "in odd_amount" in caplog.text
    assert "in odd_layout" in caplog.text
    assert len(site.rows("select from raw.missions")) == 1
    assert len(site.merged_minutes()) == 5
    with pytest.raises(ObjectsFailedError, match="2 objects could not be loaded"):
        check(site)
