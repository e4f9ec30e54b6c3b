"""The tasks that forget a hero. The hero's id is in the run's configuration alone: no XCom, log or outcome has it."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import get_current_context, task
from airflow.sdk.log import mask_secret

from include.cerebro.landing.assets import LANDING_ZONE
from include.cerebro.maintenance import audit
from include.cerebro.maintenance.approval import approved_by
from include.cerebro.maintenance.erasure import erase as erasing
from include.cerebro.platform import connections
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.settings import read_settings
from include.cerebro.schema.suitability import dbt_relations
from include.cerebro.zones.landing_zones import LandingZone, read_landing_zones

log = logging.getLogger(__name__)


@task.short_circuit(task_display_name="What would leave?")
def preview() -> dict[str, Any] | None:
    """Count what there is of the hero, and note that somebody asks for the erasure. Ends a dry run here."""
    params = _params()
    warehouse, action = connections.warehouse(), _action(params)
    counts = erasing.preview(warehouse, params["hero_id"], params["reason"])._asdict()
    rewritten = _objects_to_rewrite(params["hero_id"])
    if rewritten is not None:
        counts["landing_objects"] = len(rewritten)
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        audit.begin(cursor, action)
        if action.is_dry_run:
            audit.finish(cursor, action, counts)
        connection.commit()
    log.info(
        "Of the hero, raw holds %(readings)d readings, %(records)d hero records and %(participations)d participations "
        "in missions, in %(objects)d object versions",
        counts,
    )
    # Digests stand for the objects, whose keys may name the hero.
    return None if action.is_dry_run else counts | {"digests": rewritten}


@task(task_display_name="Leave the warehouse")
def forget() -> int:
    """Take the hero out of raw and of all tables of dbt, in one transaction. Returns the erasure's id."""
    params = _params()
    relations = dbt_relations(read_settings().dbt_manifest)
    erasure = erasing.erase(connections.warehouse(), params["hero_id"], get_current_context()["run_id"], relations)
    log.info("Erasure %d is committed: %s", erasure.erasure_id, erasure.counts._asdict())
    return erasure.erasure_id


@task(task_display_name="Leave the quarantine")
def clean_quarantine(erasure_id: int) -> dict[str, int]:
    """Write the files of the quarantine again that hold rejected rows of the hero. A retry goes on where it was."""
    # Imported here: reading a DAG file must not load DuckDB.
    from include.cerebro.maintenance.erasure import quarantine

    cleaned = quarantine.clean(connections.warehouse(), connections.object_store(), read_settings(), erasure_id)
    return {"quarantine_files": cleaned.objects_rewritten, "quarantine_rows": cleaned.rows_removed}


@task(task_display_name="Leave the archive")
def clean_archive(erasure_id: int) -> dict[str, int]:
    """Write the files of the archive again that hold minutes of the hero."""
    # Imported here: reading a DAG file must not load DuckDB.
    from include.cerebro.maintenance.erasure import archive

    cleaned = archive.clean_archive(connections.warehouse(), connections.object_store(), read_settings(), erasure_id)
    return {"archive_files": cleaned.files, "archive_rows": cleaned.rows}


@task(task_display_name="Leave the landing zones")
def rewrite_objects(erasure_id: int) -> dict[str, int]:
    """Write the approved objects of the landing zones again without the hero, where CEREBRO_ERASE_LANDING allows it."""
    _params()
    approved = get_current_context()["ti"].xcom_pull(task_ids="preview")["digests"]
    if approved is None or not read_settings().erase_landing:
        return {}
    # Imported here: reading a DAG file must not load DuckDB.
    from include.cerebro.maintenance.erasure import landing

    settings = read_settings()
    zones = read_landing_zones(settings, connections.landing_bucket())
    return landing.rewrite_objects(connections.warehouse(), zones, _writing_store, settings, erasure_id, approved)


@task(task_display_name="Who has the hero yet?")
def list_objects(
    erasure_id: int, cleaned: dict[str, int], cleaned_archive: dict[str, int], rewritten: dict[str, int]
) -> dict[str, Any]:
    """List the objects of the landing zones that still hold the hero, in meta.erasure_objects, and note the outcome."""
    from include.cerebro.maintenance.erasure import objects

    warehouse, action = connections.warehouse(), _action(_params())
    zones = read_landing_zones(read_settings(), connections.landing_bucket())
    holders = objects.list_holders(warehouse, zones, lambda zone: connections.object_store(zone.connection), erasure_id)
    erasure = erasing.erasure_of(warehouse, action.dag_run_id)
    counts = erasure.counts._asdict() if erasure else {}
    outcome = {
        "erasure_id": erasure_id,
        **counts,
        **cleaned,
        **cleaned_archive,
        **rewritten,
        "objects_that_hold_the_hero": holders,
        **approved_by(),
    }
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        audit.finish(cursor, action, outcome)
        connection.commit()
    return outcome


@task(task_display_name="Start the main job", outlets=[LANDING_ZONE])
def announce() -> None:
    """Trigger cerebro_restore, which checks that the books balance and writes the report again."""
    log.info("cerebro_restore follows")


def _objects_to_rewrite(hero_id: str) -> list[str] | None:
    """Return what stands for the objects that would be written again; None if the deployment does not allow it."""
    if not read_settings().erase_landing:
        return None
    # Imported here: reading a DAG file must not load DuckDB.
    from include.cerebro.maintenance.erasure import landing

    zones = read_landing_zones(read_settings(), connections.landing_bucket())
    return landing.digests(connections.warehouse(), zones, _writing_store, hero_id)


def _writing_store(zone: LandingZone) -> ObjectStore:
    return connections.erasure_store(zone.connection)


def _params() -> dict[str, Any]:
    """Return the run's parameters. What is logged from here on shows the hero's id as asterisks."""
    params = dict(get_current_context()["params"])
    mask_secret(params["hero_id"])
    return params


def _action(params: dict[str, Any]) -> audit.Action:
    context = get_current_context()
    return audit.Action(
        name="erase",
        dag_run_id=context["run_id"],
        requested_by=context["dag_run"].triggering_user_name or "unknown",
        reason=params["reason"],
        parameters={},
        is_dry_run=params["dry_run"],
    )
