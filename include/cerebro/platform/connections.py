"""Turns Airflow's connections and variables into plain values. Below this, the work knows nothing of Airflow."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseHook, Variable
from airflow.sdk.exceptions import AirflowNotFoundException

from include.cerebro.platform import names
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.warehouse import Warehouse


class ConnectionIncompleteError(ValueError):
    """An Airflow connection lacks a value that is needed."""


def object_store(conn_id: str = names.MINIO_CONN_ID) -> ObjectStore:
    """Return the store that an Airflow connection (type ``aws``) describes.

    The Amazon provider resolves the connection: keys, profile, role, or what the environment of the process offers.

    Raises:
        AirflowNotFoundException: there is no such connection.
        ConnectionIncompleteError: the connection has half a key, or neither it nor the environment has credentials.
        botocore.exceptions.ClientError: the role cannot be assumed.
    """
    # The provider's hook continues without a connection that it does not find; here that is an error.
    connection = BaseHook.get_connection(conn_id)
    if bool(connection.login) != bool(connection.password):
        raise ConnectionIncompleteError(
            f"Airflow connection '{conn_id}' has only one of login (access key) and password (secret key). Give both, "
            "or neither if the keys come from a role, a profile or the environment."
        )
    # Imported here: 0.06 s of processor time after boto3. Resolving takes 0.01 s.
    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook

    hook: Any = AwsBaseHook(conn_id, client_type="s3")
    there = hook.conn_config
    session = hook.get_session()
    store = ObjectStore(
        endpoint_url=there.get_service_endpoint_url("s3") or "",
        region=session.region_name or "us-east-1",
        credentials=session.get_credentials(),
        profile=there.profile_name,
        verify=there.verify,
        config=there.botocore_config,
    )
    if store.credentials is None and not store.is_anonymous:
        raise ConnectionIncompleteError(
            f"Airflow connection '{conn_id}' has no keys, and the environment offers no credentials. Give it a login "
            "(access key) and a password (secret key), or role_arn or profile_name in its extra, or let it run where "
            "AWS provides a role."
        )
    return store


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
