"""The sample landing zone restored from nothing: by a run, and by the same functions without Airflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.airflow import Airflow
from bench.candidates import restore_all
from bench.dbt import Built
from bench.measure import Measurement, measure
from local.airflow_api import Task
from local.run import RESTORE_DAG

BUILT = ("staging", "marts", "analytics", "operations", "snapshots")


@dataclass(frozen=True)
class Round:
    """One run and what is compared with it, each from an empty warehouse.

    Attributes:
        triggered: the instant at which the run was triggered.
        tasks: its task instances.
        work: the same functions, one after the other, in one process.
    """

    triggered: datetime
    tasks: list[Task]
    work: Measurement

    @property
    def dbt(self) -> Built:
        """What one plain ``dbt build`` took of it."""
        built: Built = self.work.result
        return built


def restore_rounds(airflow: Airflow, scratch: Path, repeats: int, say: Callable[[str], None]) -> list[Round]:
    """Run so many rounds. Raises RuntimeError or CandidateError if one of the ways fails."""
    rounds = []
    for _ in range(repeats):
        airflow.forget("raw", *BUILT)
        triggered = datetime.now(UTC)
        tasks = airflow.tasks(airflow.finish(airflow.trigger(RESTORE_DAG)))
        airflow.forget("raw", *BUILT)
        work = measure(partial(restore_all, airflow.site, scratch))
        rounds.append(Round(triggered, tasks, work))
        say(f"  run done; the same without Airflow {work.wall_s:.1f} s, of it dbt {rounds[-1].dbt.seconds:.1f} s")
    return rounds
