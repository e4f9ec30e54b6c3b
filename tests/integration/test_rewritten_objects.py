"""Objects of the landing zone leave a forgotten hero: only those that were approved, and nobody else's readings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from include.cerebro.maintenance.erasure import landing
from include.cerebro.maintenance.erasure.erase import erase
from include.cerebro.maintenance.erasure.objects import list_holders
from include.cerebro.maintenance.erasure.quarantine import clean
from tests.integration.helpers import Site, parquet
from tests.integration.samples import NOON
from tests.integration.test_reprocess import reprocess

A, B, COPY, ALONE, OTHER = (f"biometrics/{name}.parquet" for name in ("a", "b", "copy", "alone", "other"))
BOOKS = "select object_key, rows_in, rows_loaded, rows_rejected from raw.current_loads order by object_key"


def deliver(site: Site) -> None:
    site.put(A, parquet([(NOON, "hulk", 80, 10, 100), (NOON, "thor", 70, 20, 50), (NOON, None, 1, 1, 1)]))
    site.put(B, parquet([(NOON, "H-U-L-K", 81, 10, 100), (NOON, "loki", 71, 21, 51)]))
    site.put(COPY, site.contents()[B])
    site.put(ALONE, parquet([(NOON, "Hulk", 82, 10, 100)]))
    site.put(OTHER, parquet([(NOON, "thor", 90, 30, 60)]))
    site.put("heroes.csv", b"hero_id,name,alter_ego,first_appearance\nhulk,Hulk,,1962\nthor,Thor,,1962\n")
    missions = [{"mission_id": "m1", "hero_ids": ["thor", "hulk"], "timestamp": "2025-01-01T12:00:30Z"}]
    site.put("mission_logs.json", json.dumps(missions).encode())
    site.load()


def approve(site: Site) -> list[str]:
    return landing.digests(site.warehouse, [site.zone], lambda _: site.store, "hulk")


def forget(site: Site, approved: list[str]) -> dict[str, int]:
    done = erase(site.warehouse, "Hulk", "forget", [])
    clean(site.warehouse, site.store, site.settings, done.erasure_id)
    return rewrite(site, approved)


def rewrite(site: Site, approved: list[str]) -> dict[str, int]:
    (erasure_id,) = site.rows("select max(erasure_id) from raw.erasures")[0]
    counts = landing.rewrite_objects(
        site.warehouse, [site.zone], lambda _: site.store, site.settings, erasure_id, approved
    )
    list_holders(site.warehouse, [site.zone], lambda _: site.store, erasure_id)
    return counts


def holders(site: Site) -> list[str]:
    return [key for (key,) in site.rows("select object_key from meta.erasure_objects order by 1")]


def problems(site: Site) -> dict[str, str | None]:
    return dict(site.rows("select object_key, problem from meta.erasure_rewrites"))


def minutes(site: Site) -> list[tuple[Any, ...]]:
    return sorted(site.merged_minutes())


def test_objects_are_rewritten_and_the_next_load_has_the_others_rows(moto_site: Site) -> None:
    site = moto_site
    deliver(site)
    etags = {it.key: it.etag for it in site.listed()}
    approved = approve(site)
    assert len(approved) == 6
    assert site.contents().keys() == etags.keys(), "nothing is written before the approval"
    others = [row for row in minutes(site) if "hulk" not in row[0].lower().replace("-", "")]
    assert forget(site, approved) == {"landing_objects_rewritten": 5, "landing_objects_left": 1}
    assert problems(site)[ALONE] == "nothing but the hero is in it; delete it"
    assert holders(site) == [ALONE]
    assert site.contents().keys() == etags.keys(), "the probe is gone"
    now = {it.key: it.etag for it in site.listed()}
    assert {key for key in etags if now[key] == etags[key]} == {ALONE, OTHER}
    assert now[B] == now[COPY], "duplicates stay duplicates"
    for key, body in site.contents().items():
        if key != ALONE:
            assert b"hulk" not in body.lower().replace(b"-", b""), key
    assert minutes(site) == others
    site.load()
    assert minutes(site) == others
    assert {row[0].replace("copy", "b"): row[1:] for row in site.rows(BOOKS)} | {ALONE: None} == {
        A: (2, 1, 1), B: (1, 1, 0), ALONE: None, OTHER: (1, 1, 0),
        "heroes.csv": (1, 1, 0), "mission_logs.json": (1, 1, 0)
    }  # fmt: skip
    assert site.rows("select record ->> 'hero_ids' from raw.missions join raw.current_loads using (load_id)") == [
        ('["thor"]',)
    ]
    # A retry finds nothing to do.
    assert rewrite(site, approved) == {"landing_objects_rewritten": 5, "landing_objects_left": 1}


def test_only_what_was_approved_is_rewritten(moto_site: Site) -> None:
    site = moto_site
    deliver(site)
    approved = approve(site)
    site.put("biometrics/late.parquet", parquet([(NOON, "hulk", 80, 10, 100), (NOON, "thor", 71, 20, 50)]))
    site.load()
    before = site.contents()["biometrics/late.parquet"]
    forget(site, approved)
    assert site.contents()["biometrics/late.parquet"] == before
    assert problems(site)["biometrics/late.parquet"] == "it came after the approval"
    assert holders(site) == [ALONE, "biometrics/late.parquet"]


def test_a_delivery_at_the_last_moment_wins(moto_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site = moto_site
    deliver(site)
    approved = approve(site)
    late = parquet([(NOON, "thor", 99, 20, 50)])
    really = landing.rewrite

    def overtaken(*arguments: Any) -> int:
        site.put(A, late)
        return really(*arguments)

    monkeypatch.setattr(landing, "rewrite", overtaken)
    forget(site, approved)
    assert site.contents()[A] == late
    assert problems(site)[A] == "it was delivered again or deleted meanwhile"


def test_a_store_that_ignores_conditions_is_not_written_to(site: Site) -> None:
    """The embedded store is one."""
    deliver(site)
    approved = approve(site)
    before = site.contents()
    assert forget(site, approved) == {"landing_objects_rewritten": 0, "landing_objects_left": 6}
    assert site.contents() == before
    assert set(problems(site).values()) == {
        "the store ignores conditions of a write (If-Match), so that a delivery might be lost"
    }
    assert len(holders(site)) == 6


@pytest.mark.parametrize("rewrites", [True, False])
def test_objects_with_nothing_but_the_hero_settle(moto_site: Site, rewrites: bool) -> None:
    """Of what is left of them a load would accept nothing: they stay in the landing zone, and no run is red."""
    site = moto_site
    heroes = b"hero_id,name,alter_ego,first_appearance\n"
    missions = [{"mission_id": "m1", "hero_ids": ["hulk"], "timestamp": "2025-01-01T12:00:30Z"}]
    kept = {
        "biometrics/alone.parquet": parquet([(NOON, "hulk", 80, 10, 100)]),
        "biometrics/useless.parquet": parquet([(NOON, "hulk", 81, 10, 100), (NOON, None, 1, 1, 1)]),
        "biometrics/useless_two.parquet": parquet([(NOON, "hulk", 82, 10, 100), (NOON, "x" * 201, 1, 1, 1)]),
        "heroes/alone.csv": heroes + b"hulk,Hulk,,1962\n",
        "heroes/useless.csv": heroes + b"hulk,Hulk,,1963\nn/a,Thor,,1962\n",
    }
    written = {
        "biometrics/off.parquet": parquet([(NOON, "hulk", 83, 10, 100), (NOON, "thor", None, None, None)]),
        "mission_logs.json": json.dumps(missions).encode(),
    }
    site.put_all(kept | written)
    site.load()
    books = site.rows(BOOKS)
    forget(site, approve(site) if rewrites else [])
    assert holders(site) == sorted(kept | ({} if rewrites else written))
    for number in range(2):
        assert site.load().failed == []
        assert site.errors() == {}
        if not rewrites:
            assert site.rows(BOOKS) == books
        assert number == 0 or site.load().objects == 0
    assert minutes(site) == []
    # Read again, they are settled, too.
    assert reprocess(site, only_older_rules=False, rules=site.zone.rules)["objects_refused"] == 0
    assert site.rows("select reason, sum(rows)::int from raw.rejections join raw.current_loads using (load_id)"
                     " where object_key like '%useless%' group by 1 order by 1") == [
        ("erased_hero", 3), ("invalid_hero_id", 1), ("missing_hero_id", 2)
    ]  # fmt: skip
