"""Sites, which are used once and removed: a landing zone, a quarantine and a warehouse each."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql
from psycopg2.errors import DuplicateDatabase
from psycopg2.extensions import cursor

from include.cerebro.landing.listing import list_objects
from include.cerebro.loading.site import LoadSite
from include.cerebro.platform.names import DBT_ROOT, DEFAULT_LANDING_ZONE, DEFAULT_ROLE_PREFIX
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.settings import Settings, read_settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.schema.setup import prepare_warehouse
from include.cerebro.transforming.plan import Plan
from include.cerebro.transforming.state import begin, plan, record_transformation
from include.cerebro.zones.landing_zones import LandingZone
from local.settings import executable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef


@dataclass
class Site:
    """One bucket, one quarantine bucket and one database."""

    store: ObjectStore
    warehouse: Warehouse
    superuser_uri: str
    bucket: str
    quarantine_bucket: str

    @cached_property
    def client(self) -> S3Client:
        """A boto3 S3 client."""
        client: S3Client = self.store.client()
        return client

    @property
    def settings(self) -> Settings:
        """The settings of this process, with the site's own quarantine."""
        return read_settings().model_copy(update={"quarantine_bucket": self.quarantine_bucket})

    @property
    def zone(self) -> LandingZone:
        """The bucket as the default landing zone."""
        return LandingZone(name=DEFAULT_LANDING_ZONE, bucket=self.bucket)

    @property
    def load_site(self) -> LoadSite:
        """What a loader needs."""
        return LoadSite(self.zone, self.store, self.warehouse, self.settings)

    @property
    def warehouse_uri(self) -> str:
        """The warehouse with its owner's name and password."""
        there = self.warehouse
        return f"postgresql://{there.user}:{there.password}@{there.host}:{there.port}/{there.database}"

    @contextmanager
    def superuser(self) -> Iterator[cursor]:
        """Open a cursor with all rights that commits every statement by itself."""
        uri = urlsplit(self.superuser_uri)._replace(path=f"/{self.warehouse.database}").geturl()
        connection = psycopg2.connect(uri, options="-c timezone=UTC")
        connection.autocommit = True
        try:
            with connection.cursor() as opened:
                yield opened
        finally:
            connection.close()

    def environment(self) -> dict[str, str]:
        """Return the environment in which dbt, or another process, finds the site."""
        return {
            "S3_ENDPOINT_URL": self.store.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.store.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.store.secret_access_key,
            "CEREBRO_QUARANTINE_BUCKET": self.quarantine_bucket,
            "WAREHOUSE_HOST": self.warehouse.host,
            "WAREHOUSE_PORT": str(self.warehouse.port),
            "WAREHOUSE_USER": self.warehouse.user,
            "WAREHOUSE_PASSWORD": self.warehouse.password,
            "CEREBRO_ROLE_PREFIX": self.warehouse.role_prefix,
            "WAREHOUSE_DATABASE": self.warehouse.database,
        }

    def plan(self) -> Plan:
        """Return what a transformation would do now."""
        return plan(self.warehouse, self.settings.dbt_manifest)

    def build(self, scratch: Path) -> None:
        """Transform as a DAG run does: plan, build and test with dbt, record that it has finished.

        Raises:
            RuntimeError: a model or a test failed. The message is dbt's output.
        """
        planned = self.plan()
        begin(self.warehouse, planned)
        self.dbt_build(scratch, planned)
        record_transformation(self.warehouse, planned.state)

    def dbt_build(self, scratch: Path, planned: Plan) -> None:
        """Build and test what is planned with dbt, and record nothing.

        Raises:
            RuntimeError: a model or a test failed. The message is dbt's output.
        """
        with self.start_dbt_build(scratch, planned) as process:
            output, _ = process.communicate()
        if process.returncode:
            raise RuntimeError(output)

    def start_dbt_build(self, scratch: Path, planned: Plan) -> subprocess.Popen[str]:
        """Start dbt on what is planned, tests included; its output goes to a pipe.

        dbt's parsed project and its results are in ``scratch`` / "target": a kept folder saves seconds each time.
        """
        return subprocess.Popen(
            [str(executable("dbt")), *self.dbt_arguments(planned)],
            env=os.environ | self.dbt_environment(scratch, planned),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def dbt_arguments(self, planned: Plan) -> list[str]:
        """Return the arguments with which dbt builds and tests what is planned."""
        project = ["--project-dir", str(DBT_ROOT), "--profiles-dir", str(DBT_ROOT)]
        return ["build", "--exclude-resource-type", "unit_test", *planned.flags(), *project]

    def dbt_environment(self, scratch: Path, planned: Plan) -> dict[str, str]:
        """Return the variables from which dbt knows the site, the plan, and where to keep its files."""
        folders = {"DBT_TARGET_PATH": str(scratch / "target"), "DBT_LOG_PATH": str(scratch / "logs")}
        return self.environment() | planned.environment() | folders | {"DO_NOT_TRACK": "1"}

    def __getstate__(self) -> dict[str, object]:
        """The state for another process: without the client, which each process makes for itself."""
        return {name: value for name, value in self.__dict__.items() if name != "client"}

    def drop(self) -> None:
        """Remove the database and both buckets."""
        for bucket in (self.bucket, self.quarantine_bucket):
            self.remove_bucket(bucket)
        self.drop_database()

    def remove_bucket(self, bucket: str) -> None:
        """Remove a bucket and all that is in it."""
        keys: list[ObjectIdentifierTypeDef] = [{"Key": stored.key} for stored in list_objects(self.client, bucket, "")]
        for first in range(0, len(keys), 1000):
            self.client.delete_objects(Bucket=bucket, Delete={"Objects": keys[first : first + 1000], "Quiet": True})
        self.client.delete_bucket(Bucket=bucket)

    def drop_database(self) -> None:
        """Remove the database, even if clients are connected to it."""
        _run_on_server(self.superuser_uri, "drop database {} with (force)", self.warehouse.database)


def object_store(services: Mapping[str, str]) -> ObjectStore:
    """Return the object store of the services that ``testing.services.running`` describes."""
    return ObjectStore(services["S3_ENDPOINT_URL"], services["AWS_ACCESS_KEY_ID"], services["AWS_SECRET_ACCESS_KEY"])


def warehouse_of(uri: str) -> Warehouse:
    """Return the warehouse that a PostgreSQL URI with name and password describes."""
    address = urlsplit(uri)
    return Warehouse(
        str(address.hostname),
        address.port or 5432,
        str(address.username),
        address.password or "",
        address.path.lstrip("/"),
    )


AnySite = TypeVar("AnySite", bound=Site)


def make_site(
    kind: type[AnySite], services: Mapping[str, str], bucket: str | None = None, role_prefix: str = DEFAULT_ROLE_PREFIX
) -> AnySite:
    """Create a site with an empty landing zone and a prepared warehouse.

    Args:
        kind: the class of the site.
        services: the values of ``testing.services.running``.
        bucket: an existing landing zone to use as it is; none means a new one.
        role_prefix: what the names of its roles begin with.
    """
    superuser_uri = services["POSTGRES_SUPERUSER_URI"]
    server = warehouse_of(services["WAREHOUSE_URI"])
    database = _create_database(superuser_uri, f"create database {{}} owner {server.user}")
    warehouse = replace(server, database=database, role_prefix=role_prefix)
    own, quarantine = _bucket_names()
    site = kind(object_store(services), warehouse, superuser_uri, bucket or own, quarantine)
    prepare_warehouse(warehouse)
    for new in (site.bucket, site.quarantine_bucket):
        if new != bucket:
            site.client.create_bucket(Bucket=new)
    return site


def copy_site(site: AnySite) -> AnySite:
    """Create a site with the same objects and the same warehouse as another one, which nobody is connected to.

    A copy of an empty site takes 0.1 s, a new one 0.9 s.
    """
    statement = f"create database {{}} template {site.warehouse.database} owner {site.warehouse.user}"
    database = _create_database(site.superuser_uri, statement)
    bucket, quarantine = _bucket_names()
    copy = replace(
        site,
        warehouse=replace(site.warehouse, database=database),
        bucket=bucket,
        quarantine_bucket=quarantine,
    )
    for theirs, own in ((site.bucket, copy.bucket), (site.quarantine_bucket, copy.quarantine_bucket)):
        copy.client.create_bucket(Bucket=own)
        for stored in list_objects(copy.client, theirs, ""):
            copy.client.copy_object(Bucket=own, Key=stored.key, CopySource={"Bucket": theirs, "Key": stored.key})
    return copy


def _bucket_names() -> tuple[str, str]:
    """Return names that no bucket has had: one for a landing zone, one for its quarantine."""
    suffix = os.urandom(5).hex()
    return f"site-{suffix}", f"quarantine-{suffix}"


def _create_database(superuser_uri: str, statement: str) -> str:
    """Create a database under the first free name, and return that.

    A name comes back when its database is dropped: dbt parses its project anew, 4 s, in a database of another name.
    """
    for number in itertools.count(1):
        name = f"site_{number}"
        with suppress(DuplicateDatabase):
            _run_on_server(superuser_uri, statement, name)
            break
    return name


def _run_on_server(superuser_uri: str, statement: str, database: str) -> None:
    """Run a statement about a database, whose name stands for {} in it."""
    connection = psycopg2.connect(superuser_uri)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(database)))
    finally:
        connection.close()
