"""Imports the libraries that every task needs once, in the process that tasks are forked from.

``include.cerebro.orchestration.preload`` says why.
"""

from airflow.plugins_manager import AirflowPlugin

from include.cerebro.orchestration import preload


class CerebroPreloadPlugin(AirflowPlugin):
    """Listens to the start of Airflow's processes."""

    name = "cerebro_preload"
    listeners = [preload]  # noqa: RUF012 - the form that Airflow expects
