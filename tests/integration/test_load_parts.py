"""A batch is loaded in parts, each in a transaction of its own, while the next part is aggregated."""

from __future__ import annotations

import psycopg2
import pytest

from tests.integration.helpers import Site
from tests.integration.samples import heart_rates, one_reading

KEYS = [f"biometrics/{name}.parquet" for name in "abcde"]

REFUSE_ONE = """
    create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'no place for c'; end $$;
    create trigger refuse before insert on raw.loads
    for each row when (new.object_key = 'biometrics/c.parquet') execute function refuse()
"""


def deliver(site: Site) -> None:
    site.changed["part_objects"] = 1
    for number, key in enumerate(KEYS):
        site.put(key, one_reading(60 + number, key[-9]))


def test_every_part_is_a_transaction(site: Site) -> None:
    deliver(site)
    assert site.load().objects == 5
    assert site.rows("select count(distinct xmin::text) from raw.loads") == [(5,)]
    assert heart_rates(site) == [(hero_id, 1, 60 + number) for number, hero_id in enumerate("abcde")]


def test_the_error_of_a_part_is_raised_and_the_next_run_loads_the_rest(site: Site) -> None:
    deliver(site)
    with site.superuser() as cursor:
        cursor.execute(REFUSE_ONE)
    with pytest.raises(psycopg2.errors.RaiseException, match="no place for c"):
        site.load()
    assert [hero_id for hero_id, *_ in heart_rates(site)] == ["a", "b"]
    with site.superuser() as cursor:
        cursor.execute("drop trigger refuse on raw.loads")
    assert site.load().objects == 3
    assert [hero_id for hero_id, *_ in heart_rates(site)] == ["a", "b", "c", "d", "e"]


def test_broken_objects_do_not_stop_other_parts(site: Site) -> None:
    deliver(site)
    site.put(KEYS[0], b"nothing of the kind")
    site.put(KEYS[3], one_reading()[:-4])
    assert sorted(site.load().failed) == [KEYS[0], KEYS[3]]
    assert [hero_id for hero_id, *_ in heart_rates(site)] == ["b", "c", "e"]
