"""Turns Airflow's connections and variables into plain values. Below this, the work knows nothing of Airflow."""

from __future__ import annotations

import os
from typing import Any

from airflow.sdk import BaseHook, Variable
from airflow.sdk.exceptions import AirflowNotFoundException

from include.cerebro.platform import names
from include.cerebro.platform.errors import FinalError
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.warehouse import Warehouse

# What PostgresHook keeps for itself of the extra (PostgresHook.ignored_extra_options): all else is for libpq.
_EXTRA_OF_THE_HOOK = frozenset(
    {
        "iam",
        "redshift",
        "redshift-serverless",
        "cursor",
        "cluster-identifier",
        "workgroup-name",
        "aws_conn_id",
        "sqlalchemy_scheme",
        "sqlalchemy_query",
        "azure_conn_id",
    }
)
# libpq's parameters that neither dbt's profile nor an environment variable can hold as they are meant.
_REFUSED_BY_DBT = frozenset({"service", "sslpassword"})


class ConnectionIncompleteError(FinalError, ValueError):
    """An Airflow connection lacks a value that is needed, or has one that cannot be used."""


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
    from botocore.exceptions import NoRegionError

    hook: Any = AwsBaseHook(conn_id, client_type="s3")
    there = hook.conn_config
    try:
        session = hook.get_session()
    except NoRegionError as error:
        raise ConnectionIncompleteError(
            f"Airflow connection '{conn_id}' assumes a role, which needs a region. Give its extra a region_name, or "
            "set AWS_DEFAULT_REGION."
        ) from error
    if isinstance(there.verify, str) and not os.access(there.verify, os.R_OK):
        raise ConnectionIncompleteError(
            f"Airflow connection '{conn_id}' names the CA {there.verify} as verify in its extra, which is not there "
            "or cannot be read. It has to be at the same path in each container that reads the store."
        )
    store = ObjectStore(
        endpoint_url=there.get_service_endpoint_url("s3") or "",
        region=session.region_name or "us-east-1",
        credentials=session.get_credentials(),
        profile=there.profile_name,
        verify=there.verify,
        config=there.botocore_config,
        written_with=_written_with(conn_id, there.get_service_config("s3").get("extra_args") or {}),
        conn_id=conn_id,
    )
    if store.credentials is None and not store.is_anonymous:
        raise ConnectionIncompleteError(
            f"Airflow connection '{conn_id}' has no keys, and the environment offers no credentials. Give it a login "
            "(access key) and a password (secret key), or role_arn or profile_name in its extra, or let it run where "
            "AWS provides a role."
        )
    return store


def _written_with(conn_id: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of every write: those that the provider's S3Hook takes as ``extra_args``, too."""
    if not arguments:
        return {}
    from boto3.s3.transfer import S3Transfer

    refused = sorted(
        name for name in arguments if name not in S3Transfer.ALLOWED_UPLOAD_ARGS or name.startswith("SSECustomer")
    )
    if refused:
        raise ConnectionIncompleteError(
            f"service_config.s3.extra_args of Airflow connection '{conn_id}' has {', '.join(refused)}. Leave it out: "
            "it takes the upload arguments of boto3's S3Transfer, except a customer's own key (DuckDB cannot use it)."
        )
    return arguments


def sample_data_store() -> ObjectStore:
    """Return the store with the right to write sample data: connection ``minio_sample_data``, else ``minio``.

    The pipeline only reads the landing zone, and in the Docker set-up ``minio`` may do no more.
    """
    try:
        return object_store(names.SAMPLE_DATA_CONN_ID)
    except AirflowNotFoundException:
        return object_store()


def erasure_store(conn_id: str) -> ObjectStore:
    """Return the store with rights to write to a landing zone: connection ``<conn_id>_erasure``, or ``conn_id``."""
    try:
        return object_store(f"{conn_id}_erasure")
    except AirflowNotFoundException:
        return object_store(conn_id)


def warehouse(conn_id: str = names.WAREHOUSE_CONN_ID) -> Warehouse:
    """Return the warehouse that an Airflow connection (type ``postgres``) describes.

    The connection means what it means to Airflow's ``PostgresHook``: its extra holds parameters of libpq, which
    override the connection's own fields, or asks for an IAM token instead of a password. The hook itself is imported
    for a token alone: the import takes 0.6 s of each task.

    Raises:
        ConnectionIncompleteError: the connection has no host or no login, or a parameter that dbt cannot take.
    """
    connection = BaseHook.get_connection(conn_id)
    extra = connection.extra_dejson
    fields = {
        "host": connection.host,
        "port": connection.port,
        "user": connection.login,
        "password": connection.password,
        "dbname": connection.schema,
    }
    parameters = fields | {name: value for name, value in extra.items() if name not in _EXTRA_OF_THE_HOOK}
    host, port, user, password, database = (parameters.pop(name) for name in fields)
    if not user or not (host or parameters.get("hostaddr")):
        raise ConnectionIncompleteError(
            f"Airflow connection '{conn_id}' needs a host (or the folder of a Unix socket) and a "
            "login; its schema is the database (default cerebro)."
        )
    refused = sorted(_REFUSED_BY_DBT & parameters.keys()) + ["port"] * (not str(port or 0).isdigit())
    if refused:
        raise ConnectionIncompleteError(
            f"The extra of Airflow connection '{conn_id}' has {', '.join(refused)}, which dbt cannot "
            "take. Set host, one port and login in the connection, and use a client key without a password."
        )

    def iam_token() -> str:
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        return PostgresHook(conn_id).get_iam_token(connection)[1]

    return Warehouse(
        host=host or "",
        port=int(port or 5432),
        user=user,
        password="" if extra.get("iam") else password or "",
        database=database or "cerebro",
        parameters=parameters,
        new_password=iam_token if extra.get("iam") else None,
        role_prefix=read_settings().role_prefix,
        conn_id=conn_id,
    )


def dbt_warehouse() -> Warehouse:
    """Return the warehouse as dbt logs in to it: connection ``warehouse_dbt``, else ``warehouse``."""
    try:
        return warehouse(names.DBT_CONN_ID)
    except AirflowNotFoundException:
        return warehouse()


def landing_bucket() -> str:
    """Return the landing zone's bucket: the Airflow Variable ``cerebro_bucket``, or its default."""
    return str(Variable.get(names.LANDING_BUCKET_VARIABLE, default=names.DEFAULT_LANDING_BUCKET))
