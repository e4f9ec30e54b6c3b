"""Two builds at once, whoever started them: none waits for one that waits for it, and no row is lost."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import connection

from tests.integration.dbt_models.warehouse import Warehouse

BUILD = ("build", "--exclude-resource-type", "unit_test")
GATE = 471_101
CLOSE = f"""
    create function public.gate() returns trigger language plpgsql as $$
    begin
        perform pg_advisory_xact_lock_shared({GATE});
        return new;
    end
    $$;
    create trigger gate before insert on {{}} for each row execute function public.gate();
    select pg_advisory_lock({GATE})
"""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(built: Warehouse, tmp_path: Path) -> Iterator[Start]:
    """Starts dbt with a target folder of its own, as another machine would."""
    builds: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        parsed, built.scratch = built.scratch, tmp_path / str(len(builds))
        shutil.copytree(parsed, built.scratch)
        builds.append(built.start_dbt(*arguments))
        built.scratch = parsed
        return builds[-1]

    yield start
    for build in builds:
        build.kill()
        build.communicate()


@contextmanager
def gate(warehouse: Warehouse, statement: str) -> Iterator[connection]:
    """A session that holds others up by a statement."""
    with closing(psycopg2.connect(warehouse.uri)) as session:
        session.cursor().execute(statement)
        if "advisory" in statement:
            # The trigger must be there for others. The advisory lock is the session's.
            session.commit()
        yield session


def wait_for_locks(warehouse: Warehouse, sessions: int, *builds: subprocess.Popen[str]) -> None:
    """Wait until so many sessions wait for a lock."""
    waiting = "select count(*) from pg_stat_activity where datname = %s and wait_event_type = 'Lock'"
    deadline = time.monotonic() + 120
    while warehouse.rows(waiting, [warehouse.database]) != [(sessions,)]:
        assert time.monotonic() < deadline
        for build in builds:
            assert build.poll() is None, build.communicate()[0]
        time.sleep(0.1)


def assert_green(*builds: subprocess.Popen[str]) -> None:
    outputs = [build.communicate(timeout=180)[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0], outputs


def test_an_attribute_changes_while_another_build_replaces_rows(built: Warehouse, start: Start) -> None:
    """The second build wrote the hero's rows before its turn, and the first one waited for them: a deadlock."""
    built.load_biometrics("b2", ("hulk", "2025-01-01 00:07Z", 60, 80), ("hulk", "2025-01-02 00:07Z", 60, 80))
    built.dbt("run", "--exclude", "obt_cerebro_restored+")
    with gate(built, "lock table marts.bridge_mission_heroes in access exclusive mode"):
        first = start("run", "--select", "obt_cerebro_restored")
        wait_for_locks(built, 1, first)
        built.execute("update marts.dim_heroes set alter_ego = 'Other' where hero_id = 'hulk'")
        second = start("run", "--select", "obt_cerebro_restored")
        wait_for_locks(built, 2, first, second)
    assert_green(first, second)
    shown = "select alter_ego, count(*) from analytics.obt_cerebro_restored where hero_id = 'hulk' group by 1"
    assert built.rows(shown) == [("Other", 7)]


@pytest.mark.parametrize(
    ("dimension", "referring"),
    [("dim_heroes", "fact_biometrics"), pytest.param("dim_missions", "bridge_mission_heroes", marks=pytest.mark.long)],
)
def test_a_key_cascades_while_another_build_replaces_rows(
    built: Warehouse, start: Start, dimension: str, referring: str
) -> None:
    """The new id waited for rows that the other build had deleted, and its new rows waited for the id: a deadlock."""
    built.load_biometrics("b2", ("hulk", "2025-01-01 00:07Z", 60, 80))
    built.load_missions("others", {"mission_id": "m3", "timestamp": "2025-01-01 00:03:30Z", "hero_ids": ["Loki"]})
    built.dbt("run", "--exclude", f"{referring}+")
    with gate(built, CLOSE.format(f"marts.{referring}")):
        first = start("run", "--select", referring)
        wait_for_locks(built, 1, first)
        built.load_heroes("heroes/2.csv", {"hero_id": "Hulk"})
        built.load_missions("others")
        built.load_missions("mission_logs.json")
        built.dbt("run", "--select", f"+{dimension}", "--exclude", "dim_heroes", "dim_missions")
        second = start("run", "--select", dimension)
        wait_for_locks(built, 2, first, second)
    assert_green(first, second)
    assert built.rows("select hero_id, count(*) from marts.fact_biometrics group by 1 order by 1") == [
        ("Hulk" if dimension == "dim_heroes" else "hulk", 6),
        ("thor", 5),
    ]
    # Loki was on missions alone, which have left.
    assert len(built.rows("select from marts.bridge_mission_heroes")) == (2 if dimension == "dim_heroes" else 0)


@pytest.mark.long
def test_two_whole_builds_at_once(built: Warehouse, start: Start) -> None:
    """One may find what the other has half done, and give up at a foreign key: never a wrong row in a green one."""
    built.load_heroes("heroes/2.csv", {"hero_id": "Hulk", "name": "Green Hulk"}, {"hero_id": "Vision"})
    mission = {"mission_id": "m1", "timestamp": "2025-01-01 00:02Z", "hero_ids": ["thor"]}
    built.load_missions("mission_logs.json", mission)
    built.load_biometrics("b1", *(("hulk", f"2025-01-01 00:0{at}Z", 60, 90 + at) for at in range(3)))
    built.load_biometrics("b2", ("Vision", "2025-02-01 00:07Z", 60, 80), ("Loki", "2025-01-01 00:01Z", 60, 80))
    first = start(*BUILD)
    second = start(*BUILD)
    outputs = [build.communicate(timeout=240)[0] for build in (first, second)]
    assert not any("deadlock" in output for output in outputs), outputs
    assert 0 in (first.returncode, second.returncode), outputs
    if first.returncode or second.returncode:
        built.transform()
    at_once = built.tables()
    built.drop_built()
    built.transform()
    assert built.tables() == at_once
