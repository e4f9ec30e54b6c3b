"""Checks whether a running service answers, with the values of .local/env."""

from collections.abc import Callable, Mapping

import httpx
import psycopg2


def postgres_answers(values: Mapping[str, str]) -> bool:
    """Return whether the warehouse accepts its owner's login."""
    try:
        psycopg2.connect(values["WAREHOUSE_URI"], connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def http_answers(url: str) -> bool:
    """Return whether a server answers at the address, even if it refuses without a key."""
    try:
        return not httpx.get(url, trust_env=False).is_server_error
    except httpx.HTTPError:
        return False


CHECKS: dict[str, Callable[[Mapping[str, str]], bool]] = {
    "postgres": postgres_answers,
    "s3": lambda values: http_answers(values["S3_ENDPOINT_URL"]),
    "api-server": lambda values: http_answers(f"{values['AIRFLOW_API_URL']}/api/v2/version"),
}
