"""Registers the reference of a run's deadline with Airflow."""

from airflow.plugins_manager import AirflowPlugin

from include.cerebro.notifications.deadlines import RunCreatedDeadline


class CerebroDeadlinesPlugin(AirflowPlugin):
    """Registers the deadline reference of cerebro_restore."""

    name = "cerebro_deadlines"
    deadline_references = [RunCreatedDeadline]  # noqa: RUF012 - the form that Airflow expects
