"""What a run counts at its end, and what it leaves behind of it."""

from urllib.parse import urlsplit

import pytest

from include.cerebro import warehouse
from include.cerebro.checks import ReadingsLostError, check_conservation
from tests.integration.dbt_models.warehouse import Warehouse

ROWS = (
    "select dag_run_id, readings_in, readings_in_facts, readings_rejected, difference"
    " from meta.reconciliations order by dag_run_id"
)


def reconcile(built: Warehouse, dag_run_id: str) -> dict[str, int]:
    uri = urlsplit(built.uri)
    there = warehouse.Warehouse(
        str(uri.hostname), uri.port or 5432, str(uri.username), uri.password or "", uri.path.lstrip("/")
    )
    return check_conservation(there, dag_run_id)


def test_every_run_leaves_its_count_and_the_red_one_too(built: Warehouse) -> None:
    counts = reconcile(built, "run 1")
    assert counts == {"readings_in": 600, "readings_in_facts": 600, "readings_rejected": 0}

    built.execute("update marts.fact_biometrics set reading_count = reading_count - 1 where hero_id = 'hulk'")
    with pytest.raises(ReadingsLostError, match="5 are missing"):
        reconcile(built, "run 2")
    assert built.rows(ROWS) == [("run 1", 600, 600, 0, 0), ("run 2", 600, 595, 0, 5)]


def test_a_retry_counts_again_in_the_same_row(built: Warehouse) -> None:
    built.execute("update marts.fact_biometrics set reading_count = reading_count + 2 where hero_id = 'hulk'")
    with pytest.raises(ReadingsLostError, match="10 are there twice"):
        reconcile(built, "run 1")
    ((first,),) = built.rows("select checked_at from meta.reconciliations")

    built.execute("update marts.fact_biometrics set reading_count = reading_count - 2 where hero_id = 'hulk'")
    reconcile(built, "run 1")
    assert built.rows(ROWS) == [("run 1", 600, 600, 0, 0)]
    ((second,),) = built.rows("select checked_at from meta.reconciliations")
    assert second > first
