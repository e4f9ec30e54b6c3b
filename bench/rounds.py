"""The sample landing zone restored into an empty warehouse: by a run, and by the same functions without Airflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.airflow import Airflow
from bench.candidates import restore_all
from bench.dbt import BUILT, Built
from bench.measure import Measurement, measure
from local.airflow_api import Task
from local.run import RESTORE_DAG


@dataclass(frozen=True)
class Round:
    """One run, and the same work without Airflow, each on an empty warehouse.

    Attributes:
        triggered: when the run was triggered.
        tasks: its task instances.
        work: the measurement of the same functions, one after the other, in one process.
    """

    triggered: datetime
    tasks: list[Task]
    work: Measurement

    @property
    def dbt(self) -> Built:
        """The part of ``work`` that one plain ``dbt build`` took."""
        built: Built = self.work.result
        return built


def restore_rounds(airflow: Airflow, scratch: Path, repeats: int, say: Callable[[str], None]) -> list[Round]:
    """Run so many rounds.

    Raises:
        RuntimeError: the run failed.
        CandidateError: the work without Airflow failed.
    """
    rounds = []
    for _ in range(repeats):
        airflow.empty("raw", *BUILT)
        triggered = datetime.now(UTC)
        tasks = airflow.tasks(airflow.finish(airflow.trigger(RESTORE_DAG)))
        airflow.empty("raw", *BUILT)
        work = measure(partial(restore_all, airflow.site, scratch))
        rounds.append(Round(triggered, tasks, work))
        say(f"  run done; the same without Airflow {work.wall_s:.1f} s, of it dbt {rounds[-1].dbt.seconds:.1f} s")
    return rounds
