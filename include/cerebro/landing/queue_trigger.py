"""The trigger that starts a run when S3's notifications in an SQS queue tell of objects of a landing zone.

The provider's own trigger needs aiobotocore, which pins boto3; it fires for every message, also for what the pipeline
writes itself; and it ends at the first error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import unquote_plus

from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from asgiref.sync import sync_to_async

from include.cerebro.landing.told import Arrival, arrival
from include.cerebro.platform import connections
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.datasets import Dataset, meaning
from include.cerebro.zones.landing_zones import LandingZone, read_landing_zones

# boto3 has no types for SQS here.
Message = dict[str, Any]

# Seconds that a request waits for messages: as long as SQS allows. It returns at once when there are some.
WAIT_SECONDS = 20
# After the first messages those of the same burst are awaited, a second each time, and so often at most.
BURST_REQUESTS = 15
# Seconds between requests at most while the queue does not answer.
LONGEST_WAIT = 60.0
# Instead of a landing zone's name: the message does not tell which objects have arrived.
UNKNOWN = ""
# Notifications that are remembered, for SQS delivers some twice.
REMEMBERED = 10_000


class QueueTrigger(BaseEventTrigger):
    """Fires when messages tell of new objects of the landing zones; a message is deleted after that.

    So a triggerer that is killed loses none. What is told twice, in whatever order, fires once.
    """

    def __init__(self, queue: str, connection: str) -> None:
        """Create the trigger.

        Args:
            queue: the queue's address.
            connection: the Airflow connection that reads it.
        """
        super().__init__()  # type: ignore[no-untyped-call]
        self.queue = queue
        self.connection = connection
        self._told: dict[tuple[str, ...], None] = {}

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments, as Airflow keeps them."""
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        return name, {"queue": self.queue, "connection": self.connection}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait for messages for ever; yield an event when they tell of something new."""
        wait = 1.0
        client, zones = None, list[LandingZone]()
        while True:
            try:
                if client is None:
                    client, zones = await sync_to_async(self._connect)()
                messages = await sync_to_async(self._receive)(client)
                arrived = self._arrival(messages, zones)
                if arrived:
                    yield TriggerEvent(arrived.model_dump())  # type: ignore[no-untyped-call]
                await sync_to_async(self._delete)(client, messages)
                wait = 1.0
            except Exception as error:  # noqa: BLE001 - whatever is wrong with the queue; the audit finds the objects
                client, wait = None, min(2 * wait, LONGEST_WAIT)
                self.log.warning("The queue %s cannot be read, next try in %.0f s: %s", self.queue, wait, error)
                await asyncio.sleep(wait)

    def _arrival(self, messages: list[Message], zones: list[LandingZone]) -> Arrival | None:
        keys: dict[str, dict[str, None]] = {}
        for message in messages:
            for zone, key in self.arrived(message.get("Body", ""), zones):
                keys.setdefault(zone, {})[key] = None
        unnamed = len(keys.pop(UNKNOWN, ()))
        return arrival({zone: list(of_zone) for zone, of_zone in keys.items()}, unnamed) if keys or unnamed else None

    def arrived(self, body: str, zones: list[LandingZone]) -> Iterator[tuple[str, str]]:
        """Yield landing zone and key of the objects that a message tells of for the first time.

        If it is none of S3's own notifications: UNKNOWN, and its text.

        Args:
            body: the message.
            zones: the landing zones, of which only objects of their datasets count.
        """
        try:
            told = json.loads(body)
            # A topic of SNS wraps the notification.
            told = json.loads(told["Message"]) if "Message" in told else told
            if told.get("Event") == "s3:TestEvent":
                return
            for record in told["Records"]:
                key, version = unquote_plus(record["s3"]["object"]["key"]), record["s3"]["object"]
                bucket = record["s3"]["bucket"]["name"]
                is_created = str(record["eventName"]).removeprefix("s3:").startswith("ObjectCreated")
                holders = [zone.name for zone in zones if is_created and _is_object(zone, bucket, key)]
                identity = (bucket, key, str(version.get("eTag", "")), str(version.get("sequencer", "")))
                if holders and (not any(identity[2:]) or self._is_first(identity)):
                    yield from ((holder, key) for holder in holders)
        except (ValueError, LookupError, TypeError, AttributeError):
            # Of another sender: that something has arrived is all that it needs to say.
            yield UNKNOWN, body[:200]

    def _is_first(self, identity: tuple[str, ...]) -> bool:
        if identity in self._told:
            return False
        self._told[identity] = None
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        return True

    def _connect(self) -> tuple[Any, list[LandingZone]]:
        # Imported here: 0.4 s of each reading of a DAG file.
        from airflow.providers.amazon.aws.hooks.sqs import SqsHook

        zones = read_landing_zones(read_settings(), connections.landing_bucket())
        return SqsHook(aws_conn_id=self.connection).get_conn(), list(zones)

    def _receive(self, client: Any) -> list[Message]:
        """Return the next messages, and those of the same burst."""
        messages: list[Message] = []
        for number in range(1 + BURST_REQUESTS):
            wait = 1 if number else WAIT_SECONDS
            answer = client.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=wait)
            if not answer.get("Messages"):
                break
            messages += answer["Messages"]
        return messages

    def _delete(self, client: Any, messages: list[Message]) -> None:
        for message in messages:
            client.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])


def _is_object(zone: LandingZone, bucket: str, key: str) -> bool:
    """Return whether an object belongs to a dataset of a landing zone."""
    is_there = bucket == zone.bucket and key.startswith(zone.prefix)
    return is_there and isinstance(meaning(key.removeprefix(zone.prefix)), Dataset)
