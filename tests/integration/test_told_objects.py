"""A run that arrivals started looks at what they told of, and lists the landing zone where that is not enough."""

from collections.abc import Mapping, Sequence

import pytest

from include.cerebro.landing.discovery import Discovery, discover
from tests.integration.helpers import Site
from tests.integration.samples import HEROES, one_reading

KEYS = ["biometrics/a.parquet", "biometrics/b.parquet"]


@pytest.fixture
def loaded(site: Site) -> Site:
    """A site of which a run has listed and loaded all, and to which two objects have come since."""
    site.put("heroes.csv", HEROES)
    site.load()
    site.put_all({key: one_reading(60 + number) for number, key in enumerate(KEYS)})
    return site


def find(site: Site, told: Mapping[str, Sequence[str]] | None, **settings: int) -> Discovery:
    changed = site.settings.model_copy(update=settings)
    return discover([site.zone], lambda _: site.store, site.warehouse, changed, "the run", told)


def keys(found: Discovery) -> list[str]:
    return [stored.key for parcel in found.biometrics for stored in parcel.objects]


def test_nothing_else_is_looked_at(loaded: Site) -> None:
    loaded.put("biometrics/c.parquet.gz", one_reading())
    told = [KEYS[1], "biometrics/removed.parquet", "biometrics/c.parquet", "heroes.csv"]
    found = find(loaded, {"cerebro": told})
    assert keys(found) == [KEYS[1]]
    # It is known already.
    assert found.heroes == []
    # The listing that a watcher compares with has not been made.
    assert found.listed == {}
    (stored,) = found.biometrics[0].objects
    (listed,) = [each for parcel in find(loaded, None).biometrics for each in parcel.objects if each.key == KEYS[1]]
    assert stored == listed


def test_the_first_listing_is_of_all(site: Site) -> None:
    site.put_all({key: one_reading(60 + number) for number, key in enumerate(KEYS)})
    found = find(site, {"cerebro": KEYS[:1]})
    assert keys(found) == KEYS
    assert list(found.listed) == ["cerebro"]


def test_a_landing_zone_that_is_not_configured_any_more(loaded: Site) -> None:
    assert keys(find(loaded, {"cerebro": KEYS[:1], "watches": ["a"]})) == KEYS


def test_what_the_run_does_not_take_is_known_to_wait(loaded: Site) -> None:
    found = find(loaded, {"cerebro": KEYS}, run_objects=1)
    assert len(keys(found)) == 1
    assert list(found.listed) == ["cerebro"]
    with loaded.superuser() as cursor:
        cursor.execute("select objects_waiting from meta.listings where dag_run_id = 'the run'")
        assert cursor.fetchall() == [(1,)]
    # And as long as it waits, all is listed.
    assert keys(find(loaded, {"cerebro": KEYS[:1]})) == KEYS


def test_a_table_that_lies_there_has_all_listed(loaded: Site) -> None:
    loaded.put("biometrics/table/_delta_log/00000000000000000000.json", b"{}")
    of_the_table = "biometrics/table/part-0-1f0e9a52-5d0b-4b3b-8f0a-0b6c7d8e9f00.parquet"
    loaded.put(of_the_table, one_reading())
    find(loaded, None)
    assert keys(find(loaded, {"cerebro": [of_the_table]})) == KEYS


def test_the_failure_of_another_object_is_not_over(site: Site) -> None:
    site.put("biometrics/broken.parquet", b"no Parquet")
    assert site.load().failed == ["biometrics/broken.parquet"]
    site.put(KEYS[0], one_reading())
    assert keys(find(site, {"cerebro": KEYS[:1]})) == KEYS[:1]
    with site.superuser() as cursor:
        cursor.execute("select count(*) from raw.loads where status = 'failed' and resolved_at is null")
        assert cursor.fetchall() == [(1,)]
