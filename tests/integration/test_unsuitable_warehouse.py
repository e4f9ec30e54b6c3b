"""Servers that cannot be the warehouse are refused before anything is written."""

from pathlib import Path

import pytest

from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.schema.setup import UnsuitableWarehouseError, prepare_warehouse
from tests.integration.postgres_server import postgres_server

# Where Debian puts it.
POSTGRESQL_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.mark.skipif(not POSTGRESQL_15.exists(), reason=f"PostgreSQL 15 is not in {POSTGRESQL_15}")
def test_an_older_server_is_refused_before_anything_is_written() -> None:
    """PostgreSQL 15 was filled with raw tables, and dbt failed then."""
    with postgres_server("host all all 127.0.0.1/32 trust\n", POSTGRESQL_15) as server:
        with pytest.raises(UnsuitableWarehouseError, match="is PostgreSQL 15, which is older than 16; nothing was"):
            prepare_warehouse(Warehouse("127.0.0.1", server.port, "postgres", "", "postgres"))
        assert server.execute("select to_regnamespace('raw'), to_regrole('cerebro_loader')") == [(None, None)]


def test_a_standby_is_refused() -> None:
    """The first statement that writes failed: `cannot execute CREATE ROLE in a read-only transaction`."""
    with (
        postgres_server("host all all 127.0.0.1/32 trust\n", standby=True) as server,
        pytest.raises(UnsuitableWarehouseError, match="is a standby, which cannot be written to"),
    ):
        prepare_warehouse(Warehouse("127.0.0.1", server.port, "postgres", "", "postgres"))
