"""S3 servers of other makers than that of the local stack, each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from include.cerebro.platform.object_store import ObjectStore
from local.state import HOST, free_port
from tests.integration import packages

KEY, SECRET = "a-key", "a-secret-key"


@contextmanager
def moto() -> Iterator[str]:
    """moto: S3, STS and other services of AWS, in memory; it takes any key. Yields the address."""
    port = free_port()
    with _running([sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)], port) as address:
        yield address


def moto_environment(address: str) -> dict[str, str]:
    """Where moto is, and keys for it, in the names of .local/env."""
    return {"S3_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}


@contextmanager
def seaweedfs(folder: Path) -> Iterator[str]:
    """SeaweedFS, a store for real use."""
    ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
    # Each has a second port for gRPC, by default 10,000 above.
    options = [f"-{name}.port{suffix}={port if not suffix else free_port()}"
               for name, port in ports.items() for suffix in ("", ".grpc")]  # fmt: skip
    configuration = folder / "s3.json"
    keys = [{"accessKey": KEY, "secretKey": SECRET}]
    configuration.write_text(
        json.dumps(
            {"identities": [{"name": "cerebro", "credentials": keys, "actions": ["Admin", "Read", "Write", "List"]}]}
        )
    )
    command = [
        str(packages.seaweedfs()),
        "server",
        f"-dir={folder}",
        f"-ip={HOST}",
        "-s3",
        f"-s3.config={configuration}",
    ]
    with _running([*command, "-volume.max=20", "-s3.port.iceberg=0", *options], ports["s3"]) as address:
        yield address


@contextmanager
def s3rver(folder: Path) -> Iterator[str]:
    """s3rver, for node; it knows one pair of keys."""
    port = free_port()
    command = [str(packages.s3rver()), "--directory", str(folder), "--address", HOST, "--port", str(port), "--silent"]
    with _running(command, port, key="S3RVER", secret="S3RVER") as address:
        yield address


@contextmanager
def _running(command: list[str], port: int, key: str = KEY, secret: str = SECRET) -> Iterator[str]:
    address = f"http://{HOST}:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(ObjectStore(address, key, secret), process.poll)
        yield address
    finally:
        # SeaweedFS would take 10 s to end in order.
        process.kill()
        process.wait(10)


def _await(store: ObjectStore, poll: Callable[[], int | None]) -> None:
    """Wait until buckets can be made: SeaweedFS listens before it can write."""
    client, deadline = store.client(), time.monotonic() + 90
    while True:
        try:
            client.create_bucket(Bucket="ready")
            client.put_object(Bucket="ready", Key="ready", Body=b"ready")
            return
        except (BotoCoreError, ClientError):
            assert poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not get ready"
            time.sleep(0.2)
