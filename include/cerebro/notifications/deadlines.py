"""The reference of a run's deadline: the moment at which the run was created.

With Airflow's DAGRUN_QUEUED_AT no task of a run can be cleared before the deadline: Airflow 3.3.2 then recalculates the
deadline and fails (TypeError: unsupported type for timedelta seconds component: dict).
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import BaseDeadlineReference, DeadlineReference  # type: ignore[attr-defined]  # the stub lacks them


class RunCreatedDeadline(BaseDeadlineReference):  # type: ignore[misc]
    """The moment at which the run is created: Airflow evaluates it once, at that moment."""

    def _evaluate_with(self, *, session: object, **_: object) -> datetime:  # noqa: ARG002 - nothing has to be looked up
        return datetime.now(UTC)


DeadlineReference.register_custom_reference(RunCreatedDeadline)
