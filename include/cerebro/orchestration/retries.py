"""What every task has: an owner, retries, a policy that ends them, and a timeout."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Context, RetryDecision, RetryPolicy
from airflow.sdk.exceptions import AirflowNotFoundException

from include.cerebro.platform.errors import judge


class FaultRetryPolicy(RetryPolicy):
    """Fails a task at once where a retry is in vain: its own check found something, or a connection is wrong.

    A process that was killed, a lost connection and everything unknown are retried.
    """

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,  # noqa: ARG002 - Airflow passes them by name
        max_tries: int,  # noqa: ARG002
        context: Context | None = None,  # noqa: ARG002
    ) -> RetryDecision:
        """Return the decision on an exception, with a sentence for the task's log."""
        if isinstance(exception, AirflowNotFoundException):
            return RetryDecision.fail("There is no such connection: a retry is in vain until somebody creates it.")
        fault, is_final = judge(exception)
        if is_final:
            return RetryDecision.fail(f"The cause is {fault.value}: a retry is in vain until somebody repairs it.")
        return RetryDecision.default()


def task_defaults(timeout_minutes: float) -> dict[str, Any]:
    """Return the ``default_args`` of a DAG.

    Args:
        timeout_minutes: how long one attempt of a task may take.
    """
    return {
        "owner": "cerebro",
        "retries": 2,
        "retry_delay": timedelta(seconds=10),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=5),
        "retry_policy": FaultRetryPolicy(),
        **within(timeout_minutes),
    }


def within(timeout_minutes: float) -> dict[str, Any]:
    """Return the ``default_args`` of a task group whose tasks have another timeout than the DAG's."""
    return {"execution_timeout": timedelta(minutes=timeout_minutes)}
