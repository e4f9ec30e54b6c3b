"""Addresses of pages in the Airflow UI, and the links on tasks that lead there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from airflow.sdk import BaseOperatorLink
from airflow.sdk.configuration import conf

if TYPE_CHECKING:
    from airflow.sdk.types import TaskInstanceKey


def airflow_url(path: str) -> str:
    """Return the address of a page of the Airflow UI; without its host if ``[api] base_url`` is not set."""
    return str(conf.get("api", "base_url", fallback="")).rstrip("/") + path


def run_url(dag_id: str, run_id: str) -> str:
    """Return the address of a run's page in the Airflow UI."""
    return airflow_url(f"/dags/{quote(dag_id)}/runs/{quote(run_id, safe='')}")


def docs_url(unique_id: str) -> str:
    """Return the address of a model's page in the dbt docs (``make docs``), by the model's unique id in dbt."""
    resource_type = unique_id.split(".")[0]
    return airflow_url(f"/cerebro/dbt/index.html#!/{resource_type}/{unique_id}")


class DocsLink(BaseOperatorLink):
    """Leads from a model's task to the model's page in the dbt docs."""

    name = "dbt docs"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002 - the same for every run
        """Return the page of the model that the task stands for."""
        return docs_url(operator.model_unique_id)


class ObjectsLink(BaseOperatorLink):
    """Leads from a load task to the objects that it was given, on a page of Cerebro: key, size and what became of each.

    A full batch has 5,000, of which Airflow would cut the list.
    """

    name = "Objects"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:
        """Return the page of the task's batches. Airflow asks for it when the task instance has ended."""
        batches = [reference["batch"] for reference in operator.references()]
        if not batches:
            return ""
        return airflow_url(f"/cerebro/objects?{urlencode({'run_id': ti_key.run_id, 'batch': batches}, doseq=True)}")
