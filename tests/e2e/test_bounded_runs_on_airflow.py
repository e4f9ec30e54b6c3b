"""A backlog drains in several runs, one after the other; and S3's notifications in an SQS queue start runs."""

import json
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local.run import RESTORE_DAG
from testing.services import running, settings_apart
from testing.sites import object_store
from tests.e2e.scheduler import Scheduler, ready
from tests.integration.s3_servers import KEY, SECRET, moto
from tests.integration.samples import one_reading
from tests.oracle.warehouse import query

# Seconds within which all runs of a test are to be over, on a busy machine; and in which a needless run would start.
TIMEOUT = 900
QUIET_SECONDS = 15


pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def queue() -> Iterator[Any]:
    """A queue that is empty."""
    with moto() as address:
        sqs = boto3.resource(
            "sqs", "us-east-1", endpoint_url=address, aws_access_key_id=KEY, aws_secret_access_key=SECRET
        )
        made: Any = sqs.create_queue(QueueName="arrivals")
        made.endpoint = address
        yield made


@pytest.fixture(scope="module")
def stack(queue: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A stack whose runs take two batches of two objects, and which is told of arrivals by the queue."""
    product = {
        "CEREBRO_RUN_OBJECTS": "4",
        "CEREBRO_BATCH_OBJECTS": "2",
        "CEREBRO_ARRIVAL_QUEUE": queue.url,
        "CEREBRO_ARRIVAL_QUEUE_CONNECTION": "arrivals",
    }
    with running(settings_apart(tmp_path_factory.mktemp("bounded")), airflow=True, product=product) as values:
        yield values


@pytest.fixture(scope="module")
def api(stack: dict[str, str], queue: Any) -> Scheduler:
    scheduler = ready(stack)
    # The trigger tries again until there is the connection that it needs.
    extra = json.dumps({"endpoint_url": queue.endpoint, "region_name": "us-east-1"})
    connection = {"connection_id": "arrivals", "conn_type": "aws", "login": KEY, "password": SECRET, "extra": extra}
    scheduler.call("POST", "/connections", json=connection)
    return scheduler


@pytest.fixture(scope="module")
def client(stack: dict[str, str]) -> Any:
    return object_store(stack).client()


def put(client: Any, key: str, body: bytes) -> None:
    client.put_object(Bucket="cerebro-data", Key=key, Body=body)


def settle(api: Scheduler, before: set[str]) -> int:
    """Wait until runs have started and no more do; return how many there were."""
    deadline, quiet_since = time.monotonic() + TIMEOUT, time.monotonic()
    while time.monotonic() < quiet_since + QUIET_SECONDS or not api.run_ids(RESTORE_DAG) - before:
        assert time.monotonic() < deadline, "runs do not end, or none has started"
        if any(run.state in ("queued", "running") for run in api.runs(RESTORE_DAG, limit=10)):
            quiet_since = time.monotonic()
        time.sleep(0.3)
    return len(api.run_ids(RESTORE_DAG) - before)


def loads(stack: dict[str, str], like: str) -> list[tuple[str, str]]:
    statement = f"select object_key, status from raw.loads where object_key like '{like}' order by 1"
    return [(row["object_key"], row["status"]) for row in query(stack["WAREHOUSE_URI"], statement)]


def test_a_backlog_drains_in_several_runs_though_one_object_is_broken(
    stack: dict[str, str], api: Scheduler, client: Any
) -> None:
    put(client, "biometrics/broken.parquet", b"bad")
    expected = [("biometrics/broken.parquet", "failed")]
    for number in range(10):
        key = f"biometrics/{number}.parquet"
        put(client, key, one_reading(at=f"2025-01-01 12:{number:02d}:00"))
        expected.append((key, "loaded"))
    put(client, "heroes.csv", b"hero_id,name,alter_ego,first_appearance\nhulk,Hulk,,\n")
    before = api.run_ids(RESTORE_DAG)
    api.trigger(RESTORE_DAG, {})
    # 11 objects, four a run. The oldest one is broken, so that every run is red.
    assert settle(api, before) == 3
    assert loads(stack, "biometrics/%") == sorted(expected)
    waiting = query(stack["WAREHOUSE_URI"], "select objects_waiting from meta.listings order by listed_at")
    assert [row["objects_waiting"] for row in waiting] == [7, 3, 0]
    readings = query(stack["WAREHOUSE_URI"], "select sum(reading_count) as readings from marts.fact_biometrics")
    assert int(readings[0]["readings"]) == 10
    # Heroes did not wait.
    heroes = query(stack["WAREHOUSE_URI"], "select count(*) as runs from raw.loads where object_key = 'heroes.csv'")
    assert heroes[0]["runs"] == 1


def test_notifications_that_come_twice_and_out_of_order_load_once(
    stack: dict[str, str], api: Scheduler, client: Any, queue: Any
) -> None:
    before = api.run_ids(RESTORE_DAG)
    for name in "ab":
        put(client, f"heroes/{name}.csv", f"hero_id,name,alter_ego,first_appearance\n{name},{name},,\n".encode())
    for name in "bab":
        s3 = {"bucket": {"name": "cerebro-data"}, "object": {"key": f"heroes/{name}.csv", "eTag": name}}
        queue.send_message(MessageBody=json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": s3}]}))
    # What comes while a run begins may start another one.
    assert settle(api, before) <= 2
    assert loads(stack, "heroes/%") == [("heroes/a.csv", "loaded"), ("heroes/b.csv", "loaded")]
