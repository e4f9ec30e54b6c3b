"""The few calls of Airflow's REST API that following a run takes."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from local.settings import StackError

FINAL_RUN_STATES = ("success", "failed")


@dataclass(frozen=True)
class Run:
    """A DAG run."""

    dag_id: str
    run_id: str
    state: str


@dataclass(frozen=True)
class Task:
    """A task instance: one try of one task, or of one element of a mapped task."""

    task_id: str
    map_index: int
    label: str
    state: str
    try_number: int
    start: datetime | None
    end: datetime | None

    @property
    def seconds(self) -> float:
        """How long it ran, or has been running."""
        if self.start is None:
            return 0.0
        end = self.end or datetime.now(self.start.tzinfo)
        return max(0.0, (end - self.start).total_seconds())

    @property
    def group(self) -> str:
        """The task group it is in; itself if it is in none."""
        return self.task_id.split(".")[0]


class AirflowApi:
    """A client of the API server that the given values of .local/env describe."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._client = httpx.Client(base_url=environment["AIRFLOW_API_URL"], timeout=30, trust_env=False)

    def log_in(self) -> None:
        """Get a token; it is valid for a day."""
        user = {
            "username": self._environment["AIRFLOW_USERNAME"],
            "password": self._environment["AIRFLOW_PASSWORD"],
        }
        response = self._client.post("/auth/token", json=user)
        response.raise_for_status()
        self._client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        response = self._client.request(method, f"/api/v2{path}", **arguments)
        response.raise_for_status()
        return response.json()

    def wait_for_dag(self, dag_id: str, timeout: float) -> None:
        """Wait until Airflow has read the DAG, and switch it on. Raises StackError with the import errors."""
        deadline = time.monotonic() + timeout
        while True:
            response = self._client.get(f"/api/v2/dags/{dag_id}")
            if response.status_code == httpx.codes.OK:
                if response.json()["is_paused"]:
                    self._call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})
                return
            if response.status_code != httpx.codes.NOT_FOUND:
                response.raise_for_status()
            if time.monotonic() > deadline:
                raise StackError(
                    f"Airflow does not know the DAG {dag_id} after {timeout:.0f} s.{self._import_errors()}"
                )
            time.sleep(0.25)

    def _import_errors(self) -> str:
        errors = self._call("GET", "/importErrors")["import_errors"]
        return "".join(f"\n{error['filename']}:\n{error['stack_trace']}" for error in errors) or " No import errors."

    def trigger(self, dag_id: str) -> Run:
        """Start a run of the DAG, with its default parameters."""
        return _run(self._call("POST", f"/dags/{dag_id}/dagRuns", json={"logical_date": None}))

    def run(self, dag_id: str, run_id: str) -> Run:
        """The run as it is now."""
        return _run(self._call("GET", f"/dags/{dag_id}/dagRuns/{run_id}"))

    def triggered_by(self, dag_id: str, source: Run) -> Run | None:
        """
        The run of the DAG that takes up what the source run, which has ended, has written.

        That is the one that its asset has triggered; or one that started since, for Airflow lets a run that
        is waiting already stand for later events, too.
        """
        runs = self._call("GET", f"/dags/{dag_id}/dagRuns", params={"order_by": "-run_after", "limit": 10})["dag_runs"]
        for run in runs:
            # Asked for the events of a run that has not started yet, Airflow 3.3.2 answers with status 500.
            if run["run_type"] == "asset_triggered" and run["start_date"]:
                events = self._call("GET", f"/dags/{dag_id}/dagRuns/{run['dag_run_id']}/upstreamAssetEvents")
                if any(event["source_run_id"] == source.run_id for event in events["asset_events"]):
                    return _run(run)
        written = self._call("GET", f"/dags/{source.dag_id}/dagRuns/{source.run_id}")["end_date"]
        started = [run for run in runs if run["start_date"] and _moment(run["start_date"]) > _moment(written)]
        return _run(started[-1]) if started else None

    def is_running(self, dag_id: str) -> bool:
        """Whether any run of the DAG is at work or waits to be."""
        query = {"state": ["running", "queued"], "limit": 1}
        return bool(self._call("GET", f"/dags/{dag_id}/dagRuns", params=query)["dag_runs"])

    def asset_id(self, name: str) -> int:
        """The number of the asset of this name. Raises StackError if Airflow does not know it."""
        assets = self._call("GET", "/assets", params={"name_pattern": name, "limit": 100})["assets"]
        for asset in assets:
            if asset["name"] == name:
                return int(asset["id"])
        raise StackError(f"Airflow does not know the asset {name}.")

    def tasks(self, run: Run) -> list[Task]:
        """All task instances of the run."""
        path = f"/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances"
        tasks: list[Task] = []
        while True:
            page = self._call("GET", path, params={"limit": 100, "offset": len(tasks), "order_by": "id"})
            tasks += [_task(instance) for instance in page["task_instances"]]
            if not page["task_instances"] or len(tasks) >= page["total_entries"]:
                return tasks

    def result(self, run: Run, task: Task) -> Any:
        """What the task returned; None if it returned nothing."""
        instance = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task.task_id}"
        response = self._client.get(f"{instance}/xcomEntries/return_value", params={"map_index": task.map_index})
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        response.raise_for_status()
        value = response.json()["value"]
        return json.loads(value) if isinstance(value, str) else value

    def log_tail(self, run: Run, task: Task, lines: int = 25) -> list[str]:
        """The last lines of the task's log."""
        instance = f"/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task.task_id}"
        path = f"{instance}/logs/{max(task.try_number, 1)}"
        content = self._call("GET", path, params={"map_index": task.map_index, "full_content": "true"})["content"]
        text: list[str] = []
        for entry in content:
            text.append(entry if isinstance(entry, str) else str(entry.get("event", "")))
            problems = entry.get("error_detail") or [] if isinstance(entry, dict) else []
            text.extend(f"{problem.get('exc_type')}: {problem.get('exc_value')}" for problem in problems)
        return [line for block in text for line in block.splitlines()][-lines:]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _run(answer: Mapping[str, Any]) -> Run:
    return Run(answer["dag_id"], answer["dag_run_id"], answer["state"])


def _task(answer: Mapping[str, Any]) -> Task:
    def moment(name: str) -> datetime | None:
        return _moment(answer[name]) if answer[name] else None

    label = answer["task_display_name"]
    if answer["map_index"] >= 0:
        label += f" [{answer['rendered_map_index'] or answer['map_index']}]"
    return Task(
        answer["task_id"],
        answer["map_index"],
        label,
        answer["state"] or "waiting",
        answer["try_number"],
        moment("start_date"),
        moment("end_date"),
    )
