"""S3's notifications in an SQS queue: what fires, what does not, and that no message is lost."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest

from include.cerebro.landing import queue_trigger
from include.cerebro.landing.queue_trigger import UNKNOWN, QueueTrigger
from include.cerebro.landing.told import told_keys
from include.cerebro.zones.landing_zones import LandingZone
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
def trigger(queue: Any, monkeypatch: pytest.MonkeyPatch) -> QueueTrigger:
    """A trigger that reads the queue, and waits shortly."""
    monkeypatch.setattr(queue_trigger, "WAIT_SECONDS", 1)
    monkeypatch.setattr(QueueTrigger, "_connect", lambda _: (queue.meta.client, ZONES))
    return QueueTrigger(queue.url, "minio")


def told(key: str, bucket: str = "b", event: str = "ObjectCreated:Put", **version: str) -> str:
    s3 = {"bucket": {"name": bucket}, "object": {"key": key} | version}
    return json.dumps({"Records": [{"eventName": event, "s3": s3}]})


def events(trigger: QueueTrigger, seconds: float = 6, killed: bool = False) -> list[dict[str, Any]]:
    """The events within a time. A trigger that is killed ends while its first event is on the way."""
    found: list[dict[str, Any]] = []

    async def follow() -> None:
        async for event in trigger.run():
            found.append(event.payload)
            if killed:
                return

    async def within() -> None:
        with pytest.raises(TimeoutError) if not killed else pytest.MonkeyPatch.context():
            await asyncio.wait_for(follow(), seconds)

    asyncio.run(within())
    return found


def waiting(queue: Any) -> int:
    queue.load()
    numbers = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(int(queue.attributes[number]) for number in numbers)


def test_a_burst_fires_once_though_it_comes_twice_and_out_of_order(queue: Any, trigger: QueueTrigger) -> None:
    for number in [*range(11, -1, -1), *range(12)]:
        queue.send_message(MessageBody=told(f"heroes/a+b%26{number}.csv", eTag="e", sequencer=str(number)))
    (event,) = events(trigger)
    assert event["objects"] == 12
    assert told_keys([event]) == {"cerebro": sorted(f"heroes/a b&{number}.csv" for number in range(12))}
    assert waiting(queue) == 0
    # One of them comes once more, later; and another version of it.
    again = [told("heroes/a+b%260.csv", eTag="e", sequencer=sequencer) for sequencer in ("0", "100")]
    assert [list(trigger.arrived(body, ZONES)) for body in again] == [[], [("cerebro", "heroes/a b&0.csv")]]


def test_a_killed_triggerer_loses_no_message(queue: Any, trigger: QueueTrigger) -> None:
    queue.send_message(MessageBody=told("heroes.csv"))
    assert len(events(trigger, killed=True)) == 1
    assert waiting(queue) == 1


def test_a_queue_that_does_not_answer_is_tried_again(
    queue: Any, trigger: QueueTrigger, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Callable[[], Any]] = [lambda: 1 / 0, lambda: (queue.meta.client, ZONES)]
    monkeypatch.setattr(QueueTrigger, "_connect", lambda _: answers.pop(0)())
    queue.send_message(MessageBody=told("heroes.csv"))
    assert len(events(trigger)) == 1


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        (told("heroes.csv"), [("cerebro", "heroes.csv")]),
        (
            told("exports/heroes.csv", "shared", "s3:ObjectCreated:CompleteMultipartUpload"),
            [("watches", "exports/heroes.csv")],
        ),
        (json.dumps({"Type": "Notification", "Message": told("heroes.csv")}), [("cerebro", "heroes.csv")]),
        # What the pipeline or another program writes, and what has left, starts no run.
        (told("heroes.csv", "shared"), []),
        (told("cerebro-quarantine/x.parquet"), []),
        (told("_temporary/heroes.csv"), []),
        (told("heroes.csv", event="ObjectRemoved:Delete"), []),
        (json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}), []),
        # Whatever it is, somebody has sent it.
        ("new files!", [(UNKNOWN, "new files!")]),
        ("[1]", [(UNKNOWN, "[1]")]),
    ],
)
def test_a_message(body: str, keys: list[tuple[str, str]]) -> None:
    assert list(QueueTrigger("q", "minio").arrived(body, ZONES)) == keys
