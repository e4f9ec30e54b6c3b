"""The retry policy that every task has: what is in vain fails at once, all else is retried."""

import psycopg2
import pytest

from include.cerebro.platform.errors import FinalError
from include.cerebro.platform.object_store import EndpointError


@pytest.mark.usefixtures("dag_bag")
def test_an_error_that_nobody_repairs_in_five_minutes_is_not_retried() -> None:
    # Imported here: the fixture has set Airflow's home by now.
    from airflow.sdk import RetryAction
    from airflow.sdk.exceptions import AirflowNotFoundException, AirflowTaskTimeout

    from include.cerebro.orchestration.retries import FaultRetryPolicy

    def decide(error: BaseException) -> RetryAction:
        decision = FaultRetryPolicy().evaluate(exception=error, try_number=1, max_tries=2, context=None)
        assert (decision.reason is None) == (decision.action is not RetryAction.FAIL)
        return decision.action

    for error in (FinalError("no"), EndpointError("no"), AirflowNotFoundException("no")):
        assert decide(error) is RetryAction.FAIL
    for error in (psycopg2.OperationalError("no"), AirflowTaskTimeout("no"), SystemExit(1), ValueError("no")):
        assert decide(error) is RetryAction.DEFAULT
