"""What a run's deadline counts from: the moment at which the run was made, and began to wait for its turn.

Airflow has DAGRUN_QUEUED_AT for that, but with it no task of a run can be cleared before the deadline: Airflow 3.3.2
then reckons the deadline anew, and fails (TypeError: unsupported type for timedelta seconds component: dict).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from airflow.sdk.definitions.deadline import BaseDeadlineReference, DeadlineReference


class RunCreatedDeadline(BaseDeadlineReference):
    """The moment at which the run is made: Airflow asks once, at that moment."""

    def _evaluate_with(self, *, session: Any, **_: Any) -> datetime:  # noqa: ARG002 - nothing has to be looked up
        return datetime.now(UTC)


DeadlineReference.register_custom_reference(RunCreatedDeadline)
