"""Several landing zones in one deployment: equal keys are kept apart, and one broken zone stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from include.cerebro.checking.objects import ObjectsFailedError, check_objects
from include.cerebro.landing.batches import Parcel
from include.cerebro.landing.discovery import discover
from include.cerebro.loading.biometrics import BiometricsLoader
from include.cerebro.loading.records import RecordLoader
from include.cerebro.loading.site import LoadSite
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.zones.landing_zones import LandingZone
from tests.integration.helpers import Site, parquet
from tests.integration.samples import HEROES, NOON, one_reading

RUNS = iter(range(1000))
LEDGER = """
    select landing_zone, object_key, status, rows_loaded, supersedes is not null
    from raw.loads
    order by landing_zone, load_id
"""


class Zones:
    """Two landing zones on the site's store: the default one, and a folder of a shared bucket."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.shared = f"{site.bucket}-shared"
        site.client.create_bucket(Bucket=self.shared)
        watches = LandingZone(name="watches", connection="watch_store", bucket=self.shared, prefix="exports/")
        self.zones = [site.zone, watches]
        self.stores: dict[str, ObjectStore] = {"minio": site.store, "watch_store": site.store}
        self.run_id = ""

    def put(self, zone: str, name: str, body: bytes) -> None:
        place = next(known.place for known in self.zones if known.name == zone)
        self.site.client.put_object(Bucket=place.bucket, Key=place.key(name), Body=body)

    def load(self) -> dict[str, list[Parcel]]:
        """One run; returns what it found."""
        site, self.run_id = self.site, f"run {next(RUNS)}"
        found = discover(self.zones, self.stores.__getitem__, site.warehouse, site.settings, self.run_id)
        parcels = {"heroes": found.heroes, "missions": found.missions, "biometrics": found.biometrics}
        for dataset, its_parcels in parcels.items():
            for parcel in its_parcels:
                zone = next(known for known in self.zones if known.name == parcel.landing_zone)
                its = LoadSite(zone, site.store, site.warehouse, site.settings, self.run_id)
                loader: Any = BiometricsLoader(its) if dataset == "biometrics" else RecordLoader(dataset, its)
                loader.load(parcel.objects)
        return parcels

    def ledger(self) -> list[tuple[Any, ...]]:
        return self.site.rows(LEDGER)

    def check(self) -> None:
        check_objects(self.site.warehouse, [zone.name for zone in self.zones], self.run_id)


@pytest.fixture
def zones(site: Site) -> Iterator[Zones]:
    made = Zones(site)
    yield made
    site.remove_bucket(made.shared)


def test_equal_keys_of_two_zones_are_two_objects(zones: Zones) -> None:
    # The full keys are equal, too.
    for zone in ("cerebro", "watches"):
        prefix = "" if zone == "watches" else "exports/"
        zones.put(zone, f"{prefix}heroes.csv", HEROES)
    zones.zones[0] = zones.zones[0].model_copy(update={"prefix": "exports/"})
    zones.load()
    assert zones.ledger() == [
        ("cerebro", "exports/heroes.csv", "loaded", 1, False),
        ("watches", "exports/heroes.csv", "loaded", 1, False),
    ]
    # A correction supersedes the load of its own zone alone.
    zones.put("watches", "heroes.csv", HEROES + b"thor,Thor,Thor Odinson,1962\n")
    zones.load()
    assert zones.ledger()[2:] == [("watches", "exports/heroes.csv", "loaded", 2, True)]
    current = "select landing_zone, rows_loaded from raw.current_loads order by 1"
    assert zones.site.rows(current) == [("cerebro", 1), ("watches", 2)]


def test_failures_and_quarantine_are_kept_apart(zones: Zones) -> None:
    rejected = parquet([(NOON, "hulk", 80, 10, 100), (NOON, None, 80, 10, 100)])
    for zone in ("cerebro", "watches"):
        zones.put(zone, "biometrics/bad.parquet", b"bad" if zone == "watches" else b"as bad")
        zones.put(zone, "biometrics/x.parquet", rejected)
    zones.load()
    quarantined = zones.site.quarantined()
    etag = zones.site.rows("select distinct etag from raw.loads where status = 'loaded'")[0][0]
    assert sorted(quarantined) == [
        f"cerebro/biometrics/x.parquet/rejected-{etag}.parquet",
        f"watches/exports/biometrics/x.parquet/rejected-{etag}.parquet",
    ]
    assert {rows[0]["source_key"] for rows in quarantined.values()} == {
        "biometrics/x.parquet",
        "exports/biometrics/x.parquet",
    }
    with pytest.raises(ObjectsFailedError, match="2 objects could not be loaded") as error:
        zones.check()
    assert "\n  biometrics/bad.parquet: it is not a Parquet file" in str(error.value)
    assert "\n  watches: exports/biometrics/bad.parquet: it is not a Parquet file" in str(error.value)
    # The repair in one zone mends nothing in the other.
    zones.put("watches", "biometrics/bad.parquet", one_reading())
    zones.load()
    with pytest.raises(ObjectsFailedError, match="1 objects could not be loaded"):
        zones.check()


def test_a_zone_that_is_removed_from_the_file_changes_nothing(zones: Zones) -> None:
    for zone in ("cerebro", "watches"):
        zones.put(zone, "heroes.csv", HEROES)
        zones.put(zone, "biometrics/bad.parquet", b"bad")
    zones.load()
    everything = "select xmin::text, * from raw.loads order by load_id"
    before = zones.site.rows(everything)
    zones.zones.pop(0)
    assert zones.load() == {"heroes": [], "missions": [], "biometrics": []}
    assert zones.site.rows(everything) == before
    with pytest.raises(ObjectsFailedError, match="1 objects could not be loaded"):
        zones.check()


@pytest.mark.parametrize("broken", ["bucket", "keys", "connection"])
def test_a_broken_zone_stops_no_other_and_is_named(zones: Zones, broken: str) -> None:
    zones.put("cerebro", "heroes.csv", HEROES)
    zones.put("watches", "heroes.csv", HEROES)
    default = zones.zones[0]
    if broken == "bucket":
        zones.zones[0] = default.model_copy(update={"bucket": "no-such-bucket"})
    elif broken == "keys":
        zones.stores["minio"] = replace(zones.site.store, secret_access_key="wrong")
    else:
        del zones.stores["minio"]
    zones.load()
    assert zones.ledger() == [("watches", "exports/heroes.csv", "loaded", 1, False)]
    with pytest.raises(
        ObjectsFailedError, match=r"1 landing zones could not be listed.*\n  landing zone cerebro \(s3://"
    ):
        zones.check()
    # Repaired, and the run's tasks cleared.
    zones.zones[0], zones.stores["minio"] = default, zones.site.store
    zones.load()
    zones.check()
    assert len(zones.ledger()) == 2


def test_if_every_zone_is_broken_discovery_fails(zones: Zones) -> None:
    zones.stores.clear()
    with pytest.raises(KeyError):
        zones.load()


def test_quarantine_and_reports_in_the_zones_bucket_do_not_belong_to_it(zones: Zones) -> None:
    zones.site.changed |= {
        "quarantine_bucket": f"{zones.shared}/exports/rejected",
        "reports_bucket": f"{zones.shared}/exports/r",
    }
    zones.put("watches", "biometrics/x.parquet", parquet([(NOON, None, 80, 10, 100)]))
    zones.put("watches", "r/report.html", b"<html>")
    zones.put("watches", "else/report.html", b"<html>")
    zones.load()
    zones.load()
    listings = "select unrecognised, examples from meta.listings where landing_zone = 'watches'"
    assert zones.site.rows(listings) == [(1, ["exports/else/report.html"])] * 2
