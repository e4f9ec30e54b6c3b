"""Every parser of ids, instants and numbers against one table of forms: records, readings, and the oracle."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from include.cerebro.formats.readings import set_rules
from include.cerebro.formats.rules import DEFAULT_RULES, FormatRules
from include.cerebro.formats.values import (
    InvalidValueError,
    is_plausible,
    parse_amount,
    parse_id,
    parse_instant,
    parse_number,
)
from tests.oracle import values as oracle

TABLE = tomllib.loads((Path(__file__).parents[1] / "corpus" / "values.toml").read_text(encoding="utf-8"))
BERLIN = FormatRules(time_zone="Europe/Berlin")
LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        set_rules(connection, BERLIN, LOADED_AT)
        yield connection


def evaluate(duck: duckdb.DuckDBPyConnection, macro: str, forms: Any) -> dict[str, Any]:
    """The macro of each form; in one query, as DuckDB reads a column."""
    return dict(duck.execute(f"select form, {macro}(form) from (select unnest(?) as form)", [list(forms)]).fetchall())


def verdict(instant: datetime | None) -> str:
    if instant is None:
        return ""
    return instant.replace(tzinfo=None).isoformat() if is_plausible(instant, LOADED_AT) else "implausible"


def test_the_table_is_large() -> None:
    assert sum(len(forms) for forms in TABLE.values()) > 250


def test_instants_of_records() -> None:
    assert {form: verdict(parse_instant(form, BERLIN)) for form in TABLE["instants"]} == TABLE["instants"]


def test_instants_of_readings(duck: duckdb.DuckDBPyConnection) -> None:
    query = """
        select
            form,
            case
                when epoch_us is null then ''
                when (epoch_us + 62135596800000000) // 60000000
                    not between getvariable('first_minute') and getvariable('last_minute') then 'implausible'
                else strftime(make_timestamp(epoch_us), '%Y-%m-%dT%H:%M:%S.%f')
            end
        from (select form, text_epoch_us(form) as epoch_us from (select unnest(?) as form))
    """
    read = dict(duck.execute(query, [list(TABLE["instants"])]).fetchall())
    assert {form: found.removesuffix(".000000") for form, found in read.items()} == TABLE["instants"]


def test_instants_of_the_oracle() -> None:
    rules = oracle.Rules(time_zone="Europe/Berlin")
    assert {form: verdict(oracle.instant(form, rules)) for form in TABLE["instants"]} == TABLE["instants"]


def id_verdict(parse: Any, value: object, error: type[Exception]) -> str:
    try:
        return parse(value) or ""
    except error:
        return "invalid"


def test_ids_of_records() -> None:
    def parse(value: object) -> str | None:
        return parse_id(value, DEFAULT_RULES)

    assert {form: id_verdict(parse, form, InvalidValueError) for form in TABLE["ids"]} == TABLE["ids"]


def test_ids_of_readings(duck: duckdb.DuckDBPyConnection) -> None:
    duck.execute("""
        create or replace temp macro verdict(form) as case
            when is_missing_id(trimmed_id(form)) then '' when is_invalid_id(trimmed_id(form)) then 'invalid'
            else trimmed_id(form)
        end
    """)
    assert evaluate(duck, "verdict", TABLE["ids"]) == TABLE["ids"]


def test_ids_of_the_oracle() -> None:
    found = {form: id_verdict(oracle.identifier, form, oracle.InvalidIdError) for form in TABLE["ids"]}
    assert found == TABLE["ids"]


NUMERIC_IDS = {
    "1.0": "1", "1e0": "1", "-0.0": "0", "1.5": "1.5", "1e20": "100000000000000000000", "0.1": "0.1", "-7": "-7",
}  # fmt: skip


@pytest.mark.parametrize(("number", "expected"), NUMERIC_IDS.items())
def test_ids_that_are_numbers(number: str, expected: str, duck: duckdb.DuckDBPyConnection) -> None:
    assert parse_id(float(number), DEFAULT_RULES) == expected
    assert parse_id(Decimal(number), DEFAULT_RULES) == expected
    assert oracle.identifier(float(number)) == expected
    assert duck.execute("select trimmed_id(float_id(?::double))", [float(number)]).fetchone() == (expected,)


@pytest.mark.parametrize("value", [True, [1], {"a": 1}, Decimal("1e300"), Decimal("1e999999999"), "1" * 5000])
def test_ids_that_cannot_be_kept(value: object) -> None:
    with pytest.raises(InvalidValueError):
        parse_id(value, DEFAULT_RULES)


def number_verdict(number: float | None) -> float | str:
    if number is None:
        return ""
    return "infinite" if math.isinf(number) else number


NUMBERS = {form: found if found in ("", "infinite") else float(found) for form, found in TABLE["numbers"].items()}


def test_numbers_of_records() -> None:
    assert {form: number_verdict(parse_number(form)) for form in NUMBERS} == NUMBERS


def test_numbers_of_readings(duck: duckdb.DuckDBPyConnection) -> None:
    read = evaluate(duck, "text_number", NUMBERS)
    assert {form: number_verdict(number) for form, number in read.items()} == NUMBERS


def test_numbers_of_the_oracle() -> None:
    found = {form: number_verdict(oracle.number(form)) for form in NUMBERS}
    assert found == {form: "" if number == "infinite" else number for form, number in NUMBERS.items()}


AMOUNTS = {form: float(found) if found else None for form, found in TABLE["amounts"].items()}


def test_amounts() -> None:
    assert {form: parse_amount(form) for form in AMOUNTS} == AMOUNTS
    assert {form: oracle.amount(form) for form in AMOUNTS} == AMOUNTS


@pytest.mark.parametrize(
    ("value", "expected"), [(12, 12.0), (0.5, 0.5), (-1, None), (True, None), ([1], None), (Decimal("7.25"), 7.25)]
)
def test_amounts_that_are_numbers(value: object, expected: float | None) -> None:
    assert parse_amount(value) == expected
    assert oracle.amount(value) == expected


def test_words_and_zone_are_those_of_the_rules() -> None:
    rules = FormatRules(missing=frozenset({"unbekannt"}), time_zone="Asia/Kathmandu")
    assert parse_id("UNBEKANNT", rules) is None
    assert parse_id("null", rules) == "null"
    assert parse_instant("2025-01-01T05:45", rules) == datetime(2025, 1, 1, tzinfo=UTC)
