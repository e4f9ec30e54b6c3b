"""The private parts of Airflow that the page uses. No other module of the page may use any of them.

Private, as in Airflow 3.3.2 (tests/dags/test_airflow_internals.py fails when it changes):

- ``airflow.api_fastapi.app.get_auth_manager``: the only way to the configured auth manager, and so to the address of
  its login page. What it returns is public again (``BaseAuthManager.get_url_login``).
- ``airflow.api_fastapi.core_api.security.requires_access_view``: checks that a person may see Airflow's UI at all.
- ``AccessView`` and ``DagAccessEntity`` in ``airflow.api_fastapi.auth.managers.models.resource_details``: what these
  checks are about. Methods of ``BaseAuthManager`` take them, but no page of the documentation names them.
- ``access_entity`` and ``param_dag_id`` of ``requires_access_dag``. The function itself is public: the documentation
  of plugins names it for apps like this one, which Airflow mounts without a check of its own.
"""

from __future__ import annotations

from urllib.parse import quote

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag, requires_access_view
from fastapi import Depends
from fastapi.params import Depends as Dependency


def may_see_runs(dag_id: str) -> list[Dependency]:
    """Return dependencies that admit only people who may see Airflow's UI and the runs of a DAG.

    Other requests get status 401 (not logged in) or 403.
    """
    return [
        Depends(requires_access_view(AccessView.WEBSITE)),
        Depends(requires_access_dag("GET", DagAccessEntity.RUN, dag_id)),
    ]


def may_trigger(dag_id: str) -> list[Dependency]:
    """Return dependencies that admit only people who may trigger a DAG."""
    return [Depends(requires_access_dag("POST", DagAccessEntity.RUN, dag_id))]


def login_url(next_url: str) -> str:
    """Return the address of the login page; after the login it redirects to ``next_url``."""
    return f"{get_auth_manager().get_url_login()}?next={quote(next_url, safe='')}"
