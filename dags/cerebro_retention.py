"""
### Cerebro retention

Drops what is older than the terms of the deployment (`CEREBRO_KEEP_..._MONTHS`), once a day. Without a term it has no
schedule, and does nothing. `docs/how-to/set-retention.md` says what leaves, and what stays.

1. **choose** counts what is older than the terms. A dry run ends here.
2. **retire_superseded** deletes minutes and records of loads that were superseded long ago.
3. **retire_quarantine** removes files of the quarantine.
4. **move_horizon** tells the transformation from which month on the marts keep readings, a year further at most.
   **announce** triggers `cerebro_restore`, which forgets older ones; **wait_for_marts** waits for it.
5. **drop_minutes** deletes the minutes from `raw` that the marts do not have any more, a month in a transaction.
   With `CEREBRO_ARCHIVE_BUCKET` it writes them to Parquet first.
6. **record** notes what has left in `meta.maintenance_actions`; `raw.retentions` has each step.

Any task can be cleared: each goes on where it was.
"""

from __future__ import annotations

from airflow.sdk import Param, chain, dag

from include.cerebro.maintenance.retention.tasks import (
    announce,
    choose,
    drop_minutes,
    move_horizon,
    record,
    retire_quarantine,
    retire_superseded,
    wait_for_marts,
)
from include.cerebro.orchestration.retries import task_defaults
from include.cerebro.platform.settings import read_settings
from include.cerebro.schema.tasks import prepare_warehouse

SETTINGS = read_settings()
TERMS = (
    SETTINGS.keep_superseded_months,
    SETTINGS.keep_minutes_months,
    SETTINGS.keep_marts_months,
    SETTINGS.keep_quarantine_months,
)

PARAMS = {
    "dry_run": Param(False, type="boolean", title="Dry run", description="Only count what is older than the terms."),
    "reason": Param(
        "The terms of the deployment",
        type="string",
        minLength=3,
        title="Why",
        description="Kept in meta.maintenance_actions.",
    ),
}


@dag(
    # In the night, and not at the full hour, when everything else starts.
    schedule="40 2 * * *" if any(TERMS) else None,
    params=PARAMS,
    is_paused_upon_creation=False,
    max_active_runs=1,
    tags=["cerebro", "maintenance"],
    default_args=task_defaults(SETTINGS.load_timeout_minutes),
    doc_md=__doc__,
)
def cerebro_retention() -> None:
    """Count, then drop layer by layer, raw after the marts."""
    chosen, moved = choose(), move_horizon()
    superseded, quarantine, minutes = retire_superseded(), retire_quarantine(), drop_minutes()

    chain(prepare_warehouse(), chosen, [superseded, quarantine, moved])
    chain(moved, announce(moved), wait_for_marts(), minutes)
    record(superseded=superseded, quarantine=quarantine, minutes=minutes)


cerebro_retention()
