"""Plans that must not depend on the planner's estimates."""

from tests.integration.dbt_models.warehouse import Warehouse


def test_a_full_build_looks_up_each_participation(built: Warehouse) -> None:
    """From some 200,000 participations on, an anti join was hashed by hero alone: 102 s instead of 0.6 s (W3)."""
    built.dbt("compile", "--full-refresh", "--select", "obt_cerebro_restored")
    compiled = built.scratch / "target/compiled/cerebro/models/analytics/obt_cerebro_restored.sql"
    plan = "\n".join(line for (line,) in built.rows("explain " + compiled.read_text()))
    assert "SubPlan" in plan
    assert "Anti Join" not in plan
