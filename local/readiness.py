"""Checks whether a running component answers, with the values of .local/env."""

from collections.abc import Callable, Mapping

import httpx
import psycopg2

from local.airflow_api import AirflowApi

# Each raises if the service does not answer. Logging in proves that no other program has the port.
_PROBES: dict[str, Callable[[Mapping[str, str]], object]] = {
    "postgres": lambda values: psycopg2.connect(values["WAREHOUSE_URI"], connect_timeout=2).close(),
    "s3": lambda values: httpx.get(values["S3_ENDPOINT_URL"], trust_env=False),
    "api-server": lambda values: AirflowApi(values).log_in(),
}


def answers(name: str, values: Mapping[str, str]) -> bool:
    """Return whether the component answers; True for a component without a probe."""
    try:
        _PROBES.get(name, bool)(values)
    except (psycopg2.OperationalError, httpx.HTTPError):
        return False
    return True
