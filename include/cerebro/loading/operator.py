"""The decorator ``@load_task``: a task that loads objects of the landing zone, and tells which.

It tells Airflow, in the events of its assets, and OpenLineage, if that is on. In the Airflow UI the link "Objects" on
the task's page leads to their list.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.decorators.python import _PythonDecoratedOperator
from airflow.sdk import get_current_context
from airflow.sdk.bases.decorator import task_decorator_factory
from airflow.sdk.exceptions import AirflowSkipException

from include.cerebro.orchestration.assets import LANDING_ZONE, table
from include.cerebro.orchestration.links import ObjectsLink

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

# The keys that an asset event names; the event of a full batch (2,000 objects) would fill a page otherwise.
KEYS_SHOWN = 50


class LoadOperator(_PythonDecoratedOperator):
    """Runs a function that takes new objects (lists of key, ETag, size in bytes) and returns a LoadResult as a dict."""

    operator_extra_links = (ObjectsLink(),)
    custom_operator_name: str = "@load_task"

    def __init__(self, *, dataset: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dataset = dataset
        self._failed: set[str] | None = None

    def execute(self, context: Any) -> Any:
        """Load, and note in the events of all outlets what was loaded."""
        result = super().execute(context)
        self._failed = set(result["failed"])
        keys = [key for key, *_ in self._objects()]
        more = {"and_more": len(keys) - KEYS_SHOWN} if len(keys) > KEYS_SHOWN else {}
        told = {name: value for name, value in result.items() if name != "failed"}
        for outlet in self.outlets:
            context["outlet_events"][outlet].extra = {
                **told,
                "failed": result["failed"][:KEYS_SHOWN],
                "keys": keys[:KEYS_SHOWN],
                **more,
            }
        return result

    def _objects(self) -> list[list[Any]]:
        """The objects that the function was given: its only argument."""
        (objects,) = [*self.op_args, *self.op_kwargs.values()]
        return list(objects)

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage[Any, Any] | None:  # noqa: ARG002
        """Tell OpenLineage what was read and written. Called only if OpenLineage is on."""
        from include.cerebro.lineage import events as lineage
        from include.cerebro.platform import connections
        from include.cerebro.platform.object_store import StoredObject

        if self._failed is None:
            return None
        loaded = [StoredObject(*stored) for stored in self._objects() if stored[0] not in self._failed]
        return lineage.load_lineage(
            connections.warehouse(),
            connections.landing_bucket(),
            self.dataset,
            loaded,
            [asset.name for asset in self.outlets],
        )


def load_task(dataset: str, **kwargs: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make the decorated function a task that loads objects of this dataset into raw.<dataset> and the ledger."""

    def decorate(function: Callable[..., Any]) -> Any:
        return task_decorator_factory(
            python_callable=function,
            decorated_operator_class=LoadOperator,
            dataset=dataset,
            inlets=[LANDING_ZONE],
            outlets=[table("raw", dataset), table("raw", "loads")],
            # Airflow takes it from the docstring itself, but not for mapped tasks.
            doc_md=inspect.getdoc(function),
            **kwargs,
        )

    return decorate


def load_records(dataset: str, objects: list[list[Any]]) -> dict[str, Any]:
    """Load new objects of heroes or missions, each in a transaction of its own; skip the task if there are none."""
    if not objects:
        raise AirflowSkipException(f"No new files of {dataset}")

    from include.cerebro.loading.records import RecordLoader
    from include.cerebro.platform import connections
    from include.cerebro.platform.object_store import StoredObject

    loader = RecordLoader(
        dataset,
        connections.object_store(),
        connections.landing_bucket(),
        connections.warehouse(),
        get_current_context()["run_id"],
    )
    return loader.load([StoredObject(*stored) for stored in objects]).as_dict()
