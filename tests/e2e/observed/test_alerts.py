"""Alerts at a real HTTP receiver, sent by the real scheduler: a red run, a late one, a stale source, bad rows."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.airflow_api import Run
from local.run import RESTORE_DAG
from testing.sites import object_store
from tests.e2e.observed.conftest import FirstRun
from tests.e2e.scheduler import Scheduler
from tests.receiver import SECRET, receiver

# Two records of three have no id, and are rejected.
HEROES = b"hero_id,name,alter_ego,first_appearance\nstorm,Storm,Ororo Munroe,1975\n,Nobody,,\n,Nemo,,\n"
# Seconds until an alert has arrived: the DAG processor and the triggerer take turns on two busy cores.
ALERT_TIMEOUT = 60
# Seconds after which nothing more is expected.
QUIET = 15


@pytest.fixture(scope="module")
def received() -> Iterator[tuple[str, list[str]]]:
    """The address of an HTTP server, and the texts that were posted to it."""
    with receiver() as its:
        yield its


@pytest.fixture(scope="module")
def bucket(observed_stack: dict[str, str]) -> Any:
    return object_store(observed_stack).client()


def awaited(texts: list[str], is_it: Callable[[str], bool]) -> str:
    """Wait for the alert, and return it."""
    deadline = time.monotonic() + ALERT_TIMEOUT
    while not (found := [text for text in texts if is_it(text)]):
        assert time.monotonic() < deadline, f"not among what was received: {texts}"
        time.sleep(0.5)
    return found[0]


def run(scheduler: Scheduler) -> tuple[Run, str]:
    started = scheduler.trigger(RESTORE_DAG, {})
    return started, scheduler.wait_until_finished(started)


def test_without_a_connection_no_alert_is_sent_and_nothing_fails(
    observed: Scheduler, first: FirstRun, received: tuple[str, list[str]]
) -> None:
    (task,) = [task for task in observed.tasks(first.run) if task.task_id == "check_sources"]
    log = "\n".join(observed.log_tail(first.run, task))
    assert "No alert is sent: there is no Airflow connection cerebro_alerts" in log
    assert received[1] == []


def test_a_red_run_sends_each_alert_once(observed: Scheduler, bucket: Any, received: tuple[str, list[str]]) -> None:
    address, texts = received
    observed.connect("cerebro_alerts", "slackwebhook", address)
    bucket.put_object(Bucket="cerebro-data", Key="heroes/trouble.csv", Body=HEROES)
    bucket.put_object(Bucket="cerebro-data", Key="biometrics/trouble/broken.parquet", Body=b"this is no Parquet")
    red, state = run(observed)
    assert state == "failed"

    red_alert = awaited(texts, lambda text: "is red" in text)
    assert f"cerebro_restore is red: {red.run_id}" in red_alert
    assert "Failed: check_objects" in red_alert
    assert "biometrics/trouble/broken.parquet: it is not a Parquet file" in red_alert
    assert "Deliver it again under the same key" in red_alert
    assert f"/dags/cerebro_restore/runs/{red.run_id.replace(':', '%3A').replace('+', '%2B')}|" in red_alert
    awaited(texts, lambda text: f"{red.run_id} is not done 0.05 minutes after it was created" in text)
    assert "missions: nothing new since" in awaited(texts, lambda text: "Nothing new has come" in text)
    rejected = awaited(texts, lambda text: "Too many rows were rejected" in text)
    assert "heroes: 2 of 3 new rows were rejected, more than 50%; most of them from heroes/trouble.csv" in rejected

    texts.clear()
    again, state = run(observed)
    assert state == "failed"
    awaited(texts, lambda text: f"{again.run_id} is not done" in text)
    time.sleep(QUIET)
    assert [text for text in texts if "is late" not in text] == [], "the same alert is not sent again"


def test_a_run_that_is_green_again_says_so(observed: Scheduler, bucket: Any, received: tuple[str, list[str]]) -> None:
    bucket.delete_object(Bucket="cerebro-data", Key="biometrics/trouble/broken.parquet")
    assert run(observed)[1] == "success"
    awaited(received[1], lambda text: "cerebro_restore is green again" in text)


def test_no_log_holds_the_address_that_alerts_go_to(observed_stack: dict[str, str]) -> None:
    logs = [path for path in Path(observed_stack["CEREBRO_STATE_DIR"]).rglob("*.log") if path.is_file()]
    texts = {path: path.read_text(errors="replace") for path in logs}
    assert any("Sent: cerebro_restore is red" in text for text in texts.values()), "the logs were not found"
    assert [path for path, text in texts.items() if SECRET in text] == []
    # In the triggerer and the DAG processor, too, every alert was sent.
    assert [path for path, text in texts.items() if "Not sent (" in text] == []
