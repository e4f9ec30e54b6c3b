"""A table that is built again takes nothing with it that users have made on it (W8 to W10)."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.dbt_models.company import columns
from tests.integration.dbt_models.conftest import Server
from tests.integration.dbt_models.test_months import BIG, FACT, months
from tests.integration.dbt_models.test_plan import FACT_AND_BELOW, planned
from tests.integration.dbt_models.test_rebuild import forget, keys, oids, replaced
from tests.integration.dbt_models.warehouse import Warehouse

HULK_FACTOR = Path("models", "analytics", "hulk_factor.sql")
DIM_MISSIONS = Path("models", "marts", "dim_missions.sql")
REFRESH = ("run", "--full-refresh", "--select")

# All that users see of a view: what it is, whose, for whom, and what is said of it.
SEEN = """
    select
        oid::regclass::text, oid::bigint, relowner::regrole::text, relacl::text, reloptions,
        obj_description(oid), col_description(oid, 1), pg_get_viewdef(oid)
    from pg_class
    where relkind in ('v', 'm') and relnamespace::regnamespace::text in ('public', 'staging', 'operations')
    order by 1
"""


@pytest.fixture
def analyst(built: Warehouse, server: Server, visitor: str) -> str:
    """A role that the pipeline may not assume, with views of its own in public."""
    server.execute_in(built, f"grant create on schema public to {visitor}; grant cerebro_analyst to {visitor}")
    return visitor


def rebuild_fact(warehouse: Warehouse) -> None:
    """Build the fact and all below it again: their rows are those of other rules."""
    warehouse.execute(f"update {FACT} set heart_rate = 1; update {BIG} set heart_rate = 1; delete from {FACT}"
                      " where minute_at = '2025-01-01 00:04Z'")  # fmt: skip
    forget(warehouse, "fact_biometrics")
    warehouse.transform()


def said_of(warehouse: Warehouse, model: str) -> str | None:
    """What keeps a table in place, as the plan says."""
    return {it.model: it.bound_to for it in planned(warehouse).rebuilds}.get(model)


def same_as_from_nothing(warehouse: Warehouse) -> bool:
    """Whether all tables are as a first build makes them."""
    present = warehouse.tables()
    warehouse.drop_built()
    warehouse.transform()
    return warehouse.tables() == present


def test_users_views_follow_a_table_that_is_built_again(built: Warehouse, visitor: str) -> None:
    """An ordinary run after an upgrade dropped them by cascade, and said nothing."""
    built.execute(
        f"""
        create view public.mine with (security_barrier) as
        select facts.hero_id, facts.heart_rate from {FACT} as facts inner join {BIG} as big using (hero_id);
        create view public.nested as select max(heart_rate) as heart_rate from public.mine;
        create view public."Of A Day" as select * from {FACT} where minute_at < '2025-01-02Z' with check option;
        grant select on public.mine, public.nested to {visitor};
        grant select (hero_id) on public."Of A Day" to {visitor};
        comment on view public.mine is 'My own.';
        comment on column public.mine.hero_id is 'A hero of mine.';
        """
    )
    before, seen = oids(built), built.rows(SEEN)
    rebuild_fact(built)
    assert replaced(before, oids(built)) == FACT_AND_BELOW
    assert built.rows(SEEN) == seen
    assert built.rows("select heart_rate from public.nested") == [(84,)]
    assert built.rows('select count(*) from public."Of A Day"') == [(10,)]
    # Nothing of the former tables is left.
    assert built.rows("select relname from pg_class where relname like '%dbt%' and relkind in ('r', 'p')") == []
    built.execute('drop view public.nested, public.mine, public."Of A Day"')
    assert same_as_from_nothing(built)


def test_what_cannot_follow_keeps_a_table_in_place(built: Warehouse, server: Server, analyst: str) -> None:
    """A materialized view, a foreign key and somebody else's view were dropped by cascade."""
    built.execute(
        f"""
        create materialized view public.kept as select count(*) as minutes from {FACT};
        create table public.notes (hero_id text, minute_at timestamptz, foreign key (hero_id, minute_at)
            references {FACT} on update cascade on delete cascade);
        insert into public.notes values ('hulk', '2025-01-01 00:01Z');
        create function public.minutes() returns bigint begin atomic select count(*) from {BIG}; end;
        create view public.hours as select * from operations.readings_by_hour;
        """
    )
    server.execute_in(
        built, f"set role {analyst}; create view public.theirs as select hero_name from analytics.hulk_factor"
    )
    built.load_biometrics("b2", ("hulk", "2025-03-01 00:01Z", 60, 80))
    before, seen, declared = oids(built), built.rows(SEEN), {it: keys(built, it) for it in (FACT, BIG)}
    assert said_of(built, "fact_biometrics") is None
    forget(built, "fact_biometrics")
    assert said_of(built, "fact_biometrics") == (
        "constraint notes_hero_id_minute_at_fkey on table public.notes, materialized view public.kept"
    )
    assert any("It stays in place for constraint notes" in sentence for sentence in planned(built).sentences())
    assert said_of(built, "bridge_mission_heroes") is said_of(built, "dim_heroes") is None
    rebuild_fact(built)
    in_place = {"fact_biometrics", "obt_cerebro_restored", "hulk_factor"}
    assert replaced(before, oids(built)) == FACT_AND_BELOW - in_place
    assert built.rows(SEEN) == seen
    assert {it: keys(built, it) for it in (FACT, BIG)} == declared
    assert months(built, FACT) == months(built, BIG) == ["2025_01", "2025_03"]
    assert built.rows("select count(*), public.minutes() from public.notes") == [(1, 12)]
    assert not planned(built).is_needed
    built.execute("drop function public.minutes")
    assert same_as_from_nothing(built)


def test_rows_without_a_key_are_replaced_in_place(built: Warehouse) -> None:
    built.execute("create materialized view public.kept as select * from operations.readings_by_hour")
    built.execute("update operations.readings_by_hour set reading_count = 1")
    before = oids(built)
    rebuild_fact(built)
    assert replaced(before, oids(built)) == FACT_AND_BELOW - {"readings_by_hour"}
    assert built.rows("select count(*), sum(reading_count) from operations.readings_by_hour") == [(1, 600)]


@pytest.mark.parametrize("kind", ["view", "materialized view"])
def test_a_column_that_goes_stops_with_the_names_of_users_views(
    built: Warehouse, change: Callable[[Path, str, str], None], kind: str
) -> None:
    built.execute(f"create {kind} public.mine as select rank from analytics.hulk_factor")
    change(HULK_FACTOR, "        *\n    from", "        hero_id, hero_name, avg_energy_output\n    from")
    change(HULK_FACTOR, "as rank,", "as place,")
    change(HULK_FACTOR.with_suffix(".yml"), "      - name: rank\n", "      - name: place\n")
    before = oids(built)
    failed = built.dbt(*REFRESH, "hulk_factor", check=False)
    assert failed.returncode == 1
    assert "loses or changes columns, and public.mine use it; nothing was changed" in failed.stdout
    assert "Keep their definitions" in failed.stdout
    assert oids(built) == before
    assert columns(built, "analytics.hulk_factor")[0] == "rank"

    built.execute(f"drop {kind} public.mine; create materialized view public.kept as select hero_id from"
                  " analytics.hulk_factor")  # fmt: skip
    assert "stays in place: materialized view public.kept" in built.dbt(*REFRESH, "hulk_factor").stdout
    assert oids(built) == before
    assert sorted(columns(built, "analytics.hulk_factor")) == ["avg_energy_output", "hero_id", "hero_name", "place"]


def test_views_of_the_project_are_dropped_where_they_cannot_follow(built: Warehouse) -> None:
    """The same run makes them again."""
    built.execute(
        """
        set role cerebro_transformer;
        alter table staging.int_mission_records add column former integer;
        drop view staging.int_current_missions;
        create view staging.int_current_missions as select * from staging.int_mission_records;
        reset role;
        """
    )
    alone = built.dbt(*REFRESH, "int_mission_records", check=False)
    assert "staging.int_current_missions use it" in alone.stdout
    built.dbt(*REFRESH, "int_mission_records", "int_current_missions")
    assert "former" not in columns(built, "staging.int_current_missions")


def test_readers_of_a_view_pass_while_its_table_is_replaced(built: Warehouse) -> None:
    built.execute(f"create view public.mine as select * from {FACT}")
    build = built.start_dbt(*REFRESH, "fact_biometrics")
    waits = []
    while build.poll() is None:
        began = time.monotonic()
        built.rows("select count(*) from public.mine")
        waits.append(time.monotonic() - began)
    assert build.returncode == 0, build.communicate()[0]
    assert max(waits) < 1


# Columns of a table that always stays in place


def test_columns_reach_a_table_that_stays_in_place(built: Warehouse, change: Callable[[Path, str, str], None]) -> None:
    """Types did not reach it, and were recorded as done."""
    types = (
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = 'marts.dim_missions'::regclass and attnum > 0 and not attisdropped"
    )
    before = oids(built)
    change(
        DIM_MISSIONS, "{{ last_known('structural_damage') }} as", "{{ last_known('structural_damage') }}::numeric as"
    )
    change(DIM_MISSIONS, "{{ last_known('outcome') }} as outcome", "{{ last_known('outcome') }} as result")
    change(DIM_MISSIONS.with_suffix(".yml"), "name: structural_damage\n        data_type: double precision",
           "name: structural_damage\n        data_type: numeric")  # fmt: skip
    change(DIM_MISSIONS.with_suffix(".yml"), "      - name: outcome\n", "      - name: result\n")
    built.dbt(*REFRESH, "dim_missions")
    assert oids(built) == before
    now = dict(built.rows(types))
    assert now["structural_damage"] == "numeric"
    assert "outcome" not in now
    assert built.rows("select result, structural_damage from marts.dim_missions where mission_id = 'm1'") == [
        ("Successful", 20000)
    ]
    # Its check is still there.
    assert any("structural_damage" in key for key in keys(built, "marts.dim_missions"))


def test_a_snapshot_keeps_its_columns_when_all_is_built_again(built: Warehouse) -> None:
    """Its new rows come by a temporary table, too, which has columns of dbt's own."""
    for _ in range(2):
        built.dbt("build", "--full-refresh", "--select", "heroes_history")
    columns = "select attname from pg_attribute where attrelid = 'snapshots.heroes_history'::regclass and attnum > 0"
    assert not {"dbt_unique_key", "dbt_change_type"} & {name for (name,) in built.rows(columns)}
