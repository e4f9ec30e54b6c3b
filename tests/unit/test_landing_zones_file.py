"""The file of the landing zones: what it means, and the errors that name line, zone, field and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.cerebro.platform.settings import Settings
from include.cerebro.zones.landing_zones import (
    LandingZone,
    LandingZonesInvalidError,
    parse_landing_zones,
    read_landing_zones,
)
from include.cerebro.zones.places import LONGEST_KEY, Place, Quarantine
from include.cerebro.zones.rules_version import rules_version

FILE = Path("zones.yaml")
TWO = """\
landing_zones:
  - name: cerebro
  - name: watches
    connection: watch_store
    bucket: shared
    prefix: exports/watches
    rules:
      time_zone: Europe/Berlin
      missing: [unknown]
    overlap: reject
    stale_after_hours: {biometrics: 3}
"""


def error_of(text: str) -> str:
    with pytest.raises(LandingZonesInvalidError) as error:
        parse_landing_zones(FILE, text, "cerebro-data")
    return str(error.value)


def test_two_zones() -> None:
    cerebro, watches = parse_landing_zones(FILE, TWO, "cerebro-data")
    assert (cerebro.name, cerebro.connection, cerebro.place) == ("cerebro", "minio", Place("cerebro-data"))
    assert watches.place.url == "s3://shared/exports/watches/"
    assert watches.rules.time_zone == "Europe/Berlin"
    assert watches.rules.missing == {"unknown"}
    assert (watches.overlap, watches.stale_after_hours) == ("reject", {"biometrics": 3})


def test_without_a_file_there_is_the_default_zone() -> None:
    (zone,) = read_landing_zones(Settings(), "a-bucket")
    assert (zone.name, zone.connection, zone.place) == ("cerebro", "minio", Place("a-bucket"))


def test_a_file_that_a_setting_names_must_exist(tmp_path: Path) -> None:
    with pytest.raises(LandingZonesInvalidError, match=r"no such file, but CEREBRO_LANDING_ZONES names it\. Create it"):
        read_landing_zones(Settings(landing_zones=tmp_path / "zones.yaml"), "a-bucket")


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (("    prefix: exports", "    prefixx: exports"), ("zones.yaml:6", "watches", "prefixx", "not known")),
        (("Europe/Berlin", "Europe/Gotham"), ("zones.yaml:8", "watches", "rules.time_zone", "no time zone 'Europe/G")),
        (("      missing:", "      misssing:"), ("zones.yaml:9", "watches", "rules.misssing", "not known")),
        (("overlap: reject", "overlap: ignore"), ("zones.yaml:10", "watches", "overlap", "'count' or 'reject'")),
        (("{biometrics: 3}", "{biometrics: soon}"), ("zones.yaml:11", "stale_after_hours.biometrics", "number")),
        (("name: watches", "name: cerebro"), ("zones.yaml:3", "cerebro", "name", "another zone has the same name")),
        (("name: watches", "name: My Watches"), ("zones.yaml:3", "My Watches", "name", "pattern")),
        (("name: watches", "label: watches"), ("zones.yaml:3", "landing zone 2", "name", "it is missing. Add it")),
        (("prefix: exports/watches", "prefix: /exports"), ("zones.yaml:6", "prefix", "does not begin with a slash")),
        (("bucket: shared", "bucket: shared/x"), ("zones.yaml:5", "bucket", "pattern")),
        (("    bucket: shared\n", "    bucket: shared\n    bucket: other\n"), ("zones.yaml:6", "bucket stands twice")),
        (("landing_zones:", "zones:"), ("zones.yaml:1", "one key, landing_zones")),
        (("  - name: cerebro", "  - name: [cerebro"), ("zones.yaml:", "it is not YAML")),
        (("  - name: cerebro", "  - cerebro"), ("zones.yaml:2", "landing zone 1", "(all of it)")),
    ],
)  # fmt: skip
def test_an_error_names_line_zone_field_and_remedy(change: tuple[str, str], parts: tuple[str, ...]) -> None:
    message = error_of(TWO.replace(*change))
    assert [part for part in parts if part not in message] == [], message
    assert message.endswith(".")


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("bucket: b", "bucket: b", True),
        ("bucket: b", "{bucket: b, prefix: x}", True),
        ("{bucket: b, prefix: x/y}", "{bucket: b, prefix: x/}", True),
        ("{bucket: b, prefix: x}", "{bucket: b, prefix: xy}", False),
        ("{bucket: b, prefix: x}", "{bucket: c, prefix: x}", False),
        ("{bucket: b, connection: one}", "{bucket: b, connection: two}", False),
    ],
)
def test_no_object_may_belong_to_two_zones(first: str, second: str, overlap: bool) -> None:
    text = "landing_zones:\n" + "".join(
        f"  - {{name: {name}, {fields.strip('{}')}}}\n" for name, fields in (("one", first), ("two", second))
    )
    if overlap:
        assert "zones.yaml:3: landing zone two, field prefix: s3://b/" in error_of(text)
    else:
        assert len(parse_landing_zones(FILE, text, "x")) == 2


@pytest.mark.parametrize(
    ("quarantine", "refused"), [("data", True), ("data/_q", False), ("other", False), ("data2", False)]
)
def test_the_pipeline_does_not_write_where_it_reads(quarantine: str, refused: bool) -> None:
    settings = Settings(quarantine_bucket=quarantine)
    if refused:
        with pytest.raises(LandingZonesInvalidError, match="CEREBRO_QUARANTINE_BUCKET=data: landing zone cerebro"):
            read_landing_zones(settings, "data")
    else:
        assert read_landing_zones(settings, "data")


@pytest.mark.parametrize("text", ["b", "b/", "s3://b", "b//"])
def test_a_bucket_is_a_place(text: str) -> None:
    assert Place.parse(text) == Place("b")


def test_a_prefix_of_a_shared_bucket_is_a_place() -> None:
    assert Place.parse("shared/team/quarantine") == Place.parse("s3://shared/team/quarantine/")
    assert Place.parse("shared/team").key("report.html") == "team/report.html"


def test_equal_keys_of_two_zones_do_not_meet_in_the_quarantine() -> None:
    place = Place("q", "rejected/")
    keys = {Quarantine(place, zone).key("heroes/x.csv", "e" * 32) for zone in ("one", "two")}
    assert keys == {f"rejected/{zone}/heroes/x.csv/rejected-{'e' * 32}.parquet" for zone in ("one", "two")}


@pytest.mark.parametrize("length", [900, 940, 984, 1024])
def test_any_key_that_s3_allows_has_a_quarantine_key(length: int) -> None:
    """Keys from 984 bytes on kept their batch out (D16)."""
    quarantine = Quarantine(Place("q", "team/quarantine/"), "cerebro")
    keys = [("biometrics/" + "é" * 600).encode()[: length - 9].decode(errors="ignore") + f"{n}.parquet" for n in "12"]
    made = [quarantine.key(key, "e" * 32 + "-10000") for key in keys]
    assert len(set(made)) == 2
    assert all(len(key.encode()) <= LONGEST_KEY for key in made)


def test_the_version_of_the_rules_changes_with_them_alone() -> None:
    cerebro, watches = parse_landing_zones(FILE, TWO, "cerebro-data")
    elsewhere = {"name": "elsewhere", "bucket": "b", "prefix": "p/", "stale_after_hours": {"heroes": 1}}
    assert rules_version(cerebro) == rules_version(cerebro.model_copy(update=elsewhere))
    assert rules_version(cerebro) != rules_version(watches)


@pytest.mark.parametrize(
    "change",
    [
        {"overlap": "reject"},
        {"rules": {"time_zone": "Europe/Berlin"}},
        {"rules": {"missing": ["x"]}},
        {"rules": {"no_reading": {"heart_rate": [0]}}},
        {"rules": {"plausible": {"heart_rate": [30, 200], "stress_level": [0, 1], "energy_output": [0, 1]}}},
        {"rules": {"csv_delimiter": ";"}},
        {"rules": {"encoding": "latin-1"}},
        {"rules": {"extra_columns": "rescue"}},
    ],
    ids=str,
)
def test_every_setting_that_judges_rows_changes_the_version(change: dict[str, Any]) -> None:
    zone = {"name": "cerebro", "bucket": "cerebro-data"}
    before, after = LandingZone.model_validate(zone), LandingZone.model_validate(zone | change)
    assert rules_version(before) != rules_version(after)
