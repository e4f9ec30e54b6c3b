"""Make the files under objects/. Run it after a change: python -m tests.corpus.make_objects."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import duckdb

OBJECTS = Path(__file__).parent / "objects"

READINGS = """
    select
        timestamp '2025-01-01 12:00:00' + to_seconds(range) as "timestamp",
        'Hulk' as hero_id,
        80.5 + range as heart_rate,
        20.0::double as stress_level,
        900.0::double as energy_output
    from range(3)
"""
BAD_READINGS = """
    select * from (
        values
        (timestamp '2025-01-01 12:00:00', 'Hulk', 80.5::double, 20::double, 900::double),
        (timestamp '2025-01-01 12:00:01', null, 80.5, 20, 900),
        (timestamp '2025-01-01 12:00:02', e' \\t\\r\\n', 80.5, 20, 900),
        (null, 'Hulk', 80.5, 20, 900),
        ('infinity', 'Hulk', 80.5, 20, 900),
        ('-infinity', 'Hulk', 80.5, 20, 900),
        (timestamp '12025-01-01 12:00:00', 'Hulk', 80.5, 20, 900),
        (timestamp '0044-03-15 (BC) 12:00:00', 'Hulk', 80.5, 20, 900),
        (timestamp '2025-01-01 12:00:03', 'Hulk', null, null, null),
        (timestamp '2025-01-01 12:00:04', 'Hulk', 300.5, -1, '-inf'),
        (timestamp '2025-01-01 12:00:05', 'Hulk', 'nan', 'nan', 'inf'),
        (timestamp '2025-01-01 12:00:06', 'Hulk', 'nan', 20, -900),
        (timestamp '0001-01-01 00:00:00', 'Hulk', 0, 0, 0),
        (timestamp '9999-12-31 23:59:59.999999', 'Hulk', 300, 0, 0)
    ) as readings ("timestamp", hero_id, heart_rate, stress_level, energy_output)
"""
TEXT_TIMESTAMPS = """
    select
        unnest([
            '2025-01-01T12:00:00Z', '2025-01-01 14:00:01+02:00', '2025-01-01T12:00:02',
            '2025-01-01T17:30:03.5+05:30', 'yesterday', '2025-13-01T00:00:00Z', '', null
        ]) as "timestamp",
        'Hulk' as hero_id,
        80 as heart_rate,
        20 as stress_level,
        900 as energy_output
"""


def changed(**columns: str) -> str:
    """The readings with some columns made otherwise."""
    replacements = ", ".join(f'{expression} as "{column}"' for column, expression in columns.items())
    return f"select * replace ({replacements}) from ({READINGS})"


def selected(columns: str) -> str:
    """The readings with other columns."""
    return f"select {columns} from ({READINGS})"


PARQUET = {
    "biometrics_missing_column": selected("* exclude (heart_rate)"),
    "biometrics_renamed_column": selected('* exclude (hero_id), hero_id as "heroId"'),
    "biometrics_struct_measure": changed(heart_rate="{'bpm': heart_rate}"),
    "biometrics_list_measure": changed(stress_level="[stress_level]"),
    "biometrics_blob_measure": changed(energy_output="'\\xAA'::blob"),
    "biometrics_boolean_measure": changed(heart_rate="true"),
    "biometrics_integer_timestamps": changed(timestamp='epoch_ms("timestamp")'),
    "biometrics_struct_timestamps": changed(timestamp="{'at': \"timestamp\"}"),
    "biometrics_garbage_measures": changed(heart_rate="'n/a'", stress_level="''", energy_output="'12 MW'"),
    "biometrics_extra_columns": selected("*, 'v2' as firmware, [1, 2] as tags, {'a': 1} as more"),
    "biometrics_extra_column_filename": selected(
        "*, 'me.parquet' as filename, 7 as file_row_number, 'x' as url, 1 as reason"
    ),
    "biometrics_integers": changed(
        heart_rate="heart_rate::utinyint", stress_level="20::smallint", energy_output="900::bigint"
    ),
    "biometrics_decimals": changed(heart_rate="heart_rate::decimal(5, 2)"),
    "biometrics_numeric_text": changed(heart_rate="' 80.5 '", stress_level="'2e1'", energy_output="'NaN'"),
    "biometrics_column_order": selected('energy_output, hero_id, heart_rate, "timestamp", stress_level'),
    "biometrics_nanoseconds": changed(timestamp='"timestamp"::timestamp_ns'),
    "biometrics_milliseconds": changed(timestamp='"timestamp"::timestamp_ms'),
    "biometrics_zoned": changed(timestamp="\"timestamp\" at time zone 'UTC'"),
    "biometrics_text_timestamps": TEXT_TIMESTAMPS,
    "biometrics_no_rows": f"{READINGS} limit 0",
    "biometrics_bad_readings": BAD_READINGS,
    "biometrics_good": READINGS,
}

HEADER = "hero_id,name,alter_ego,first_appearance\n"
HULK = "hulk,Hulk,Bruce Banner,1962\n"
THOR = "thor,Thor,Thor Odinson,1962\n"
HEROES = {
    "heroes_zero_bytes": b"",
    "heroes_good": HEADER + HULK + THOR,
    "heroes_bom": "\ufeff" + HEADER + HULK,
    "heroes_crlf": (HEADER + HULK + THOR).replace("\n", "\r\n"),
    "heroes_quoted_newline": HEADER + 'hulk,Hulk,"Bruce\r\nBanner, ""Dr.""",1962\n' + THOR,
    "heroes_ragged_line": HEADER + HULK + "thor,Thor,Thor, son of Odin,1962\n",
    "heroes_short_line": HEADER + "hulk,Hulk\n" + THOR,
    "heroes_open_quote": HEADER + 'hulk,"Hulk,Bruce Banner,1962\n' + THOR,
    "heroes_no_header": HULK + THOR,
    "heroes_missing_column": "hero_id,name,alter_ego\nhulk,Hulk,Bruce Banner\n",
    "heroes_semicolons": (HEADER + HULK).replace(",", ";"),
    "heroes_header_only": HEADER,
    "heroes_duplicate_header": HEADER.strip() + ",name\n" + HULK.strip() + ",HULK\n",
    "heroes_blanks_in_header": " hero_id , name,alter_ego ,first_appearance\nhulk,Hulk,Bruce Banner,1962\n",
    "heroes_extra_columns": "team," + HEADER.strip() + ",notes\nA," + HULK.strip() + ",strong\n",
    "heroes_latin1": (HEADER + "bête,Bête,Henri,1963\n").encode("latin-1"),
    "heroes_utf16": (HEADER + HULK).encode("utf-16"),
    "heroes_blank_ids": HEADER + ",Nobody,,\n  ,Nobody,,\n\t,Nobody,,\n" + HULK,
    "heroes_blank_lines": HEADER + "\n" + HULK + "\n\n" + THOR + "\n",
    "heroes_nul": HEADER + "hulk,Hu\0lk,Bruce Banner,1962\n" + THOR,
    "heroes_parquet_inside": b"PAR1\x15\x04\x15\x00\xff\xfePAR1",
}


def mission(number: int, **more: object) -> dict[str, object]:
    """A good mission record, with some fields set otherwise."""
    return {
        "mission_id": f"M{number}",
        "hero_ids": ["Hulk"],
        "location": "Oslo",
        "timestamp": "2025-01-01T12:00:00Z",
        "outcome": "Successful",
        "damage_report": {"structural_damage": 20000, "civilian_injuries": 0},
    } | more


def lines(*records: object) -> str:
    """One JSON document a line."""
    return "".join((record if isinstance(record, str) else json.dumps(record)) + "\n" for record in records)


ARRAY = json.dumps([mission(1), mission(2)])
MISSIONS = {
    "missions_zero_bytes": b"",
    "missions_array": ARRAY,
    "missions_bom": "\ufeff" + ARRAY,
    "missions_array_cut": ARRAY[: len(ARRAY) * 3 // 4],
    "missions_array_cut_after_comma": ARRAY[: ARRAY.index("}, {") + 2],
    "missions_array_and_more": ARRAY + "\n" + ARRAY,
    "missions_empty_array": "[]\n",
    "missions_array_of_scalars": json.dumps([1, "x", None, [], mission(1)]),
    "missions_scalar": "42\n",
    "missions_one_object": lines(mission(1)),
    "missions_one_object_pretty": json.dumps(mission(1), indent=4),
    "missions_bad_line": lines(mission(1), '{"mission_id": "M2", "hero_ids": [', mission(3)),
    "missions_last_line_cut": lines(mission(1)) + json.dumps(mission(2))[:60],
    "missions_no_last_newline": lines(mission(1), mission(2)).rstrip("\n"),
    "missions_blank_lines": lines("", mission(1), "  ", mission(2), ""),
    "missions_crlf": lines(mission(1), mission(2)).replace("\n", "\r\n"),
    "missions_null_ids": lines(
        mission(1, mission_id=None),
        mission(1, mission_id=" \t"),
        {"timestamp": "2025-01-01T12:00:00Z"},
        mission(4),
    ),
    "missions_number_as_id": lines(mission(1, mission_id=17)),
    "missions_bad_timestamps": lines(
        *(mission(1, timestamp=bad) for bad in (None, "", "yesterday", 1735689600, "2025-02-30T00:00:00Z", [])),
        mission(2, timestamp="2025-01-01T14:00:00+02:00"),
        mission(3, timestamp="2025-01-01 12:00:00"),
    ),
    "missions_nul": lines(mission(1, location="Os\0lo"), mission(2)),
    "missions_escaped_backslash": lines(mission(1, location="C:\\u0000")),
    "missions_lone_surrogate": lines(mission(1, location="Os\ud800lo"), mission(2, location="Oslo \U0001f600")),
    "missions_nan": lines(
        '{"mission_id": "M1", "timestamp": "2025-01-01T12:00:00Z", "damage_report": NaN}', mission(2)
    ),
    "missions_deep_nesting": lines(
        '{"mission_id": "M1", "timestamp": "2025-01-01T12:00:00Z", "x": ' + "[" * 5000 + "]" * 5000 + "}",
        mission(2),
    ),
    "missions_many_brackets_in_text": lines(mission(1, location="[" * 300)),
    "missions_odd_shapes": lines(
        mission(1, hero_ids=None),
        mission(2, hero_ids="Hulk"),
        mission(3, hero_ids={"a": 1}),
        mission(4, hero_ids=[None, " ", 7, "Hulk", "hulk"]),
        mission(5, damage_report="none"),
        mission(6, damage_report={"structural_damage": -5, "civilian_injuries": "many"}),
        mission(7, damage_report={"structural_damage": 1e300, "civilian_injuries": "3"}),
        mission(8, location=None, outcome=None),
    ),
    "missions_latin1": lines(mission(1)).replace("Oslo", "Tromsø").encode("latin-1"),
    "missions_csv_inside": HEADER + HULK,
}


def parquet(query: str) -> bytes:
    """The result of a query as a Parquet file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "object.parquet"
        connection.execute("set timezone = 'UTC'")
        connection.execute("set threads = 1")
        connection.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
        return path.read_bytes()


def broken_parquet() -> dict[str, bytes]:
    """Files that were Parquet once."""
    good = parquet(READINGS.replace("range(3)", "range(2000)"))
    page = good.index(b"\x28\xb5\x2f\xfd")
    return {
        "biometrics_zero_bytes": b"",
        "biometrics_not_parquet": HEADER.encode(),
        "biometrics_footer_cut": good[:-50],
        "biometrics_only_magic": b"PAR1PAR1",
        "biometrics_half": good[: len(good) // 2],
        "biometrics_page_corrupted": good[:page] + b"\0" * 64 + good[page + 64 :],
        "biometrics_footer_corrupted": good[:-40] + b"\xff" * 30 + good[-10:],
    }


def main() -> None:
    """Write every file anew."""
    OBJECTS.mkdir(exist_ok=True)
    for old in OBJECTS.iterdir():
        old.unlink()
    for name, data in broken_parquet().items():
        (OBJECTS / f"{name}.parquet").write_bytes(data)
    for name, query in PARQUET.items():
        (OBJECTS / f"{name}.parquet").write_bytes(parquet(query))
    for records, extension in ((HEROES, "csv"), (MISSIONS, "json")):
        for name, data in records.items():
            (OBJECTS / f"{name}.{extension}").write_bytes(data if isinstance(data, bytes) else data.encode())


if __name__ == "__main__":
    main()
