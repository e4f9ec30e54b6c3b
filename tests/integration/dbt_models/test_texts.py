"""Texts of any length and alphabet stop no model and no index (D14); the database's locale decides no key (W12)."""

from __future__ import annotations

import random

import pytest

from include.cerebro.platform.sql import read_sql
from tests.integration.dbt_models.conftest import NAME, Server
from tests.integration.dbt_models.warehouse import Warehouse

# Letters that no compression makes shorter: an index page would not hold them.
CHANCE = random.Random(14)
LONG = {
    "ASCII": "".join(chr(CHANCE.randrange(33, 127)) for _ in range(10_000)),
    "beyond ASCII": "".join(chr(CHANCE.randrange(0x20000, 0x2A000)) for _ in range(10_000)),
}


@pytest.mark.parametrize("alphabet", LONG)
def test_a_text_of_10_000_letters_stops_nothing(warehouse: Warehouse, alphabet: str) -> None:
    """`index row size exceeds maximum` stopped dbt for everybody, for ever (D14)."""
    text = LONG[alphabet]
    hero = {"hero_id": "hulk", "name": "H" + text, "alter_ego": text, "first_appearance": text}
    mission = {"mission_id": "m1", "timestamp": "2025-01-01 00:01Z", "hero_ids": ["hulk"]}
    warehouse.load_biometrics("b1", ("hulk", "2025-01-01 00:01Z", 60, 80))
    warehouse.load_heroes("heroes.csv", {"hero_id": "hulk"})
    warehouse.transform()
    # New rows of old tables, and the same rows in new tables.
    for number in range(2):
        warehouse.load_heroes(f"heroes/{number}.csv", hero)
        warehouse.load_missions(f"mission_logs/{number}.json", {**mission, "location": text, "outcome": text})
        warehouse.transform()
        if number == 0:
            warehouse.drop_built()

    attributes = warehouse.rows("select alter_ego, first_appearance from marts.dim_heroes")
    assert attributes == [(text[:2000], text[:2000])]
    assert warehouse.rows("select left(hero_name, 1), length(hero_name) from marts.dim_heroes") == [("H", 2000)]
    # What an index holds is shorter if its letters are longer.
    outcome = text[:2000] if text.isascii() else text[:650]
    in_marts = warehouse.rows("select location, outcome from marts.dim_missions")
    assert in_marts == [(text[:2000], outcome)]
    in_big_table = "select alter_ego, mission_location, mission_outcome from analytics.obt_cerebro_restored"
    assert warehouse.rows(in_big_table) == [(text[:2000], text[:2000], outcome)]
    whole = warehouse.rows("select record ->> 'location', record ->> 'outcome' from raw.missions")
    assert whole == [(text, text)] * 2


def test_the_locale_of_the_database_decides_no_hero(server: Server) -> None:
    """lower() went by the locale: in "C" it knows the letters of ASCII alone (W12). So did the best spelling."""
    server.drop(NAME)
    server.execute("create database {} template template0 locale 'C' encoding 'UTF8' owner cerebro", NAME)
    warehouse = server.connect(NAME)
    try:
        warehouse.load_heroes("heroes.csv", {"hero_id": "Étoile", "name": "Étoile"})
        for spelling in ("ÉTOILE", "étoile"):
            warehouse.load_biometrics(spelling, (spelling, "2025-01-01 00:01Z", 60, 80))
        # Inferred: no heroes file has them. The separator is a blank beyond ASCII.
        minute = "2025-01-01 00:02Z"
        warehouse.load_biometrics("inferred", *((hero, minute, 60, 80) for hero in ("ÉLAN", "Élan", "éclair", "ÑANDÚ")))
        warehouse.load_biometrics(
            "blanks", *((hero, minute, 60, 80) for hero in ("Ä\u2003b", "Äb", "Ü-ö", "Ü\u2003-ö"))
        )
        warehouse.transform()
        assert warehouse.rows('select hero_id, hero_name from marts.dim_heroes order by hero_id collate "C"') == [
            ("Ä\u2003b", "Ä\u2003b"),
            ("Élan", "Élan"),
            ("Étoile", "Étoile"),
            ("ÑANDÚ", "Ñandú"),
            ("Ü\u2003-ö", "Ü\u2003-ö"),
            ("éclair", "Éclair"),
        ]
        named = read_sql("maintenance/erasure/names_the_hero.sql")
        assert warehouse.rows(named, {"hero_id": "é", "text": "avec é\u2003là"}) == [(True,)]
    finally:
        warehouse.connection.close()
        server.drop(NAME)
