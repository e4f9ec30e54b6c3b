"""Logical replication of the whole warehouse does not stop the pipeline."""

from tests.integration.dbt_models.conftest import Server
from tests.integration.dbt_models.warehouse import Warehouse

# The models and the snapshot, without tests.
RUN = ("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")


def test_a_publication_for_all_tables_stops_no_model(built: Warehouse, server: Server) -> None:
    """The big table and the snapshot have no primary key, and had no replica identity: dbt failed (W11)."""
    server.execute_in(built, "create publication everything for all tables")
    built.load_heroes("heroes.csv", {"hero_id": "Hulk", "name": "Green Hulk"})
    built.load_missions("mission_logs.json")
    built.load_biometrics("b1", ("hulk", "2025-01-01 00:01Z", 30, 100))
    built.dbt(*RUN)
    assert built.rows("select count(*) from analytics.obt_cerebro_restored") == [(1,)]
    changed = "update snapshots.heroes_history set valid_to = null; delete from snapshots.heroes_history"
    built.execute(changed)
