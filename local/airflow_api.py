"""A client of Airflow's REST API, with the calls that trigger and follow a run (docs/decisions/0031 says why)."""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
from pydantic import BaseModel, BeforeValidator, Field

from local.state import StackError

# Seconds between two requests.
POLL_INTERVAL = 0.5
# Seconds that an answer may take. A killed API server is back after 9 s.
ANSWER_TIMEOUT = 120.0


class Run(BaseModel, frozen=True):
    """A DAG run."""

    dag_id: str
    run_id: str = Field(validation_alias="dag_run_id")
    state: str
    start: datetime | None = Field(validation_alias="start_date")
    end: datetime | None = Field(validation_alias="end_date")

    @property
    def path(self) -> str:
        """Its path below the API's."""
        return f"/dags/{self.dag_id}/dagRuns/{self.run_id}"


class Task(BaseModel, frozen=True):
    """A task instance: one try of one task, or of one element of a mapped task."""

    task_id: str
    map_index: int
    name: str = Field(validation_alias="task_display_name")
    rendered_map_index: str | None
    state: Annotated[str, BeforeValidator(lambda state: state or "waiting")]
    try_number: int
    start: datetime | None = Field(validation_alias="start_date")
    end: datetime | None = Field(validation_alias="end_date")

    @property
    def label(self) -> str:
        """Its name, with the element of a mapped task."""
        return f"{self.name} [{self.rendered_map_index or self.map_index}]" if self.map_index >= 0 else self.name

    @property
    def seconds(self) -> float:
        """How long it ran, or has been running."""
        start = self.start or datetime.now(UTC)
        return max(0.0, ((self.end or datetime.now(UTC)) - start).total_seconds())

    @property
    def group(self) -> str:
        """The task group it is in; itself if it is in none."""
        return self.task_id.split(".")[0]


class AirflowApi:
    """A client of the API server that the given values of .local/env describe."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._user = {"username": environment["AIRFLOW_USERNAME"], "password": environment["AIRFLOW_PASSWORD"]}
        self._client = httpx.Client(base_url=environment["AIRFLOW_API_URL"], timeout=ANSWER_TIMEOUT, trust_env=False)

    def log_in(self) -> None:
        """Get a token; it is valid for a day."""
        response = self._client.post("/auth/token", json=self._user).raise_for_status()
        self._client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """Return the API's answer. Raises httpx.HTTPStatusError: the API refuses."""
        return self._response(method, path, **arguments).raise_for_status().json()

    def find(self, path: str, **parameters: Any) -> Any:
        """Return the API's answer to a GET; None if there is no such thing."""
        response = self._response("GET", path, params=parameters)
        return None if response.status_code == httpx.codes.NOT_FOUND else response.raise_for_status().json()

    def _response(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Return the response. A read whose connection fails is repeated; a write may have been done already."""
        deadline = time.monotonic() + ANSWER_TIMEOUT
        while True:
            try:
                return self._client.request(method, f"/api/v2{path}", **arguments)
            except httpx.TransportError:
                if method != "GET" or time.monotonic() > deadline:
                    raise
            time.sleep(POLL_INTERVAL)

    def wait_for_dag(self, dag_id: str, timeout: float) -> None:
        """Wait until Airflow has read the DAG, and unpause it.

        Raises StackError: the timeout (seconds) is over; the message has the import errors.
        """
        deadline = time.monotonic() + timeout
        while (dag := self.find(f"/dags/{dag_id}")) is None:
            if time.monotonic() > deadline:
                errors = self.call("GET", "/importErrors")["import_errors"]
                texts = [f"\n{error['filename']}:\n{error['stack_trace']}" for error in errors]
                reasons = "".join(texts) or " No import errors."
                raise StackError(f"Airflow does not know the DAG {dag_id} after {timeout:.0f} s.{reasons}")
            time.sleep(POLL_INTERVAL)
        if dag["is_paused"]:
            self.call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, parameters: Mapping[str, Any] | None = None) -> Run:
        """Start a run of the DAG, with its default parameters unless others are given, and return it."""
        request = {"logical_date": None, "conf": parameters or {}}
        return Run.model_validate(self.call("POST", f"/dags/{dag_id}/dagRuns", json=request))

    def run(self, run: Run) -> Run:
        """Return the run as it is now."""
        return Run.model_validate(self.call("GET", run.path))

    def runs(self, dag_id: str, **parameters: Any) -> list[Run]:
        """Return the DAG's runs."""
        answer = self.call("GET", f"/dags/{dag_id}/dagRuns", params=parameters)
        return [Run.model_validate(run) for run in answer["dag_runs"]]

    def follow(self, run: Run, timeout: float) -> Iterator[Run]:
        """Yield the run as it is now until it has ended. Raises StackError: the timeout (seconds) is over."""
        deadline = time.monotonic() + timeout
        while True:
            yield (now := self.run(run))
            if now.state in ("success", "failed"):
                return
            if time.monotonic() > deadline:
                raise StackError(f"{run.dag_id} is still {now.state} after {timeout:.0f} s.")
            time.sleep(POLL_INTERVAL)

    def triggered_by(self, dag_id: str, source: Run) -> Run | None:
        """Return the run of the DAG that loads what a source run has written; None if there is none yet.

        It is the first run that started after the last task of the source run: the run that the asset triggered, or a
        run that was queued already, because Airflow lets a queued run serve later events, too.
        """
        written = max(task.end for task in self.tasks(source) if task.end)
        runs = self.runs(dag_id, order_by="-run_after", limit=10)
        return next((run for run in reversed(runs) if run.start and run.start > written), None)

    def tasks(self, run: Run) -> list[Task]:
        """Return all task instances of the run."""
        tasks: list[Task] = []
        while True:
            query = {"limit": 100, "offset": len(tasks), "order_by": "id"}
            page = self.call("GET", f"{run.path}/taskInstances", params=query)
            tasks += [Task.model_validate(instance) for instance in page["task_instances"]]
            if not page["task_instances"] or len(tasks) >= page["total_entries"]:
                return tasks

    def result(self, run: Run, task: Task) -> Any:
        """Return what the task returned; None if it returned nothing."""
        path = f"{run.path}/taskInstances/{task.task_id}/xcomEntries/return_value"
        value = (self.find(path, map_index=task.map_index) or {}).get("value")
        return json.loads(value) if isinstance(value, str) else value

    def log_tail(self, run: Run, task: Task, lines: int = 25) -> list[str]:
        """Return the last lines of the task's log."""
        path = f"{run.path}/taskInstances/{task.task_id}/logs/{max(task.try_number, 1)}"
        text: list[str] = []
        for entry in self.call("GET", path, params={"map_index": task.map_index, "full_content": True})["content"]:
            message: dict[str, Any] = {"event": entry} if isinstance(entry, str) else entry
            text += str(message.get("event", "")).splitlines()
            text += [f"{it.get('exc_type')}: {it.get('exc_value')}" for it in message.get("error_detail") or []]
        return text[-lines:]
