"""Heroes who were forgotten leave records before they are stored."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable

import pytest

from include.cerebro.formats.missions_json import read_missions
from include.cerebro.formats.records import Record
from include.cerebro.formats.rules import ALL_IDS
from include.cerebro.loading.erased_heroes import BATCH_RECORDS, crew_without, names_in
from include.cerebro.loading.parsing import parse

CREWS = {
    '["thor","hulk"]': '["thor"]',
    '[ "hulk" , "thor" ,"HULK" ]': '["thor"]',
    '["hulk"]': "[]",
    '[{"hero_id": "hulk", "role": ["x", {"y": 1}]}, {"heroId": "thor"}]': '[{"heroId": "thor"}]',
    '{"hero_id": "hulk"}': "[]",
    '"hulk"': "[]",
    '"hulk; thor"': '["thor"]',
    "\"['hulk', 'thor']\"": '["thor"]',
    "[7.0, 8]": "[8]",
    '["\\u0068ulk", "thor"]': '["thor"]',
    '["thor", null, "", "bulk"]': '["thor", null, "", "bulk"]',
    "null": "null",
    "[]": "[]",
    "{}": "{}",
}
ERASED = {"hulk", "HULK", "7"}


@pytest.mark.parametrize("crew", CREWS)
@pytest.mark.parametrize("name", ["hero_ids", "heroIds", "HERO IDS"])
def test_a_crew_loses_the_hero_and_the_record_nothing_else(crew: str, name: str) -> None:
    record = '{"a":1.50 ,"%s" :  %s,\n"big":123456789012345678901234567890,"a":[],"hero_id":"hulk","t":"\\u00e9 }"}'
    assert crew_without(record % (name, crew), ERASED) == record % (name, CREWS[crew])


@pytest.mark.parametrize(
    ("crew", "hero_id", "expected"),
    [
        # A zone whose rules say so has a hero Na.
        ('["Na","x"]', "Na", '["x"]'),
        ('"Na, x"', "Na", '["x"]'),
        ('[{"hero_id": "null"}, "x"]', "null", '["x"]'),
        ("[12345678901234567890.0, 1]", "12345678901234567890", "[1]"),
        ("[1.50, 1.5]", "1.50", "[1.5]"),
        ('"[12345678901234567890.0, 1]"', "12345678901234567890", '["1"]'),
    ],
)
def test_a_crew_is_understood_as_a_load_understands_it(crew: str, hero_id: str, expected: str) -> None:
    """Such a hero stayed in the record, although it was to be forgotten."""
    record = f'{{"mission_id": "m", "timestamp": "2025-01-01", "hero_ids": {crew}}}'
    [loaded] = read_missions("m.json", io.StringIO(record), ALL_IDS)
    assert isinstance(loaded, Record)
    assert hero_id in json.loads(loaded.fields or loaded.text)["hero_ids"]
    assert crew_without(record, {hero_id}) == record.replace(crew, expected)


@pytest.mark.parametrize("text", ["{}", ' { "x" : {"hero_ids": ["hulk"]} } '])
def test_a_record_without_a_crew_stays_as_it_came(text: str) -> None:
    assert crew_without(text, ERASED) == text


@pytest.mark.parametrize(
    "text",
    ['hulk,Hulk,"Banner, Bruce"', '{"hero_ids": ["thor", "hulk"], "x":', '"hulk";1', "a|hulk|b", "{'x': 'hulk'}",
     '{"h": "\\u0068ulk"}', "hulk", '"hulk\n', "[hulk"],
)  # fmt: skip
def test_whatever_may_be_an_id_in_a_rejected_record_is_found(text: str) -> None:
    assert "hulk" in {name.strip("'") for name in names_in(text)}


@pytest.mark.parametrize(
    "text",
    ['{"hero_ids": [1.0], "timestamp": "bad"}', "1.0,Hulk,", '{"hero_ids": "[1.00, 2]", "timestamp"', "2; 1.0 ;x",
     '{"hero_ids": [10e-1]}', '{"hero_ids": [0.1E+1, "x"]}', f"1.{'0' * 300},x", "\u200b1.0\u200b", "'1.0'"],
)  # fmt: skip
def test_an_integral_number_in_a_rejected_record_is_its_digits(text: str) -> None:
    """1.0 was no spelling of the hero 1, who stayed in the quarantine."""
    assert "1" in names_in(text)
    assert "10" not in names_in(text)


def test_a_word_that_means_elsewhere_that_an_id_is_missing_is_found() -> None:
    assert names_in('{"hero_ids": ["Na"]}') >= {"Na"}


def test_names_are_no_longer_than_an_id_and_can_be_stored() -> None:
    assert names_in(f"{'x' * 201},a\0b,\ud800,ok") == {"ok"}


def erased(ids: Iterable[str]) -> set[str]:
    return {hero_id for hero_id in ids if hero_id.lower() == "hulk"}


def test_records_of_a_hero_are_counted_and_not_kept() -> None:
    lines = ["hero_id,name,alter_ego,first_appearance", "hulk,H,B,1", "thor,T,,1", ",hulk,,", "loki"]
    text = "\n".join([*lines, *(f"hero {number},x,," for number in range(BATCH_RECORDS)), " HULK ,x,,"])
    with parse("heroes", "heroes.csv", io.BytesIO(text.encode()), erased=erased) as parsed:
        assert parsed.totals == (BATCH_RECORDS + 1, 4)
        assert parsed.rejected.reasons == {"erased_hero": 3, "invalid_csv": 1}
        parsed.lines.seek(0)
        assert b"hulk" not in parsed.lines.read().lower()


@pytest.mark.parametrize(
    ("dataset", "text"),
    [
        ("heroes", "hero_id,name,alter_ego,first_appearance\nthor,T,,1\n7.0,H\n"),
        ("missions", '{"mission_id": "a", "timestamp": "2025-01-01"}\n{"hero_ids": [7.0], "timestamp": "bad"}\n'),
    ],
)
def test_a_rejected_record_of_a_hero_whose_id_is_a_number_is_not_kept(dataset: str, text: str) -> None:
    with parse(dataset, "x", io.BytesIO(text.encode()), erased=lambda ids: set(ids) & {"7"}) as parsed:
        assert parsed.rejected.reasons == {"erased_hero": 1}


def test_an_object_of_the_hero_alone_is_not_broken() -> None:
    text = b"hero_id,name,alter_ego,first_appearance\nhulk,H,B,1\n"
    with parse("heroes", "heroes.csv", io.BytesIO(text), erased=erased) as parsed:
        assert parsed.totals == (0, 1)


def test_a_mission_is_loaded_without_the_hero() -> None:
    mission = {"missionId": "m", "timestamp": "2025-01-01T00:00:00Z", "heroIds": "hulk, thor"}
    with parse("missions", "m.json", io.BytesIO(json.dumps(mission).encode()), erased=erased) as parsed:
        parsed.lines.seek(0)
        _, _, record, fields = parsed.lines.read().decode().rstrip("\n").split("\t")
        assert json.loads(record)["heroIds"] == ["thor"]
        assert json.loads(fields)["hero_ids"] == ["thor"]
