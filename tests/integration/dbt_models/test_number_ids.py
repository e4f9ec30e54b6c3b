"""Ids that are numbers: each is a hero of its own, also where an earlier rule made one hero of two."""

from __future__ import annotations

from tests.integration.dbt_models.test_rebuild import forget
from tests.integration.dbt_models.warehouse import Warehouse
from tests.oracle.identity import hero_key

SPELLINGS = [
    "-1", "1", "1.", "-1.", ".5", "5", "-.5", "-1.5", "1E-5", "1e5", "-1e5", "--1", "_1", "-1-", "- 1", "-1x",
    "x-1.5", "1-1", "11", "1--1", "x-1", "1-x", "hero-0011", "-", "...", "Spider-Man", "T’Challa", "-0", "-e5",
    "1.5.", "+1", "1.e5", ".", "-.", ".e1", "1..5", "1_0", "-٣",
]  # fmt: skip
# The rule until -1 was no spelling of 1 any more.
MERGING = r"""
    create or replace function raw.hero_key(id text) returns text language sql immutable parallel safe as $$
        select regexp_replace(
            lower(raw.trimmed(id) collate "C.utf8"),
            '(?<![0-9\s_.''’-])[\s_.''’-]+|[\s_.''’-]+(?![0-9\s_.''’-])', '', 'g'
        )
    $$
"""


def test_keys_are_those_of_the_plain_calculation(built: Warehouse) -> None:
    keys = built.rows("select id, raw.hero_key(id) from unnest(%s) as ids (id)", [SPELLINGS])
    assert keys == [(spelling, hero_key(spelling)) for spelling in SPELLINGS]


def test_a_rule_that_makes_two_heroes_of_one(built: Warehouse) -> None:
    """Readings of the sentinel -1 were those of hero 1."""
    ((definition,),) = built.rows("select pg_get_functiondef('raw.hero_key(text)'::regprocedure)")
    built.execute(MERGING)
    built.load_heroes("heroes/2.csv", {"hero_id": "1", "name": "One"}, {"hero_id": "-7", "name": "Minus"})
    ids = ("1", "-1", "-7", "7", ".5", "5")
    built.load_biometrics("b2", *((hero, f"2025-01-02 00:0{at}Z", 60 + at, 80) for at, hero in enumerate(ids)))
    mission = {"mission_id": "m9", "timestamp": "2025-01-02 00:01Z", "hero_ids": ["-1", "7"]}
    built.load_missions("mission_logs/9.json", mission)
    built.transform()
    heroes = "select hero_id from marts.dim_heroes where hero_id ~ '[0-9]' order by hero_id collate \"C\""
    assert built.rows(heroes) == [("-7",), (".5",), ("1",)]
    history = built.rows("select hero_key, hero_id from snapshots.heroes_history where hero_key ~ '[0-9]'")
    assert sorted(history) == [("1", "1"), ("5", ".5"), ("7", "-7")]

    built.execute(definition)
    forget(built, "int_hero_ids", "int_hero_records", "int_stale_spellings")
    built.transform()
    assert built.rows(heroes) == [("-1",), ("-7",), (".5",), ("1",), ("5",), ("7",)]
    of_facts = "select hero_id, reading_count from marts.fact_biometrics where hero_id ~ '[0-9]'"
    assert sorted(hero for hero, _ in built.rows(of_facts)) == sorted(ids)
    crew = built.rows("select hero_id from marts.bridge_mission_heroes where mission_id = 'm9'")
    assert sorted(crew) == [("-1",), ("7",)]
    history = built.rows(
        "select hero_key, hero_id from snapshots.heroes_history where hero_key ~ '[0-9]' and valid_to is null"
    )
    assert sorted(history) == sorted((hero, hero) for hero in ids)
    as_it_is = built.tables()
    built.drop_built()
    built.transform()
    assert built.tables() == as_it_is
