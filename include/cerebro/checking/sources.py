"""The check of sources: stale ones, rejected rows and unrecognised objects send alerts. The run stays green."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from include.cerebro.ledger.listings import listings_of_run
from include.cerebro.ledger.schema_changes import described
from include.cerebro.notifications import delivery
from include.cerebro.notifications.alert import Alert
from include.cerebro.orchestration.links import run_url
from include.cerebro.platform.names import DEFAULT_LANDING_ZONE, TRANSFORMER_ROLE
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.landing_zones import LandingZone

log = logging.getLogger(__name__)


def check_sources(
    warehouse: Warehouse, zones: Sequence[LandingZone], dag_id: str, run_id: str, settings: Settings
) -> dict[str, list[str]]:
    """Find stale datasets, those of which a run rejected too many rows, and unrecognised objects, and send alerts.

    Args:
        warehouse: the warehouse.
        zones: the landing zones, whose own thresholds replace those of the settings.
        dag_id: the DAG, for the alert's link.
        run_id: the run whose new objects are judged.
        settings: the thresholds, ``stale_after_hours`` and ``quarantine_alert_share``.

    Returns:
        One line a dataset or landing zone, under ``stale``, ``rejected``, ``unrecognised`` and ``changed``.
    """
    # Imported here: reading a DAG file must not load the driver.
    import psycopg2

    try:
        stale = stale_sources(warehouse, zones, settings)
        rejected = rejected_shares(warehouse, zones, run_id, settings)
        unrecognised = unrecognised_objects(warehouse, run_id)
        changed = changed_columns(warehouse, run_id)
    except psycopg2.Error as error:
        # The tasks that need the warehouse fail, and their alert reports it.
        log.warning("The sources were not checked, because the warehouse cannot be read: %s", error)
        return {"stale": [], "rejected": [], "unrecognised": [], "changed": []}
    for line in (*stale, *rejected, *unrecognised, *changed):
        log.warning("%s", line)
    if not (stale or rejected or unrecognised or changed):
        log.info("No source is stale, no share of rejected rows is above its threshold, every object is recognised")
    if delivery.is_configured():
        url = run_url(dag_id, run_id)
        headline = "Nothing new has come" if stale else "New objects come again"
        delivery.send(Alert("stale", headline, stale, url, about="\n".join(stale)), settings)
        if rejected:
            delivery.send(Alert("rejected", "Too many rows were rejected", rejected, url, about=run_id), settings)
        headline = "Objects are not recognised" if unrecognised else "Every object is recognised again"
        if changed:
            delivery.send(Alert("changed", "Columns have changed", changed, url, about=run_id), settings)
        delivery.send(Alert("unrecognised", headline, unrecognised, url, about="\n".join(unrecognised)), settings)
    return {"stale": stale, "rejected": rejected, "unrecognised": unrecognised, "changed": changed}


def stale_sources(warehouse: Warehouse, zones: Sequence[LandingZone], settings: Settings) -> list[str]:
    """Return a line for every dataset of a landing zone without a new object for too long."""
    limits = [
        (zone.name, dataset, hours)
        for zone in zones
        for dataset, hours in (settings.stale_after_hours | zone.stale_after_hours).items()
    ]
    return [
        f"{_named(zone, dataset)}: nothing new since {last_loaded_at:%Y-%m-%d %H:%M} UTC, more than {hours:g} hours. "
        "Ask whoever delivers it."
        for zone, dataset, last_loaded_at, hours in _query(warehouse, "stale_sources", _arrays(limits))
    ]


def rejected_shares(warehouse: Warehouse, zones: Sequence[LandingZone], run_id: str, settings: Settings) -> list[str]:
    """Return a line for every dataset of a landing zone of which a run rejected too large a share of rows."""
    limits = [
        (zone.name, dataset, share)
        for zone in zones
        for dataset, share in (settings.quarantine_alert_share | zone.quarantine_alert_share).items()
    ]
    rows = _query(warehouse, "rejected_shares", _arrays(limits) | {"dag_run_id": run_id})
    return [
        f"{_named(zone, dataset)}: {rejected:,} of {rows_in:,} new rows were rejected, more than {share:.0%}; most of "
        f"them from {worst_object}. They are kept in the bucket {settings.quarantine_bucket}, the reasons are in "
        "raw.rejections."
        for zone, dataset, rows_in, rejected, share, worst_object in rows
    ]


def unrecognised_objects(warehouse: Warehouse, run_id: str) -> list[str]:
    """Return a line for every landing zone in which a run found objects that it does not recognise, and its notes."""
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        listings = listings_of_run(cursor, run_id)
    lines = [
        f"{listing.landing_zone}: {listing.unrecognised:,} objects are not recognised and not loaded: "
        f"{', '.join(listing.examples)}{' and others' if listing.unrecognised > len(listing.examples) else ''}. "
        "Correct the names (docs/reference/landing-zone.md), or move them out of the landing zone."
        for listing in listings
        if listing.unrecognised
    ]
    return lines + [f"{listing.landing_zone}: {note}" for listing in listings for note in listing.notes]


def changed_columns(warehouse: Warehouse, run_id: str) -> list[str]:
    """Return a line for every change of columns that a run has noted."""
    rows = _query(warehouse, "schema_changes", {"dag_run_id": run_id})
    return [f"{_named(zone, dataset)}: {described(*change)}, first in {key}" for zone, dataset, *change, key in rows]


def _named(landing_zone: str, dataset: str) -> str:
    return dataset if landing_zone == DEFAULT_LANDING_ZONE else f"{landing_zone}, {dataset}"


def _arrays(limits: Sequence[tuple[str, str, float]]) -> dict[str, list[Any]]:
    """Return landing zones, datasets and limits as the arrays that the queries take."""
    return {
        "landing_zones": [zone for zone, _, _ in limits],
        "datasets": [dataset for _, dataset, _ in limits],
        "limits": [limit for _, _, limit in limits],
    }


def _query(warehouse: Warehouse, name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql(f"checking/{name}.sql"), parameters)
        return list(cursor.fetchall())
