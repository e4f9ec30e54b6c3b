"""The real scheduler, driven through its REST API, and the landing zone and warehouse that it works on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from include.cerebro.platform.names import DEFAULT_LANDING_BUCKET
from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.schema.setup import prepare_warehouse
from local.airflow_api import AirflowApi, Run
from local.run import DAG_TIMEOUT, RESTORE_DAG, RUN_TIMEOUT, SAMPLE_DAG
from testing.sites import Site, object_store


class Airflow(AirflowApi):
    """A client of a running stack. Its landing zone has the sample data."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """``values``: what ``testing.services.running`` gives for all components."""
        super().__init__(values)
        owner = urlsplit(values["WAREHOUSE_URI"])
        self.site = Site(
            object_store(values),
            Warehouse(str(owner.hostname), owner.port or 5432, str(owner.username), str(owner.password)),
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
        """Wait for the end of the run. Raises RuntimeError, with the end of a failed task's log, if it is not green."""
        *_, now = self.follow(run, RUN_TIMEOUT)
        if now.state != "success":
            failed = next(task for task in self.tasks(run) if task.state == "failed")
            raise RuntimeError(f"{run.dag_id}: {failed.label} failed\n" + "\n".join(self.log_tail(run, failed)))
        return now

    def parse_seconds(self) -> dict[str, float]:
        """Seconds that the DAG processor needed for each DAG's file when it read it last."""
        dags = self.call("GET", "/dags")["dags"]
        return {dag["dag_id"]: float(dag["last_parse_duration"]) for dag in dags}

    def forget(self, *schemas: str) -> None:
        """Empty these schemas of the warehouse, and the state that belongs to them."""
        with self.site.superuser() as cursor:
            cursor.execute(f"drop schema if exists {', '.join((*schemas, 'meta'))} cascade")
        prepare_warehouse(self.site.warehouse)
