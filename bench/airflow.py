"""The real scheduler, driven through its REST API, with its landing zone and warehouse."""

from __future__ import annotations

import time
from collections.abc import Mapping

from bench.dbt import empty
from include.cerebro.platform.names import DEFAULT_LANDING_BUCKET
from include.cerebro.platform.settings import read_settings
from local.airflow_api import AirflowApi, Run
from local.run import DAG_TIMEOUT, RESTORE_DAG, RUN_TIMEOUT, SAMPLE_DAG
from testing.sites import Site, object_store, warehouse_of


class Airflow(AirflowApi):
    """A client of a running stack, whose landing zone has the sample data.

    Attributes:
        site: the stack's landing zone, quarantine and warehouse.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        """Write the sample landing zone, and restore it once.

        Args:
            values: what ``testing.services.running`` yields for the whole stack.
        """
        super().__init__(values)
        self.site = Site(
            object_store(values),
            warehouse_of(values["WAREHOUSE_URI"]),
            values["POSTGRES_SUPERUSER_URI"],
            DEFAULT_LANDING_BUCKET,
            read_settings().quarantine_bucket,
        )
        self.log_in()
        for dag_id in (SAMPLE_DAG, RESTORE_DAG):
            self.wait_for_dag(dag_id, DAG_TIMEOUT)
        sample = self.finish(self.trigger(SAMPLE_DAG))
        while (restore := self.triggered_by(RESTORE_DAG, sample)) is None:
            time.sleep(0.2)
        self.finish(restore)

    def finish(self, run: Run) -> Run:
        """Wait for the end of the run and return it.

        Raises:
            RuntimeError: it failed; the message has the end of a failed task's log.
        """
        *_, now = self.follow(run, RUN_TIMEOUT)
        if now.state != "success":
            failed = next(task for task in self.tasks(run) if task.state == "failed")
            raise RuntimeError(f"{run.dag_id}: {failed.label} failed\n" + "\n".join(self.log_tail(run, failed)))
        return now

    def parse_seconds(self) -> dict[str, float]:
        """Return the seconds of the DAG processor's last reading of each DAG's file, by DAG id."""
        dags = self.call("GET", "/dags")["dags"]
        return {dag["dag_id"]: float(dag["last_parse_duration"]) for dag in dags}

    def empty(self, *schemas: str) -> None:
        """Drop these schemas of the warehouse and the state of the models, and prepare it again."""
        empty(self.site, *schemas)
