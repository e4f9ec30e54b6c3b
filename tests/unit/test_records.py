"""Hero and mission files as records: kept word for word, rejected alone, or failed with the whole file."""

import io
import json
from datetime import UTC, datetime

import pytest

from include.cerebro.formats.heroes_csv import read_heroes
from include.cerebro.formats.instants import parse_instant
from include.cerebro.formats.missions_json import CHUNK_CHARACTERS, read_missions
from include.cerebro.formats.records import Record, RejectedRecord
from include.cerebro.platform.errors import BadObjectError

HEADER = "hero_id,name,alter_ego,first_appearance\n"


def heroes(text: str) -> list[Record | RejectedRecord]:
    return list(read_heroes("heroes.csv", io.StringIO(text, newline="")))


def missions(text: str, chunk_characters: int = CHUNK_CHARACTERS) -> list[Record | RejectedRecord]:
    return list(read_missions("mission_logs.json", io.StringIO(text), chunk_characters))


def mission(mission_id: object = "m1", timestamp: object = "2025-01-01T10:00:00Z") -> str:
    return json.dumps({"mission_id": mission_id, "timestamp": timestamp})


def test_hero_values_are_kept_as_they_are() -> None:
    text = HEADER.strip() + ",notes\n" + 'h1, Hulk ,"B, B",1962,"two\nlines"\n'
    [record] = heroes(text)
    assert json.loads(record.text) == {
        "hero_id": "h1",
        "name": " Hulk ",
        "alter_ego": "B, B",
        "first_appearance": "1962",
        "notes": "two\nlines",
    }


def test_blank_lines_are_no_records_and_do_not_count() -> None:
    assert [record.row_number for record in heroes(HEADER + "\nh1,a,b,c\n\nh2,a,b,c\n")] == [1, 2]


def test_a_hero_without_id_is_rejected_alone() -> None:
    good, bad = heroes(HEADER + "h1,a,b,c\n \t,a,b,c\n")
    assert isinstance(good, Record)
    assert bad == RejectedRecord(2, bad.text, "missing_hero_id")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEADER + "h1,a,b\n", "line 2 has 3 values where the header names 4"),
        (HEADER + "h1,a,b,c\nh2,a,b,c,d\n", "line 3 has 5 values"),
        ("id,name\n1,a\n", "header lacks hero_id, alter_ego, first_appearance"),
        ("", "header lacks hero_id, name, alter_ego, first_appearance; it reads: nothing"),
        ("hero_id,name,alter_ego,first_appearance,name\n", "names a column twice"),
        (HEADER + 'h1,"a,b,c\n', "is not CSV"),
    ],
)
def test_a_hero_file_that_cannot_be_understood_fails(text: str, problem: str) -> None:
    with pytest.raises(BadObjectError, match=r"^heroes\.csv: .*" + problem):
        heroes(text)


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2025-01-01T10:00:00Z", datetime(2025, 1, 1, 10, tzinfo=UTC)),
        ("2025-01-01t10:00:00z", datetime(2025, 1, 1, 10, tzinfo=UTC)),
        ("2025-01-01T10:00:00+02:00", datetime(2025, 1, 1, 8, tzinfo=UTC)),
        ("2025-01-01 10:00:00.123456-0530", datetime(2025, 1, 1, 15, 30, 0, 123456, tzinfo=UTC)),
        (" 2025-01-01T10:00 ", datetime(2025, 1, 1, 10, tzinfo=UTC)),
        ("2025-01-01", datetime(2025, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+02:00", None),
        ("yesterday", None),
        ("2025-13-01", None),
        ("", None),
        (None, None),
        (1735689600, None),
    ],
)
def test_instants(value: object, instant: datetime | None) -> None:
    assert parse_instant(value) == instant


@pytest.mark.parametrize("chunk", [1, 2, 7, 1 << 20])
def test_array_elements_are_kept_word_for_word_whatever_the_chunk(chunk: int) -> None:
    elements = [
        '{"mission_id": 1.50, "timestamp": "2025-01-01", "x":\n [1e2]}',
        '{"mission_id":"]},{","timestamp":"2025-01-02"}',
    ]
    assert [record.text for record in missions(f" \n[ {elements[0]} ,\n{elements[1]}\n] \n", chunk)] == elements


@pytest.mark.parametrize("chunk", [1, 5, 1 << 20])
def test_lines_are_kept_word_for_word(chunk: int) -> None:
    lines = [mission(number) for number in range(1, 6)]
    assert [record.text for record in missions("\n".join(lines), chunk)] == lines
    assert [record.text for record in missions("\n\n".join(lines) + "\n", chunk)] == lines


def test_one_object_over_several_lines_is_one_record() -> None:
    text = json.dumps(json.loads(mission()), indent=2)
    assert [record.text for record in missions(text + "\n")] == [text]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (mission(None), "missing_mission_id"),
        (mission(" "), "missing_mission_id"),
        (mission(True), "missing_mission_id"),
        (mission(timestamp=None), "invalid_timestamp"),
        (mission(timestamp="soon"), "invalid_timestamp"),
        ("[1]", "not_an_object"),
        ('{"mission_id": NaN, "timestamp": "2025-01-01"}', "invalid_json"),
        ("{oops}", "invalid_json"),
        (mission("a\x00b"), "invalid_text"),
        (mission("\ud800"), "invalid_text"),
        ('{"mission_id":1,"timestamp":"2025-01-01","x":' + "[" * 300 + "]" * 300 + "}", "invalid_json"),
    ],
)
def test_a_bad_mission_is_rejected_alone(text: str, reason: str) -> None:
    before, bad, after = missions("\n".join([mission("before"), text, mission("after")]))
    assert bad == RejectedRecord(2, text, reason)
    assert isinstance(before, Record)
    assert isinstance(after, Record)


@pytest.mark.parametrize("text", [r'{"mission_id":"a\\u0000","timestamp":"2025-01-01"}', mission("[" * 300)])
def test_a_record_that_only_looks_bad_is_loaded(text: str) -> None:
    [record] = missions(text + "\n")
    assert isinstance(record, Record)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"[{mission()}", "cut off or broken"),
        (f"[{mission()}, ", "cut off or broken"),
        (f"[{mission()}, ]", "cut off or broken"),
        (f"[{mission()} {mission()}]", "cut off or broken"),
        (f"[{mission()}] x", "more after the end"),
        (f"{mission()}\n" + mission()[:-4], "its last line ends in the middle"),
    ],
)
def test_a_mission_file_that_is_cut_off_fails(text: str, problem: str) -> None:
    with pytest.raises(BadObjectError, match=r"^mission_logs\.json: .*" + problem):
        missions(text)


def test_no_mission_at_all_is_fine() -> None:
    assert missions("[]") == []
    assert missions(" [ \n ] ") == []
