"""Whether a service answers: asked of the service itself, with the keys that its users have."""

from collections.abc import Mapping

import boto3
import psycopg2
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


def postgres_answers(environment: Mapping[str, str]) -> bool:
    """Whether the warehouse of these values of .local/env lets one in."""
    try:
        psycopg2.connect(environment["WAREHOUSE_URI"], connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def s3_answers(environment: Mapping[str, str]) -> bool:
    """Whether the S3 server of these values of .local/env takes the key and lists its buckets."""
    client = boto3.client(
        "s3",
        endpoint_url=environment["S3_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
        config=Config(connect_timeout=2, read_timeout=5, retries={"max_attempts": 1}),
    )
    try:
        client.list_buckets()
    except (BotoCoreError, ClientError):
        return False
    return True
