"""Which alerts are sent, and how often, with a real warehouse; an unavailable receiver does no harm."""

import json
import logging
import socket
import time
from collections.abc import Iterator

import pytest

from include.cerebro.checking import sources as source_checks
from include.cerebro.notifications import delivery
from include.cerebro.notifications.alert import Alert
from include.cerebro.notifications.callbacks import broken_objects
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.warehouse import Warehouse
from local.state import free_port
from tests.integration.helpers import Site
from tests.receiver import SECRET, receiver

RED = Alert("run", "cerebro_restore is red", ["Failed: check_objects"], about="check_objects")
GREEN = Alert("run", "cerebro_restore is green again")

LOADS = """
    insert into raw.loads (
        dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, dag_run_id, loaded_at
    )
    values
        ('biometrics', 'biometrics/old.parquet', 'a', 1, 10, 1, 9, 'loaded', 'earlier', now() - interval '30 hours'),
        ('biometrics', 'biometrics/good.parquet', 'b', 1, 900, 900, 0, 'loaded', 'this', now() - interval '26 hours'),
        ('biometrics', 'biometrics/bad.parquet', 'c', 1, 100, 40, 60, 'loaded', 'this', now() - interval '26 hours'),
        ('missions', 'mission_logs.json', 'd', 1, 10, 6, 4, 'loaded', 'this', now() - interval '1 hour')
"""


@pytest.fixture
def sent(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The texts that a receiver got; the warehouse is the test's own."""
    use(site.warehouse, monkeypatch)
    with receiver() as (address, texts):
        configure(address, monkeypatch)
        yield texts


def use(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {
        "conn_type": "postgres",
        "host": warehouse.host,
        "port": warehouse.port,
        "login": warehouse.user,
        "password": warehouse.password,
        "schema": warehouse.database,
    }
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(connection))


def configure(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CEREBRO_ALERTS", json.dumps({"conn_type": "slackwebhook", "password": address}))


def load(site: Site) -> None:
    with site.warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(LOADS)
        connection.commit()


def test_an_alert_and_its_end_are_each_sent_once(sent: list[str]) -> None:
    for alert in (GREEN, RED, RED, GREEN, GREEN, RED):
        delivery.send(alert, Settings())
    assert sent == [RED.text, GREEN.text, RED.text]


def test_other_trouble_and_lasting_trouble_are_sent_again(sent: list[str]) -> None:
    delivery.send(RED, Settings())
    delivery.send(RED._replace(about="check_objects, reconcile"), Settings())
    delivery.send(RED._replace(about="check_objects, reconcile"), Settings(alert_repeat_hours=0))
    assert len(sent) == 3


def test_alerts_are_sent_while_the_warehouse_is_down(sent: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    use(Warehouse("127.0.0.1", free_port(), "nobody", "nothing"), monkeypatch)
    delivery.send(RED, Settings())
    delivery.send(GREEN, Settings())
    assert sent == [RED.text]


@pytest.mark.parametrize("answers", [False, True])
def test_a_receiver_that_is_away_or_silent_does_no_harm_and_stays_secret(
    answers: bool, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(site.warehouse, monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as silent, caplog.at_level(logging.DEBUG):
        port = silent.getsockname()[1] if answers else free_port()
        configure(f"http://127.0.0.1:{port}/services/{SECRET}", monkeypatch)
        assert delivery.is_configured()
        started = time.monotonic()
        delivery.send(RED, Settings(), timeout_seconds=1)
        assert time.monotonic() - started < 10
    assert "Not sent" in caplog.text
    assert SECRET not in "\n".join(record.getMessage() for record in caplog.records if record.levelno > logging.DEBUG)


def test_a_stale_source_is_named_and_one_that_never_came_is_not(site: Site) -> None:
    assert source_checks.stale_sources(site.warehouse, [site.zone], site.settings) == []
    load(site)
    (line,) = source_checks.stale_sources(site.warehouse, [site.zone], site.settings)
    assert line.startswith("biometrics: nothing new since ")
    assert "more than 25 hours" in line


def test_too_many_rejected_rows_are_reported_with_the_worst_object(site: Site) -> None:
    load(site)
    (line,) = source_checks.rejected_shares(site.warehouse, [site.zone], "this", site.settings)
    assert line.startswith("biometrics: 60 of 1,000 new rows were rejected, more than 5%")
    assert "biometrics/bad.parquet" in line
    assert source_checks.rejected_shares(site.warehouse, [site.zone], "another", site.settings) == []


def test_the_thresholds_of_a_landing_zone_replace_the_settings(site: Site) -> None:
    load(site)
    patient = site.zone.model_copy(update={"stale_after_hours": {"biometrics": 40}})
    assert source_checks.stale_sources(site.warehouse, [patient], site.settings) == []
    strict = site.zone.model_copy(update={"quarantine_alert_share": {"biometrics": 0.07}})
    assert source_checks.rejected_shares(site.warehouse, [strict], "this", site.settings) == []
    elsewhere = site.zone.model_copy(update={"name": "watches"})
    assert source_checks.stale_sources(site.warehouse, [elsewhere], site.settings) == []


def test_unrecognised_objects_are_an_alert_and_their_end_another(sent: list[str], site: Site) -> None:
    for number, names in enumerate((["readme.txt"], ["readme.txt"], [])):
        for name in names:
            site.put(name, b"x")
        if not names:
            site.remove("readme.txt")
        site.load()
        found = source_checks.check_sources(site.warehouse, [site.zone], "d", f"run {number + 1}", site.settings)
        assert len(found["unrecognised"]) == len(names)
    assert ["readme.txt" in text for text in sent] == [True, False]
    assert sent[0].startswith("*Objects are not recognised*")
    assert sent[1].startswith("*Every object is recognised again*")


def test_broken_objects_are_named_as_long_as_they_are(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    use(site.warehouse, monkeypatch)
    site.put("biometrics/broken.parquet", b"this is no Parquet")
    assert site.load().failed == ["biometrics/broken.parquet"]
    site.load()
    (line,) = broken_objects("run 2")
    assert line.startswith("biometrics/broken.parquet: it is not a Parquet file")
    assert line.endswith("Deliver it again under the same key; the next run loads it.")
    site.remove("biometrics/broken.parquet")
    site.load()
    assert broken_objects("run 3") == []


def test_slack_markup_is_escaped_and_long_lists_are_cut() -> None:
    alert = Alert("run", "a <b> & c", [f"object {number}" for number in range(30)], "http://airflow/x")
    lines = alert.text.splitlines()
    assert lines[0] == "*a &lt;b&gt; &amp; c*"
    assert lines[-2:] == ["• and 10 more", "<http://airflow/x|Open it in Airflow>"]
    assert len(lines) == 23
