"""An arrival starts a run, whatever happens to the triggerer and to the store; and nothing else does."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from botocore.exceptions import BotoCoreError

from local.processes import find
from local.run import RESTORE_DAG
from testing.sites import object_store
from tests.e2e.scheduler import RUN_TIMEOUT, Scheduler
from tests.oracle.warehouse import query

# Seconds within which a run is to start, on a busy machine; a run that must not start would start within these.
START_TIMEOUT = 60
QUIET_SECONDS = 15
AWAY_SECONDS = 60
# Seconds within which the watcher notices an object and Airflow has its event.
EVENT_SECONDS = 8
LOADED = "select load_id from raw.loads where object_key = 'heroes/held1.csv' and status = 'loaded'"


@pytest.fixture(scope="module")
def put(arriving_stack: dict[str, str]) -> Callable[[str], None]:
    client: Any = object_store(arriving_stack).client()

    def put(hero: str) -> None:
        body = f"hero_id,name,alter_ego,first_appearance\n{hero},{hero},,\n"
        client.put_object(Bucket="cerebro-data", Key=f"heroes/{hero}.csv", Body=body.encode())

    return put


@pytest.fixture
def runs(arriving: Scheduler) -> "Runs":
    return Runs(arriving)


class Runs:
    """The runs of cerebro_restore since the test began."""

    def __init__(self, api: Scheduler) -> None:
        self._api = api
        self._before = self._ids()

    def _ids(self) -> set[str]:
        return self._api.run_ids(RESTORE_DAG)

    def ended(self) -> int:
        """Wait until a run has started and none is running; return the number of runs since the last call."""
        self._api.await_new(RESTORE_DAG, self._before, START_TIMEOUT)
        deadline = time.monotonic() + RUN_TIMEOUT
        while any(run.state in ("queued", "running") for run in self._api.runs(RESTORE_DAG, limit=10)):
            assert time.monotonic() < deadline, "a run does not end"
            time.sleep(0.2)
        new = self._ids() - self._before
        self._before |= new
        return len(new)

    def none_start(self) -> bool:
        """Whether no run starts for a while."""
        time.sleep(QUIET_SECONDS)
        return self._ids() == self._before


@contextmanager
def store_away(state_folder: str) -> Iterator[None]:
    """Kill the object store; supervisord starts it again when the context ends, because its guard ends then."""
    (server,) = find(state_folder, "s3")
    guard = server.parent()
    assert guard
    guard.suspend()
    server.kill()
    try:
        yield
    finally:
        guard.resume()


def heroes(stack: dict[str, str], like: str) -> int:
    statement = "select count(*) as heroes from marts.dim_heroes where hero_id like %s"
    (row,) = query(stack["WAREHOUSE_URI"], statement.replace("%s", f"'{like}'"))
    return int(row["heroes"])


def test_a_burst_of_arrivals_starts_few_runs_and_nothing_new_starts_none(
    arriving_stack: dict[str, str], runs: Runs, put: Callable[[str], None]
) -> None:
    for number in range(200):
        put(f"burst{number}")
    started = runs.ended()
    while heroes(arriving_stack, "burst%") < 200:
        started += runs.ended()
    # What arrives while a run begins may start one more.
    while not runs.none_start():
        started += runs.ended()
    assert started <= 6


def test_a_run_looks_at_what_an_arrival_told_of_and_lists_nothing(
    arriving_stack: dict[str, str], runs: Runs, put: Callable[[str], None]
) -> None:
    put("told")
    runs.ended()
    assert heroes(arriving_stack, "told") == 1
    statement = """
        select loads.dag_run_id, listings.dag_run_id as listed_by
        from raw.loads left join meta.listings using (dag_run_id)
        where loads.object_key = 'heroes/told.csv'
    """
    (row,) = query(arriving_stack["WAREHOUSE_URI"], statement)
    assert row["dag_run_id"].startswith("asset_triggered")
    assert row["listed_by"] is None


@pytest.mark.long
def test_what_arrives_while_the_next_run_waits_is_not_left_to_a_later_one(
    arriving_stack: dict[str, str], runs: Runs, put: Callable[[str], None]
) -> None:
    """Airflow gives the waiting run the events up to the one that queued it, and removes the later ones' queue."""
    put("before")
    runs.ended()
    with closing(psycopg2.connect(arriving_stack["WAREHOUSE_URI"])) as connection, connection.cursor() as cursor:
        # dbt waits for it.
        cursor.execute("lock table marts.dim_heroes in share mode")
        put("held1")
        deadline = time.monotonic() + START_TIMEOUT
        while not query(arriving_stack["WAREHOUSE_URI"], LOADED):
            assert time.monotonic() < deadline, "the first object is not loaded"
            time.sleep(0.2)
        # Two events, one after the other, of which the first queues the next run.
        for hero in ("held2", "held3"):
            put(hero)
            time.sleep(EVENT_SECONDS)
        connection.rollback()
    while not runs.none_start():
        runs.ended()
    assert heroes(arriving_stack, "held%") == 3


@pytest.mark.long
def test_a_restarted_triggerer_misses_nothing_and_starts_no_run_without_reason(
    arriving_stack: dict[str, str], runs: Runs, put: Callable[[str], None]
) -> None:
    # supervisord starts another one within a few seconds.
    for process in find(arriving_stack["CEREBRO_STATE_DIR"], "triggerer"):
        process.kill()
    put("unseen")
    assert runs.ended() <= 2
    assert heroes(arriving_stack, "unseen") == 1
    while not runs.none_start():
        runs.ended()
    for process in find(arriving_stack["CEREBRO_STATE_DIR"], "triggerer"):
        process.kill()
    time.sleep(QUIET_SECONDS)
    assert runs.none_start()


def test_an_arrival_that_no_event_told_of_is_found_by_the_audit(
    arriving_stack: dict[str, str], arriving: Scheduler, runs: Runs, put: Callable[[str], None]
) -> None:
    # Nobody watches, so nobody tells: as if the message were lost.
    triggerers = find(arriving_stack["CEREBRO_STATE_DIR"], "triggerer")
    for process in triggerers:
        process.suspend()
    try:
        put("lost")
        assert runs.none_start()
        arriving.wait_until_green(arriving.trigger(RESTORE_DAG, {}))
        assert heroes(arriving_stack, "lost") == 1
    finally:
        for process in triggerers:
            process.resume()
    assert runs.ended() == 1
    # The watch does not tell again of what a run has listed meanwhile.
    assert runs.none_start()


@pytest.mark.long
def test_the_watch_outlives_a_store_that_is_away_for_a_minute(
    arriving_stack: dict[str, str], runs: Runs, put: Callable[[str], None]
) -> None:
    with store_away(arriving_stack["CEREBRO_STATE_DIR"]):
        with pytest.raises(BotoCoreError):
            put("early")
        time.sleep(AWAY_SECONDS)
    assert runs.none_start()
    put("after")
    assert runs.ended() == 1
    assert heroes(arriving_stack, "after") == 1
