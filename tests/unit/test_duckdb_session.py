"""The extensions of DuckDB: loaded from their wheels, signed by DuckDB, and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from include.cerebro.platform.duckdb_session import (
    HTTPFS,
    POSTGRES_SCANNER,
    duckdb_session,
    extension_path,
    load_extension,
)
from include.cerebro.platform.settings import Settings

SIGNATURE_BYTES = 256


@pytest.mark.parametrize("package", [HTTPFS, POSTGRES_SCANNER])
def test_the_wheels_of_the_lock_have_extensions_that_duckdb_has_signed(package: str) -> None:
    # Sessions do not verify that again.
    with duckdb.connect(config={"allow_unsigned_extensions": False}) as connection:
        load_extension(connection, package)


def test_a_session_loads_no_other_extension_without_a_signature(tmp_path: Path) -> None:
    forged = tmp_path / "httpfs.duckdb_extension"
    forged.write_bytes(extension_path(HTTPFS).read_bytes()[:-SIGNATURE_BYTES] + bytes(SIGNATURE_BYTES))
    with duckdb_session(Settings()) as connection, pytest.raises(duckdb.IOException, match="signature"):
        connection.load_extension(str(forged))
