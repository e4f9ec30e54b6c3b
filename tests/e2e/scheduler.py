"""The real scheduler, driven through the REST API as a person would drive it."""

import time
from typing import Any

import pytest

from local.airflow_api import AirflowApi, Run
from local.run import RESTORE_DAG, SAMPLE_DAG
from local.settings import REPOSITORY
from local.state import StackError

# Seconds. A run takes 15-60 on two cores.
RUN_TIMEOUT = 240
TRIGGER_TIMEOUT = 60
# Until Airflow has read the DAG files.
DAGS_TIMEOUT = 120
# A person reads the question first. The scheduler needs 0.5 s to see the end of a process (see Scheduler.answer).
TIME_TO_READ = 2

# The sample of the stacks whose tests need no special one.
SAMPLE_SIZE: dict[str, Any] = {"heroes": 5, "missions": 30, "hours": 3, "seed": 7, "dirt": True}


class Scheduler(AirflowApi):
    """Airflow's API, with calls that wait for runs and fail the test if one is red."""

    def wait_until_finished(self, run: Run, timeout: float = RUN_TIMEOUT) -> str:
        """Wait until the run ends; return its state: success or failed."""
        try:
            *_, ended = self.follow(run, timeout)
        except StackError as error:
            pytest.fail(f"{error} {self._states(run)}")
        return ended.state

    def wait_until_green(self, run: Run, timeout: float = RUN_TIMEOUT) -> None:
        """Wait until the run succeeds. Fails the test, with the ends of the logs, if it does not."""
        state = self.wait_until_finished(run, timeout)
        if state != "success":
            failed = [task for task in self.tasks(run) if task.state == "failed"]
            logs = "\n".join(line for task in failed for line in [task.label, *self.log_tail(run, task)])
            pytest.fail(f"{run.dag_id} is {state}: {self._states(run)}\n{logs}")

    def await_triggered(self, source: Run) -> Run:
        """Wait for the run of cerebro_restore that loads what the source run has written."""
        deadline = time.monotonic() + TRIGGER_TIMEOUT
        while (run := self.triggered_by(RESTORE_DAG, source)) is None:
            if time.monotonic() > deadline:
                pytest.fail(f"No run of {RESTORE_DAG} followed {source.run_id} in {TRIGGER_TIMEOUT} s")
            time.sleep(0.5)
        return run

    def follow_up(self, source: Run, timeout: float = RUN_TIMEOUT) -> list[Run]:
        """Wait for the runs of cerebro_restore since the source run announced something; none if it has not."""
        announced = next((task for task in self.tasks(source) if task.task_id == "announce"), None)
        if announced is None or announced.state != "success" or announced.start is None:
            return []
        deadline = time.monotonic() + timeout
        while True:
            runs = self.runs(RESTORE_DAG, limit=10, order_by="-run_after")
            if later := [run for run in runs if run.start and run.start > announced.start]:
                break
            if time.monotonic() > deadline:
                pytest.fail(f"No run of {RESTORE_DAG} followed {source.run_id} in {timeout:.0f} s")
            time.sleep(0.5)
        for run in later:
            self.wait_until_finished(run, timeout)
        return later

    def hosts(self, run: Run) -> dict[str, str]:
        """The host of each task instance, by task id and map index."""
        instances = self.call("GET", f"{run.path}/taskInstances", params={"limit": 100})["task_instances"]
        return {f"{each['task_id']} {each['map_index']}": each["hostname"] for each in instances if each["hostname"]}

    def write_sample(self, parameters: dict[str, Any]) -> Run:
        """Write a sample; return the run of cerebro_restore that its asset triggers."""
        sample = self.trigger(SAMPLE_DAG, parameters)
        self.wait_until_green(sample)
        return self.await_triggered(sample)

    def states(self, run: Run) -> dict[str, str]:
        """The state of every task, by its id."""
        return {task.task_id: task.state for task in self.tasks(run)}

    def run_ids(self, dag_id: str) -> set[str]:
        """The ids of the DAG's runs, at most 100."""
        return {run.run_id for run in self.runs(dag_id, limit=100)}

    def await_new(self, dag_id: str, before: set[str], timeout: float) -> list[Run]:
        """Wait for runs of the DAG beside those of these ids, and return them."""
        deadline = time.monotonic() + timeout
        while not (new := [run for run in self.runs(dag_id, limit=100) if run.run_id not in before]):
            assert time.monotonic() < deadline, "no run has started"
            time.sleep(0.2)
        return new

    def clear(self, run: Run, task_id: str) -> set[str]:
        """Clear a failed task and the failed tasks after it, as the grid does; return the ids of the cleared tasks."""
        answer = self.call(
            "POST",
            f"/dags/{run.dag_id}/clearTaskInstances",
            json={
                "dry_run": False,
                "dag_run_id": run.run_id,
                "task_ids": [task_id],
                "include_downstream": True,
                "only_failed": True,
                "reset_dag_runs": True,
            },
        )
        return {instance["task_id"] for instance in answer["task_instances"]}

    def connect(self, conn_id: str, conn_type: str, password: str, **fields: str) -> None:
        """Create an Airflow connection."""
        named = {"connection_id": conn_id, "conn_type": conn_type, "password": password}
        self.call("POST", "/connections", json=named | fields)

    def assets(self) -> list[dict[str, Any]]:
        """All assets, with the tasks that make them and the DAGs that wait for them."""
        return list(self.call("GET", "/assets", params={"limit": 100})["assets"])

    def asset_events(self, dag_id: str) -> list[dict[str, Any]]:
        """The latest updates of assets by this DAG's tasks."""
        parameters = {"source_dag_id": dag_id, "limit": 100, "order_by": "-timestamp"}
        return list(self.call("GET", "/assets/events", params=parameters)["asset_events"])

    def question(self, run: Run) -> str | None:
        """The question that the run asks and nobody has answered."""
        if self.states(run).get("approve") != "awaiting_input":
            return None
        details = self.call("GET", _approval(run))
        return None if details["response_received"] else str(details["body"])

    def await_question(self, run: Run) -> str:
        """Wait until the run asks for an approval; return the question."""
        deadline = time.monotonic() + TRIGGER_TIMEOUT
        while (question := self.question(run)) is None:
            if time.monotonic() > deadline:
                pytest.fail(f"{run.dag_id} asks nobody: {self.states(run)}")
            time.sleep(0.5)
        return question

    def answer(self, run: Run, option: str) -> str:
        """Answer the run's question until the task that asks has ended; return the question.

        Airflow 3.3.2 asks once more, and the third time fails the task, if the answer comes before the scheduler has
        read that the task's process is over: it takes the task that goes on for one that was lost.
        """
        question = self.await_question(run)
        deadline = time.monotonic() + TRIGGER_TIMEOUT
        while (state := self.states(run)["approve"]) not in ("success", "skipped", "failed"):
            if self.question(run) is not None:
                time.sleep(TIME_TO_READ)
                self.call("PATCH", _approval(run), json={"chosen_options": [option], "params_input": {}})
            if time.monotonic() > deadline:
                pytest.fail(f"{run.dag_id} does not take the answer: its task is {state}")
            time.sleep(0.5)
        return question

    def _states(self, run: Run) -> str:
        return ", ".join(f"{task.label} {task.state}" for task in self.tasks(run))


def _approval(run: Run) -> str:
    return f"{run.path}/taskInstances/approve/-1/hitlDetails"


def ready(stack: dict[str, str]) -> Scheduler:
    """Return the API of a stack, logged in, as soon as it has read all DAG files."""
    api = Scheduler(stack)
    api.log_in()
    for file in (REPOSITORY / "dags").glob("*.py"):
        api.wait_for_dag(file.stem, DAGS_TIMEOUT)
    return api
