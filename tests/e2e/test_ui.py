"""The page Cerebro on the real API server, behind the login, and the report that each run publishes."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg2
import pytest

from local.airflow_api import Run
from local.run import RESTORE_DAG
from testing.sites import object_store
from tests.e2e.scheduler import Scheduler
from tests.oracle.warehouse import query

PATHS = ["/cerebro/", "/cerebro/biometrics", "/cerebro/static/page.js", "/cerebro/static/1/plotly.min.js"]
BROKEN = "biometrics/<b>broken</b>.parquet"


@pytest.fixture(scope="module")
def latest(scheduler: Scheduler, restored: Run) -> Run:  # noqa: ARG001 - it must have happened
    """A run after all that other tests have started."""
    run = scheduler.trigger(RESTORE_DAG, {})
    scheduler.wait_until_green(run)
    return run


@pytest.fixture(scope="module")
def bucket(stack: dict[str, str]) -> Any:
    return object_store(stack).client()


@pytest.fixture(scope="module")
def stranger(stack: dict[str, str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack["AIRFLOW_API_URL"], timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def token(stack: dict[str, str], stranger: httpx.Client) -> str:
    user = {"username": stack["AIRFLOW_USERNAME"], "password": stack["AIRFLOW_PASSWORD"]}
    return str(stranger.post("/auth/token", json=user).json()["access_token"])


@pytest.fixture(scope="module")
def person(stack: dict[str, str], token: str, latest: Run) -> Iterator[httpx.Client]:  # noqa: ARG001 - it must have happened
    """A logged-in person, by the cookie as in a browser."""
    cookies = {"_token": token}
    with httpx.Client(base_url=stack["AIRFLOW_API_URL"], timeout=30, trust_env=False, cookies=cookies) as client:
        client.headers["Accept"] = "text/html"
        yield client


def report(bucket: Any) -> str:
    return bucket.get_object(Bucket="cerebro-reports", Key="report.html")["Body"].read().decode()


@pytest.mark.parametrize("path", PATHS)
def test_nobody_sees_anything_without_a_login(stranger: httpx.Client, path: str) -> None:
    for headers in ({}, {"Accept": "text/html"}, {"Cookie": "_token=x"}, {"Authorization": "Bearer x"}):
        answer = stranger.get(path, headers=headers)
        assert answer.status_code in (401, 403), (path, headers)
        assert len(answer.content) < 1000
    assert "/auth/login?next=" in stranger.get(path, headers={"Accept": "text/html"}).text


@pytest.mark.parametrize("path", PATHS)
def test_with_a_login_everything_is_there(person: httpx.Client, path: str) -> None:
    answer = person.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_bearer_token_is_accepted_too(stranger: httpx.Client, token: str) -> None:
    assert stranger.get("/cerebro/", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_it_is_in_the_navigation(scheduler: Scheduler) -> None:
    plugins = {plugin["name"]: plugin for plugin in scheduler.call("GET", "/plugins")["plugins"]}
    views = {view.get("url_route"): view for view in plugins["cerebro_page"]["external_views"]}
    assert (views["cerebro"]["href"], views["cerebro"]["destination"]) == ("/cerebro/", "nav")


def test_the_answers_are_those_of_the_warehouse(person: httpx.Client, warehouse: str) -> None:
    (best,) = query(warehouse, "select hero_name, avg_energy_output from analytics.hulk_factor where rank = 1")
    (checked,) = query(warehouse, "select * from operations.run_checks order by checked_at desc limit 1")
    (worst,) = query(
        warehouse,
        "select object_key, quarantine_key from operations.load_history where is_current and rows_rejected > 0"
        ' order by rows_rejected desc, object_key collate "C" limit 1',
    )
    html = person.get("/cerebro/").text
    assert (
        f"{best['hero_name']} puts out the most energy on high-risk missions: {best['avg_energy_output']:,.2f}" in html
    )
    assert checked["dag_run_id"] in html
    assert f'<td class="number">{checked["readings_in"]:,}</td>' in html
    assert worst["object_key"] in html
    assert worst["quarantine_key"] in html


def test_a_hero_and_a_time_can_be_chosen(person: httpx.Client, warehouse: str) -> None:
    (hero,) = query(
        warehouse,
        "select hero_id, hero_name from marts.dim_heroes natural join marts.fact_biometrics"
        " where minute_at >= '2025-01-01Z' and minute_at < '2025-01-02Z' order by hero_name desc limit 1",
    )
    chosen = {"hero": hero["hero_id"], "first_day": "2025-01-01", "last_day": "2025-01-01"}
    section = person.get("/cerebro/biometrics", params=chosen).text
    assert f">{hero['hero_name']} on 1 Jan 2025: heart rate up to" in section
    assert "<html" not in section
    assert section.strip() in person.get("/cerebro/", params=chosen).text
    nonsense = person.get("/cerebro/biometrics", params={"hero": "<script>", "first_day": "yesterday"})
    assert nonsense.status_code == 200
    assert "No hero of that id has readings" in nonsense.text


def test_a_busy_warehouse_does_not_hold_up_airflow(
    person: httpx.Client, stranger: httpx.Client, warehouse: str
) -> None:
    answers: list[httpx.Response] = []
    with psycopg2.connect(warehouse) as connection, connection.cursor() as cursor:
        cursor.execute("lock table analytics.hulk_factor in access exclusive mode")
        asking = threading.Thread(target=lambda: answers.append(person.get("/cerebro/")))
        asking.start()
        time.sleep(1)
        started = time.monotonic()
        assert stranger.get("/api/v2/version").status_code == 200
        assert time.monotonic() - started < 3
        assert answers == []
        asking.join(30)
    connection.close()
    assert "The warehouse took longer than 5s" in answers[0].text
    assert "was on the most successful missions" in answers[0].text, "everything else is shown"


def test_a_run_leaves_its_report(bucket: Any, latest: Run, person: httpx.Client) -> None:
    html = report(bucket)
    assert latest.run_id in html
    title = person.get("/cerebro/").text.split('id="hulk_factor-title">')[1].split("</h2>")[0]
    assert title in html
    keys = [entry["Key"] for entry in bucket.list_objects_v2(Bucket="cerebro-reports")["Contents"]]
    assert "report.html" in keys
    assert any(key.startswith("daily/report-") for key in keys)


def test_a_red_run_leaves_its_report_too_and_it_names_what_is_broken(
    scheduler: Scheduler, bucket: Any, person: httpx.Client
) -> None:
    bucket.put_object(Bucket="cerebro-data", Key=BROKEN, Body=b"no parquet")
    try:
        run = scheduler.trigger(RESTORE_DAG, {})
        assert scheduler.wait_until_finished(run) == "failed"
        assert scheduler.states(run)["publish_report"] == "success"
        html = report(bucket)
        assert run.run_id in html
        for shown in (html, person.get("/cerebro/").text):
            assert "1 object cannot be loaded" in shown
            assert "biometrics/&lt;b&gt;broken&lt;/b&gt;.parquet" in shown
            assert BROKEN not in shown
    finally:
        bucket.delete_object(Bucket="cerebro-data", Key=BROKEN)
    # The object is gone: the next run is green.
    run = scheduler.trigger(RESTORE_DAG, {})
    scheduler.wait_until_green(run)
    assert "cannot be loaded" not in person.get("/cerebro/").text
