"""The real scheduler, driven through its REST API, and the landing zone and warehouse that it works on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from include.cerebro.platform.names import DEFAULT_LANDING_BUCKET
from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.schema.setup import prepare_warehouse
from local.airflow_api import FINAL_RUN_STATES, AirflowApi, Run
from local.run import DAG_TIMEOUT, RESTORE_DAG, RUN_TIMEOUT, SAMPLE_DAG
from local.throwaway import Site, object_store


class Airflow(AirflowApi):
    """A client of a running stack. Its landing zone has the sample data."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """``values``: what ``local.throwaway.running`` gives for all components."""
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
        deadline = time.monotonic() + RUN_TIMEOUT
        while (now := self.run(run.dag_id, run.run_id)).state not in FINAL_RUN_STATES:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{run.dag_id} is still {now.state} after {RUN_TIMEOUT:.0f} s")
            time.sleep(0.2)
        if now.state != "success":
            failed = next(task for task in self.tasks(run) if task.state == "failed")
            raise RuntimeError(f"{run.dag_id}: {failed.label} failed\n" + "\n".join(self.log_tail(run, failed)))
        return now

    def parse_seconds(self) -> dict[str, float]:
        """What the DAG processor needed to read each DAG's file when it did so last."""
        dags: list[dict[str, Any]] = self._call("GET", "/dags")["dags"]
        return {dag["dag_id"]: float(dag["last_parse_duration"]) for dag in dags}

    def forget(self, *schemas: str) -> None:
        """Empty these schemas of the warehouse, and what is remembered of them."""
        with self.site.superuser() as cursor:
            cursor.execute(f"drop schema if exists {', '.join((*schemas, 'meta'))} cascade")
        prepare_warehouse(self.site.warehouse)
