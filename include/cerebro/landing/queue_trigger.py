"""The trigger that starts a run when S3's notifications in an SQS queue tell of objects of a landing zone.

The provider's own trigger needs aiobotocore, which pins boto3; it fires for every message, also for what the pipeline
writes itself; and it ends at the first error.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import unquote_plus

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from include.cerebro.landing.told import Overdue, tell
from include.cerebro.ledger.told_objects import SOMETHING
from include.cerebro.platform import connections
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.datasets import Dataset, meaning
from include.cerebro.zones.landing_zones import LandingZone, read_landing_zones

# boto3 has no types for SQS here.
Message = dict[str, Any]

# Seconds that a request waits for messages: as long as SQS allows. It returns at once when there are some.
WAIT_SECONDS = 20
# After the first messages those of the same burst are awaited, so many seconds and messages at most: a stream of them
# does not hold the first ones up. A request returns ten.
BURST_SECONDS = 5.0
BURST_MESSAGES = 1_000
# Seconds after which changed landing zones are noticed. It is a request to Airflow.
CONFIGURED_SECONDS = 60.0
# Seconds between requests at most while the queue does not answer.
LONGEST_WAIT = 60.0
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
        """Wait for messages for ever; yield an event when they tell of something new.

        Each request is in a thread: ``sync_to_async`` has one for all triggers, which would wait for messages, too.
        """
        wait = 1.0
        client, zones, connected_at = None, list[LandingZone](), 0.0
        overdue = Overdue(connections.warehouse)
        while True:
            try:
                if client is None or time.monotonic() > connected_at + CONFIGURED_SECONDS:
                    client, zones = await asyncio.to_thread(self._connect)
                    connected_at = time.monotonic()
                # Before this trigger tells of something itself.
                if again := await asyncio.to_thread(overdue.look, [zone.name for zone in zones]):
                    yield TriggerEvent(again.model_dump())  # type: ignore[no-untyped-call]
                messages = await asyncio.to_thread(self._receive, client)
                if keys := self._keys(messages, zones):
                    arrival = await asyncio.to_thread(tell, connections.warehouse, keys)
                    yield TriggerEvent(arrival.model_dump())  # type: ignore[no-untyped-call]
                await asyncio.to_thread(self._delete, client, messages)
                wait = 1.0
            except Exception as error:  # noqa: BLE001 - whatever is wrong with the queue; the audit finds the objects
                client, wait = None, min(2 * wait, LONGEST_WAIT)
                # What was read last is told again: it may not have been written.
                self._told.clear()
                self.log.warning("The queue %s cannot be read, next try in %.0f s: %s", self.queue, wait, error)
                await asyncio.sleep(wait)

    def _keys(self, messages: list[Message], zones: list[LandingZone]) -> dict[str, list[str]]:
        """Return what messages tell of for the first time: keys by landing zone, or SOMETHING in all of them."""
        keys: dict[str, list[str]] = {}
        for message in messages:
            for zone, key in self.arrived(message.get("Body", ""), zones):
                keys.setdefault(zone, []).append(key)
        return keys

    def arrived(self, body: str, zones: list[LandingZone]) -> Iterator[tuple[str, str]]:
        """Yield landing zone and key of the objects that a message tells of for the first time.

        If it is none of S3's own notifications, it is SOMETHING in each landing zone.

        Args:
            body: the message.
            zones: the landing zones, of which only objects of their datasets count.
        """
        try:
            for bucket, key, version in _created(json.loads(body)):
                holders = [zone.name for zone in zones if _is_object(zone, bucket, key)]
                identity = (bucket, key, str(version.get("eTag", "")), str(version.get("sequencer", "")))
                if holders and (not any(identity[2:]) or self._is_first(identity)):
                    yield from ((holder, key) for holder in holders)
        except (ValueError, LookupError, TypeError, AttributeError):
            # Of another sender: that something has arrived is all that it needs to say.
            yield from ((zone.name, SOMETHING) for zone in zones)

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
        until = None
        while until is None or (time.monotonic() < until and len(messages) < BURST_MESSAGES):
            wait = WAIT_SECONDS if until is None else 1
            answer = client.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=wait)
            if not answer.get("Messages"):
                break
            until = until or time.monotonic() + BURST_SECONDS
            messages += answer["Messages"]
        return messages

    def _delete(self, client: Any, messages: list[Message]) -> None:
        # A message that is not deleted comes again, and is known then.
        entries = [{"Id": str(number), "ReceiptHandle": it["ReceiptHandle"]} for number, it in enumerate(messages)]
        for first in range(0, len(entries), 10):
            client.delete_message_batch(QueueUrl=self.queue, Entries=entries[first : first + 10])


def _created(told: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield bucket, key and version of the objects that a notification says were created.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: it is no notification of S3's, SNS's or EventBridge's.
    """
    # A topic of SNS wraps the notification.
    told = json.loads(told["Message"]) if "Message" in told else told
    if told.get("Event") == "s3:TestEvent":
        return
    if told.get("source") == "aws.s3":
        # EventBridge's form, whose keys are plain.
        if told["detail-type"] == "Object Created":
            version = told["detail"]["object"]
            yield told["detail"]["bucket"]["name"], version["key"], version | {"eTag": version.get("etag", "")}
        return
    for record in told["Records"]:
        version = record["s3"]["object"]
        if str(record["eventName"]).removeprefix("s3:").startswith("ObjectCreated"):
            yield record["s3"]["bucket"]["name"], unquote_plus(version["key"]), version


def _is_object(zone: LandingZone, bucket: str, key: str) -> bool:
    """Return whether an object belongs to a dataset of a landing zone."""
    is_there = bucket == zone.bucket and key.startswith(zone.prefix)
    return is_there and isinstance(meaning(key.removeprefix(zone.prefix)), Dataset)
