"""S3's notifications in an SQS queue: what fires, what does not, and that no message is lost."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest

from include.cerebro.landing import queue_trigger, told
from include.cerebro.landing.queue_trigger import QueueTrigger
from include.cerebro.ledger.told_objects import SOMETHING
from include.cerebro.platform import connections
from include.cerebro.zones.landing_zones import LandingZone
from tests.integration.helpers import Site
from tests.integration.s3_servers import KEY, SECRET, moto

ZONES = [LandingZone(name="cerebro", bucket="b"), LandingZone(name="watches", bucket="shared", prefix="exports/")]


@pytest.fixture(scope="module")
def sqs() -> Iterator[Any]:
    with moto() as address:
        yield boto3.resource(
            "sqs", "us-east-1", endpoint_url=address, aws_access_key_id=KEY, aws_secret_access_key=SECRET
        )


@pytest.fixture
def queue(sqs: Any) -> Any:
    """A queue of its own: a request of the test before may still be waiting."""
    return sqs.create_queue(QueueName=f"arrivals-{uuid4()}")


@pytest.fixture
def trigger(queue: Any, site: Site, monkeypatch: pytest.MonkeyPatch) -> QueueTrigger:
    """A trigger that reads the queue and tells the site's warehouse, and waits shortly."""
    monkeypatch.setattr(connections, "warehouse", lambda: site.warehouse)
    monkeypatch.setattr(queue_trigger, "WAIT_SECONDS", 1)
    monkeypatch.setattr(QueueTrigger, "_connect", lambda _: (queue.meta.client, ZONES))
    return QueueTrigger(queue.url, "minio")


def message(key: str, bucket: str = "b", event: str = "ObjectCreated:Put", **version: str) -> str:
    s3 = {"bucket": {"name": bucket}, "object": {"key": key} | version}
    return json.dumps({"Records": [{"eventName": event, "s3": s3}]})


def bridge(key: str, bucket: str = "b", kind: str = "Object Created") -> str:
    """A notification in EventBridge's form."""
    detail = {"bucket": {"name": bucket}, "object": {"key": key, "size": 1, "etag": "e", "sequencer": "1"}}
    return json.dumps({"version": "0", "source": "aws.s3", "detail-type": kind, "detail": detail})


def events(trigger: QueueTrigger, seconds: float = 10, killed: bool = False) -> list[dict[str, Any]]:
    """The events until none comes for 2.5 s, which is two questions to the queue.

    Args:
        trigger: what fires them.
        seconds: how long the first one may take.
        killed: whether the trigger ends while its first event is on the way.
    """
    found: list[dict[str, Any]] = []

    async def follow() -> None:
        following = trigger.run()
        with suppress(TimeoutError):
            while not (killed and found):
                event = await asyncio.wait_for(anext(following), 2.5 if found else seconds)
                found.append(event.payload)

    asyncio.run(follow())
    return found


def waiting(queue: Any) -> int:
    queue.load()
    numbers = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(int(queue.attributes[number]) for number in numbers)


def told_keys(site: Site) -> list[tuple[str, str]]:
    return [
        (zone, key) for zone, key in site.rows("select landing_zone, object_key from meta.told_objects order by 1, 2")
    ]


def test_a_burst_fires_once_though_it_comes_twice_and_out_of_order(
    queue: Any, trigger: QueueTrigger, site: Site
) -> None:
    for number in [*range(11, -1, -1), *range(12)]:
        queue.send_message(MessageBody=message(f"heroes/a+b%26{number}.csv", eTag="e", sequencer=str(number)))
    (event,) = events(trigger)
    assert event["objects"] == 12
    assert told.is_told(event)
    assert told_keys(site) == [("cerebro", key) for key in sorted(f"heroes/a b&{number}.csv" for number in range(12))]
    assert waiting(queue) == 0
    # One of them comes once more, later; and another version of it.
    again = [message("heroes/a+b%260.csv", eTag="e", sequencer=sequencer) for sequencer in ("0", "100")]
    assert [list(trigger.arrived(body, ZONES)) for body in again] == [[], [("cerebro", "heroes/a b&0.csv")]]


def test_a_killed_triggerer_loses_no_message(queue: Any, trigger: QueueTrigger) -> None:
    queue.send_message(MessageBody=message("heroes.csv"))
    assert len(events(trigger, killed=True)) == 1
    assert waiting(queue) == 1


def test_a_triggerer_that_was_killed_before_airflow_had_its_event_fires_again(
    queue: Any, trigger: QueueTrigger, site: Site
) -> None:
    queue.send_message(MessageBody=message("heroes.csv"))
    assert len(events(trigger)) == 1
    assert waiting(queue) == 0
    # No run has looked at it since.
    restarted = QueueTrigger(queue.url, "minio")
    assert [event["objects"] for event in events(restarted)] == [1]
    site.rows("delete from meta.told_objects returning 1")
    assert events(QueueTrigger(queue.url, "minio"), 4) == []


def test_what_no_run_has_looked_at_for_minutes_has_another_one_start(
    trigger: QueueTrigger, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "OVERDUE", timedelta(seconds=1))
    due = "insert into meta.told_objects (landing_zone, object_key, due_at) values ('cerebro', 'a', now() + interval"
    site.rows(f"{due} '3 s') returning 1")
    assert events(trigger, 3) == []
    # Once, and then after twice the time.
    assert 1 <= len(events(trigger)) <= 3


def test_messages_stay_in_the_queue_while_the_warehouse_is_away(
    queue: Any, trigger: QueueTrigger, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = [True]
    queue.set_attributes(Attributes={"VisibilityTimeout": "1"})
    there = replace(site.warehouse, host="127.0.0.1", port=1)
    monkeypatch.setattr(connections, "warehouse", lambda: there if away[0] else site.warehouse)
    queue.send_message(MessageBody=message("heroes.csv", eTag="e", sequencer="1"))
    assert events(trigger, 4) == []
    assert waiting(queue) == 1
    away[0] = False
    assert len(events(trigger)) == 1
    assert told_keys(site) == [("cerebro", "heroes.csv")]


def test_a_warehouse_that_no_run_has_prepared_has_the_run_list(queue: Any, trigger: QueueTrigger, site: Site) -> None:
    site.rows("drop table meta.told_objects; select 1")
    queue.send_message(MessageBody=message("heroes.csv"))
    (event,) = events(trigger)
    assert not told.is_told(event)
    assert event["examples"] == ["heroes.csv"]
    assert waiting(queue) == 0


def test_a_queue_that_does_not_answer_is_tried_again(
    queue: Any, trigger: QueueTrigger, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Callable[[], Any]] = [lambda: 1 / 0, lambda: (queue.meta.client, ZONES)]
    monkeypatch.setattr(QueueTrigger, "_connect", lambda _: answers.pop(0)())
    queue.send_message(MessageBody=message("heroes.csv"))
    assert len(events(trigger)) == 1


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        (message("heroes.csv"), [("cerebro", "heroes.csv")]),
        (
            message("exports/heroes.csv", "shared", "s3:ObjectCreated:CompleteMultipartUpload"),
            [("watches", "exports/heroes.csv")],
        ),
        (json.dumps({"Type": "Notification", "Message": message("heroes.csv")}), [("cerebro", "heroes.csv")]),
        # What the pipeline or another program writes, and what has left, starts no run.
        (message("heroes.csv", "shared"), []),
        (message("cerebro-quarantine/x.parquet"), []),
        (message("_temporary/heroes.csv"), []),
        (message("heroes.csv", event="ObjectRemoved:Delete"), []),
        (json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}), []),
        (bridge("exports/a+b.csv", "shared"), []),
        (bridge("exports/heroes/a+b.csv", "shared"), [("watches", "exports/heroes/a+b.csv")]),
        (bridge("heroes.csv", kind="Object Deleted"), []),
        # Whatever it is, somebody has sent it.
        ("new files!", [("cerebro", SOMETHING), ("watches", SOMETHING)]),
        ("[1]", [("cerebro", SOMETHING), ("watches", SOMETHING)]),
    ],
)
def test_a_message(body: str, keys: list[tuple[str, str]]) -> None:
    assert list(QueueTrigger("q", "minio").arrived(body, ZONES)) == keys
