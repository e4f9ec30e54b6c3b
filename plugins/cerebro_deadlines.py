"""Lets Airflow know what a run's deadline counts from."""

from airflow.plugins_manager import AirflowPlugin

from include.cerebro.notifications.deadlines import RunCreatedDeadline


class CerebroDeadlinesPlugin(AirflowPlugin):
    """Registers the reference of the deadline of cerebro_restore."""

    name = "cerebro_deadlines"
    deadline_references = [RunCreatedDeadline]  # noqa: RUF012 - what Airflow wants
