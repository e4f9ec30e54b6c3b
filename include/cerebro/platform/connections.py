"""Turns Airflow's connections and variables into plain values. Below this, the work knows nothing of Airflow."""

from __future__ import annotations

from airflow.sdk import BaseHook, Variable
from airflow.sdk.exceptions import AirflowNotFoundException

from include.cerebro.platform import names
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.warehouse import Warehouse


class ConnectionIncompleteError(ValueError):
    """An Airflow connection lacks a value that is needed."""


def object_store(conn_id: str = names.MINIO_CONN_ID) -> ObjectStore:
    """Return the store that an Airflow connection (type ``aws``) describes.

    Raises:
        ConnectionIncompleteError: the connection has no endpoint or no keys.
    """
    connection = BaseHook.get_connection(conn_id)
    extra = connection.extra_dejson
    endpoint = extra.get("endpoint_url")
    if not endpoint or not connection.login or not connection.password:
        raise ConnectionIncompleteError(
            f"Airflow connection '{conn_id}' needs a login (access key), a password (secret key) and "
            '"endpoint_url" in its extra, for example {"endpoint_url": "http://minio:9000"}.'
        )
    return ObjectStore(
        endpoint_url=endpoint,
        access_key_id=connection.login,
        secret_access_key=connection.password,
        region=extra.get("region_name") or "us-east-1",
        session_token=extra.get("aws_session_token"),
    )


def sample_data_store() -> ObjectStore:
    """Return the store with the right to write sample data: connection ``minio_sample_data``, else ``minio``.

    The pipeline only reads the landing zone, and in the Docker set-up ``minio`` may do no more.
    """
    try:
        return object_store(names.SAMPLE_DATA_CONN_ID)
    except AirflowNotFoundException:
        return object_store()


def warehouse() -> Warehouse:
    """Return the warehouse that the Airflow connection ``warehouse`` (type ``postgres``) describes.

    Raises:
        ConnectionIncompleteError: the connection has no host, login or password.
    """
    connection = BaseHook.get_connection(names.WAREHOUSE_CONN_ID)
    if not connection.host or not connection.login or not connection.password:
        raise ConnectionIncompleteError(
            f"Airflow connection '{names.WAREHOUSE_CONN_ID}' needs a host, a login and a password; "
            "its schema is the database (default cerebro)."
        )
    return Warehouse(
        host=connection.host,
        port=connection.port or 5432,
        user=connection.login,
        password=connection.password,
        database=connection.schema or "cerebro",
    )


def landing_bucket() -> str:
    """Return the landing zone's bucket: the Airflow Variable ``cerebro_bucket``, or its default."""
    return str(Variable.get(names.LANDING_BUCKET_VARIABLE, default=names.DEFAULT_LANDING_BUCKET))
