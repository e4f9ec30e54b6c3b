"""No secret in the logs, XComs, rendered templates and variables of the runs so far."""

from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

pytestmark = pytest.mark.usefixtures("restored")

METADATA = """
    select 'xcom ' || key, value::text from xcom
    union all select 'rendered ' || task_id, rendered_fields::text from rendered_task_instance_fields
    union all select 'variable ' || key, val from variable
    union all select 'log ' || event, extra from log
"""


@pytest.fixture(scope="module")
def secrets(stack: dict[str, str]) -> dict[str, str]:
    return {
        "S3 secret key": stack["AWS_SECRET_ACCESS_KEY"],
        "warehouse password": urlsplit(stack["WAREHOUSE_URI"]).password or "",
        "Airflow password": stack["AIRFLOW_PASSWORD"],
    }


def test_no_secret_in_any_task_log(stack: dict[str, str], secrets: dict[str, str]) -> None:
    logs = list(Path(stack["CEREBRO_STATE_DIR"]).rglob("airflow/logs/dag_id=*/**/*.log"))
    assert len(logs) > 20
    found = {
        f"{name} in {path}"
        for path in logs
        for name, secret in secrets.items()
        if secret in path.read_text(encoding="utf-8", errors="replace")
    }
    assert found == set()


def test_no_secret_in_xcoms_templates_and_variables(stack: dict[str, str], secrets: dict[str, str]) -> None:
    uri = urlsplit(stack["POSTGRES_SUPERUSER_URI"])._replace(path="/airflow").geturl()
    with psycopg2.connect(uri) as connection, connection.cursor() as cursor:
        cursor.execute(METADATA)
        rows = cursor.fetchall()
    connection.close()
    assert any(name.startswith("xcom") for name, _ in rows)
    assert any(name.startswith("rendered") for name, _ in rows)
    assert {
        f"{kind} in {name}" for name, text in rows for kind, secret in secrets.items() if secret in (text or "")
    } == set()
