"""The private parts of Airflow that the page Cerebro uses, each by name."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
INTERNALS = REPOSITORY / "include" / "cerebro" / "page" / "airflow_internals.py"

# Airflow documents what the page uses of these: exceptions, conf (templates reference), AirflowPlugin.
PUBLIC = {"airflow.sdk", "airflow.sdk.exceptions", "airflow.configuration", "airflow.plugins_manager"}

# In a process of its own: Airflow reads its home from the environment when it is imported.
SCRIPT = """
import inspect, json

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity
from airflow.api_fastapi.core_api import security
from airflow.api_fastapi.core_api.security import requires_access_dag, requires_access_view


def parameters(function):
    return list(inspect.signature(function).parameters)


print(json.dumps({
    "get_auth_manager": parameters(get_auth_manager),
    "BaseAuthManager.get_url_login": parameters(BaseAuthManager.get_url_login),
    "requires_access_dag": parameters(requires_access_dag),
    "requires_access_view": parameters(requires_access_view),
    "a check takes": [parameters(requires_access_view(AccessView.WEBSITE)),
                      parameters(requires_access_dag("GET", DagAccessEntity.RUN, "some_dag"))],
    "a check uses the auth manager": security.get_auth_manager is get_auth_manager,
}))
"""


@pytest.fixture(scope="module")
def internals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    environment = os.environ | {"AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow"))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_internals_are_unchanged(internals: dict[str, Any]) -> None:
    assert internals == {
        "get_auth_manager": [],
        "BaseAuthManager.get_url_login": ["self", "kwargs"],
        "requires_access_dag": ["method", "access_entity", "param_dag_id"],
        "requires_access_view": ["access_view"],
        "a check takes": [["request", "user"], ["request", "user"]],
        "a check uses the auth manager": True,
    }


def airflow_imports(path: Path) -> set[str]:
    """The modules of Airflow that a Python file imports, and what it imports from them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "airflow":
            found |= {f"{node.module}.{name.name}" for name in node.names}
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name.split(".")[0] == "airflow"}
    return found


def test_no_other_file_of_the_page_uses_internals() -> None:
    files = [REPOSITORY / "plugins" / "cerebro_page.py", *INTERNALS.parent.rglob("*.py")]
    used = {name.rpartition(".")[0] for path in files if path != INTERNALS for name in airflow_imports(path)}
    assert used <= PUBLIC


def test_the_docstring_names_each_of_them() -> None:
    docstring = ast.get_docstring(ast.parse(INTERNALS.read_text(encoding="utf-8"))) or ""
    names = {name.rpartition(".")[2] for name in airflow_imports(INTERNALS)}
    assert len(names) == 5
    assert [name for name in sorted(names) if name not in docstring] == []
