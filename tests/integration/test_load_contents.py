"""Keys, types, extra columns and bad rows: loaded unchanged, or kept in quarantine."""

from __future__ import annotations

import json
import logging

import duckdb
import pytest

from tests.integration.helpers import ORDINARY_TYPES, READING_COLUMNS, Site, parquet, parquet_of
from tests.integration.samples import HEROES, MISSION, NOON, heart_rates, one_reading

SPECIAL = [
    "two words", "O'Hara", '"quoted"', "100%", "%41", "a%2Fb", "a+b", "a=b/c=1", "[a]", "a*", "{a,b}", "a?x=1", "#1",
    "a&b", "$HOME", "a;b", "Zürich–東京", "e\u0301", "-", "a  b", "back\\slash", "~", "a:b", "a,b", "<a|b>",
]  # fmt: skip


def test_objects_with_special_keys_load_as_themselves(site: Site) -> None:
    """All in one batch, beside the keys that a glob or a decoded URL would match."""
    names = [*SPECIAL, "a", "b", "ab", "aXb", "A", "two%20words", "a b", "aa", "1", "a/b"]
    readings = {
        f"biometrics/{name}.parquet": one_reading(float(n), hero_id=f"hero {name}") for n, name in enumerate(names)
    }
    heroes = {f"heroes/{name}.csv": HEROES.replace(b"Hulk", b"n%d" % n) for n, name in enumerate(names)}
    missions = {f"mission_logs/{name}.json": json.dumps(MISSION | {"location": name}).encode() for name in names}
    site.put_all(readings | heroes | missions)
    assert site.load().failed == []
    assert dict(site.rows(
        "select object_key, heart_rate_sum from raw.biometrics join raw.loads using (load_id)"
    )) == {f"biometrics/{name}.parquet": n for n, name in enumerate(names)}  # fmt: skip
    assert site.rows("select count(distinct hero_id) from raw.biometrics") == [(len(names),)]
    assert dict(site.rows("select object_key, record ->> 'name' from raw.heroes join raw.loads using (load_id)")) == {
        f"heroes/{name}.csv": f"n{n}" for n, name in enumerate(names)
    }
    assert dict(site.rows(
        "select object_key, record ->> 'location' from raw.missions join raw.loads using (load_id)"
    )) == {f"mission_logs/{name}.json": name for name in names}  # fmt: skip
    assert site.load().objects == 0


def test_objects_of_no_dataset_are_ignored(site: Site) -> None:
    site.put_all({"biometrics.parquet.tmp": b"x", "biometrics_old/1.parquet": b"x", "heroes/readme.txt": b"x",
                  "heroes.csv.bak": b"x", "archive/heroes.csv": b"x", "mission_logs.json5": b"x"})  # fmt: skip
    result = site.load()
    assert (result.objects, result.failed) == (0, [])
    assert site.ledger() == []


TIMESTAMPS = {
    "timestamp": NOON, "timestamp_s": NOON, "timestamp_ms": NOON, "timestamp_ns": NOON,
    "timestamptz": "2025-01-01 14:00:00+02", "varchar": "2025-01-01T17:30:00+05:30",
}  # fmt: skip


def test_types_may_differ_from_object_to_object(site: Site) -> None:
    """Every kind of timestamp with every kind of measure, all in one batch."""
    objects = {}
    for moment_type, moment in TIMESTAMPS.items():
        for kind in (
            "tinyint",
            "smallint",
            "integer",
            "bigint",
            "utinyint",
            "hugeint",
            "real",
            "double",
            "decimal(9, 2)",
            "varchar",
        ):
            types = (moment_type, "varchar", kind, kind, kind)
            objects[f"biometrics/{moment_type}/{kind}.parquet"] = parquet(
                [(moment, "hulk", "50", "7", "12")], types=types
            )
    for kind in ("integer", "uuid"):
        value = {"integer": 7, "uuid": "b6e4e6a4-0000-4000-8000-000000000007"}[kind]
        types = ("timestamp", kind, "double", "double", "double")
        objects[f"biometrics/hero/{kind}.parquet"] = parquet([(NOON, value, 50, 7, 12)], types=types)
    site.put_all(objects)
    assert site.load().failed == []
    # timestamp and timestamp_s make the same bytes.
    assert site.rows("select count(*) from raw.loads where status = 'duplicate'") == [(10,)]
    minutes = site.rows("""
        select
            hero_id,
            minute_at::text,
            sum(reading_count)::int,
            sum(heart_rate_sum),
            sum(stress_level_sum),
            sum(energy_output_sum)
        from raw.biometrics group by hero_id, minute_at order by hero_id
    """)
    assert minutes == [
        ("7", "2025-01-01 12:00:00+00", 1, 50, 7, 12),
        ("b6e4e6a4-0000-4000-8000-000000000007", "2025-01-01 12:00:00+00", 1, 50, 7, 12),
        ("hulk", "2025-01-01 12:00:00+00", 50, 2500, 350, 600),
    ]


def test_extra_columns_of_biometrics_are_ignored_and_named_once(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    types = (*ORDINARY_TYPES, "varchar", "integer")
    columns = (*READING_COLUMNS, "firmware", "battery")
    site.put("biometrics/extra.parquet", parquet([(NOON, "hulk", 80, 1, 1, "v1", 5)] * 3, columns, types))
    with caplog.at_level(logging.INFO):
        site.load()
    assert heart_rates(site) == [("hulk", 3, 80)]
    assert [record.getMessage() for record in caplog.records if "firmware" in record.getMessage()] == [
        "biometrics/extra.parquet: the columns firmware, battery are not used"
    ]


def test_records_are_kept_exactly_as_they_came(site: Site) -> None:
    spelled = '{ "mission_id":"M1" , "timestamp": "2025-01-01T00:00:00",  "n": 1.50, "n": 2, "new": {"a": [ ]} }'
    site.put("mission_logs.json", f"[{spelled}]".encode())
    site.put("heroes.csv", b'hero_id,team,name,alter_ego,first_appearance\n " hulk",A ,"a\r\nb\t\\N\\",,\n')
    site.load()
    assert site.rows("select record::text from raw.missions") == [(spelled,)]
    ((hero,),) = site.rows("select record from raw.heroes")
    assert hero == {
        "hero_id": ' " hulk"', "team": "A ", "name": "a\r\nb\t\\N\\", "alter_ego": "", "first_appearance": "",
    }  # fmt: skip


@pytest.mark.parametrize("position", [0, 7, 19])
def test_one_bad_object_of_twenty_stops_only_itself(site: Site, position: int) -> None:
    bad = f"biometrics/{position:02d}.parquet"
    site.put_all({f"biometrics/{n:02d}.parquet": one_reading(n, hero_id=f"h{n:02d}") for n in range(20)})
    whole = parquet_of("""
        select
            timestamp '2025-01-01' + to_seconds(range) as "timestamp", 'x' as hero_id,
            range as heart_rate, 1 as stress_level, 1 as energy_output
        from range(5000)
    """)
    site.put(bad, whole[:300] + bytes(2000) + whole[2300:])
    result = site.load()
    assert result.failed == [bad]
    assert result.objects == 19
    assert [row[0] for row in heart_rates(site)] == [f"h{n:02d}" for n in range(20) if n != position]
    ((key, error),) = site.errors().items()
    assert key == bad
    assert error.startswith(f"{bad}: ")
    assert error.endswith("; the next run loads it.")
    site.put(bad, whole)
    again = site.load()
    assert (again.objects, again.rows_loaded, again.failed) == (1, 5000, [])


def test_rejected_readings_are_kept_with_reason_and_place(site: Site) -> None:
    nan, inf = float("nan"), float("inf")
    rows = [
        (NOON, "hulk", 80.0, 1.0, 1.0),
        (NOON, " \t", 81.0, 1.0, 1.0),
        (None, "hulk", 82.0, 1.0, 1.0),
        (NOON, "hulk", nan, -1.0, inf),
        (NOON, None, 84.0, 1.0, 1.0),
        (NOON, "hulk", nan, 5.0, -inf),
        (NOON, "hulk", 301.0, None, 5.0),
        ("infinity", "hulk", 85.0, 1.0, 1.0),
    ]
    site.put("biometrics/bad ones.parquet", parquet(rows))
    (stored,) = site.discover().biometrics[0]
    assert site.load().rows_rejected == 5
    assert site.ledger() == [("biometrics/bad ones.parquet", "loaded", 8, 3, 5)]
    quarantine_key = f"cerebro/biometrics/bad ones.parquet/rejected-{stored.etag}.parquet"
    assert site.rows("select reason, rows, quarantine_key from raw.rejections order by reason") == [
        ("invalid_timestamp", 2, quarantine_key),
        ("missing_hero_id", 2, quarantine_key),
        ("no_usable_measure", 1, quarantine_key),
    ]
    assert site.rows("select measure, readings from raw.invalid_measures order by measure") == [
        ("energy_output", 1), ("heart_rate", 2),
    ]  # fmt: skip
    kept = site.quarantined()[quarantine_key]
    assert list(kept[0]) == ["reason", "source_key", "row_number", *READING_COLUMNS]
    assert [(row["reason"], row["row_number"]) for row in kept] == [
        ("missing_hero_id", 2),
        ("invalid_timestamp", 3),
        ("no_usable_measure", 4),
        ("missing_hero_id", 5),
        ("invalid_timestamp", 8),
    ]
    for row in kept:
        came = rows[row["row_number"] - 1]
        assert row["source_key"] == "biometrics/bad ones.parquet"
        assert [str(row[name]) for name in READING_COLUMNS[1:]] == [str(value) for value in came[1:]]
    assert [str(row["timestamp"]) for row in kept] == [NOON, "None", NOON, NOON, str(kept[4]["timestamp"])]


def test_rejected_readings_of_many_objects_are_kept_apart(site: Site) -> None:
    """One query reads the rejected readings of all objects with equal columns."""
    for number in range(6):
        rows = [(NOON, "hulk", 80.0, 1.0, 1.0), *[(NOON, None, 80.0 + number, 1.0, 1.0)] * number]
        columns, types = READING_COLUMNS, ORDINARY_TYPES
        if number % 2:
            rows = [(*row, "v1") for row in rows]
            columns, types = (*columns, "firmware"), (*types, "varchar")
        site.put(f"biometrics/{number}.parquet", parquet(rows, columns, types))
    assert site.load().rows_rejected == 15
    kept = {key.split("/")[2]: rows for key, rows in site.quarantined().items()}
    assert {name: len(rows) for name, rows in kept.items()} == {f"{number}.parquet": number for number in range(1, 6)}
    for number in range(1, 6):
        rows = kept[f"{number}.parquet"]
        assert {(row["source_key"], row["heart_rate"]) for row in rows} == {
            (f"biometrics/{number}.parquet", 80.0 + number)
        }
        assert [row["row_number"] for row in rows] == list(range(2, number + 2))
        assert ("firmware" in rows[0]) == bool(number % 2)


def test_rejected_readings_keep_extra_columns_and_types(site: Site) -> None:
    columns = ("reason", *READING_COLUMNS, "row_number", "filename")
    types = ("varchar", "varchar", "varchar", "varchar", "integer", "decimal(9, 2)", "varchar", "varchar")
    site.put(
        "biometrics/1.parquet",
        parquet(
            [
                ("their own", "yesterday", "hulk", "n/a", 5, "7.25", "x", "y"),
                ("good", "2025-01-01", "hulk", "60", 5, "7.25", "x", "y"),
            ],
            columns,
            types,
        ),
    )
    site.load()
    ((row,),) = site.quarantined().values()
    assert list(row.values())[:3] == ["invalid_timestamp", "biometrics/1.parquet", 1]
    assert [str(value) for value in list(row.values())[3:]] == [
        "their own",
        "yesterday",
        "hulk",
        "n/a",
        "5",
        "7.25",
        "x",
        "y",
    ]


def test_rejected_readings_keep_nested_columns_of_which_each_object_has_its_own(site: Site) -> None:
    """All nested columns counted as one type: one object's values became null, and of lists the task died."""
    values = [
        "{'x': 1}",
        "{'y': 'zz'}",
        "[1]",
        "['a']",
        "map {'a': 1}",
        "map {'a': 'b'}",
        "[{'x': 1}]",
        "[{'y': 2}]",
        "[[3]]",
    ]
    for number, value in enumerate(values):
        reading = f"select timestamp '{NOON}' as \"timestamp\", hero_id, 80 as heart_rate, 10 as stress_level"
        query = f"{reading}, 100 as energy_output, {value} as extra from (values ('hulk'), (null)) as heroes (hero_id)"
        site.put(f"biometrics/{number}.parquet", parquet_of(query))
    assert site.load().rows_rejected == len(values)
    kept = {int(key.split("/")[2][0]): rows for key, rows in site.quarantined().items()}
    with duckdb.connect() as duck:
        expected = [duck.execute(f"select {value}").fetchone() for value in values]
    assert [tuple(row["extra"] for row in kept[number]) for number in range(len(values))] == expected
    assert len(site.rows("select from raw.schema_changes where column_name = 'extra' and change = 'type'")) == 8


def test_rejected_records_are_kept_with_reason_and_place(site: Site) -> None:
    lines = [
        '{"mission_id": "M1", "timestamp": "2025-01-01"}',
        "{broken",
        '{"mission_id": " ", "timestamp": "2025-01-01"}',
        "[1]",
        '{"mission_id": "M2", "timestamp": "soon"}',
    ]
    site.put("mission_logs/day.json", "\n".join(lines).encode() + b"\n")
    site.load()
    assert site.ledger() == [("mission_logs/day.json", "loaded", 5, 1, 4)]
    (kept,) = site.quarantined().values()
    assert [(row["reason"], row["row_number"], row["record"]) for row in kept] == [
        ("invalid_json", 2, lines[1]),
        ("missing_mission_id", 3, lines[2]),
        ("not_an_object", 4, lines[3]),
        ("invalid_timestamp", 5, lines[4]),
    ]
    assert {row["source_key"] for row in kept} == {"mission_logs/day.json"}


def test_text_that_postgresql_cannot_hold_stops_nothing(site: Site) -> None:
    """PostgreSQL's text cannot hold the character NUL."""
    both = parquet([(NOON, "hu\0lk", 90, 1, 1), (NOON, "thor", 70, 1, 1)])
    site.put_all({"biometrics/1.parquet": one_reading(80), "biometrics/2.parquet": both})
    result = site.load()
    assert result.failed == []
    assert heart_rates(site) == [("hulk", 1, 80), ("thor", 1, 70)]
    assert site.rows("select reason, rows from raw.rejections") == [("invalid_hero_id", 1)]
