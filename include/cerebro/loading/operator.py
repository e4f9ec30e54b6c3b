"""The operator of the load tasks. It loads new objects of one dataset, and reports which.

It reports to Airflow in the events of its assets, and to OpenLineage if that is on. The link "Objects" on the task's
page leads to their list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Context, XComArg
from airflow.sdk.exceptions import AirflowSkipException

from include.cerebro.landing.batches import describe
from include.cerebro.landing.datasets import BIOMETRICS
from include.cerebro.orchestration.links import ObjectsLink
from include.cerebro.platform import connections
from include.cerebro.platform.object_store import StoredObject, XComRow
from include.cerebro.platform.settings import read_settings

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from include.cerebro.loading.result import LoadResult

# The event of a full batch (5,000 objects) would fill a page.
KEYS_IN_EVENT = 50


class LoadOperator(BaseOperator):
    """Loads new objects of a dataset into ``raw.<dataset>`` and the ledger; skips itself if there are none.

    Returns the LoadResult as a dict.
    """

    template_fields: Sequence[str] = ("objects",)
    operator_extra_links = (ObjectsLink(),)

    def __init__(self, *, dataset: str, objects: list[XComRow] | XComArg, **kwargs: Any) -> None:
        """Create the task.

        Args:
            dataset: the dataset's name.
            objects: the new objects, through XCom: lists of key, ETag and size in bytes.
            **kwargs: arguments of BaseOperator.
        """
        super().__init__(**kwargs)
        self.dataset = dataset
        self.objects: Any = objects
        self._result: LoadResult | None = None

    def execute(self, context: Context) -> dict[str, Any]:
        """Load the objects, and report the result in the events of all outlets."""
        objects = [StoredObject.from_xcom(row) for row in self.objects]
        if not objects:
            raise AirflowSkipException(f"There are no new objects of {self.dataset}")
        context["batch_name"] = describe(objects)  # type: ignore[typeddict-unknown-key]  # for map_index_template
        self._result = self._load(objects, context["run_id"])
        result = self._result.as_dict()
        event = result | {
            "failed": self._result.failed[:KEYS_IN_EVENT],
            "keys": [stored.key for stored in objects[:KEYS_IN_EVENT]],
        }
        if len(objects) > KEYS_IN_EVENT:
            event["and_more"] = len(objects) - KEYS_IN_EVENT
        for outlet in self.outlets:
            context["outlet_events"][outlet].extra = event
        return result

    def _load(self, objects: Sequence[StoredObject], run_id: str) -> LoadResult:
        # Imported here: reading a DAG file must not load DuckDB.
        from include.cerebro.loading.biometrics import BiometricsLoader
        from include.cerebro.loading.records import RecordLoader

        site = (connections.object_store(), connections.landing_bucket(), connections.warehouse(), read_settings())
        if self.dataset == BIOMETRICS.name:
            return BiometricsLoader(*site, run_id).load(objects)
        return RecordLoader(self.dataset, *site, run_id).load(objects)

    def get_openlineage_facets_on_complete(self, _: object) -> OperatorLineage[Any, Any] | None:
        """Return what was read and written. OpenLineage calls this, and only if it is on."""
        from include.cerebro.lineage import events

        if self._result is None:
            return None
        loaded = [StoredObject.from_xcom(row) for row in self.objects if row[0] not in self._result.failed]
        return events.load_lineage(
            connections.warehouse(),
            connections.landing_bucket(),
            self.dataset,
            loaded,
            [asset.name for asset in self.outlets],
        )
