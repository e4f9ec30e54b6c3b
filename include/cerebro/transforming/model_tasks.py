"""The task of one dbt model or snapshot: it follows the one dbt process, and reports the model's lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.cerebro.orchestration.links import DocsLink
from include.cerebro.transforming.cosmos_internals import ModelWatcher, SnapshotWatcher

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk import Asset


class _ReportsLineage:
    """Reports to OpenLineage which tables a model reads and writes, and the sources of its columns.

    Cosmos leaves that to the task of the one dbt process, which then reads and writes everything.
    """

    operator_extra_links = (DocsLink(),)
    inlets: list[Asset]
    outlets: list[Asset]
    compiled_sql: str

    def get_openlineage_facets_on_complete(self, _: object) -> OperatorLineage[Any, Any]:
        """Return the model's lineage. OpenLineage calls this, and only if it is on."""
        from include.cerebro.lineage import events
        from include.cerebro.platform import connections

        (model,) = (asset.name for asset in self.outlets)
        reads = [asset.name for asset in self.inlets]
        return events.model_lineage(connections.warehouse(), reads, model, self.compiled_sql or None)


class DbtSnapshotOperator(_ReportsLineage, SnapshotWatcher):
    """Waits until dbt has taken a snapshot. A retry takes it alone."""


class DbtModelOperator(_ReportsLineage, ModelWatcher):
    """Waits until dbt has built one model and run its tests. A retry builds and tests that model alone."""
