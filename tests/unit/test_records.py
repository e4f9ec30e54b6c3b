"""Hero and mission files as records: kept word for word, rejected alone, or failed with the whole file."""

import io
import json

import pytest

from include.cerebro.formats.heroes_csv import read_heroes
from include.cerebro.formats.missions_json import CHUNK_CHARACTERS, read_missions
from include.cerebro.formats.records import Record, RejectedRecord
from include.cerebro.formats.rules import DEFAULT_RULES, FormatRules
from include.cerebro.formats.text import open_text
from include.cerebro.platform.errors import BadObjectError

HEADER = "hero_id,name,alter_ego,first_appearance\n"


def heroes(text: str | bytes, rules: FormatRules = DEFAULT_RULES) -> list[Record | RejectedRecord]:
    body = text if isinstance(text, bytes) else text.encode()
    return list(read_heroes("heroes.csv", open_text("heroes.csv", io.BytesIO(body), rules), rules))


def missions(
    text: str, chunk_characters: int = CHUNK_CHARACTERS, rules: FormatRules = DEFAULT_RULES
) -> list[Record | RejectedRecord]:
    return list(read_missions("mission_logs.json", io.StringIO(text), rules, chunk_characters))


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
    assert bad == RejectedRecord(2, bad.text, "missing_hero_id", 3)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("id,name\n1,a\n", "header lacks hero_id, alter_ego, first_appearance"),
        ("", "header lacks hero_id, name, alter_ego, first_appearance; it reads: nothing"),
        ("\n \n", "it reads: nothing"),
        ("hero_id,name,alter_ego,first_appearance,Name\n", "names a column twice: name"),
        ("PAR1\0\1", r"it reads: PAR1\\x00"),
        ('"hero_id,name\n', "header lacks"),
    ],
)
def test_a_hero_file_without_a_header_fails(text: str, problem: str) -> None:
    with pytest.raises(BadObjectError, match=r"^heroes\.csv: .*" + problem):
        heroes(text)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("h1,a,b", "invalid_csv"),
        ("h1,a,b,c,d", "invalid_csv"),
        ('h1,"a"a,b,c', "invalid_csv"),
        ('h1,"a,b,c', "invalid_csv"),
        ("\tnull ,a,b,c", "missing_hero_id"),
        (",,,", "missing_hero_id"),
        ("x" * 201 + ",a,b,c", "invalid_hero_id"),
        ("h1,a\0,b,c", "invalid_text"),
    ],
)
def test_a_bad_line_is_rejected_alone_with_its_number(bad: str, reason: str) -> None:
    before, rejected, after = heroes(f"{HEADER}\nh0,a,b,c\n{bad}\nh2,a,b,c\n")
    assert isinstance(before, Record)
    assert isinstance(after, Record)
    assert isinstance(rejected, RejectedRecord)
    assert (rejected.row_number, rejected.line_number, rejected.reason) == (2, 4, reason)
    if reason == "invalid_csv":
        assert rejected.text == bad


def test_a_quote_that_is_never_closed_costs_its_line() -> None:
    texts = [record.reason if isinstance(record, RejectedRecord) else "" for record in heroes(
        HEADER + 'h1,a,b,c\nh2,"a,b,c\nh3,a,b,c\nh4,a,"b,c\nh5,a,b,c\n'
    )]  # fmt: skip
    assert texts == ["", "invalid_csv", "", "invalid_csv", ""]


ROW = {"hero_id": "h1", "name": "Hulk", "alter_ego": "B, B", "first_appearance": "1962"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("prefix", ["", "\n \n", "sep={}\n", "\r\n"])
def test_dialects_and_encodings(delimiter: str, encoding: str, prefix: str) -> None:
    lines = [delimiter.join(ROW), delimiter.join(f'"{value}"' for value in ROW.values())]
    text = prefix.format(delimiter) + "\r\n".join(lines)
    [record] = heroes(text.encode(encoding))
    assert json.loads(record.text) == ROW


def test_windows_1252_and_broken_utf_8() -> None:
    [record] = heroes((HEADER + "h1,Müller,b,“c”\n").encode("cp1252"))
    assert json.loads(record.text)["name"] == "Müller"
    good, bad = heroes((HEADER + "h1,Müller,b,c\n").encode() + b"h2,M\xfcller,b,c\n")
    assert json.loads(good.text)["name"] == "Müller"
    assert isinstance(bad, RejectedRecord)
    assert bad.reason == "invalid_text"


def test_an_encoding_and_a_delimiter_of_the_rules_count() -> None:
    rules = FormatRules(encoding="cp850", csv_delimiter="~")
    [record] = heroes((HEADER.replace(",", "~") + "h1~Müller~b~c\n").encode("cp850"), rules)
    assert json.loads(record.text)["name"] == "Müller"


def test_headers_in_other_spellings_and_unnamed_columns() -> None:
    found = heroes(
        "HeroId,NAME , Alter Ego,first-appearance,,,notes,Notes,notes\n1.0,Hulk,b,c,,7,x,y,z\nh2,a,b,c,,,,,\n"
    )
    first, second = (record for record in found if isinstance(record, Record))
    assert json.loads(first.text) == {
        "HeroId": "1.0", "NAME": "Hulk", "Alter Ego": "b", "first-appearance": "c", "column_6": "7",
        "notes": "x", "Notes": "y", "notes_2": "z",
    }  # fmt: skip
    assert json.loads(first.fields or "") == {
        "hero_id": "1", "name": "Hulk", "alter_ego": "b", "first_appearance": "c",
    }  # fmt: skip
    assert json.loads(second.fields or "")["hero_id"] == "h2"


def test_a_header_with_any_number_of_columns_is_refused() -> None:
    """A header of 16 million commas took 3 GiB of memory."""
    header = "hero_id,name,alter_ego,first_appearance"
    assert len(heroes(f"{header}{',' * 9_000}\nhulk,,,{',' * 9_000}\n")) == 1
    with pytest.raises(BadObjectError, match="its header names 20004 columns, it may name 10000"):
        heroes(f"{header}{',' * 20_000}\nhulk,,,\n")


def test_values_beyond_the_header_that_are_blank_are_none() -> None:
    assert all(isinstance(record, Record) for record in heroes(HEADER + "h1,a,b,c,,\nh2,a,b,c, \n"))
    assert all(isinstance(record, Record) for record in heroes(HEADER.strip() + ",,\nh1,a,b,c\nh2,a,b,c,\n"))


@pytest.mark.parametrize("compress", ["gzip", "zstandard"])
def test_compressed_text(compress: str) -> None:
    library = pytest.importorskip(compress)
    body = library.compress((HEADER + "h1,é,b,c\n" * 1000).encode())
    assert len(heroes(body)) == 1000
    assert len(heroes(body + body)) == 2001
    for broken in (body[:-5], body[: len(body) // 2], body[:6] + bytes(20) + body[26:]):
        with pytest.raises(BadObjectError, match="its compressed data are broken or cut off"):
            heroes(broken)


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
        # PostgreSQL reads both of two fields of one name.
        (r'{"mission_id":"a","timestamp":"2025-01-01","x":"\u0000","x":1}', "invalid_text"),
        (r'{"mission_id":"a","timestamp":"2025-01-01","x":"\\\u0000"}', "invalid_text"),
        (r'{"mission_id":"a","timestamp":"2025-01-01","x":"\uDE00\uD83D"}', "invalid_text"),
        (r'{"mission_id":"a","timestamp":"2025-01-01","x":"\ud83d\\ude00"}', "invalid_text"),
        ('{"mission_id":1,"timestamp":"2025-01-01","x":' + "[" * 300 + "]" * 300 + "}", "invalid_json"),
    ],
)
def test_a_bad_mission_is_rejected_alone(text: str, reason: str) -> None:
    before, bad, after = missions("\n".join([mission("before"), text, mission("after")]))
    assert bad == RejectedRecord(2, text, reason)
    assert isinstance(before, Record)
    assert isinstance(after, Record)


@pytest.mark.parametrize(
    "text",
    [
        r'{"mission_id":"a\\u0000","timestamp":"2025-01-01"}',
        r'{"mission_id":"a","timestamp":"2025-01-01","x":"\uD83D\ude00\n\u00e9\ufffd"}',
        '{"mission_id":"a","timestamp":"2025-01-01","x":"' + "[" * 300 + '"}',
    ],
)
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
        (f"[{mission()}, oops, {mission()}]", "cut off or broken"),
        (f'{{"a": [{mission()}', "cut off or broken"),
        (f'{{"a": [{mission()}], "b": ', "cut off"),
        (f'{{"a": [{mission()}], "b": [{{}}]}}', "several arrays"),
        (f"[{mission()}] x", "more after the end"),
        (f"{mission()}\n" + mission()[:-4], "ends in the middle"),
    ],
)
def test_a_mission_file_that_is_cut_off_fails(text: str, problem: str) -> None:
    with pytest.raises(BadObjectError, match=r"^mission_logs\.json: .*" + problem):
        missions(text)


def test_no_mission_at_all_is_fine() -> None:
    assert missions("[]") == []
    assert missions(" [ \n ] ") == []


def mission_texts(text: str, chunk: int) -> list[str]:
    return [record.text if isinstance(record, Record) else record.reason for record in missions(text, chunk)]


A, B = '{"mission_id": "a", "timestamp": "2025-01-01"}', '{ "timestamp":"2025-01-02T00:00Z","mission_id":"}{[" }'
ARRANGEMENTS = {
    "array": f"[{A},{B}]",
    "array over lines": f"[\n  {A},\n  {B}\n]\n",
    "array with the comma first": f"[\n  {A}\n, {B}\n]\n",
    "lines": f"{A}\n{B}\n",
    "lines with commas": f"{A},\r\n{B},\r\n",
    "without breaks": f"{A}{B}",
    "wrapped": f'{{"missions": [{A}, {B}]}}',
    "wrapped with more": (
        f'{{"meta": {{"n": [1, "]}}"]}}, "ids": [1], "records":\n[\n{A}, {B}], "next": null, "x": "[{{"}}\n'
    ),
    "wrapped twice": f'{{"missions": [{A}]}}\n{{"missions": [{B}]}}',
    "wrapped, and one empty": f'{{"missions": [{A}]}}\n{{"missions": []}}\n{{"missions": [{B}]}}',
    "wrapped, with others": (
        f'{{"errors": [], "n": {{"x": [{{}}]}}, "missions": [{A}, {B}], "y": [], "z": {{"x": [{{}}]}}}}'
    ),
}


@pytest.mark.parametrize("chunk", [1, 7, 50, 1 << 20])
@pytest.mark.parametrize("text", ARRANGEMENTS.values(), ids=ARRANGEMENTS)
def test_every_arrangement_of_json(text: str, chunk: int) -> None:
    assert mission_texts(text, chunk) == [A, B]


@pytest.mark.parametrize("chunk", [1, 7, 50, 1 << 20])
@pytest.mark.parametrize(
    "record",
    [
        {"meta": {}, "telemetry": [{"t": number} for number in range(30)], "mission_id": "m1"},
        # Its array begins with what could be a mission.
        {"meta": {}, "telemetry": [{"timestamp": number} for number in range(30)], "mission_id": "m1"},
        {"x": 1, "tags": [], "more": [{"t": "x" * 200}], "mission_id": "m1"},
    ],
)
def test_a_record_is_no_wrapper_however_little_of_it_is_in_memory(record: dict[str, object], chunk: int) -> None:
    """Longer than what is read at a time, a mission was taken for a wrapper: it was neither loaded nor rejected."""
    text = json.dumps(record | {"timestamp": "2025-01-01"})
    assert mission_texts(f"{A}\n{text}\n{B}\n", chunk) == [A, text, B]


@pytest.mark.parametrize("chunk", [1, 7, 50, 1 << 20])
@pytest.mark.parametrize(
    "text", ['{"event": "heartbeat", "tags": []}', '{"missions": []}', '{"a": [{"b": 1}], "c": []}']
)
def test_no_object_vanishes_because_it_has_an_empty_array(text: str, chunk: int) -> None:
    """It counted as a wrapper of nothing: three lines were two rows."""
    assert mission_texts(f"{text}\n{A}\n{text}\n", chunk) == ["missing_mission_id", A, "missing_mission_id"]
    assert mission_texts(f'{text[:-1]}, "outcome": "x"}}', chunk) == ["missing_mission_id"]


@pytest.mark.parametrize("chunk", [1, 7, 50, 1 << 20])
def test_an_empty_page_has_no_record(chunk: int) -> None:
    for text in ('{"missions": [], "next": null}\n , ', '{"missions": [], "errors": []}'):
        assert mission_texts(text, chunk) == []
    assert mission_texts(f'{{"missions": [{A}]}}{{"missions": [], "next": null}}', chunk) == [A]


@pytest.mark.parametrize("chunk", [1, 7, 50])
def test_a_wrapper_longer_than_a_record_is_read_as_it_comes(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("json_stream", "json_wrappers"):
        monkeypatch.setattr(f"include.cerebro.formats.{module}.RECORD_CHARACTERS", 300)
    many = ", ".join([A] * 50)
    assert (
        mission_texts(f'{{"x": [1], "missions": [{many}], "y": {{"z": "]}}"}}, "n": "{"x" * 2000}"}}', chunk)
        == [A] * 50
    )
    with pytest.raises(BadObjectError, match=r"beside it a mission's field mission_id\."):
        missions(f'{{"x": 1, "telemetry": [{many}], "mission_id": "m1"}}', chunk)
    with pytest.raises(BadObjectError, match="several arrays of objects: y is another"):
        missions(f'{{"x": 1, "telemetry": [{many}], "y": [ {{}}]}}', chunk)
    for end in (', "y": 1', ', "y": "a', ', "y": [', ', "y', ""):
        with pytest.raises(BadObjectError, match="is cut off"):
            missions(f'{{"x": 1, "missions": [{many}]{end}', chunk)


BROKEN = [
    '{"mission_id": "x, "timestamp": "2025-01-01"}',
    '{"mission_id": "x", "timestamp": "2025-01-01"',
    '{"mission_id": "x"]}',
    '{"mission_id": "tab\tin text"}',
    '{"mission_id": ' + "1" * 5000 + "}",
    "{'mission_id': 'python'}",
    "{",
]


@pytest.mark.parametrize("chunk", [1, 40, 1 << 20])
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_record_in_a_line_of_its_own_is_rejected_alone(broken: str, chunk: int) -> None:
    assert mission_texts(f"{A}\n{broken}\n{B}\n", chunk) == [A, "invalid_json", B]
    assert mission_texts(f"[\n  {A},\n  {broken},\n  {B}\n]", chunk) == [A, "invalid_json", B]


@pytest.mark.parametrize("broken", BROKEN[3:6])
def test_a_broken_record_whose_brackets_match_is_rejected_alone_wherever_it_is(broken: str) -> None:
    assert mission_texts(f"[{A},{broken},{B}]", 1 << 20) == [A, "invalid_json", B]
    assert mission_texts(f"{A}{broken}{B}", 1 << 20) == [A, "invalid_json", B]


def test_a_record_that_is_too_long_is_rejected_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.cerebro.formats.json_stream.RECORD_CHARACTERS", 1000)
    long = json.dumps({"mission_id": "x", "text": '\\"]}' * 1000})
    for text in (f"[{A}, {long}, {B}]", f"{A}{long}{B}"):
        assert mission_texts(text, 50) == [A, "record_too_long", B]
    assert mission_texts(f"{A}\n{'x' * 5000}\n{B}\n", 50) == [A, "record_too_long", B]
    monkeypatch.setattr("include.cerebro.formats.heroes_csv.RECORD_CHARACTERS", 1000)
    found = heroes(HEADER + "h1,a,b,c\nh2," + "x" * 5000 + ",b,c\nh3,a,b,c\n")
    assert [record.row_number for record in found if isinstance(record, Record)] == [1, 3]
    assert isinstance(found[1], RejectedRecord)
    assert (found[1].reason, found[1].line_number) == ("record_too_long", 3)


def test_no_line_is_lost_after_an_unclosed_quote_and_a_line_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The long line was cut and read again, and took the one after it for its own rest."""
    monkeypatch.setattr("include.cerebro.formats.heroes_csv.RECORD_CHARACTERS", 1000)
    monkeypatch.setattr("include.cerebro.formats.heroes_csv._Lines.JOINED_LINES", 2)
    short = "".join(f"h{number},a,b,c\n" for number in range(3, 10))
    found = heroes(HEADER + 'h1,"a,b,c\n' + short + "h10," + "x" * 5000 + ",b,c\nh11,a,b,c\nh12,a,b,c\n")
    assert [(it.row_number, it.reason) for it in found if isinstance(it, RejectedRecord)] == [
        (1, "invalid_csv"),
        (9, "record_too_long"),
    ]
    kept = [json.loads(it.text)["hero_id"] for it in found if isinstance(it, Record)]
    assert kept == ["h3", "h4", "h5", "h6", "h7", "h8", "h9", "h11", "h12"]


def test_a_first_line_that_is_too_long_fails_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.cerebro.formats.heroes_csv.RECORD_CHARACTERS", 1000)
    with pytest.raises(BadObjectError, match="its first line has more than 1000 characters"):
        heroes("x" * 5000 + "\n" + HEADER)
    many_empty_lines = "\n" * 5000
    assert len(heroes(many_empty_lines + HEADER + "h1,a,b,c\n")) == 1


@pytest.mark.parametrize(
    ("hero_ids", "expected"),
    [
        (["hulk", "thor"], None),
        ([], None),
        (None, None),
        ("['hulk', 'thor']", ["hulk", "thor"]),
        ('["hulk", "thor"]', ["hulk", "thor"]),
        ("{hulk,thor}", ["hulk", "thor"]),
        ("[hulk, thor]", ["hulk", "thor"]),
        ("hulk,thor", ["hulk", "thor"]),
        ("hulk; thor", ["hulk", "thor"]),
        ("hulk|'thor'", ["hulk", "thor"]),
        ("hulk", ["hulk"]),
        ("", None),
        ([{"hero_id": "hulk"}, {"heroId": 7.0, "role": "x"}], ["hulk", "7"]),
        ({"hero_id": "hulk"}, ["hulk"]),
        ([1, 1.0, " hulk "], ["1", "1", "hulk"]),
        (["hulk", None, "N/A", "_", ""], ["hulk"]),
        (7, ["7"]),
    ],
)
def test_crews_that_are_understood(hero_ids: object, expected: list[str] | None) -> None:
    [record] = missions(json.dumps({"mission_id": "a", "timestamp": "2025-01-01", "hero_ids": hero_ids}))
    assert isinstance(record, Record)
    assert (json.loads(record.fields)["hero_ids"] if record.fields else None) == expected


@pytest.mark.parametrize("hero_ids", [["hulk", {}], [True], {"c": 1}, True, ["x" * 201], [["hulk"]], "[[1]]"])
def test_crews_that_are_not_understood_reject_the_record(hero_ids: object) -> None:
    text = json.dumps({"mission_id": "a", "timestamp": "2025-01-01", "hero_ids": hero_ids})
    assert missions(text) == [RejectedRecord(1, text, "invalid_hero_ids")]


def test_fields_in_other_spellings() -> None:
    text = (
        '{"missionId": 1.0, "Hero_IDs": ["hulk"], "Location": "X", "TimeStamp": "2025-01-01T00:00Z", "OUTCOME": "ok",'
        ' "damageReport": {"StructuralDamage": "$5", "civilian injuries": "many"}, "timestamp ": 5}'
    )
    [record] = missions(text)
    assert isinstance(record, Record)
    assert record.text == text
    assert json.loads(record.fields or "") == {
        "mission_id": "1", "hero_ids": ["hulk"], "location": "X", "timestamp": "2025-01-01T00:00Z", "outcome": "ok",
        "damage_report": {"structural_damage": "$5", "civilian_injuries": "many"},
    }  # fmt: skip
    assert record.not_understood == ("civilian_injuries",)


def test_a_record_that_says_it_all_by_itself_has_no_fields() -> None:
    plain = {
        "mission_id": "a", "hero_ids": ["hulk"], "location": "X", "timestamp": "2025-01-01T00:00Z", "outcome": "x",
        "damage_report": {"structural_damage": "$5,000", "civilian_injuries": 0, "more": 1}, "extra": 1,
    }  # fmt: skip
    [record] = missions(json.dumps(plain))
    assert isinstance(record, Record)
    assert (record.fields, record.not_understood) == (None, ())


@pytest.mark.parametrize(
    ("value", "reason"),
    [("1899-12-31T23:59Z", "implausible_timestamp"), ("9999-12-31", "implausible_timestamp"), (5, "invalid_timestamp")],
)
def test_implausible_timestamps_of_missions(value: object, reason: str) -> None:
    [record] = missions(mission(timestamp=value))
    assert isinstance(record, RejectedRecord)
    assert record.reason == reason
