"""Drops the rows of superseded loads: their minutes, instants and records. Their counts in the ledger stay."""

from __future__ import annotations

import logging
from datetime import datetime

from include.cerebro.maintenance.retention.ranges import BlockRange, resummarize
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.datasets import BIOMETRICS

log = logging.getLogger(__name__)

# Loads whose rows leave in one transaction. A load's minutes are found by the block range index, 5 ms with a year of a
# hundred heroes.
BATCH = 50
# Loads in one run; the next run goes on.
MOST = 10_000


def retire_superseded(
    warehouse: Warehouse, until: datetime | None, dag_run_id: str, most: int = MOST, batch: int = BATCH
) -> dict[str, int]:
    """Delete the rows of loads that were superseded before a horizon, once their successors are transformed.

    Resumable: it goes on behind the last successor whose transaction was committed.

    Args:
        warehouse: the warehouse, whose login owns ``raw``.
        until: the horizon; None keeps all.
        dag_run_id: the run.
        most: loads that lose their rows in this call.
        batch: loads in a transaction.

    Returns:
        How many loads and rows there were.
    """
    outcome = {"loads": 0, "rows": 0}
    if until is None:
        return outcome
    with warehouse.connect() as connection, connection.cursor() as cursor:
        while outcome["loads"] < most:
            parameters = {"horizon": until, "dag_run_id": dag_run_id, "most": min(batch, most - outcome["loads"])}
            cursor.execute(read_sql("maintenance/retention/superseded_loads.sql"), parameters)
            loads = cursor.fetchall()
            if not loads:
                break
            if any(dataset != BIOMETRICS.name for _, _, dataset in loads):
                # A build of these tables reads raw, and would write rows again that have left meanwhile.
                cursor.execute(read_sql("maintenance/retention/lock_records.sql"))
            rows, block_ranges = 0, set[BlockRange]()
            for _, load_id, dataset in loads:
                cursor.execute(read_sql(f"maintenance/retention/drop_{dataset}.sql"), {"load_id": load_id})
                count, ranges = cursor.fetchone() or (0, None)
                rows += count
                block_ranges.update((partition, number) for partition, number in ranges or ())
            parameters |= {"position": loads[-1][0], "objects": len(loads), "rows": rows}
            cursor.execute(read_sql("maintenance/retention/record_superseded.sql"), parameters)
            connection.commit()
            resummarize(connection, sorted(block_ranges))
            outcome["loads"] += len(loads)
            outcome["rows"] += rows
    if outcome["loads"]:
        log.info("%(rows)d rows of %(loads)d superseded loads have left raw", outcome)
    return outcome
