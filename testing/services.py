"""Runs a stack as long as a context is open."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.components import connections
from local.settings import StackSettings
from local.stack import Stack
from local.state import HOST, State, free_port

# The 29th of February: a run of the full hour would come into the middle of what is tested or measured.
HARDLY_EVER = {"CEREBRO_AUDIT_SCHEDULE": "0 0 29 2 *"}


def settings_apart(folder: Path, openlineage: Path | None = None) -> StackSettings:
    """Return settings for a stack apart from all others: in its own folder, on free ports."""
    return StackSettings(
        state_dir=folder,
        postgres_port=free_port(),
        s3_port=free_port(),
        airflow_port=free_port(),
        openlineage=str(openlineage) if openlineage else None,
    )


@contextmanager
def running(
    settings: StackSettings, airflow: bool = False, product: dict[str, str] | None = None
) -> Iterator[dict[str, str]]:
    """Run PostgreSQL and S3, and Airflow if wanted, until the context ends, even if this process is killed.

    Args:
        settings: see `settings_apart`.
        airflow: whether Airflow runs, too.
        product: environment variables that the programs get, such as settings of the product. No run starts by the
            clock, unless they say when.

    Yields:
        What .local/env holds (S3_ENDPOINT_URL, WAREHOUSE_URI and so on), the Airflow connections
        AIRFLOW_CONN_MINIO and AIRFLOW_CONN_WAREHOUSE, CEREBRO_STATE_DIR, and POSTGRES_SUPERUSER_URI.
    """
    stack = Stack(settings, HARDLY_EVER | (product or {}))
    stack.up(lambda _: None, airflow, tied=True)
    try:
        values = stack.state.environment() | connections(stack.state.secrets(), stack.state.ports())
        values |= {"CEREBRO_STATE_DIR": str(settings.state_dir), "POSTGRES_SUPERUSER_URI": superuser_uri(stack.state)}
        if not airflow:
            values = {
                name: value for name, value in values.items() if not name.startswith("AIRFLOW_") or "CONN" in name
            }
        yield values
    finally:
        stack.down()


def superuser_uri(state: State) -> str:
    """Return the address of PostgreSQL with the superuser's name and password."""
    return f"postgresql://postgres:{state.secrets().postgres_password}@{HOST}:{state.ports().postgres}/postgres"
