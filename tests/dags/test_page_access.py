"""Who may see the page, and how it finds the warehouse: with Airflow's auth manager and database, without a server."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]

# In a process of its own: Airflow reads its home and its database from the environment when it is imported.
SCRIPT = """
import json

from airflow.api_fastapi.app import init_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.models import Connection
from airflow.utils.session import create_session
from fastapi.testclient import TestClient

from include.cerebro.page import app as page

DOCS = ("/dbt/index.html", "/dbt/manifest.json", "/dbt/catalog.json")
auth_manager = init_auth_manager(page.app)


def get(role, path):
    token = auth_manager.generate_jwt(SimpleAuthManagerUser(username="someone", role=role))
    return TestClient(page.app).get(path, headers={"Authorization": f"Bearer {token}", "Accept": "text/html"})


OBJECTS = "/objects?batch=1&batch=2"
ROWS = "/rows?load_id=1&reason=missing_hero_id"
OTHERS = ("/dbt/partial_parse.msgpack", "/outcome", ROWS)
paths = ("/static/page.js", "/static/passwords.json", "/", "/biometrics", OBJECTS, *DOCS, *OTHERS)
found = {str(role): [get(role, path).status_code for path in paths] for role in ("viewer", "op", None)}
found["a stranger"] = TestClient(page.app).get("/", headers={"Accept": "text/html"}).text
found["a program"] = [TestClient(page.app).get(path).status_code for path in ("/", *DOCS)]
found["manifest"] = get("viewer", "/dbt/manifest.json").json()
found["without a connection"] = get("viewer", "/").text
connection = Connection(conn_id="warehouse", conn_type="postgres", host="127.0.0.1", port=1, login="someone")
connection.set_password("a-password-nobody-sees")
with create_session() as session:
    session.add(connection)
found["with one"] = repr(page._warehouse())
found["it does not answer"] = get("viewer", "/").text
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("airflow")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")} | {
        "AIRFLOW_HOME": str(home),
        "PYTHONPATH": str(REPOSITORY),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        # The API server sets this itself.
        "_AIRFLOW_PROCESS_CONTEXT": "server",
        "CEREBRO_DBT_MANIFEST": str(home / "target" / "manifest.json"),
    }
    (home / "target").mkdir()
    for name in ("index.html", "manifest.json", "partial_parse.msgpack"):
        (home / "target" / name).write_text('{"nodes": {}}')
    for command in (["-m", "airflow", "db", "migrate"], ["-c", SCRIPT]):
        done = subprocess.run(
            [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_only_people_who_may_see_the_runs_may_see_the_page(found: dict[str, Any]) -> None:
    # Of the dbt docs, the catalog was not built, and the last is none of their files.
    assert found["viewer"] == [200, 404, 503, 200, 503, 200, 200, 404, 404, 503, 403]
    # Rows of the quarantine are for those who may trigger cerebro_release.
    assert found["op"] == [*found["viewer"][:-1], 503]
    assert found["manifest"] == {"nodes": {}}
    assert found["None"] == [403] * 11


def test_a_stranger_gets_a_link_to_the_login_and_a_program_a_status(found: dict[str, Any]) -> None:
    assert re.search(r'href="[^"]*/auth/login/?\?next=http%3A%2F%2Ftestserver%2F"', found["a stranger"])
    assert found["a program"] == [401] * 4


def test_without_the_connection_the_page_says_what_to_do(found: dict[str, Any]) -> None:
    assert "Airflow has no connection &#39;warehouse&#39;. Make one" in found["without a connection"]


def test_a_connection_of_airflows_own_database_is_found(found: dict[str, Any]) -> None:
    assert "host='127.0.0.1', port=1, user='someone'" in found["with one"]
    assert "The warehouse does not answer" in found["it does not answer"]
    assert "a-password-nobody-sees" not in json.dumps(found)
