"""The source columns of each column of a query, for the forms of SQL that the models use."""

from include.cerebro.lineage.columns import Column, column_lineage

COLUMNS = {
    "raw": {"missions": {"load_id": "bigint", "record": "json"}, "loads": {"load_id": "bigint", "etag": "text"}},
    "marts": {"fact": {"hero_id": "text", "minute_at": "timestamptz", "energy": "double precision"}},
}


def made_from(sql: str) -> dict[str, set[str]]:
    return {name: {".".join(source) for source in found} for name, found in column_lineage(sql, COLUMNS).items()}


def test_stars_are_followed_through_import_ctes() -> None:
    sql = """
        with fact as (select * from "cerebro"."marts"."fact"),
        final as (select fact.hero_id, fact.energy * 2 as doubled, 1 as one from fact)
        select * from final
    """
    assert made_from(sql) == {"hero_id": {"marts.fact.hero_id"}, "doubled": {"marts.fact.energy"}, "one": set()}


def test_a_lateral_subquery_reads_its_own_table_not_the_one_that_it_is_joined_to() -> None:
    sql = """
        with fact as (
            select fact.* from touched_spans
            cross join lateral (
                select fact.* from "cerebro"."marts"."fact" as fact
                where fact.minute_at >= touched_spans.from_minute offset 0
            ) as fact
        )
        select fact.hero_id, sum(fact.energy) as energy from fact group by fact.hero_id
    """
    assert made_from(sql) == {"hero_id": {"marts.fact.hero_id"}, "energy": {"marts.fact.energy"}}


def test_the_rows_of_a_function_come_from_its_argument() -> None:
    sql = """
        with missions as (select * from "cerebro"."raw"."missions")
        select array(
            select elements.element #>> '{}'
            from json_array_elements(missions.record -> 'hero_ids') as elements (element)
        ) as hero_ids
        from missions
    """
    assert made_from(sql) == {"hero_ids": {"raw.missions.record"}}


def test_both_halves_of_a_union_count_and_temporary_tables_do_not() -> None:
    sql = """
        select loads.load_id from "cerebro"."raw"."loads"
        union all
        select missions.load_id from "cerebro"."raw"."missions"
        union all
        select pending_loads.load_id from pending_loads
    """
    assert made_from(sql) == {"load_id": {"raw.loads.load_id", "raw.missions.load_id"}}


def test_columns_come_as_schema_table_and_name() -> None:
    found = column_lineage('select loads.etag from "cerebro"."raw"."loads"', COLUMNS)
    assert found == {"etag": [Column("raw", "loads", "etag")]}
